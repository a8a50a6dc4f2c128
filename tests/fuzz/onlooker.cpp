// A heap file that somebody changes while shminfo reads it: whatever is in it, and whenever it
// comes there, what is told is text for a terminal and a JSON document, and a heap whose owner
// holds its lock is never called orphaned. The input is steps, each of which writes some bytes
// somewhere into the head, the first client area or the file's size: those before the first `go`
// once, the others again and again, by a second thread, while the file is read.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "file/inspect.hpp"
#include "os/file_lock.hpp"
#include "reaper/report_json.hpp"
#include "reaper/report_text.hpp"
#include "reaper/scan.hpp"
#include "shmheap/client.hpp"
#include "stream_pair.hpp"

namespace {

constexpr const char* name = "heap-1";
constexpr off_t kept_bytes = static_cast<off_t>(shmheap::client_area_offset) +
                             static_cast<off_t>(shmheap::client_area_stride);
constexpr int looks = 4;
constexpr std::size_t steps_max = 64;

/// A copy of a heap that has a stream with messages under way, under locks of its own.
class Specimen {
public:
    Specimen() : begin_(kept_bytes) {
        const fuzz::Place place;
        auto producer = place.listen();
        auto consumer = fuzz::connected(place, producer);
        for (int message = 0; message < 3; ++message) {
            fuzz::send_some(producer, *place.heap, 100);
            (void)consumer->receive(fuzz::at_once);
        }
        fuzz::send_some(producer, *place.heap, 100);
        const std::string made = place.folder.path() + "/" + place.heap->name();
        const shmheap::os::UniqueFd from(::open(made.c_str(), O_RDONLY | O_CLOEXEC));
        fuzz::require(::pread(from.get(), begin_.data(), begin_.size(), 0) == kept_bytes, "read");
        size_ = ::lseek(from.get(), 0, SEEK_END);
        fd_.reset(
            ::open((folder_.path() + "/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        for (const auto byte : {shmheap::os::owner_lock_byte, shmheap::os::client_lock_byte(0)}) {
            auto lock = shmheap::os::HeldLock::acquire(fd_.get(), byte);
            fuzz::require(lock.has_value(), "a lock can be taken");
            locks_.push_back(std::move(*lock));
        }
        auto opened = shmheap::os::ShmDirectory::open(folder_.path());
        fuzz::require(opened.has_value(), "a directory can be opened");
        directory_.emplace(std::move(*opened));
        restore();
        reaper::FileRecord record;
        reaper::Scanner scanner(*directory_, reaper::Scanner::Streams::look_at);
        fuzz::require(scanner.look({name, DT_REG}, record) && record.streams.size() == 1,
                      "what nobody changed is a heap with a stream");
    }

    void restore() const {
        fuzz::require(::pwrite(fd_.get(), begin_.data(), begin_.size(), 0) == kept_bytes, "write");
        fuzz::require(::ftruncate(fd_.get(), size_) == 0, "a file can be sized");
    }

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const shmheap::os::ShmDirectory& directory() const { return *directory_; }

private:
    std::vector<std::byte> begin_;
    off_t size_ = 0;
    fuzz::Folder folder_;
    shmheap::os::UniqueFd fd_;
    std::vector<shmheap::os::HeldLock> locks_;
    std::optional<shmheap::os::ShmDirectory> directory_;
};

struct Step {
    off_t at = 0;
    std::span<const std::byte> bytes;  // none: the file is given the size `at`

    void take(int fd) const {
        if (bytes.empty()) {
            fuzz::require(::ftruncate(fd, at) == 0, "a file can be sized");
        } else {
            fuzz::require(::pwrite(fd, bytes.data(), bytes.size(), at) > 0, "bytes can be written");
        }
    }
};

/// Up to the end of the input, or up to a `go`.
std::vector<Step> take_steps(fuzz::Input& input) {
    constexpr unsigned go = 255;
    std::vector<Step> steps;
    while (!input.empty() && steps.size() < steps_max) {
        const auto count = input.take<std::uint8_t>();
        if (count == go) break;
        const auto at = static_cast<off_t>(input.take<std::uint32_t>() % kept_bytes);
        steps.push_back({at, input.take_bytes(count)});
    }
    return steps;
}

void require_text(std::string_view text) {
    for (const char character : text)
        fuzz::require(character == '\n' || (character >= ' ' && character <= '~'), "it is text");
}

void look(const Specimen& specimen) {
    reaper::Scanner scanner(specimen.directory(), reaper::Scanner::Streams::look_at);
    reaper::FileRecord record;
    fuzz::require(scanner.look({name, DT_REG}, record), "the file is there");
    fuzz::require(record.verdict != reaper::Verdict::orphaned, "who holds his lock lives");
    reaper::TextReport text(reaper::SizeFormat::automatic, true);
    text.add_file(record);
    text.add_connections(record);
    require_text(text.text());
    reaper::JsonReport json("/", {}, reaper::Scanner::Streams::look_at);
    json.add_file(record);
    json.finish();
    require_text(json.text());
    boost::json::error_code code;
    (void)boost::json::parse({json.text().data(), json.text().size()}, code);
    fuzz::require(!code, "it is a JSON document");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Specimen specimen;
    fuzz::Input input(data, size);
    specimen.restore();
    for (const Step& step : take_steps(input))
        step.take(specimen.fd());
    const auto steps = take_steps(input);
    std::atomic<bool> begun = false;
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        while (!stop) {
            begun = true;
            for (const Step& step : steps)
                step.take(specimen.fd());
        }
    });
    while (!begun)
        std::this_thread::yield();
    for (int each = 0; each < looks; ++each)
        look(specimen);
    stop = true;
    writer.join();
    return 0;
}
