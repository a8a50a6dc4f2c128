/// The heaps of others that a consumer was told of, and in which of them it has a place: from these
/// messages can be forwarded to it. A heap is forgotten when nothing of it is left here: its owner
/// may have been started again, any number of times. Used by one thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "shmheap/client.hpp"
#include "shmheap/layout.hpp"
#include "stream/wire.hpp"

namespace shmheap::stream {

/// For one connection; what lies in further heaps is copied.
constexpr std::size_t foreign_heaps_max = 8;

class ForeignHeaps {
public:
    [[nodiscard]] bool has_room() const { return entries_.size() < foreign_heaps_max; }

    /// Whether the consumer was told of it, whatever it answered.
    [[nodiscard]] bool knows(const Uuid& heap) { return find(heap) != entries_.end(); }

    /// The consumer's place among the clients of that heap, if it has attached it; for what is held
    /// by `client`, which keeps the heap from being forgotten.
    [[nodiscard]] std::optional<std::uint32_t> place(const Uuid& heap,
                                                     const std::shared_ptr<Client>& client) {
        const auto found = find(heap);
        if (found == entries_.end()) return std::nullopt;
        found->client = client;
        return found->place;
    }

    /// It was told of the heap of that client.
    void ask(const std::shared_ptr<Client>& client) {
        entries_.push_back({.heap = client->heap_uuid(), .place = std::nullopt, .client = client});
    }

    /// A heap of which this process has neither a message nor an attachment any more, if there is
    /// one; nor has it kept a stub of it, so that the consumer will not ask for it again.
    [[nodiscard]] std::optional<Uuid> gone() const {
        const auto found = std::find_if(entries_.begin(), entries_.end(),
                                        [](const Entry& entry) { return entry.client.expired(); });
        if (found == entries_.end()) return std::nullopt;
        return found->heap;
    }

    void forget(const Uuid& heap) {
        std::erase_if(entries_, [&](const Entry& entry) { return entry.heap == heap; });
    }

    /// False: the answer is not about one of these. It is input: a place that is none is none, and
    /// one that is another's spoils what is forwarded to whoever said so.
    bool take_answer(const Attachment& answer) {
        const auto found = find(answer.heap);
        if (found == entries_.end()) return false;
        const std::uint32_t place = client_index(answer.slot);
        if (answer.code == 0 && place < client_slot_count) found->place = place;
        return true;
    }

private:
    struct Entry {
        Uuid heap;
        std::optional<std::uint32_t> place;
        std::weak_ptr<Client> client;
    };

    [[nodiscard]] std::vector<Entry>::iterator find(const Uuid& heap) {
        return std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& entry) { return entry.heap == heap; });
    }

    std::vector<Entry> entries_;
};

}  // namespace shmheap::stream
