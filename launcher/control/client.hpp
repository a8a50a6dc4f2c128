/// The other end of the control socket, for the verbs of the program: asks, and waits for answers.
/// Blocking; what comes is limited and checked. Move-only, one thread.
#pragma once

#include <sys/types.h>

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "launcher/clock.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class Client {
public:
    /// Errors: as connect_for_control().
    static shmheap::Result<Client> connect(const std::string& run_directory);

    /// Sends a request; `version` is added. Errors: EPIPE when harrier has ended or hung up, and
    /// nothing is left to receive().
    shmheap::Status send(boost::json::object request);

    /// The next line. Errors: ETIMEDOUT; ECONNRESET when harrier has ended or dropped us; EPROTO
    /// for what is no line of the protocol.
    shmheap::Result<boost::json::object> receive(TimePoint deadline);

    /// For poll(2): something has come, or harrier is gone.
    [[nodiscard]] int descriptor() const { return socket_.get(); }

    /// send() and receive().
    shmheap::Result<boost::json::object> ask(boost::json::object request, TimePoint deadline);

    /// Waits until the harrier at the other end has ended. Errors: ETIMEDOUT, what
    /// pidfd_open(2) says.
    shmheap::Status await_end(TimePoint deadline);

    /// Of one that has ended: whether it has not removed its socket, as when it is killed. False
    /// also when another one has begun in its place by now.
    [[nodiscard]] bool left_its_socket() const;

private:
    Client(shmheap::os::UniqueFd socket, shmheap::os::UniqueFd socket_file)
        : socket_(std::move(socket)), socket_file_(std::move(socket_file)) {}

    shmheap::os::UniqueFd socket_;
    shmheap::os::UniqueFd socket_file_;  ///< by its name
    std::string received_;
};

/// The run directories of the instances of this user that live, by application.
std::vector<std::string> live_instances();

}  // namespace launcher
