/// The C interface of streams: each function translates its arguments, calls stream.hpp, and turns
/// its error into a number. A handle owns the object of the C++ interface that it stands for.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include "c_api_stream.hpp"
#include "c_api_support.hpp"
#include "shmheap/stream.h"
#include "shmheap/stream.hpp"

using shmheap::Consumer;
using shmheap::Delivery;
using shmheap::Message;
using shmheap::MessageInfo;
using shmheap::Producer;
using shmheap::ProducerOptions;
using shmheap::WhenFull;
using shmheap::c_api::code_of;
using shmheap::c_api::deadline_after;
using shmheap::c_api::fill_structure;
using shmheap::c_api::hand_out;
using shmheap::c_api::read_info;
using shmheap::c_api::read_structure;
using shmheap::c_api::without_exceptions;

struct shmheap_producer {
    Producer producer;
};

struct shmheap_consumer {
    Consumer consumer;
};

namespace {

static_assert(sizeof(shmheap_message_info) == 40);
static_assert(sizeof(shmheap_producer_options) == 32);
static_assert(sizeof(shmheap_producer_stats) == 136);
static_assert(sizeof(shmheap_consumer_options) == 24);
static_assert(sizeof(shmheap_consumer_stats) == 128);

int code_of_delivery(const shmheap::Result<Delivery>& sent) {
    if (!sent) return -sent.error().code;
    switch (*sent) {
        case Delivery::shared:
            return SHMHEAP_SHARED;
        case Delivery::copied:
            return SHMHEAP_COPIED;
        case Delivery::dropped:
            return SHMHEAP_DROPPED;
    }
    return SHMHEAP_DROPPED;
}

constexpr std::array policies = {std::pair{SHMHEAP_BLOCK, WhenFull::block},
                                 std::pair{SHMHEAP_DEADLINE, WhenFull::deadline},
                                 std::pair{SHMHEAP_DROP_OLDEST, WhenFull::drop_oldest},
                                 std::pair{SHMHEAP_DROP_NEWEST, WhenFull::drop_newest}};

/// Returns 0, -EINVAL or -E2BIG. `given` may be nullptr.
int read_options(const shmheap_producer_options* given, ProducerOptions& options) {
    shmheap_producer_options known = {};
    if (const int code = read_structure(given, known); code != 0) return code;
    const auto* policy =
        std::ranges::find(policies, known.when_full, &decltype(policies)::value_type::first);
    if (policy == policies.end() || known.patience_ns < 0) return -EINVAL;
    options.when_full = policy->second;
    if (known.depth != 0) options.depth = known.depth;
    if (known.patience_ns != 0) options.patience = std::chrono::nanoseconds(known.patience_ns);
    if (known.name != nullptr) options.name = known.name;
    return 0;
}

/// Translates the options for `make`, and hands the consumer that it makes over to the caller.
template <class Make>
int make_consumer(const shmheap_consumer_options* options, shmheap_consumer** out, Make make) {
    if (out == nullptr) return -EINVAL;
    return without_exceptions([&] {
        shmheap_consumer_options known = {};
        if (const int code = read_structure(options, known); code != 0) return code;
        if ((known.flags & ~SHMHEAP_COPY_ALL) != 0 || known.reserved != 0) return -EINVAL;
        shmheap::ConsumerOptions chosen;
        if (known.copied_size_max != 0) chosen.copied_size_max = known.copied_size_max;
        chosen.share = (known.flags & SHMHEAP_COPY_ALL) == 0;
        return hand_out(make(chosen), out);
    });
}

}  // namespace

extern "C" {

int shmheap_producer_listen(const char* path, const shmheap_producer_options* options,
                            shmheap_producer** out) noexcept {
    if (path == nullptr || out == nullptr) return -EINVAL;
    return without_exceptions([&] {
        ProducerOptions known;
        if (const int code = read_options(options, known); code != 0) return code;
        return hand_out(Producer::listen(path, known), out);
    });
}

int shmheap_producer_send(shmheap_producer* producer, const void* block, size_t bytes,
                          const shmheap_message_info* info, int64_t timeout_ns) noexcept {
    if (producer == nullptr || block == nullptr) return -EINVAL;
    return without_exceptions([&] {
        MessageInfo known;
        if (const int code = read_info(info, known); code != 0) return code;
        const shmheap::Buffer borrowed = shmheap::c_api::borrow(block, bytes);
        return code_of_delivery(
            producer->producer.send(borrowed, known, deadline_after(timeout_ns)));
    });
}

int shmheap_producer_send_bytes(shmheap_producer* producer, const void* data, size_t bytes,
                                const shmheap_message_info* info, int64_t timeout_ns) noexcept {
    if (producer == nullptr || (data == nullptr && bytes != 0)) return -EINVAL;
    return without_exceptions([&] {
        MessageInfo known;
        if (const int code = read_info(info, known); code != 0) return code;
        const std::span<const std::byte> payload(static_cast<const std::byte*>(data), bytes);
        return code_of_delivery(
            producer->producer.send(payload, known, deadline_after(timeout_ns)));
    });
}

int shmheap_producer_send_message(shmheap_producer* producer, const shmheap_message* message,
                                  const shmheap_message_info* info, int64_t timeout_ns) noexcept {
    if (producer == nullptr || message == nullptr) return -EINVAL;
    return without_exceptions([&] {
        MessageInfo known;
        if (const int code = read_info(info, known); code != 0) return code;
        return code_of_delivery(
            producer->producer.send(message->message, known, deadline_after(timeout_ns)));
    });
}

int shmheap_producer_drain(shmheap_producer* producer, int64_t timeout_ns) noexcept {
    if (producer == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return code_of(producer->producer.drain(deadline_after(timeout_ns))); });
}

int shmheap_producer_attend(shmheap_producer* producer) noexcept {
    if (producer == nullptr) return -EINVAL;
    return without_exceptions([&] { return code_of(producer->producer.attend()); });
}

int shmheap_producer_fd(const shmheap_producer* producer) noexcept {
    return producer != nullptr ? producer->producer.fd() : -EINVAL;
}

int shmheap_producer_connected(const shmheap_producer* producer) noexcept {
    if (producer == nullptr) return -EINVAL;
    return producer->producer.connected() ? 1 : 0;
}

int shmheap_producer_get_stats(const shmheap_producer* producer,
                               shmheap_producer_stats* stats) noexcept {
    if (producer == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return fill_structure(shmheap::c_api::to_c(producer->producer.stats()), stats); });
}

void shmheap_producer_close(shmheap_producer* producer) noexcept {
    const std::unique_ptr<shmheap_producer> last(producer);
}

int shmheap_consumer_connect(const char* path, const shmheap_consumer_options* options,
                             int64_t timeout_ns, shmheap_consumer** out) noexcept {
    if (path == nullptr) return -EINVAL;
    return make_consumer(options, out, [&](const shmheap::ConsumerOptions& chosen) {
        return Consumer::connect(path, chosen, deadline_after(timeout_ns));
    });
}

int shmheap_consumer_expect(const char* path, const shmheap_consumer_options* options,
                            shmheap_consumer** out) noexcept {
    if (path == nullptr) return -EINVAL;
    return make_consumer(options, out, [&](const shmheap::ConsumerOptions& chosen) {
        return Consumer::expect(path, chosen);
    });
}

int shmheap_consumer_receive(shmheap_consumer* consumer, int64_t timeout_ns,
                             shmheap_message** out) noexcept {
    if (consumer == nullptr || out == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return hand_out(consumer->consumer.receive(deadline_after(timeout_ns)), out); });
}

int shmheap_consumer_fd(const shmheap_consumer* consumer) noexcept {
    return consumer != nullptr ? consumer->consumer.fd() : -EINVAL;
}

int shmheap_consumer_connected(const shmheap_consumer* consumer) noexcept {
    if (consumer == nullptr) return -EINVAL;
    return consumer->consumer.connected() ? 1 : 0;
}

int shmheap_consumer_attached(const shmheap_consumer* consumer) noexcept {
    if (consumer == nullptr) return -EINVAL;
    return consumer->consumer.attached() ? 1 : 0;
}

int shmheap_consumer_get_stats(const shmheap_consumer* consumer,
                               shmheap_consumer_stats* stats) noexcept {
    if (consumer == nullptr) return -EINVAL;
    return without_exceptions(
        [&] { return fill_structure(shmheap::c_api::to_c(consumer->consumer.stats()), stats); });
}

void shmheap_consumer_close(shmheap_consumer* consumer) noexcept {
    const std::unique_ptr<shmheap_consumer> last(consumer);
}

const void* shmheap_message_data(const shmheap_message* message) noexcept {
    return message != nullptr ? message->message.bytes().data() : nullptr;
}

size_t shmheap_message_size(const shmheap_message* message) noexcept {
    return message != nullptr ? message->message.bytes().size() : 0;
}

int shmheap_message_is_shared(const shmheap_message* message) noexcept {
    if (message == nullptr) return -EINVAL;
    return message->message.delivery() == Delivery::shared ? 1 : 0;
}

int shmheap_message_get_info(const shmheap_message* message, shmheap_message_info* info) noexcept {
    if (message == nullptr) return -EINVAL;
    const MessageInfo& found = message->message.info();
    const std::uint32_t end = found.end_of_stream ? SHMHEAP_END_OF_STREAM : 0;
    return fill_structure(
        shmheap_message_info{.size = 0,
                             .sequence = found.sequence,
                             .time_stamp_ns = found.time_stamp.time_since_epoch().count(),
                             .stream_id = found.stream_id,
                             .payload_type = found.payload_type,
                             .flags = SHMHEAP_SEQUENCE_SET | end},
        info);
}

void shmheap_message_release(shmheap_message* message) noexcept {
    const std::unique_ptr<shmheap_message> last(message);
}

}  // extern "C"
