/// The socket of one start of a component, by which its processes say how they are: datagrams in
/// the words of sd_notify(3). Everything that arrives is input: who sent it is what the kernel says
/// (SCM_CREDENTIALS), what is too long or makes no sense is dropped, descriptors are refused. One
/// read takes a bounded number of datagrams, so that a flood costs nobody but its sender, who waits
/// when the socket is full.
///
/// Owns the socket and its name in the run directory. One thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "launcher/supervise/readable_watch.hpp"
#include "launcher/supervise/report.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class NotifySocket {
public:
    static constexpr std::size_t datagram_bytes_max = 4096;
    static constexpr int datagrams_per_read = 16;

    /// Takes the name from whoever had it. `on_word` is called when there is something to read.
    /// Errors: ENAMETOOLONG for a path that no socket can have; what socket(2) and bind(2) say.
    static shmheap::Result<std::unique_ptr<NotifySocket>> bind(Executor executor, std::string path,
                                                               std::function<void()> on_word);

    /// One that was bound to `path` by another program of this process. Errors: ENOSPC.
    static shmheap::Result<std::unique_ptr<NotifySocket>> resume(Executor executor,
                                                                 shmheap::os::UniqueFd socket,
                                                                 std::string path,
                                                                 std::function<void()> on_word);
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;
    ~NotifySocket();

    [[nodiscard]] int fd() const { return watch_.fd(); }

    /// Adds what was said by those for whom `is_ours(pid)` holds, and calls again for what is left.
    void read(Report& report, const std::function<bool(pid_t)>& is_ours);

private:
    NotifySocket(Executor executor, shmheap::os::UniqueFd socket, std::string path,
                 std::function<void()> on_word)
        : path_(std::move(path)), watch_(executor, std::move(socket), std::move(on_word)) {}

    std::string path_;
    ReadableWatch watch_;
};

}  // namespace launcher
