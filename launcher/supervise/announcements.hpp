/// How one start of a component says of itself that it is ready, and all else in a Report: by its
/// notify socket, by the descriptor that it was given, by the line that its output is searched for.
/// Made before the process, with all of it there is to wait for; null where there is nothing. Owns
/// the socket and the pipe; the Output outlives it. One thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "launcher/observe/output.hpp"
#include "launcher/supervise/host.hpp"
#include "launcher/supervise/notify_socket.hpp"

namespace launcher {

class Announcements {
public:
    /// Errors: as NotifySocket::bind(); no descriptor is left for a pipe.
    static shmheap::Result<std::unique_ptr<Announcements>> await(Executor executor, Output& output,
                                                                 const SpawnRequest& request);

    /// The same for a process that said to another program of this process that it is ready: there
    /// is no line to wait for. Errors: as await().
    static shmheap::Result<std::unique_ptr<Announcements>> resume(Executor executor, Output& output,
                                                                  const SpawnRequest& request,
                                                                  const CarriedProcess& carried);
    Announcements(const Announcements&) = delete;
    Announcements& operator=(const Announcements&) = delete;
    ~Announcements();

    /// What the child gets as the descriptor that `ready` names; -1 for none.
    [[nodiscard]] int ready_fd() const { return write_end_.get(); }

    /// Those of `carried` that are its own.
    void carry(CarriedProcess& carried) const {
        if (socket_) carried.notify_socket = socket_->fd();
        if (read_end_) carried.ready_pipe = read_end_->fd();
    }

    /// The process is there: from now on its word counts.
    void begin(pid_t leader);

    /// It said so to an earlier harrier, or may have said so while there was none.
    void assume_ready() { report_.ready = true; }

    [[nodiscard]] Report take_report();

private:
    Announcements(Output& output, const SpawnRequest& request);

    shmheap::Status open_pipe(Executor executor);
    shmheap::Status watch_pipe(Executor executor, shmheap::os::UniqueFd read_end);
    bool is_ours(pid_t sender) const;
    void read_pipe();

    Output& output_;
    const Descriptor& descriptor_;
    Latch& latch_;
    std::string tag_;
    std::string ready_fifo_;  // or empty
    pid_t leader_ = 0;
    std::unique_ptr<NotifySocket> socket_;
    std::unique_ptr<ReadableWatch> read_end_;
    shmheap::os::UniqueFd write_end_;
    Report report_;
};

}  // namespace launcher
