/// The inside of an Input: a Consumer for each connection, asked in turn. Used by one thread at a
/// time.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "os/unique_fd.hpp"
#include "port/connection.hpp"
#include "shmheap/port.hpp"

namespace shmheap::detail {

class InputCore {
public:
    static Result<std::unique_ptr<InputCore>> open(std::string_view port,
                                                   const PortOptions& options);

    Result<Message> receive(Deadline deadline);

    [[nodiscard]] std::string origin() const;
    [[nodiscard]] int fd() const;
    [[nodiscard]] bool connected() const;
    [[nodiscard]] ConsumerStats stats() const;
    [[nodiscard]] std::vector<InputConnection> connections() const;

private:
    struct Branch {
        port::Connection connection;
        Consumer consumer;
    };

    InputCore(std::vector<Branch> branches, os::UniqueFd ready);

    Result<Message> receive_from(std::size_t branch, Deadline deadline);
    Result<Message> look_around();

    std::vector<Branch> branches_;
    os::UniqueFd ready_;              // epoll: the consumers, when there are several
    std::size_t turn_ = 0;            // the branch that is asked first
    const Branch* origin_ = nullptr;  // of the last message
};

}  // namespace shmheap::detail
