/// The one thread that reads descriptions while harrier runs. Reading may take a second for
/// thousands of components, and for ever where a file system does not answer; nobody but who asked
/// for it waits for that. One reading at a time, with what is made of it, so that memory is bounded
/// by the limits of one (load.hpp), and so many others wait at most.
///
/// A thread that does not come back cannot be ended. So harrier never waits for it at its own end
/// but leaves it behind: see end(). Main thread, but for the work.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

#include "launcher/asio.hpp"
#include "launcher/observe/worker.hpp"
#include "launcher/supervise/latch.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class Reader {
public:
    static constexpr std::size_t readings_max = 16;  ///< under way, waiting, or being told of

    /// Of one reading. It is the turn of its owner until end_turn(), and it counts until it goes.
    class Place {
    public:
        explicit Place(Reader& reader);
        Place(Place&& other) noexcept;
        Place& operator=(Place&& other) noexcept;
        ~Place();

        /// What was read is no longer held: somebody else may read.
        void end_turn();

    private:
        friend class Reader;

        Reader* reader_;
        bool has_turn_ = false;
    };

    explicit Reader(Executor executor) : executor_(executor) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { end(); }

    /// Has `work` done by the thread when it is its turn. What it refers to, and what it leaves,
    /// is its own (shared): nobody may wait for it any more. Errors: EBUSY, there are
    /// readings_max already; ECANCELED, close() was called; what `work` threw; no thread can be
    /// made.
    Awaitable<shmheap::Result<Place>> read(std::function<void()> work);

    /// Whoever waits is told ECANCELED now, and who comes later at once.
    void close();

    /// Ends the thread. False: it has not come back from what it does, and is left behind. Then the
    /// process has to end by _exit(2), before the executor goes.
    bool end();

private:
    struct Task {
        explicit Task(Executor executor) : is_done(executor) {}

        Latch is_done;
        bool is_over = false;
        shmheap::Status outcome;
    };

    Awaitable<bool> take_turn();
    shmheap::Status begin(std::function<void()> work);

    Executor executor_;
    std::unique_ptr<Worker> worker_;  // from the first reading on
    std::shared_ptr<Task> task_;      // what the thread does
    std::deque<Latch*> waiting_;
    std::size_t places_ = 0;
    bool is_taken_ = false;
    bool is_closed_ = false;
};

}  // namespace launcher
