/// Workloads within one process, over any Subject with
///     void* allocate(std::size_t bytes);    // from any thread
///     void deallocate(void* block);         // from any thread
/// both of which are inlined into the loops, so that a subject pays for its own calls alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "alloc/workload.hpp"
#include "harness/partner.hpp"
#include "harness/ring.hpp"
#include "harness/worker.hpp"
#include "shmheap/layout.hpp"

namespace bench {

/// Makes the compiler believe that the block is used, so that it drops neither call of a pair.
inline void* keep(void* block) {
    asm volatile("" : "+r"(block) : : "memory");
    return block;
}

inline void write_word(void* block, std::size_t offset) {
    auto* word = reinterpret_cast<volatile std::uint64_t*>(static_cast<std::byte*>(block) + offset);
    *word = offset;
}

template <class Subject>
void* allocate_or_give_up(Subject& subject, std::size_t bytes) {
    void* block = keep(subject.allocate(bytes));
    if (block == nullptr) [[unlikely]]
        give_up("allocation failed");
    return block;
}

template <class Subject>
void* allocate_touched(Subject& subject, std::size_t bytes) {
    void* block = allocate_or_give_up(subject, bytes);
    for (std::size_t offset = 0; offset < bytes; offset += shmheap::page_size)
        write_word(block, offset);
    return block;
}

template <class Subject>
class Lifo final : public Workload {
public:
    Lifo(const WorkloadSpec& spec, Subject& subject) : spec_(spec), subject_(subject) {}

    void run(std::uint64_t count) override {
        if (spec_.kind == Kind::touch) return run_touching(count);
        for (std::uint64_t i = 0; i < count; ++i)
            subject_.deallocate(allocate_or_give_up(subject_, spec_.bytes));
    }

private:
    void run_touching(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i)
            subject_.deallocate(allocate_touched(subject_, spec_.bytes));
    }

    WorkloadSpec spec_;
    Subject& subject_;
};

enum class Writes { ends, every_page };

/// Live blocks of log-uniform sizes from 64 bytes to 256 KiB. An operation frees one of them and
/// allocates another, whose first and last word it writes, or a word of every page.
template <class Subject, Writes writes = Writes::ends>
class LiveSet {
public:
    LiveSet(std::size_t live, std::uint64_t seed, Subject& subject)
        : subject_(subject), random_(seed), blocks_(live) {
        std::uniform_real_distribution<double> exponent(6, 18);  // 2^6 to 2^18 bytes
        for (auto& size : sizes_)
            size = static_cast<std::uint32_t>(std::exp2(exponent(random_)));
        for (Block& block : blocks_)
            block = fresh();
    }
    ~LiveSet() {
        for (const Block& block : blocks_)
            subject_.deallocate(block.address);
    }
    LiveSet(const LiveSet&) = delete;
    LiveSet& operator=(const LiveSet&) = delete;

    void replace(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            Block& block = blocks_[random_() % blocks_.size()];
            subject_.deallocate(block.address);
            live_bytes_ -= block.bytes;
            block = fresh();
        }
    }

    [[nodiscard]] std::uint64_t peak_bytes() const { return peak_bytes_; }

private:
    struct Block {
        void* address = nullptr;
        std::size_t bytes = 0;
    };

    Block fresh() {
        const std::size_t bytes = sizes_[random_() % sizes_.size()];
        live_bytes_ += bytes;
        peak_bytes_ = std::max(peak_bytes_, live_bytes_);
        if constexpr (writes == Writes::every_page) {
            return {.address = allocate_touched(subject_, bytes), .bytes = bytes};
        }
        void* block = allocate_or_give_up(subject_, bytes);
        write_word(block, 0);
        write_word(block, (bytes / sizeof(std::uint64_t) - 1) * sizeof(std::uint64_t));
        return {.address = block, .bytes = bytes};
    }

    Subject& subject_;
    std::mt19937_64 random_;
    std::array<std::uint32_t, 1 << 14> sizes_{};
    std::vector<Block> blocks_;
    std::uint64_t live_bytes_ = 0;
    std::uint64_t peak_bytes_ = 0;
};

template <class Subject>
class Random final : public Workload {
public:
    Random(const WorkloadSpec& spec, Subject& subject) : own_(spec.live, 1, subject) {
        if (spec.threads == 1) return;
        partner_.emplace(Partner::Kind::thread, 1, [&subject, spec, this](std::uint64_t count) {
            if (!others_) others_.emplace(spec.live, 2, subject);
            others_->replace(count);
        });
    }

    void run(std::uint64_t count) override {
        if (partner_) partner_->begin(count);
        own_.replace(count);
        if (partner_) partner_->await();
    }

private:
    LiveSet<Subject> own_;
    std::optional<LiveSet<Subject>> others_;  ///< the partner's
    std::optional<Partner> partner_;          ///< last, so that it ends first
};

template <class Subject>
class BetweenThreads final : public Workload {
public:
    BetweenThreads(const WorkloadSpec& spec, Subject& subject)
        : bytes_(spec.bytes),
          subject_(subject),
          partner_(Partner::Kind::thread, 1, [this](auto n) { consume(n); }) {}

    void run(std::uint64_t count) override {
        partner_.begin(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            void* block = allocate_or_give_up(subject_, bytes_);
            write_word(block, 0);
            ring_.push(block);
        }
        partner_.await();
    }

private:
    void consume(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            void* block = ring_.pop();
            (void)*static_cast<volatile std::uint64_t*>(block);
            subject_.deallocate(block);
        }
    }

    std::size_t bytes_;
    Subject& subject_;
    Ring<void*> ring_;
    Partner partner_;  ///< last, so that it ends first
};

/// The subject must outlive the workload. nullptr for a workload that is not within one process.
template <class Subject>
std::unique_ptr<Workload> make_local_workload(const WorkloadSpec& spec, Subject& subject) {
    switch (spec.kind) {
        case Kind::lifo:
        case Kind::touch:
            return std::make_unique<Lifo<Subject>>(spec, subject);
        case Kind::random:
            return std::make_unique<Random<Subject>>(spec, subject);
        case Kind::between_threads:
            return std::make_unique<BetweenThreads<Subject>>(spec, subject);
        case Kind::between_processes:
        case Kind::lease_alone:
        case Kind::lease_across:
            return nullptr;
    }
    return nullptr;
}

}  // namespace bench
