/// Relacy with the manners of the house: an atomics policy (lease/lane.hpp) by which the shipping
/// steps run unchanged under the C++ memory model, processes that can be killed before each of
/// their steps, and what of the kernel the protocols lean on: locks that drop at death, futexes.
///
/// Every thread of a model stands for one process. A process that is killed leaves its stack by an
/// exception, the only way out of the middle of a shipping step; nothing is cleaned up on the way
/// but what the kernel cleans up.
///
/// Include this after the headers under test: Relacy defines macros, which are taken back here.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include <relacy/relacy.hpp>

#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert
#undef errno
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst

namespace model {

/// Thrown out of a step of the process that dies there.
struct Killed {};

/// Who dies in the execution that is being simulated, and before which of its steps.
class Death {
public:
    /// Runs `life` of the calling process. True: it was killed, before one of its first `steps`
    /// steps; each is tried in turn, and so is that it survives.
    template <class Life>
    static bool strikes(unsigned steps, const Life& life) {
        steps_left = rl::rand(steps + 1);
        victim = steps_left == steps ? nobody : rl::thread_index();
        bool killed = false;
        try {
            life();
        } catch (const Killed&) {
            killed = true;  // and no more here: other processes must not run within a handler
        }
        victim = nobody;
        return killed;
    }

    /// Called by each step, before it does anything.
    static void step() {
        if (victim == rl::thread_index() && steps_left-- == 0) throw Killed{};
    }

    /// At the beginning of an execution: the last one may have ended in the middle of a life.
    static void forget() { victim = nobody; }

private:
    static constexpr unsigned nobody = ~0U;
    static inline unsigned victim = nobody;
    static inline unsigned steps_left = 0;
};

/// Where in the sources something was called, for the report of a failure.
struct Here : rl::debug_info {
    explicit Here(const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                  unsigned line = __builtin_LINE())
        : rl::debug_info(function, file, line) {}
};

inline void require(bool claim, const char* what, const Here& at = Here()) {
    if (!claim) rl::ctx().fail_test(what, rl::test_result_user_assert_failed, at);
}

/// As std::atomic; each operation is a step.
template <class Value>
class Atomic {
public:
    using Order = rl::memory_order;

    explicit Atomic(Value value = Value{}) : atomic_(value) {}

    Value load(Order order, const Here& at = Here()) const {
        Death::step();
        return atomic_.load(order, at);
    }

    void store(Value value, Order order, const Here& at = Here()) {
        Death::step();
        atomic_.store(value, order, at);
    }

    bool compare_exchange_strong(Value& expected, Value desired, Order order, Order order_if_not,
                                 const Here& at = Here()) {
        Death::step();
        // Relacy orders no failure more strongly than success: a load after it makes up for that.
        const bool acquires_late =
            order_if_not == rl::mo_acquire && (order == rl::mo_relaxed || order == rl::mo_release);
        const Order at_once = acquires_late ? rl::mo_relaxed : order_if_not;
        if (atomic_.compare_exchange_strong(expected, desired, order, at, at_once, at)) return true;
        if (acquires_late) (void)atomic_.load(order_if_not, at);
        return false;
    }

    Value fetch_add(Value value, Order order, const Here& at = Here()) {
        Death::step();
        return atomic_.fetch_add(value, order, at);
    }

    Value fetch_or(Value value, Order order, const Here& at = Here()) {
        Death::step();
        return atomic_.fetch_or(value, order, at);
    }

    /// futex(2), FUTEX_WAIT without a time-out, so that a lost wake-up is a deadlock, which Relacy
    /// reports. The kernel compares after a full barrier and under the lock that FUTEX_WAKE takes
    /// too: it sees the newest value, and nothing comes between the look and the sleep. Who does
    /// not sleep has seen that value, and sees no older one afterwards.
    void futex_wait(Value seen, const Here& at = Here()) {
        Death::step();
        rl::context& kernel = rl::ctx();
        kernel.sched();
        if (atomic_.debug_value() == seen) {
            (void)atomic_.wait(kernel, false, false, at);
        } else {
            (void)atomic_.fetch_add(0, rl::mo_relaxed, at);
        }
    }

    /// futex(2), FUTEX_WAKE of everybody.
    void futex_wake(const Here& at = Here()) {
        Death::step();
        rl::context& kernel = rl::ctx();
        kernel.sched();
        (void)atomic_.wake(kernel, sleepers_max, at);
    }

    /// The newest value, for claims about the end of an execution. No step.
    [[nodiscard]] Value newest() const { return atomic_.debug_value(); }

private:
    static constexpr rl::thread_id_t sleepers_max = 8;
    rl::atomic<Value> atomic_;
};

/// The policy with which the shipping steps are instantiated.
struct Atomics {
    using Word = Atomic<std::uint64_t>;
    using Count = Atomic<std::uint32_t>;
    static constexpr rl::memory_order relaxed = rl::mo_relaxed;
    static constexpr rl::memory_order acquire = rl::mo_acquire;
    static constexpr rl::memory_order release = rl::mo_release;
    static constexpr rl::memory_order acquire_release = rl::mo_acq_rel;
    static constexpr rl::memory_order sequential = rl::mo_seq_cst;
};

/// A lock byte of the heap file: one process at most has it, and its death drops it. The kernel
/// takes and drops it under a lock of its own, which orders memory.
class LockByte {
public:
    [[nodiscard]] bool try_lock() {
        std::uint32_t holder = nobody;
        return holder_.compare_exchange_strong(holder, rl::thread_index() + 1, rl::mo_acquire,
                                               rl::mo_relaxed);
    }
    [[nodiscard]] bool is_held() const { return holder_.load(rl::mo_acquire) != nobody; }
    void unlock() { holder_.store(nobody, rl::mo_release); }

    /// At the beginning of an execution: the process that is thread `index` has it.
    void belongs_to(unsigned index) { holder_.store(index + 1, rl::mo_relaxed); }

    /// What the kernel does when it ends the calling process.
    void drop_at_death() {
        if (holder_.newest() == rl::thread_index() + 1) unlock();
    }

private:
    static constexpr std::uint32_t nobody = 0;
    Atomic<std::uint32_t> holder_;
};

/// Bytes that no lock guards: two processes that touch them, one writing, without an order between
/// them are a data race, which Relacy reports. No step.
class Payload {
public:
    void write(unsigned value, const Here& at = Here()) { bytes_(at).store(value); }
    [[nodiscard]] unsigned read(const Here& at = Here()) const { return bytes_(at).load(); }

private:
    rl::var<unsigned> bytes_;
};

/// How much of a model is searched.
struct Effort {
    unsigned context_switches;          ///< all executions with at most so many, and forced ones
    rl::iteration_t random_executions;  ///< then so many without such a limit
};

/// One more where a search may take minutes (tests/README.md, Variables).
inline unsigned context_switches_more() {
    return std::getenv("HARRIER_SEARCH_DEEPER") == nullptr ? 0 : 1;
}

/// Searches a model. What was searched, what failed, and the execution in which it did, go to
/// stdout (not to a string: Relacy's operator new would make it, and another delete it).
template <class Model>
bool holds(const Effort& effort) {
    rl::test_params params;
    params.search_type = rl::fair_context_bound_scheduler_type;
    params.context_bound = effort.context_switches + context_switches_more();
    if (!rl::simulate<Model>(params)) return false;
    params = rl::test_params{};
    params.search_type = rl::random_scheduler_type;
    params.iteration_count = effort.random_executions;
    return rl::simulate<Model>(params);
}

}  // namespace model
