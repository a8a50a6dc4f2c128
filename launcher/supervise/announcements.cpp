#include "launcher/supervise/announcements.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "launcher/config/line_matcher.hpp"
#include "launcher/observe/capture_pipe.hpp"
#include "launcher/supervise/process_tree.hpp"
#include "os/error.hpp"

namespace launcher {

using shmheap::Result;
using shmheap::Status;
using shmheap::os::UniqueFd;

Announcements::Announcements(Output& output, const SpawnRequest& request)
    : output_(output),
      descriptor_(request.descriptor),
      latch_(request.latch),
      tag_(request.tag),
      ready_fifo_(request.ready_fifo) {}

Result<std::unique_ptr<Announcements>> Announcements::await(Executor executor, Output& output,
                                                            const SpawnRequest& request) {
    const Readiness& ready = request.descriptor.ready;
    std::unique_ptr<Announcements> result;
    if (request.notify_socket.empty() && !ready.fd && !ready.log_line) return result;
    result.reset(new Announcements(output, request));
    if (!request.notify_socket.empty()) {
        auto socket = NotifySocket::bind(executor, request.notify_socket,
                                         [&latch = request.latch] { latch.release(); });
        if (!socket) return tl::unexpected(socket.error());
        result->socket_ = std::move(*socket);
    }
    if (ready.fd) {
        if (auto opened = result->open_pipe(executor); !opened)
            return tl::unexpected(opened.error());
    }
    if (ready.log_line) {
        auto matcher = LineMatcher::compile(*ready.log_line);  // load() saw that it is right
        if (!matcher) return shmheap::fail(EINVAL, "compile", ready.log_line->text);
        output.expect(request.descriptor.name, std::move(*matcher), [it = result.get()] {
            it->report_.ready = true;
            it->latch_.release();
        });
    }
    return result;
}

Result<std::unique_ptr<Announcements>> Announcements::resume(Executor executor, Output& output,
                                                             const SpawnRequest& request,
                                                             const CarriedProcess& carried) {
    UniqueFd socket(carried.notify_socket);
    UniqueFd ready_pipe(carried.ready_pipe);
    std::unique_ptr<Announcements> result;
    if (!socket && !ready_pipe) return result;
    result.reset(new Announcements(output, request));
    if (socket) {
        auto resumed = NotifySocket::resume(executor, std::move(socket), request.notify_socket,
                                            [&latch = request.latch] { latch.release(); });
        if (!resumed) return tl::unexpected(resumed.error());
        result->socket_ = std::move(*resumed);
    }
    if (ready_pipe) {
        if (auto watched = result->watch_pipe(executor, std::move(ready_pipe)); !watched)
            return tl::unexpected(watched.error());
    }
    return result;
}

Announcements::~Announcements() {
    if (descriptor_.ready.log_line) output_.expect_nothing(descriptor_.name);
}

Status Announcements::open_pipe(Executor executor) {
    auto ends =
        ready_fifo_.empty() ? open_pipe_ends(descriptor_.name) : open_fifo_ends(ready_fifo_);
    if (!ends) return tl::unexpected(ends.error());
    write_end_ = std::move(ends->write_end);
    return watch_pipe(executor, std::move(ends->read_end));
}

Status Announcements::watch_pipe(Executor executor, UniqueFd read_end) {
    read_end_ = std::make_unique<ReadableWatch>(executor, std::move(read_end),
                                                [&latch = latch_] { latch.release(); });
    if (read_end_->fd() < 0) return shmheap::fail(ENOSPC, "watch ready pipe of", descriptor_.name);
    read_end_->arm();
    return {};
}

void Announcements::begin(pid_t leader) {
    leader_ = leader;
    write_end_.reset();
}

/// A process of the tree bears the tag; whoever has put it away is still in the leader's group.
bool Announcements::is_ours(pid_t sender) const {
    if (sender == leader_) return true;
    if (descriptor_.notify_access == NotifyAccess::main) return false;
    return environment_value(sender, "SHMHEAP_TAG") == tag_ || kinship_of(sender).group == leader_;
}

/// Whatever is written says that it is ready; a descriptor that is closed before that says nothing,
/// since an end closes it as well. It is read for as long as anybody may write: without a reader
/// a second word would kill the component (SIGPIPE), or hold it up.
void Announcements::read_pipe() {
    std::array<char, 4096> bytes;
    const ssize_t count = ::read(read_end_->fd(), bytes.data(), bytes.size());
    if (count > 0) report_.ready = true;
    const bool may_go_on = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
    if (may_go_on) return read_end_->arm();
    read_end_.reset();
}

Report Announcements::take_report() {
    if (socket_) socket_->read(report_, [this](pid_t sender) { return is_ours(sender); });
    if (read_end_) read_pipe();
    return std::exchange(report_, {});
}

}  // namespace launcher
