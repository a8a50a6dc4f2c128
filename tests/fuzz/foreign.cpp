// Files with names and content of other frameworks' kind, as anybody may make them: whatever is in
// them, what is told is text for a terminal and a JSON document, nothing is said to be dead that
// names this process as its maker, and what may go says why. The input is up to three files: for
// each a name, a size, and the bytes that it begins with.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "reaper/clean_evidence.hpp"
#include "reaper/report_json.hpp"
#include "reaper/report_text.hpp"
#include "reaper/scan.hpp"
#include "target.hpp"
#include "told.hpp"

namespace {

constexpr std::size_t files_max = 3;
constexpr off_t file_bytes_max = 1 << 20;

constexpr std::array<const char*, 22> names{"fastrtps_0123456789abcdef",
                                            "fastrtps_0123456789abcdef_el",
                                            "fastdds_port7410",
                                            "sem.fastdds_port7410_mutex",
                                            "fast_datasharing_01.0f.78.fd_0.0.1.3",
                                            "iceoryx_mgmt",
                                            "root",
                                            "iox2_0123.data",
                                            "iox2_0123.dynamic",
                                            "torch_1_2_3",
                                            "plasmaAbCdEf",
                                            "vader_segment.vm.0.6cf40001.0",
                                            "sm_segment.vm.0.6cf40001.0",
                                            "PostgreSQL.1",
                                            "PostgreSQL.2066532232",
                                            "pulse-shm-1",
                                            ".org.chromium.Chromium.AbCdEf",
                                            "psm_01234567",
                                            "sem.mp-abc",
                                            "sem.any",
                                            "segment",
                                            "heap-1"};

/// A name of the table, or one of its own.
std::string take_name(fuzz::Input& input) {
    const auto index = input.take<std::uint8_t>();
    if (index < names.size()) return names.at(index);
    constexpr std::size_t own_name_bytes = 40;
    std::string name;
    for (const std::byte byte : input.take_bytes(own_name_bytes)) {
        const auto letter = static_cast<char>(byte);
        name += letter == '/' || letter == '\0' ? '_' : letter;
    }
    return name;
}

class Directory {
public:
    Directory() {
        auto opened = shmheap::os::ShmDirectory::open(folder_.path());
        fuzz::require(opened.has_value(), "a directory can be opened");
        directory_.emplace(std::move(*opened));
    }

    void add_file(fuzz::Input& input) {
        const std::string name = take_name(input);
        const auto size = static_cast<off_t>(input.take<std::uint32_t>() % file_bytes_max);
        const auto bytes = input.take_bytes(input.take<std::uint16_t>());
        const auto file = directory_->open_file(name, O_RDWR | O_CREAT);
        if (!file) return;  // "", ".", ".."
        const mode_t mode = 0600;
        fuzz::require(::fchmod(file->get(), mode) == 0, "a file of one's own has a mode");
        fuzz::require(::ftruncate(file->get(), size) == 0, "a file can be sized");
        const auto written = ::pwrite(file->get(), bytes.data(), bytes.size(), 0);
        fuzz::require(written == static_cast<ssize_t>(bytes.size()), "a file can be written");
    }

    void empty() {
        const auto present = directory_->names();
        fuzz::require(present.has_value(), "a directory can be read");
        for (const std::string& name : *present)
            fuzz::require(directory_->unlink(name).has_value(), "a file of one's own can go");
    }

    [[nodiscard]] const shmheap::os::ShmDirectory& open() const { return *directory_; }

private:
    fuzz::Folder folder_;
    std::optional<shmheap::os::ShmDirectory> directory_;
};

void require_reasons(const reaper::FileRecord& record) {
    fuzz::require(!record.foreign->kind.empty() && !record.foreign->type.empty(), "it is named");
    fuzz::require(!record.foreign->evidence.empty(), "what is told of an owner has a reason");
    const auto own = std::to_string(::getpid());
    const bool names_us = record.foreign->evidence.starts_with("process " + own + ", which made");
    fuzz::require(!names_us, "who looks lives");
    const auto verdict = reaper::judge_foreign(record, reaper::HeldFiles{}, reaper::Unheld::proven);
    fuzz::require(!verdict.explanation.empty(), "a verdict has a reason");
    fuzz::require(!verdict.is_removable || record.foreign->owner == reaper::foreign::Life::dead ||
                      record.foreign->owner == reaper::foreign::Life::held,
                  "what may go is dead");
    fuzz::require_text(verdict.explanation);
}

void report(const reaper::FileRecord& record) {
    reaper::TextReport text(reaper::SizeFormat::automatic, true);
    text.add_file(record);
    fuzz::require_text(text.text());
    reaper::JsonReport json("/", {}, reaper::Scanner::Streams::leave_out);
    json.add_file(record);
    json.finish();
    fuzz::require_json(json.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Directory directory;
    fuzz::Input input(data, size);
    for (std::size_t file = 0; file < files_max && !input.empty(); ++file)
        directory.add_file(input);
    reaper::Scanner scanner(directory.open());
    scanner.look_at_foreign();
    const auto entries = scanner.entries();
    fuzz::require(entries.has_value(), "a directory can be read");
    reaper::FileRecord record;
    for (const reaper::DirectoryEntry& entry : *entries) {
        fuzz::require(scanner.look(entry, record), "a file of one's own stays");
        if (record.foreign) require_reasons(record);
        report(record);
    }
    directory.empty();
    return 0;
}
