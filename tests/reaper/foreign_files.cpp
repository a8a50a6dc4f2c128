#include "foreign_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <stdexcept>

#include "fabricator.hpp"

namespace reaper_test {

std::vector<RecordedFile> recorded_files() {
    std::istringstream manifest(data_file("foreign/manifest.tsv"));
    std::vector<RecordedFile> files;
    std::string line;
    while (std::getline(manifest, line)) {
        std::istringstream fields(line);
        RecordedFile file;
        std::size_t head_bytes = 0;
        std::size_t tail_bytes = 0;
        fields >> file.framework >> file.name >> file.size >> head_bytes >> tail_bytes;
        const std::string stem = file.name.substr(file.name.find_first_not_of('.'));
        const std::string bytes = data_file("foreign/" + stem + ".bin");
        if (bytes.size() != head_bytes + tail_bytes) throw std::runtime_error("size of " + stem);
        file.head = bytes.substr(0, head_bytes);
        file.tail = bytes.substr(head_bytes);
        files.push_back(file);
    }
    return files;
}

RecordedFile recorded(const std::string& framework, const std::string& prefix) {
    for (const RecordedFile& file : recorded_files())
        if (file.framework == framework && file.name.starts_with(prefix)) return file;
    throw std::runtime_error("no recorded file " + prefix);
}

namespace {

/// An access control list as RouDi makes it, in the layout of linux/posix_acl_xattr.h: the owner,
/// the file's group and one more group may read and write, others nothing.
void share_with_group(const std::string& path) {
    struct Entry {
        std::uint16_t tag;
        std::uint16_t permissions;
        std::uint32_t id;
    };
    struct List {
        std::uint32_t version = 2;
        std::array<Entry, 5> entries{
            {{0x01, 6, ~0U}, {0x04, 6, ~0U}, {0x08, 6, 0}, {0x10, 6, ~0U}, {0x20, 0, ~0U}}};
    };
    const List list;
    if (::chmod(path.c_str(), 0660) != 0 ||
        ::setxattr(path.c_str(), "system.posix_acl_access", &list, sizeof list, 0) != 0)
        throw std::runtime_error("share " + path);
}

}  // namespace

void lay_down(const TestDirectory& directory, const RecordedFile& file, const std::string& name,
              mode_t mode) {
    const std::string& chosen = name.empty() ? file.name : name;
    directory.write(chosen, file.head, mode);
    const std::string path = directory / chosen;
    if (::truncate(path.c_str(), static_cast<off_t>(file.size)) != 0)
        throw std::runtime_error("truncate " + chosen);
    if (file.framework == "iceoryx" && file.name != "iceoryx_mgmt") share_with_group(path);
    if (file.tail.empty()) return;
    const shmheap::os::UniqueFd opened(
        directory.open().open_file(chosen, O_WRONLY).value().release());
    const auto offset = static_cast<off_t>(file.size - file.tail.size());
    if (::pwrite(opened.get(), file.tail.data(), file.tail.size(), offset) < 0)
        throw std::runtime_error("write " + chosen);
}

std::string lay_tensor(const TestDirectory& directory, pid_t maker, std::uint32_t users,
                       int number) {
    RecordedFile tensor = recorded("pytorch", "torch");
    put(tensor.head, 0, users);
    std::string name = "torch_" + std::to_string(maker) + "_" + std::to_string(number) + "_0";
    lay_down(directory, tensor, name);
    return name;
}

}  // namespace reaper_test
