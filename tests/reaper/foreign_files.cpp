#include "foreign_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>

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

void lay_down(const TestDirectory& directory, const RecordedFile& file, const std::string& name,
              mode_t mode) {
    const std::string& chosen = name.empty() ? file.name : name;
    directory.write(chosen, file.head, mode);
    const std::string path = directory / chosen;
    if (::truncate(path.c_str(), static_cast<off_t>(file.size)) != 0)
        throw std::runtime_error("truncate " + chosen);
    if (file.tail.empty()) return;
    const shmheap::os::UniqueFd opened(
        directory.open().open_file(chosen, O_WRONLY).value().release());
    const auto offset = static_cast<off_t>(file.size - file.tail.size());
    if (::pwrite(opened.get(), file.tail.data(), file.tail.size(), offset) < 0)
        throw std::runtime_error("write " + chosen);
}

}  // namespace reaper_test
