#include "reaper/details.hpp"

#include <fcntl.h>

namespace reaper {

Details DetailReader::read(const FileRecord& record) {
    Details details;
    if (wanted_.held != nullptr) {
        const HeldFile* held = wanted_.held->find(record.status.st_ino);
        details.holders = held != nullptr ? held->holders : std::vector<Holder>{};
    }
    const bool is_heap = record.format == Format::heap && record.verdict != Verdict::damaged;
    if (is_heap && (wanted_.clients || wanted_.blocks)) read_heap(record, details);
    return details;
}

void DetailReader::read_heap(const FileRecord& record, Details& details) {
    const auto file = directory_.open_file(record.name, O_RDONLY);
    struct stat status {};
    if (!file || ::fstat(file->get(), &status) != 0) return;
    if (status.st_dev != record.status.st_dev || status.st_ino != record.status.st_ino) return;
    if (wanted_.clients) {
        if (auto clients = shmheap::inspect_clients(file->get())) details.clients = *clients;
    }
    if (!wanted_.blocks) return;
    const auto inspection = shmheap::inspect(file->get(), status, head_);
    if (inspection && inspection->content == shmheap::Content::heap)
        details.blocks = shmheap::inspect_blocks(head_.content());
}

}  // namespace reaper
