/// The C interface of ports: each function translates its arguments, calls port.hpp, and turns its
/// error into a number. A handle owns the port that it stands for.
#include <algorithm>
#include <memory>
#include <span>
#include <string>

#include "c_api_stream.hpp"
#include "c_api_support.hpp"
#include "shmheap/buffer.hpp"
#include "shmheap/port.h"
#include "shmheap/port.hpp"

using shmheap::Buffer;
using shmheap::Input;
using shmheap::InputConnection;
using shmheap::Output;
using shmheap::OutputConnection;
using shmheap::PortOptions;
using shmheap::c_api::code_of;
using shmheap::c_api::deadline_after;
using shmheap::c_api::fill_structure;
using shmheap::c_api::hand_out;
using shmheap::c_api::read_structure;
using shmheap::c_api::without_exceptions;

struct shmheap_output {
    Output output;
};

struct shmheap_input {
    Input input;
};

namespace {

static_assert(sizeof(shmheap_port_options) == 32);
static_assert(sizeof(shmheap_connection) == 408);

/// Returns 0, -EINVAL or -E2BIG. `given` may be nullptr.
int read_options(const shmheap_port_options* given, PortOptions& options) {
    shmheap_port_options known = {};
    if (const int code = read_structure(given, known); code != 0) return code;
    options = PortOptions::from_environment();
    if (known.component != nullptr) options.component = known.component;
    if (known.run_directory != nullptr) options.run_directory = known.run_directory;
    if (known.connections != nullptr) options.connections = known.connections;
    return 0;
}

/// Opens an Output or an Input, and hands it over to the caller.
template <class Port, class Handle>
int open_port(const char* port, const shmheap_port_options* given, Handle** out) {
    if (port == nullptr || out == nullptr) return -EINVAL;
    return without_exceptions([&] {
        PortOptions options;
        if (const int code = read_options(given, options); code != 0) return code;
        return hand_out(Port::open(port, options), out);
    });
}

shmheap_connection named(const std::string& name, bool connected) {
    shmheap_connection all = {};
    std::copy_n(name.begin(), std::min(name.size(), sizeof(all.name) - 1), all.name);
    all.connected = connected ? 1 : 0;
    return all;
}

shmheap_connection to_c(const OutputConnection& found) {
    shmheap_connection all = named(found.name, found.connected);
    all.messages = found.stats.messages;
    all.bytes = found.stats.bytes;
    all.shared = found.stats.shared;
    all.copied = found.stats.copied;
    all.dropped = found.dropped;
    all.lost = found.stats.lost;
    all.unreleased = found.stats.unreleased;
    all.peers = found.stats.consumers;
    all.refused = found.stats.refused;
    all.blocked = found.stats.blocked;
    all.timed_out = found.stats.timed_out;
    all.forwarded = found.stats.forwarded;
    return all;
}

shmheap_connection to_c(const InputConnection& found) {
    shmheap_connection all = named(found.name, found.connected);
    all.messages = found.stats.messages;
    all.bytes = found.stats.bytes;
    all.shared = found.stats.shared;
    all.copied = found.stats.copied;
    all.skipped = found.stats.skipped;
    all.peers = found.stats.producers;
    all.forwarded = found.stats.forwarded;
    return all;
}

template <class Port>
int fill_connection(const Port& port, size_t number, shmheap_connection* connection) {
    const auto connections = port.connections();
    if (number >= connections.size()) return -ENOENT;
    return fill_structure(to_c(connections[number]), connection);
}

}  // namespace

extern "C" {

int shmheap_output_open(const char* port, const shmheap_port_options* options,
                        shmheap_output** out) noexcept {
    return open_port<Output>(port, options, out);
}

int shmheap_output_send(shmheap_output* output, const void* block, size_t bytes,
                        const shmheap_message_info* info, int64_t timeout_ns) noexcept {
    if (output == nullptr || (block == nullptr && bytes != 0)) return -EINVAL;
    return without_exceptions([&] {
        shmheap::MessageInfo known;
        if (const int code = shmheap::c_api::read_info(info, known); code != 0) return code;
        const Buffer borrowed = shmheap::c_api::borrow(block, bytes);
        return code_of(output->output.send(borrowed, known, deadline_after(timeout_ns)));
    });
}

int shmheap_output_send_message(shmheap_output* output, const shmheap_message* message,
                                const shmheap_message_info* info, int64_t timeout_ns) noexcept {
    if (output == nullptr || message == nullptr) return -EINVAL;
    return without_exceptions([&] {
        shmheap::MessageInfo known;
        if (const int code = shmheap::c_api::read_info(info, known); code != 0) return code;
        return code_of(output->output.send(message->message, known, deadline_after(timeout_ns)));
    });
}

int shmheap_output_abandon(shmheap_output* output) noexcept {
    if (output == nullptr) return -EINVAL;
    output->output.abandon();
    return 0;
}

int shmheap_output_drain(shmheap_output* output, int64_t timeout_ns) noexcept {
    if (output == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return code_of(output->output.drain(deadline_after(timeout_ns))); });
}

int shmheap_output_attend(shmheap_output* output) noexcept {
    if (output == nullptr) return -EINVAL;
    return without_exceptions([&] { return code_of(output->output.attend()); });
}

int shmheap_output_fd(const shmheap_output* output) noexcept {
    return output != nullptr ? output->output.fd() : -EINVAL;
}

int shmheap_output_connected(const shmheap_output* output) noexcept {
    if (output == nullptr) return -EINVAL;
    return output->output.connected() ? 1 : 0;
}

int shmheap_output_get_stats(const shmheap_output* output, shmheap_producer_stats* stats) noexcept {
    if (output == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return fill_structure(shmheap::c_api::to_c(output->output.stats()), stats); });
}

int shmheap_output_get_connection(const shmheap_output* output, size_t number,
                                  shmheap_connection* connection) noexcept {
    if (output == nullptr) return -EINVAL;
    return without_exceptions([&] { return fill_connection(output->output, number, connection); });
}

void shmheap_output_close(shmheap_output* output) noexcept {
    const std::unique_ptr<shmheap_output> last(output);
}

int shmheap_input_open(const char* port, const shmheap_port_options* options,
                       shmheap_input** out) noexcept {
    return open_port<Input>(port, options, out);
}

int shmheap_input_receive(shmheap_input* input, int64_t timeout_ns,
                          shmheap_message** out) noexcept {
    if (input == nullptr || out == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return hand_out(input->input.receive(deadline_after(timeout_ns)), out); });
}

int shmheap_input_origin(const shmheap_input* input, char* text, size_t size) noexcept {
    if (input == nullptr || text == nullptr) return -EINVAL;
    return without_exceptions([&] {
        const std::string origin = input->input.origin();
        if (origin.size() >= size) return -ERANGE;
        std::copy_n(origin.c_str(), origin.size() + 1, text);
        return static_cast<int>(origin.size());
    });
}

int shmheap_input_fd(const shmheap_input* input) noexcept {
    return input != nullptr ? input->input.fd() : -EINVAL;
}

int shmheap_input_connected(const shmheap_input* input) noexcept {
    if (input == nullptr) return -EINVAL;
    return input->input.connected() ? 1 : 0;
}

int shmheap_input_get_stats(const shmheap_input* input, shmheap_consumer_stats* stats) noexcept {
    if (input == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return fill_structure(shmheap::c_api::to_c(input->input.stats()), stats); });
}

int shmheap_input_get_connection(const shmheap_input* input, size_t number,
                                 shmheap_connection* connection) noexcept {
    if (input == nullptr) return -EINVAL;
    return without_exceptions([&] { return fill_connection(input->input, number, connection); });
}

void shmheap_input_close(shmheap_input* input) noexcept {
    const std::unique_ptr<shmheap_input> last(input);
}

}  // extern "C"
