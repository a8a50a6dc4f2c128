/// One end of a pair of queues between two processes, one in each direction. It is made before the
/// fork and opened on both sides after it. Whatever fails ends the program with a message.
#pragma once

#include <cstddef>
#include <memory>

namespace bench {

enum class Side { near, far };

class Port {
public:
    Port() = default;
    virtual ~Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    /// Returns when both sides have called it.
    virtual void open(Side side) = 0;
    /// A block of the port's size, untouched; waits while the queue is full.
    virtual void send() = 0;
    /// Waits for a block and lets go of it.
    virtual void receive() = 0;
};

std::unique_ptr<Port> make_harrier_port(std::size_t bytes);
std::unique_ptr<Port> make_raw_futex_port();

}  // namespace bench
