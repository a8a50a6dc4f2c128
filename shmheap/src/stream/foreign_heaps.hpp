/// The heaps of others that a consumer was told of, and in which of them it has a place: from these
/// messages can be forwarded to it. Used by one thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "shmheap/layout.hpp"
#include "stream/wire.hpp"

namespace shmheap::stream {

/// For one connection; what lies in further heaps is copied.
constexpr std::size_t foreign_heaps_max = 8;

class ForeignHeaps {
public:
    [[nodiscard]] bool has_room() const { return entries_.size() < foreign_heaps_max; }

    /// Whether the consumer was told of it, whatever it answered.
    [[nodiscard]] bool knows(const Uuid& heap) const { return find(heap) != entries_.end(); }

    /// The consumer's place among the clients of that heap, if it has attached it.
    [[nodiscard]] std::optional<std::uint32_t> place(const Uuid& heap) const {
        const auto found = find(heap);
        return found != entries_.end() ? found->place : std::nullopt;
    }

    /// It was told of that heap.
    void ask(const Uuid& heap) { entries_.push_back({.heap = heap, .place = std::nullopt}); }

    /// False: the answer is not about one of these. It is input: a place that is none is none, and
    /// one that is another's spoils what is forwarded to whoever said so.
    bool take_answer(const Attachment& answer) {
        const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
            return entry.heap == answer.heap;
        });
        if (found == entries_.end()) return false;
        const std::uint32_t place = client_index(answer.slot);
        if (answer.code == 0 && place < client_slot_count) found->place = place;
        return true;
    }

private:
    struct Entry {
        Uuid heap;
        std::optional<std::uint32_t> place;
    };

    [[nodiscard]] std::vector<Entry>::const_iterator find(const Uuid& heap) const {
        return std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& entry) { return entry.heap == heap; });
    }

    std::vector<Entry> entries_;
};

}  // namespace shmheap::stream
