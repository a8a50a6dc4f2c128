/// Receiving for programs that run an Asio event loop. Not part of the library: a header of its own
/// that the library never includes, for those who have Boost.Asio (1.81 or later) anyway.
///
///     auto receiver = AsyncReceiver<Input>::create(io.get_executor(), std::move(*input));
///     auto message = co_await receiver->async_receive(asio::use_awaitable);
///     if (message) work_on(message->bytes());
///
/// It waits for the descriptor of the input with a stream_descriptor, which the event loop watches
/// and nobody closes but the input. What goes wrong is a value, as everywhere in shmheap: nothing
/// is thrown, and a cancelled wait is ECANCELED.
///
/// Thread-safety: as that of an input, and of an Asio object: one thread at a time, or a strand.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <concepts>
#include <memory>
#include <utility>

#include "shmheap/port.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"

namespace shmheap {

/// What messages can be received from: an Input, a Consumer.
template <class Source>
concept MessageSource = std::movable<Source> && requires(Source source, Deadline deadline) {
    { source.receive(deadline) } -> std::same_as<Result<Message>>;
    { source.fd() } -> std::same_as<int>;
};

namespace detail {

/// What a receiver and its operation share: whichever goes last takes the source with it.
template <class Source, class Executor>
struct ReceiverState {
    using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

    ReceiverState(const Executor& executor, Source a_source)
        : source(std::move(a_source)), descriptor(executor) {}
    ~ReceiverState() { let_go(); }
    ReceiverState(const ReceiverState&) = delete;
    ReceiverState& operator=(const ReceiverState&) = delete;

    /// Ends the watch without closing what is the source's.
    void let_go() {
        if (descriptor.is_open()) (void)descriptor.release();
    }

    Source source;
    Descriptor descriptor;
};

/// One async_receive: looks, and waits for the descriptor until looking finds something.
template <class Source, class Executor>
class ReceiveOperation {
public:
    using State = ReceiverState<Source, Executor>;

    explicit ReceiveOperation(std::shared_ptr<State> state) : state_(std::move(state)) {}

    /// A step: the first one, after the post, or after a wait.
    template <class Self>
    void operator()(Self& self, boost::system::error_code code = {}) {
        namespace asio = boost::asio;
        auto& descriptor = state_->descriptor;
        if (!std::exchange(is_begun_, true)) {
            // By default only an end of the whole operation can be asked for; here any will do,
            // since a wait that is cancelled has taken nothing.
            self.reset_cancellation_state(asio::enable_total_cancellation());
            // A handler must not be called before the function that it was given to returns.
            return asio::post(descriptor.get_executor(), std::move(self));
        }
        if (!descriptor.is_open() || code == asio::error::operation_aborted ||
            self.cancelled() != asio::cancellation_type::none) {
            return self.complete(fail(ECANCELED, "receive"));
        }
        if (code) return self.complete(fail(code.value(), "wait for a message"));
        auto message = state_->source.receive(Deadline::min());
        if (message || message.error().code != ETIMEDOUT) return self.complete(std::move(message));
        descriptor.async_wait(State::Descriptor::wait_read, std::move(self));
    }

private:
    std::shared_ptr<State> state_;
    bool is_begun_ = false;
};

}  // namespace detail

/// An Input or a Consumer that an event loop waits for. Owns it.
template <MessageSource Source, class Executor = boost::asio::any_io_executor>
class AsyncReceiver {
public:
    using executor_type = Executor;

    /// Lets the executor's event loop watch the source. Errors: those of epoll_ctl(2).
    static Result<AsyncReceiver> create(const Executor& executor, Source source) {
        auto state = std::make_shared<State>(executor, std::move(source));
        boost::system::error_code code;
        state->descriptor.assign(state->source.fd(), code);
        if (code) return fail(code.value(), "watch a source of messages");
        return AsyncReceiver(std::move(state));
    }

    /// Completes what is still waited for with ECANCELED.
    ~AsyncReceiver() {
        if (state_) state_->let_go();
    }
    AsyncReceiver(AsyncReceiver&& other) noexcept = default;
    AsyncReceiver& operator=(AsyncReceiver&&) = delete;

    /// The next message: calls the completion token's handler with a Result<Message>, whose errors
    /// are those of Source::receive but ETIMEDOUT, and ECANCELED. One at a time. Supports all
    /// kinds of cancellation; a message is never lost by it.
    template <class Token>
    auto async_receive(Token&& token) {
        return boost::asio::async_compose<Token, void(Result<Message>)>(
            detail::ReceiveOperation<Source, Executor>(state_), token, state_->descriptor);
    }

    /// Completes what is waited for with ECANCELED.
    void cancel() {
        boost::system::error_code ignored;
        state_->descriptor.cancel(ignored);
    }

    /// The source itself, for what does not wait: its statistics, say.
    [[nodiscard]] Source& source() { return state_->source; }
    /// Where handlers run unless they have an executor of their own.
    [[nodiscard]] Executor get_executor() { return state_->descriptor.get_executor(); }

private:
    using State = detail::ReceiverState<Source, Executor>;

    explicit AsyncReceiver(std::shared_ptr<State> state) : state_(std::move(state)) {}

    // shared_ptr, since an operation may complete after its receiver has gone.
    std::shared_ptr<State> state_;
};

}  // namespace shmheap
