/// One end of a pair of queues between two processes, one in each direction. It is made before the
/// fork and opened on both sides after it. Whatever fails ends the program with a message.
#pragma once

#include <memory>

#include "stream/workload.hpp"

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
    /// A block of the size and treated as the workload says; waits while the queue is full.
    virtual void send() = 0;
    /// Waits for a block, treats it likewise, and lets go of it.
    virtual void receive() = 0;
    /// Waits for a block and sends the same one back, untouched: without a copy if that can be
    /// done.
    virtual void pass_on() = 0;
};

std::unique_ptr<Port> make_harrier_port(const StreamSpec& spec);
/// The number of a block that both sides have mapped, through a ring that is polled.
std::unique_ptr<Port> make_raw_spin_port(const StreamSpec& spec);
/// Likewise, through one that sleeps.
std::unique_ptr<Port> make_raw_futex_port(const StreamSpec& spec);

/// Publisher and subscriber. Its daemon must run.
std::unique_ptr<Port> make_iceoryx_port(const StreamSpec& spec);

}  // namespace bench
