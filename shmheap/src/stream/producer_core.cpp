#include "stream/producer_core.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "os/error.hpp"
#include "os/fork_generation.hpp"
#include "stream/ready.hpp"
#include "stream/wait.hpp"

namespace shmheap::detail {

using stream::has_passed;
using stream::MessagePacket;
using stream::Outgoing;
using namespace std::chrono_literals;

namespace {

/// A consumer that connects and then is silent for so long makes room for another.
constexpr auto greeting_time_max = 5s;

/// How long the locks of a dead consumer may take to go, and how often that is looked at.
constexpr auto departure_time_max = 100ms;
constexpr auto departure_look_again = 5ms;

/// Between two looks at the socket while a release is waited for, which comes by another way.
constexpr auto release_wait_max = 50ms;

constexpr int admissions_max = 64;  // in one call; the rest waits in the backlog

}  // namespace

ProducerCore::ProducerCore(stream::Listener listener, os::UniqueFd ready,
                           const ProducerOptions& options)
    : listener_(std::move(listener)),
      ready_(std::move(ready)),
      options_(options),
      fork_generation_(os::fork_generation()) {}

Result<std::unique_ptr<ProducerCore>> ProducerCore::listen(const std::string& path,
                                                           const ProducerOptions& options) {
    if (options.depth == 0 || options.depth > ring_cell_count) {
        return fail(EINVAL, "listen with such a depth at", path);
    }
    auto listener = stream::Listener::bind(path);
    if (!listener) return tl::unexpected(listener.error());
    auto ready = stream::create_ready_set();
    if (!ready) return tl::unexpected(ready.error());
    if (auto added = stream::add_to_ready_set(ready->get(), listener->fd()); !added) {
        return tl::unexpected(added.error());
    }
    return std::unique_ptr<ProducerCore>(
        new ProducerCore(std::move(*listener), std::move(*ready), options));
}

Heap* ProducerCore::current_heap() const {
    if (options_.heap != nullptr) return options_.heap;
    return process_heap().value_or(nullptr);
}

/// The heap from which buffers are leased to the consumer; nullptr: none.
Heap* ProducerCore::attached_heap() {
    stream::OutgoingRing* ring = consumer_ ? consumer_->ring() : nullptr;
    return ring != nullptr ? &ring->heap() : nullptr;
}

Status ProducerCore::await(short events, Deadline deadline) {
    std::array<pollfd, 2> descriptors = {{{.fd = listener_.fd(), .events = POLLIN, .revents = 0},
                                          {.fd = -1, .events = events, .revents = 0}}};
    if (consumer_) descriptors[1].fd = consumer_->fd();
    return stream::wait_for(descriptors, deadline);
}

Status ProducerCore::await_consumer(Deadline deadline) {
    if (fork_generation_ != os::fork_generation()) return fail(ECHILD, "send");
    while (true) {
        if (auto served = service(); !served) return served;
        if (connected()) return {};
        if (has_passed(deadline)) return fail(ETIMEDOUT, "wait for a consumer");
        Deadline look_again = deadline;
        if (consumer_) look_again = std::min(look_again, greeted_until_);
        if (!departed_.empty()) look_again = stream::at_most(look_again, departure_look_again);
        const auto waited = await(POLLIN, look_again);
        if (!waited && waited.error().code != ETIMEDOUT) return waited;
    }
}

/// One look at both sockets, and what follows from it. Only a connected consumer's end is told.
Status ProducerCore::service() {
    collect_departed();
    let_go_of_forwarded();
    if (connected()) consumer_->forget_foreign();
    std::array<pollfd, 2> descriptors = {{{.fd = listener_.fd(), .events = POLLIN, .revents = 0},
                                          {.fd = -1, .events = POLLIN, .revents = 0}}};
    if (consumer_) descriptors[1].fd = consumer_->fd();
    const auto looked = stream::wait_for(descriptors, Deadline::min());
    if (!looked && looked.error().code != ETIMEDOUT) return looked;
    if (descriptors[1].revents != 0) {
        if (auto heard = hear(); !heard) return heard;
    }
    if (consumer_ && !consumer_->connected() && has_passed(greeted_until_)) {
        ++stats_.refused;
        end_consumer();
    }
    return descriptors[0].revents != 0 ? admit() : Status();
}

/// Takes in what the consumer says, and ends it if it has ended or speaks nonsense.
Status ProducerCore::hear() {
    const bool was_connected = consumer_->connected();
    auto heard = consumer_->read();
    Heap* heap = heard ? current_heap() : nullptr;
    const stream::RingSetup setup = {.depth = options_.depth, .name = options_.name};
    if (heap != nullptr) heard = consumer_->open_ring(*heap, setup);
    if (heard) {
        if (!was_connected && consumer_->connected()) ++stats_.consumers;
        return {};
    }
    const bool other_version = consumer_->other_version();
    if (!was_connected && heard.error().code == EPROTO) ++stats_.refused;
    end_consumer();
    if (other_version) return fail(EPROTO, "connect a consumer of another version");
    return was_connected ? fail(EPIPE, "send to the consumer") : Status();
}

/// Greets whoever has connected if there is nobody, and refuses the others.
Status ProducerCore::admit() {
    for (int count = 0; count < admissions_max; ++count) {
        auto socket = listener_.accept();
        if (!socket) return tl::unexpected(socket.error());
        if (!*socket) return {};
        if (consumer_) {
            ++stats_.refused;
            Outgoing::refuse(std::move(**socket), EBUSY);
            continue;
        }
        const int fd = (*socket)->get();
        auto outgoing = Outgoing::greet(std::move(**socket), current_heap());
        if (!outgoing || !stream::add_to_ready_set(ready_.get(), fd)) continue;
        consumer_.emplace(std::move(*outgoing));
        greeted_until_ = stream::at_most(no_deadline, greeting_time_max);
    }
    return {};
}

void ProducerCore::end_consumer() {
    Heap* heap = attached_heap();
    const stream::Remains remains = consumer_->end();
    stats_.lost += remains.lost;
    stats_.unreleased += remains.unreleased;
    const Deadline until = stream::at_most(no_deadline, departure_time_max);
    if (heap != nullptr) departed_.push_back({heap, consumer_->slot(), until});
    for (Departed& each : departed_)
        each.until = std::min(each.until, until);
    consumer_.reset();
    collect_departed();
}

/// What a consumer that lives on still holds after the time is up is harvested by the heap itself.
void ProducerCore::collect_departed() {
    std::erase_if(departed_, [](const Departed& each) {
        return !each.heap->collect_client(each.slot) || each.heap->leases_of(each.slot) == 0 ||
               has_passed(each.until);
    });
}

Status ProducerCore::drain(Deadline deadline) {
    if (fork_generation_ != os::fork_generation()) return fail(ECHILD, "drain");
    while (true) {
        const std::uint64_t undelivered = stats_.lost + stats_.unreleased;
        if (auto served = service(); !served) {
            // A consumer that ended when it was done with everything is what was waited for.
            const bool done = stats_.lost + stats_.unreleased == undelivered;
            return served.error().code == EPIPE && done ? Status() : served;
        }
        if (!connected()) return {};
        Heap* heap = attached_heap();
        if (heap != nullptr) {
            const auto harvested = heap->collect_client(consumer_->slot());
            if (!harvested) return tl::unexpected(harvested.error());
        }
        const bool released = heap == nullptr || heap->leases_of(consumer_->slot()) == 0;
        if (released && consumer_->copies_taken()) return {};
        if (has_passed(deadline)) return fail(ETIMEDOUT, "wait for the consumer to release");
        const Deadline look_again = stream::at_most(deadline, release_wait_max);
        if (!released) {
            heap->await_release(consumer_->slot(), stream::nanoseconds_until(look_again));
        } else if (auto waited = await(POLLIN, deadline); !waited) {
            return waited;
        }
    }
}

Status ProducerCore::attend() {
    if (fork_generation_ != os::fork_generation()) return fail(ECHILD, "attend to the consumer");
    return service();
}

}  // namespace shmheap::detail
