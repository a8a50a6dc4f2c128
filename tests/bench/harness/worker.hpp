/// Subjects that need a process of their own (another allocator preloaded, a fresh heap) are
/// measured by a worker: a program that answers each line on its input with one sample on its
/// output, and is idle in between.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "harness/child.hpp"
#include "harness/rounds.hpp"

namespace bench {

/// Starts a worker and lives as long as any copy of the series. Errors: those of Child::start.
shmheap::Result<Series> worker_series(const Series& names, const Child::Options& worker);

/// Starts a worker for each sample, and waits for its end.
Series fresh_worker_series(const Series& names, const Child::Options& worker);

/// In the worker: one answer.
void answer(const Sample& sample);

/// In the worker: answers until its input ends.
void answer_samples(const std::function<Sample()>& measure);

/// In a worker: a message to people, and the end.
[[noreturn]] void give_up(const std::string& message);

/// The value of a result, or the end.
template <class T>
T expect(shmheap::Result<T> result) {
    if (!result) give_up(result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace bench
