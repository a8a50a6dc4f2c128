/// The part of Boost.Asio that the launcher uses, bound to the one executor that it has: that of an
/// io_context which one thread runs. Naming it saves the type erasure of the general executor in
/// every coroutine frame and every timer. Compiled once, in asio.cpp.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include "launcher/clock.hpp"

namespace launcher {

namespace asio = boost::asio;

using ErrorCode = boost::system::error_code;
using Executor = asio::io_context::executor_type;

template <class T>
using Awaitable = asio::awaitable<T, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
using StreamDescriptor = asio::posix::basic_stream_descriptor<Executor>;
using SignalSet = asio::basic_signal_set<Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_awaitable{};

}  // namespace launcher
