#include "launcher/control/client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>
#include <filesystem>
#include <limits>
#include <string_view>
#include <utility>

#include "launcher/control/request.hpp"
#include "launcher/control/socket.hpp"
#include "launcher/supervise/run_directory.hpp"
#include "os/error.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

using shmheap::fail;
using shmheap::Result;
using shmheap::Status;

constexpr std::size_t answer_bytes_max = std::size_t{64} << 20;

/// What poll(2) may wait, rounded up; -1 for ever.
int poll_timeout(TimePoint deadline) {
    if (deadline == end_of_time) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
}

Status await_readable(int fd, TimePoint deadline, const char* doing) {
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    int count = 0;
    do
        count = poll(&ready, 1, poll_timeout(deadline));
    while (count < 0 && errno == EINTR);
    if (count < 0) return shmheap::os::error(doing);
    if (count == 0) return fail(ETIMEDOUT, doing);
    return {};
}

/// Keeps errno.
bool has_answer(int socket) {
    const int error = errno;
    char byte = 0;
    const bool has_one = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
    errno = error;
    return has_one;
}

}  // namespace

Result<Client> Client::connect(const std::string& run_directory) {
    // Before the connection: whose the socket is then, the file is, or that of one before.
    auto file = open_control_socket_file(run_directory);
    if (!file) return tl::unexpected(file.error());
    auto socket = connect_for_control(run_directory);
    if (!socket) return tl::unexpected(socket.error());
    return Client(std::move(*socket), std::move(*file));
}

Status Client::send(json::object request) {
    request["version"] = protocol_version;
    const std::string line = json::serialize(request) + '\n';
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t count = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        // Who has hung up on us (`busy`) may have said why, and that is what we want to know.
        if (count < 0 && has_answer(socket_.get())) return {};
        if (count < 0) return shmheap::os::error("send request to harrier");
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<json::object> Client::receive(TimePoint deadline) {
    std::size_t searched = 0;
    for (;;) {
        const std::size_t newline = received_.find('\n', searched);
        if (newline != std::string::npos) {
            boost::system::error_code error;
            const json::value line =
                json::parse(json::string_view(received_.data(), newline), error);
            received_.erase(0, newline + 1);
            if (error || !line.is_object()) return fail(EPROTO, "understand harrier's answer");
            return line.get_object();
        }
        searched = received_.size();
        if (searched > answer_bytes_max) return fail(EPROTO, "read harrier's answer");
        if (auto readable = await_readable(socket_.get(), deadline, "wait for harrier"); !readable)
            return tl::unexpected(readable.error());
        std::array<char, 65536> buffer;
        const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return shmheap::os::error("read harrier's answer");
        if (count == 0) return fail(ECONNRESET, "read harrier's answer");
        received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

Result<json::object> Client::ask(json::object request, TimePoint deadline) {
    if (auto sent = send(std::move(request)); !sent) return tl::unexpected(sent.error());
    return receive(deadline);
}

Status Client::await_end(TimePoint deadline) {
    const shmheap::os::UniqueFd process(
        static_cast<int>(syscall(SYS_pidfd_open, peer_pid(socket_.get()), 0)));
    if (!process && errno == ESRCH) return {};
    if (!process) return shmheap::os::error("watch harrier");
    return await_readable(process.get(), deadline, "wait for the end of harrier");
}

bool Client::left_its_socket() const {
    struct stat status {};
    return fstat(socket_file_.get(), &status) == 0 && status.st_nlink != 0;
}

std::vector<std::string> live_instances() {
    const auto folder = std::filesystem::path(run_directory_path("any")).parent_path();
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (RunDirectory::is_alive(entry.path().string()))
            found.push_back(entry.path().filename().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace launcher
