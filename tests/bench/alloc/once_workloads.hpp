/// The workloads of once_workload.hpp, over any Subject as local_workloads.hpp has it. One that
/// holds more than what is present in this process says so:
///     std::uint64_t committed();    // bytes of memory that it holds
#pragma once

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "alloc/local_workloads.hpp"
#include "alloc/once_workload.hpp"
#include "harness/load.hpp"

namespace bench {

inline constexpr std::size_t first_pass_blocks = 64;
inline constexpr double mebibyte = 1024.0 * 1024.0;

inline double microseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// The memory that a subject holds, where the process had `before` bytes before it was set up.
template <class Subject>
double held_bytes(const Subject& subject, std::uint64_t before) {
    if constexpr (requires { subject.committed(); }) {
        return static_cast<double>(subject.committed());
    } else {
        return static_cast<double>(resident_bytes() - before);
    }
}

/// Random replacement in blocks of which every page is written, by threads that work at the same
/// time; then the memory held ÷ the peak of the live bytes.
template <class Subject>
double footprint(int threads, Subject& subject, std::uint64_t before) {
    static constexpr std::size_t live = 1000;
    static constexpr std::uint64_t replacements = 200'000;
    std::vector<std::unique_ptr<LiveSet<Subject, Writes::every_page>>> sets(
        static_cast<std::size_t>(threads));
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        workers.emplace_back([&subject, &set = sets[i], i] {
            set = std::make_unique<LiveSet<Subject, Writes::every_page>>(live, i + 1, subject);
            set->replace(replacements);
        });
    }
    for (auto& worker : workers)
        worker.join();
    std::uint64_t peak = 0;
    for (const auto& set : sets)
        peak += set->peak_bytes();
    return held_bytes(subject, before) / static_cast<double>(peak);
}

/// What is still held 2 s after everything was freed, by a process that goes on with small blocks.
template <class Subject>
double left_over(Subject& subject, std::uint64_t before) {
    {
        LiveSet<Subject, Writes::every_page> set(1000, 1, subject);
        set.replace(10'000);
    }
    const auto end = Clock::now() + std::chrono::seconds(2);
    while (Clock::now() < end) {
        subject.deallocate(allocate_or_give_up(subject, 64));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return held_bytes(subject, before) / mebibyte;
}

/// `set_up` returns the Subject& that it makes, or the one that it made before.
template <class SetUp>
std::optional<double> measure_once(const OnceSpec& spec, SetUp set_up) {
    const std::uint64_t before = resident_bytes();
    const auto start = Clock::now();
    auto& subject = set_up();
    switch (spec.kind) {
        case OnceKind::cold_start:
            subject.deallocate(allocate_touched(subject, 64 * 1024));
            return microseconds_since(start);
        case OnceKind::first_pass: {
            subject.deallocate(allocate_or_give_up(subject, 64));  // a heap is made on demand
            const auto ready = Clock::now();
            for (std::size_t i = 0; i < first_pass_blocks; ++i)
                allocate_touched(subject, block_size_max);
            return microseconds_since(ready) / first_pass_blocks;
        }
        case OnceKind::first_read:
            return std::nullopt;  // needs another mapping of the same memory
        case OnceKind::footprint:
            return footprint(spec.threads, subject, before);
        case OnceKind::left_over:
            return left_over(subject, before);
    }
    return std::nullopt;
}

}  // namespace bench
