#include "stream/seeker.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#include <array>

#include "os/error.hpp"
#include "stream/socket_path.hpp"
#include "stream/wait.hpp"

namespace shmheap::stream {
namespace {

/// Between two looks when the kernel gives no inotify instance (there are 128 for each user).
constexpr std::chrono::milliseconds look_again_after(100);

/// Directories above the name that are tried before one exists; paths are not deeper.
constexpr int levels_max = 2048;

/// connect(2) waits for as long as the send time-out says, where 0 would be for ever.
Status limit_connect(int socket, Deadline deadline) {
    if (deadline == no_deadline) return {};
    using std::chrono::microseconds;
    const Deadline now = std::chrono::steady_clock::now();
    const Deadline::duration left = deadline > now ? deadline - now : Deadline::duration::zero();
    const auto micros = std::chrono::duration_cast<microseconds>(left).count() + 1;
    const timeval limit = {.tv_sec = micros / 1'000'000, .tv_usec = micros % 1'000'000};
    if (::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0) {
        return os::error("limit connecting");
    }
    return {};
}

/// Readable after look_again_after, for who cannot be told.
os::UniqueFd create_timer() {
    os::UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    constexpr auto nanoseconds = std::chrono::nanoseconds(look_again_after).count();
    const itimerspec once = {.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = nanoseconds}};
    if (timer && ::timerfd_settime(timer.get(), 0, &once, nullptr) != 0) timer.reset();
    return timer;
}

bool exists(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

/// Readable after a change in the directory of `path`, or in the nearest one that exists above.
os::UniqueFd create_watch(const std::string& path) {
    os::UniqueFd watch(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!watch) return watch;
    constexpr std::uint32_t arrivals = IN_CREATE | IN_MOVED_TO;
    constexpr std::uint32_t directory_goes = IN_DELETE_SELF | IN_MOVE_SELF;
    const std::string directory_of_path = split_path(path).directory;
    std::string directory = directory_of_path;
    std::string missing;  // just below `directory`
    for (int level = 0; level < levels_max; ++level) {
        if (::inotify_add_watch(watch.get(), directory.c_str(),
                                arrivals | directory_goes | IN_ONLYDIR) >= 0) {
            // What came between the two looks is not told by this watch: go down again.
            if (missing.empty() || !exists(missing)) return watch;
            missing.clear();
            directory = directory_of_path;
            continue;
        }
        if (errno != ENOENT && errno != ENOTDIR) break;  // nothing would tell, so look again
        if (directory == "/" || directory == ".") break;
        missing = directory;
        directory = split_path(directory).directory;
    }
    return os::UniqueFd();
}

/// Nobody is there, but somebody may come.
bool may_appear(int code) {
    return code == ENOENT || code == ENOTDIR || code == ECONNREFUSED;
}

}  // namespace

Result<os::UniqueFd> Seeker::try_connect(Deadline deadline) const {
    const auto place = SocketPath::open(path_, O_PATH);
    if (!place) return tl::unexpected(place.error());
    auto socket = open_socket();
    if (!socket) return socket;
    if (auto limited = limit_connect(socket->get(), deadline); !limited) {
        return tl::unexpected(limited.error());
    }
    const int code = connect_socket(socket->get(), place->address(place->name()));
    if (code == 0) return socket;
    if (code == EAGAIN) return fail(ETIMEDOUT, "connect to stream", path_);
    if (code == EPROTOTYPE) return fail(EPROTO, "connect to stream", path_);
    return fail(code, "connect to stream", path_);
}

void Seeker::arm() {
    watch_ = create_watch(path_);
    if (!watch_) watch_ = create_timer();
}

Status Seeker::await_change(Deadline deadline) {
    if (!watch_) {
        const Deadline look_again = at_most(deadline, look_again_after);
        const Status waited = wait_for({}, look_again);
        return look_again == deadline ? waited : Status();
    }
    std::array<pollfd, 1> descriptors = {{{.fd = watch_.get(), .events = POLLIN, .revents = 0}}};
    return wait_for(descriptors, deadline);
}

Result<os::UniqueFd> Seeker::connect(Deadline deadline) {
    // What happened before is seen by the attempt, what happens after it by the watch that was
    // armed before it. An event says only "look again", so a new watch replaces reading it.
    // A listener whose queue is full says nothing when there is room.
    while (true) {
        const bool armed = static_cast<bool>(watch_);
        auto socket = try_connect(deadline);
        if (socket) {
            watch_.reset();
            return socket;
        }
        if (socket.error().code == ETIMEDOUT) watch_ = create_timer();
        if (!may_appear(socket.error().code)) return socket;
        if (!armed) {
            arm();
            if (watch_) continue;
        }
        if (auto changed = await_change(deadline); !changed) {
            return fail(changed.error().code, "connect to stream", path_);
        }
        watch_.reset();
    }
}

}  // namespace shmheap::stream
