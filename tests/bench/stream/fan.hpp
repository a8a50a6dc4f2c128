/// One sender and several receivers, each in a process of its own: what it costs that a message
/// reaches all of them. Whatever fails ends the program with a message.
#pragma once

#include <memory>

#include "stream/workload.hpp"

namespace bench {

class Fan {
public:
    Fan() = default;
    virtual ~Fan() = default;
    Fan(const Fan&) = delete;
    Fan& operator=(const Fan&) = delete;

    /// In the sender, after the receivers were told to open their ends; and in receiver `index`.
    virtual void open_sender() = 0;
    virtual void open_receiver(int index) = 0;
    /// A message to every receiver; waits while one of them is slow.
    virtual void send() = 0;
    virtual void receive() = 0;
};

std::unique_ptr<Fan> make_harrier_fan(const StreamSpec& spec);
/// A ring that sleeps for each receiver.
std::unique_ptr<Fan> make_raw_futex_fan(const StreamSpec& spec);

}  // namespace bench
