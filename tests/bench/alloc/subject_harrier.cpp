// Harrier's heap: the process heap for what stays within the process, leases between two.
#include <sys/stat.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "alloc/handover.hpp"
#include "alloc/local_workloads.hpp"
#include "alloc/once_workloads.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"

namespace bench {
namespace {

struct Harrier {
    void* allocate(std::size_t bytes) { return shmheap::allocate(bytes); }
    void deallocate(void* block) { shmheap::deallocate(block); }

    /// Of the heap's file, whether touched or not.
    [[nodiscard]] std::uint64_t committed() const {
        const std::string path =
            std::string(std::getenv("SHMHEAP_DIR")) + "/" + expect(shmheap::process_heap())->name();
        struct stat file {};
        if (stat(path.c_str(), &file) != 0) give_up("stat " + path);
        return static_cast<std::uint64_t>(file.st_blocks) * 512;
    }
};

Harrier& harrier() {
    static Harrier instance;
    return instance;
}

shmheap::Reference issue_when_possible(shmheap::Heap& heap, const void* block, std::size_t bytes,
                                       std::uint32_t client) {
    for (Spin spin;; spin.once()) {
        const auto reference = heap.issue(block, 0, bytes, client);
        if (reference) return *reference;
        if (reference.error().code != EAGAIN) give_up(reference.error().message());
    }
}

/// A lease for each message; the sender lets go of a block as soon as it is on its way.
struct Leases {
    using Message = shmheap::Reference;

    struct Notice {
        std::uint32_t client = 0;
    };

    class Sender {
    public:
        explicit Sender(const WorkloadSpec& spec)
            : bytes_(spec.bytes), heap_(expect(shmheap::process_heap())) {
            if (spec.kind == Kind::lease_across) fixed_ = allocate_or_give_up(harrier(), bytes_);
        }
        void open(const Notice& notice) { client_ = notice.client; }

        Message send() {
            if (fixed_ != nullptr) return issue_when_possible(*heap_, fixed_, bytes_, client_);
            void* block = allocate_or_give_up(harrier(), bytes_);
            write_word(block, 0);
            const auto reference = issue_when_possible(*heap_, block, bytes_, client_);
            harrier().deallocate(block);
            return reference;
        }
        [[nodiscard]] const std::string& heap_name() const { return heap_->name(); }

    private:
        std::size_t bytes_;
        shmheap::Heap* heap_;
        void* fixed_ = nullptr;
        std::uint32_t client_ = 0;
    };

    class Receiver {
    public:
        Receiver(const Sender& sender, Notice& notice)
            : client_(expect(shmheap::Client::attach(sender.heap_name()))) {
            notice.client = client_->slot();
        }

        void take(const Message& reference) {
            const auto bytes = expect(client_->accept(reference));
            (void)*reinterpret_cast<const volatile std::uint64_t*>(bytes.data());
            if (!client_->release(reference)) give_up("release failed");
        }

    private:
        std::shared_ptr<shmheap::Client> client_;
    };
};

/// Both sides in one thread.
class LeaseAlone final : public Workload {
public:
    explicit LeaseAlone(const WorkloadSpec& spec)
        : sender_(spec), receiver_(sender_, notice_), bytes_(spec.bytes) {
        block_ = allocate_or_give_up(harrier(), bytes_);
    }

    void run(std::uint64_t count) override {
        shmheap::Heap& heap = *expect(shmheap::process_heap());
        for (std::uint64_t i = 0; i < count; ++i)
            receiver_.take(issue_when_possible(heap, block_, bytes_, notice_.client));
    }

private:
    Leases::Notice notice_;
    Leases::Sender sender_;
    Leases::Receiver receiver_;
    std::size_t bytes_;
    void* block_ = nullptr;
};

/// By a client with a mapping of its own, though in this process.
double first_read() {
    shmheap::Heap& heap = *expect(shmheap::process_heap());
    const auto client = expect(shmheap::Client::attach(heap.name()));
    std::vector<shmheap::Reference> references;
    for (std::size_t i = 0; i < first_pass_blocks; ++i) {
        const void* block = allocate_touched(harrier(), block_size_max);
        references.push_back(issue_when_possible(heap, block, block_size_max, client->slot()));
    }
    const auto start = Clock::now();
    for (const auto& reference : references) {
        const auto bytes = expect(client->accept(reference));
        for (std::size_t offset = 0; offset < bytes.size(); offset += shmheap::page_size)
            (void)*reinterpret_cast<const volatile std::uint64_t*>(bytes.data() + offset);
    }
    return microseconds_since(start) / first_pass_blocks;
}

}  // namespace

std::optional<double> measure_harrier_once(const OnceSpec& spec) {
    if (spec.kind == OnceKind::first_read) return first_read();
    return measure_once(spec, harrier);
}

std::unique_ptr<Workload> make_harrier(const WorkloadSpec& spec) {
    switch (spec.kind) {
        case Kind::lifo:
        case Kind::touch:
        case Kind::random:
        case Kind::between_threads:
            return make_local_workload(spec, harrier());
        case Kind::between_processes:
        case Kind::lease_across:
            return std::make_unique<Handover<Leases>>(spec);
        case Kind::lease_alone:
            return std::make_unique<LeaseAlone>(spec);
    }
    return nullptr;
}

}  // namespace bench
