/// The steps of a ring: one producer (the owner of the heap) hands references to one consumer (a
/// client) through cells in the client's area. Messages are numbered; message n lies in cell
/// n modulo the number of cells.
///
///     who        step              how
///     producer   publish           the cell's content, then its stamp (n + 1)
///     consumer   look              the stamp of the next cell; below n + 1: nothing yet; above:
///                                  the message was dropped and its cell is in use again
///     consumer   copy, then take   compare-exchange of `head`, n to n + 1; lost: begin again there
///     producer   drop the oldest   the same compare-exchange; who wins it has the message
///     producer   reuse a cell      after it has seen, or made, `head` move past it
///
/// Of several messages at once the producer fills the last cell first. The first cell comes last
/// and shows them all, since nobody looks at a message before the one ahead of it is there. The
/// consumer takes as many as it has copied by one compare-exchange of `head`.
///
/// Only after a take has been won does the consumer accept the lease, and only after a drop has
/// been won does the producer revoke it: nobody ever accepts what was dropped. A process that is
/// killed between two steps leaves a message that was either published or not, taken or not.
///
/// Sleeping, the same in both directions. Who wants to sleep stores in a word of its own what it
/// waits for, looks once more, and sleeps. Who changes something then reads that word, and if there
/// is something to wake for, claims the sleeper by a compare-exchange to 0 and wakes it. The store
/// and the second look here, the change and the reading there, are seq_cst: at least one of the two
/// sees the other (Dekker). The word tells the number that is waited for, so that a slow waker
/// cannot claim, and thereby lose, a later sleep than the one it saw.
///
/// Templates over an atomics policy and the number of cells, so that a model checker can run these
/// very steps with few cells. A step takes what it works on as references; nothing is kept here.
#pragma once

#include <cstdint>
#include <optional>

#include "lease/lane.hpp"
#include "shmheap/layout.hpp"

namespace shmheap::stream {

/// The content of a cell, in private memory.
struct RingEntry {
    std::uint64_t sequence = 0;
    std::uint64_t time_stamp_ns = 0;
    std::uint64_t stream_id = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t generation = 0;
    std::uint64_t kind = 0;
};

/// How a sleeper sleeps, which says how it is woken.
enum class Sleep : std::uint64_t {
    on_futex = 1,   ///< on the low half of the word that will change
    on_socket = 2,  ///< in poll(2) or epoll(7): a packet wakes it
};

/// The word of a sleeper, put together and taken apart; never 0.
constexpr std::uint64_t sleep_word(std::uint64_t number, Sleep sleep) {
    return number << 2 | static_cast<std::uint64_t>(sleep);
}
constexpr std::uint64_t sleep_number(std::uint64_t word) {
    return word >> 2;
}
/// Nothing if the word is nonsense.
constexpr std::optional<Sleep> sleep_kind(std::uint64_t word) {
    const std::uint64_t kind = word & 3;
    if (kind != 1 && kind != 2) return std::nullopt;
    return static_cast<Sleep>(kind);
}

template <class Atomics = shmheap::detail::StandardAtomics,
          std::uint64_t cell_count = ring_cell_count>
struct RingSteps {
    using Word = typename Atomics::Word;
    using Cell = RingCellOf<Word>;

    static constexpr std::uint64_t cell_index(std::uint64_t number) { return number % cell_count; }

    // ---- the way of a message

    /// Producer; the cell is its own: `head` was seen, or moved, past its former message.
    /// release, of each word: a consumer that still copies the former message and reads a word of
    /// this one has then seen `head` move past it, so that its take() is lost.
    /// seq_cst, of the stamp: pairs with the sleeper's second look, and with look().
    static void publish(Cell& cell, std::uint64_t number, const RingEntry& entry) {
        fill(cell, entry);
        cell.stamp.store(number + 1, Atomics::sequential);
    }

    /// The same for a message whose forerunner is published afterwards, by the same producer.
    /// relaxed, of the stamp: who looks here has seen the forerunner's, which is stored afterwards,
    /// or was sent here by a `head` that drop_oldest() moved past the forerunner.
    static void publish_ahead(Cell& cell, std::uint64_t number, const RingEntry& entry) {
        fill(cell, entry);
        cell.stamp.store(number + 1, Atomics::relaxed);
    }

private:
    static void fill(Cell& cell, const RingEntry& entry) {
        cell.sequence.store(entry.sequence, Atomics::release);
        cell.time_stamp_ns.store(entry.time_stamp_ns, Atomics::release);
        cell.stream_id.store(entry.stream_id, Atomics::release);
        cell.offset.store(entry.offset, Atomics::release);
        cell.length.store(entry.length, Atomics::release);
        cell.generation.store(entry.generation, Atomics::release);
        cell.kind.store(entry.kind, Atomics::release);
    }

public:
    /// Consumer. Whether the message, or a later one in its cell, was published.
    /// acquire: pairs with publish(): the content is there.
    [[nodiscard]] static bool look(const Cell& cell, std::uint64_t number) {
        return cell.stamp.load(Atomics::acquire) > number;
    }

    /// Consumer, after look(); to be believed only when the take() that follows is won.
    /// acquire, of each word: see publish().
    [[nodiscard]] static RingEntry copy(const Cell& cell) {
        RingEntry entry;
        entry.sequence = cell.sequence.load(Atomics::acquire);
        entry.time_stamp_ns = cell.time_stamp_ns.load(Atomics::acquire);
        entry.stream_id = cell.stream_id.load(Atomics::acquire);
        entry.offset = cell.offset.load(Atomics::acquire);
        entry.length = cell.length.load(Atomics::acquire);
        entry.generation = cell.generation.load(Atomics::acquire);
        entry.kind = cell.kind.load(Atomics::acquire);
        return entry;
    }

    /// Consumer; `count` messages from `number` on. False: the producer dropped the first, and
    /// `number` is now the oldest message there is.
    /// seq_cst: releases the cells to who reads `head`, and pairs with a sleeping producer. acquire
    /// on failure: pairs with drop_oldest(): all that was published ahead is there.
    [[nodiscard]] static bool take(Word& head, std::uint64_t& number, std::uint64_t count = 1) {
        return head.compare_exchange_strong(number, number + count, Atomics::sequential,
                                            Atomics::acquire);
    }

    /// Producer. False: the consumer took it. acq_rel: what publish() then stores comes later, and
    /// what it stored before comes earlier: see take(). acquire on failure, as in head().
    [[nodiscard]] static bool drop_oldest(Word& head, std::uint64_t& number) {
        return head.compare_exchange_strong(number, number + 1, Atomics::acquire_release,
                                            Atomics::acquire);
    }

    /// Producer. acquire: pairs with take(): the cells before it have been copied.
    [[nodiscard]] static std::uint64_t head(const Word& head) {
        return head.load(Atomics::acquire);
    }

    // ---- sleeping

    /// The sleeper, before its second look.
    static void announce_sleep(Word& waits, std::uint64_t number, Sleep sleep) {
        waits.store(sleep_word(number, sleep), Atomics::sequential);
    }

    /// The consumer's second look; if that is not above the number either, it sleeps on the stamp
    /// as it was here.
    [[nodiscard]] static std::uint64_t look_again(const Cell& cell) {
        return cell.stamp.load(Atomics::sequential);
    }

    /// The producer's second look, likewise.
    [[nodiscard]] static std::uint64_t head_again(const Word& head) {
        return head.load(Atomics::sequential);
    }

    /// The sleeper, when it is awake, whatever woke it. False: somebody claimed it, and if it was
    /// going to sleep on the socket, a packet is under way.
    static bool end_sleep(Word& waits, std::uint64_t number, Sleep sleep) {
        std::uint64_t expected = sleep_word(number, sleep);
        return waits.compare_exchange_strong(expected, 0, Atomics::relaxed, Atomics::relaxed);
    }

    /// The waker, after its change: the word of a sleeper who waits for no more than `reached`, or
    /// 0. Of several wakers, and the sleeper itself, one claims it.
    [[nodiscard]] static std::uint64_t claim_sleeper(Word& waits, std::uint64_t reached) {
        std::uint64_t seen = waits.load(Atomics::sequential);
        if (seen == 0 || sleep_number(seen) > reached) [[likely]]
            return 0;
        const bool claimed =
            waits.compare_exchange_strong(seen, 0, Atomics::relaxed, Atomics::relaxed);
        return claimed ? seen : 0;
    }
};

}  // namespace shmheap::stream
