// The lease protocol as threads of one process, with owner and clients at full speed: every
// delivery arrives whole, and in the end nothing is left. A sanitizer sees both sides here.
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "rounds.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Client;
using shmheap::Reference;

namespace {

/// References on their way; `marks` says what the block bears.
class Mail {
public:
    struct Letter {
        Reference reference;
        std::uint64_t mark;
    };

    void put(const Letter& letter) {
        const std::lock_guard guard(mutex_);
        letters_.push_back(letter);
        came_.notify_one();
    }
    std::optional<Letter> take() {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return !letters_.empty() || ended_; });
        if (letters_.empty()) return std::nullopt;
        const Letter letter = letters_.front();
        letters_.pop_front();
        return letter;
    }
    void end() {
        const std::lock_guard guard(mutex_);
        ended_ = true;
        came_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<Letter> letters_;
    bool ended_ = false;
};

constexpr std::size_t sent_bytes = 600;

struct Tally {
    std::atomic<int> damaged{0};
    std::atomic<int> received{0};
    std::atomic<int> refused{0};
};

/// Keeps up to some leases for a while, so that they end in another order than they began.
void receive(Client& client, Mail& mail, Tally& tally) {
    std::vector<Reference> held;
    std::mt19937 random(client.slot());
    while (const auto letter = mail.take()) {
        const auto bytes = client.accept(letter->reference);
        if (!bytes) {
            ++tally.refused;
            continue;
        }
        ++tally.received;
        if (!bears(bytes->data(), bytes->size(), letter->mark)) ++tally.damaged;
        held.push_back(letter->reference);
        while (held.size() > random() % 8) {
            std::swap(held.back(), held[random() % held.size()]);
            if (!client.release(held.back())) ++tally.damaged;
            held.pop_back();
        }
    }
    for (const Reference& reference : held) {
        if (!client.release(reference)) ++tally.damaged;
    }
}

/// Sends blocks to every client in turn and frees them at once: the leases keep them.
int send(shmheap::Heap& heap, const std::vector<std::shared_ptr<Client>>& clients,
         std::vector<Mail>& mails, int count) {
    int revoked = 0;
    for (int each = 0; each < count; ++each) {
        void* block = heap.allocate(sent_bytes);
        const auto mark = static_cast<std::uint64_t>(each);
        stamp(block, sent_bytes, mark);
        for (std::size_t to = 0; to < clients.size(); ++to) {
            auto reference = heap.issue(block, 0, sent_bytes, clients[to]->slot());
            while (!reference) {
                heap.await_release(clients[to]->slot(), 1'000'000'000);
                reference = heap.issue(block, 0, sent_bytes, clients[to]->slot());
            }
            mails[to].put({*reference, mark});
            if (each % 16 == 0 && heap.revoke(*reference)) ++revoked;
        }
        shmheap::deallocate(block);
    }
    return revoked;
}

}  // namespace

TEST_CASE("every delivery arrives whole or is revoked, and every block comes back") {
    const int count = rounds(20'000);
    const Folder folder;
    const auto heap = make_heap(folder);
    std::vector<std::shared_ptr<Client>> clients{attach(*heap), attach(*heap)};
    std::vector<Mail> mails(clients.size());
    Tally tally;
    int revoked = 0;
    {
        std::vector<std::jthread> threads;
        for (std::size_t each = 0; each < clients.size(); ++each)
            threads.emplace_back([&, each] { receive(*clients[each], mails[each], tally); });
        revoked = send(*heap, clients, mails, count);
        for (Mail& mail : mails)
            mail.end();
    }
    CHECK(tally.damaged == 0);
    CHECK(tally.refused == revoked);
    CHECK(tally.received + revoked == 2 * count);
    REQUIRE(heap->collect());
    CHECK(heap->stats().leases_live == 0);
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("two threads of an owner may send to one client while a third collects") {
    const int count = rounds(5'000);
    const Folder folder;
    const auto heap = make_heap(folder);
    const std::vector<std::shared_ptr<Client>> clients{attach(*heap)};
    std::vector<Mail> mails(1);
    Tally tally;
    std::atomic<bool> done{false};
    std::atomic<int> revoked{0};
    {
        std::jthread receiving([&] { receive(*clients[0], mails[0], tally); });
        std::jthread collecting([&] {
            while (!done)
                (void)heap->collect();
        });
        {
            std::jthread first([&] { revoked += send(*heap, clients, mails, count); });
            std::jthread second([&] { revoked += send(*heap, clients, mails, count); });
        }
        done = true;
        mails[0].end();
    }
    CHECK(tally.damaged == 0);
    CHECK(tally.received + revoked == 2 * count);
    REQUIRE(heap->collect());
    CHECK(heap->stats().blocks_live == 0);
}

TEST_CASE("clients come and go while the owner sends") {
    const int count = rounds(300);
    const Folder folder;
    const auto heap = make_heap(folder);
    std::atomic<bool> done{false};
    std::atomic<std::uint32_t> slot{0};
    std::jthread sending([&] {
        while (!done) {
            void* block = heap->allocate(100);
            (void)heap->issue(block, 0, 100, slot);
            shmheap::deallocate(block);
        }
    });
    for (int each = 0; each < count; ++each) {
        const auto client = attach(*heap);
        slot = client->slot();
        while (heap->leases_of(client->slot()) == 0)
            ::sched_yield();
    }
    done = true;
    sending.join();
    REQUIRE(heap->collect());
    CHECK(heap->stats().leases_live == 0);
    CHECK(heap->stats().blocks_live == 0);
}
