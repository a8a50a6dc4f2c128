#include "stream/wire.hpp"

namespace shmheap::stream {

Announcement announce(const HeapPlace& place) {
    return {.heap = place.uuid,
            .claim = place.claim,
            .directory_size = static_cast<std::uint32_t>(place.directory.size()),
            .name_size = static_cast<std::uint32_t>(place.name.size())};
}

std::optional<HeapPlace> announced_place(const Announcement& announcement,
                                         std::span<const std::byte> text) {
    const std::size_t directory_size = announcement.directory_size;
    const std::size_t name_size = announcement.name_size;
    if (directory_size > heap_directory_size_max || name_size > heap_name_size_max ||
        text.size() != directory_size + name_size) {
        return std::nullopt;
    }
    // Bytes become text here; what they say is checked by whoever opens them.
    const std::string_view all(reinterpret_cast<const char*>(text.data()), text.size());
    if (all.find('\0') != std::string_view::npos) return std::nullopt;
    HeapPlace place;
    place.uuid = announcement.heap;
    place.claim = announcement.claim;
    place.directory = all.substr(0, directory_size);
    place.name = all.substr(directory_size);
    if (place.name.find('/') != std::string::npos) return std::nullopt;
    return place;
}

}  // namespace shmheap::stream
