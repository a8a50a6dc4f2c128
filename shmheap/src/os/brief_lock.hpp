/// A mutex for what takes a fraction of a microsecond: who finds it held looks again a few times
/// before it sleeps, since to sleep and be woken takes longer than what it waits for. With one
/// processor, or a holder that was preempted, it costs those looks. Any thread.
#pragma once

#include <mutex>

namespace shmheap::os {

class BriefLock {
public:
    void lock() {
        for (int look = 0; look < looks_max; ++look) {
            if (mutex_.try_lock()) return;
            for (int pause = 0; pause < pauses_between_looks; ++pause)
                relax();
        }
        mutex_.lock();
    }
    void unlock() { mutex_.unlock(); }

private:
    static constexpr int looks_max = 20;
    static constexpr int pauses_between_looks = 4;

    static void relax() {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }

    std::mutex mutex_;
};

}  // namespace shmheap::os
