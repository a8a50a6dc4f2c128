// Every system call fails in turn while a heap is born, grows, gives memory back, is attached,
// leased from, collected, detached from and cleaned away.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "every_call.hpp"
#include "file/cleaner.hpp"
#include "file/verify.hpp"
#include "os/shm_directory.hpp"

using namespace fault_test;
using namespace heap_test;
using shmheap::Status;

namespace {

constexpr std::size_t heap_size = 16 * mib;

/// Failing allocations say why by errno alone. A page without memory behind it would show.
Status block_or_error(void* block, std::size_t bytes) {
    if (block == nullptr) return shmheap::fail(errno, "allocate");
    for (std::size_t page = 0; page < bytes; page += 16 * shmheap::page_size)
        static_cast<volatile std::byte*>(block)[page] = std::byte{1};
    return {};
}

class Birth final : public Deed {
public:
    explicit Birth(const Folder& folder) : folder_(folder) {}
    Status act() override {
        if (heap_) return {};
        auto heap = shmheap::Heap::create(options_in(folder_, heap_size));
        if (!heap) return tl::unexpected(heap.error());
        heap_ = std::move(*heap);
        return block_or_error(heap_->allocate(100), 100);
    }

private:
    const Folder& folder_;
    std::unique_ptr<shmheap::Heap> heap_;
};

/// What the other deeds begin with: a heap that nothing has failed in.
class HeapDeed : public Deed {
public:
    explicit HeapDeed(const Folder& folder) : heap_(make_heap(folder, heap_size)) {}

protected:
    shmheap::Heap& heap() { return *heap_; }

private:
    std::unique_ptr<shmheap::Heap> heap_;
};

class Growth final : public HeapDeed {
public:
    using HeapDeed::HeapDeed;
    Status act() override {
        for (const std::size_t bytes : {100UL, 300 * kib, 3 * mib}) {
            void* block = heap().allocate(bytes);
            if (auto done = block_or_error(block, bytes); !done) return done;
            shmheap::deallocate(block);
        }
        return {};
    }
};

class GiveBack final : public HeapDeed {
public:
    explicit GiveBack(const Folder& folder) : HeapDeed(folder) {
        shmheap::deallocate(heap().allocate(5 * mib));
    }
    Status act() override {
        if (auto collected = heap().collect(); !collected) return tl::unexpected(collected.error());
        return heap().stats().heap_size == 0 ? Status() : shmheap::fail(EBUSY, "give back");
    }
};

class Attach final : public HeapDeed {
public:
    explicit Attach(const Folder& folder) : HeapDeed(folder), folder_(folder) {}
    Status act() override {
        auto client = shmheap::Client::attach(heap().name(), folder_.path());
        if (!client) return tl::unexpected(client.error());
        if (heap().stats().clients > 1) return shmheap::fail(EBUSY, "count clients");
        return {};
    }

private:
    const Folder& folder_;
};

/// From issue to collection, with a client that has seen nothing of the heap yet.
class Lease final : public HeapDeed {
public:
    explicit Lease(const Folder& folder) : HeapDeed(folder), client_(attach(heap())) {
        block_ = heap().allocate(3 * mib);
    }
    Status act() override {
        auto reference = heap().issue(block_, 2 * mib, 100, client_->slot());
        if (!reference) return tl::unexpected(reference.error());
        const auto bytes = client_->accept(*reference);
        if (!bytes) {
            // Not accepted, so it can be revoked: nothing is lost.
            if (auto revoked = heap().revoke(*reference); !revoked) return revoked;
            return tl::unexpected(bytes.error());
        }
        if (auto released = client_->release(*reference); !released) return released;
        const auto collected = heap().collect();
        if (!collected) return tl::unexpected(collected.error());
        return *collected == 1 ? Status() : shmheap::fail(EBUSY, "collect");
    }

private:
    std::shared_ptr<shmheap::Client> client_;
    void* block_ = nullptr;
};

/// The owner sleeps until the client releases: neither the wait nor the wake may be lost for good.
class AwaitRelease final : public HeapDeed {
public:
    explicit AwaitRelease(const Folder& folder) : HeapDeed(folder), client_(attach(heap())) {
        block_ = heap().allocate(100);
    }
    Status act() override {
        const auto reference = heap().issue(block_, 0, 100, client_->slot());
        if (!reference || !client_->accept(*reference)) return shmheap::fail(EBUSY, "lease");
        std::jthread releasing([&] { (void)client_->release(*reference); });
        for (int each = 0; each < 1'000 && heap().leases_of(client_->slot()) > 0; ++each) {
            heap().await_release(client_->slot(), 10'000'000);
            (void)heap().collect_client(client_->slot());
        }
        return heap().leases_of(client_->slot()) == 0 ? Status() : shmheap::fail(EBUSY, "await");
    }

private:
    std::shared_ptr<shmheap::Client> client_;
    void* block_ = nullptr;
};

/// The leases of a killed client come back.
class CollectDead final : public HeapDeed {
public:
    explicit CollectDead(const Folder& folder) : HeapDeed(folder) {
        const Channel slots;
        const Event issued;
        Child client([&] {
            const auto attached = shmheap::Client::attach(heap().name(), folder.path());
            if (!attached || !slots.send((*attached)->slot()) || !issued.wait()) return 1;
            ::pause();
            return 0;
        });
        std::uint32_t slot = 0;
        REQUIRE(slots.receive(slot));
        REQUIRE(heap().issue(heap().allocate(100), 0, 100, slot));
        issued.tell();
        REQUIRE(client.kill(SIGKILL) == killed_by(SIGKILL));
    }
    Status act() override {
        if (auto collected = heap().collect(); !collected) return tl::unexpected(collected.error());
        return heap().stats().leases_live == 0 ? Status() : shmheap::fail(EBUSY, "collect");
    }
};

/// Whatever fails while a client goes, its slot and its lease come back.
class Detach final : public HeapDeed {
public:
    explicit Detach(const Folder& folder) : HeapDeed(folder), client_(attach(heap())) {
        const auto reference = heap().issue(heap().allocate(100), 0, 100, client_->slot());
        REQUIRE((reference && client_->accept(*reference)));
    }
    Status act() override {
        client_.reset();
        if (auto collected = heap().collect(); !collected) return tl::unexpected(collected.error());
        if (heap().stats().leases_live != 0) return shmheap::fail(EBUSY, "collect");
        return {};
    }

private:
    std::shared_ptr<shmheap::Client> client_;
};

class Clean final : public Deed {
public:
    explicit Clean(const Folder& folder) : folder_(folder) {
        Child owner([&] {
            const auto heap = make_heap(folder, heap_size);
            ::raise(SIGKILL);
            return 0;
        });
        REQUIRE(owner.wait() == killed_by(SIGKILL));
        REQUIRE(folder.names().size() == 1);
        name_ = folder.names().front();
    }
    Status act() override {
        const auto directory = shmheap::os::ShmDirectory::open(folder_.path());
        if (!directory) return tl::unexpected(directory.error());
        const auto cleaned = shmheap::clean(*directory, name_);
        if (!cleaned) return tl::unexpected(cleaned.error());
        return folder_.names().empty() ? Status() : shmheap::fail(EBUSY, "clean");
    }

private:
    const Folder& folder_;
    std::string name_;
};

class Verify final : public Deed {
public:
    explicit Verify(const Folder& folder)
        : heap_(shmheap::Heap::create(options_in(folder, heap_size))), path_(folder.path()) {
        REQUIRE(heap_);
    }
    Status act() override {
        const auto directory = shmheap::os::ShmDirectory::open(path_);
        if (!directory) return tl::unexpected(directory.error());
        const auto file = directory->open_file((*heap_)->name(), O_RDONLY);
        if (!file) return tl::unexpected(file.error());
        const auto verification = shmheap::verify(file->get());
        if (!verification) return tl::unexpected(verification.error());
        CHECK(verification->is_heap);
        CHECK(verification->findings.empty());
        return {};
    }

private:
    shmheap::Result<std::unique_ptr<shmheap::Heap>> heap_;
    std::string path_;
};

/// The heap of a process that has none yet, in a process of its own; 0 if all was well.
int allocate_in_process_heap(const Folder& folder, int nth, int code, Lasting lasting) {
    ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
    ::setenv("SHMHEAP_MAX_SIZE", "16MiB", 1);
    (void)!::freopen("/dev/null", "w", stderr);
    Injection injection(nth, code, lasting);
    void* block = shmheap::allocate_hybrid(10'000);
    injection.disarm();
    if (block == nullptr) return 1;
    stamp(block, 10'000, 1);
    shmheap::deallocate(block);
    // A birth that failed is tried again after a tenth of a second.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    bool is_shared = false;
    while (!is_shared && std::chrono::steady_clock::now() < deadline) {
        block = shmheap::allocate_hybrid(10'000);
        is_shared = shmheap::is_shared(block);
        shmheap::deallocate(block);
        if (!is_shared) std::this_thread::yield();
    }
    if (!is_shared) return 2;
    return injection.failed_call().empty() ? 3 : 0;
}

template <class Kind>
MakeDeed makes() {
    return [](const Folder& folder) { return std::make_unique<Kind>(folder); };
}

}  // namespace

TEST_CASE("whichever call fails, a heap is born or an error says why, and the next one is born") {
    make_every_call_fail(makes<Birth>());
}

TEST_CASE("whichever call fails, a heap grows or says why not, and grows at the next attempt") {
    make_every_call_fail(makes<Growth>());
}

TEST_CASE("whichever call fails, memory goes back, if not at once then at the next attempt") {
    make_every_call_fail(makes<GiveBack>());
}

TEST_CASE("whichever call fails, a client attaches or is told why not, and takes no slot then") {
    make_every_call_fail(makes<Attach>());
}

TEST_CASE("whichever call fails, a lease that does not come about is not lost") {
    make_every_call_fail(makes<Lease>());
}

TEST_CASE("whichever call fails, an owner that waits for a release goes on") {
    make_every_call_fail(makes<AwaitRelease>());
}

TEST_CASE("whichever call fails, the leases of a dead client come back") {
    make_every_call_fail(makes<CollectDead>());
}

TEST_CASE("whichever call fails, a client that detaches leaves no lease") {
    make_every_call_fail(makes<Detach>());
}

TEST_CASE("whichever call fails, a cleaner removes an orphan or says why not") {
    make_every_call_fail(makes<Clean>());
}

TEST_CASE("whichever call fails, a sound heap is found sound or an error says why not") {
    make_every_call_fail(makes<Verify>());
}

TEST_CASE("whichever call fails, a process gets its memory, and soon from its heap") {
    using Kind = std::pair<int, Lasting>;
    for (const auto& [code, lasting] : {Kind{ENOSPC, Lasting::once}, Kind{EMFILE, Lasting::on}}) {
        int status = 0;
        for (int nth = 1; status == 0; ++nth) {
            CAPTURE(code);
            CAPTURE(nth);
            const Folder folder;
            const Ended ended =
                in_child([&] { return allocate_in_process_heap(folder, nth, code, lasting); });
            status = ended.status;
            // 3: as many calls as that are not made.
            CHECK((ended == exited(0) || ended == exited(3)));
        }
    }
}
