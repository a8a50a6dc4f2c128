/// One component's life as one straight coroutine: wait for what it depends on, spawn, await the
/// exit, end what is left of the tree, reap, decide, wait, again. It is the only writer of its
/// component. Everything it waits for releases the component's latch, after which it looks again;
/// nothing from outside changes its course in any other way. What is asked of the component
/// (component.hpp) stays recorded until it is carried out: a request to stop or to restart ends the
/// process that lives, and what becomes of the component then is what was asked for last.
#pragma once

#include "launcher/asio.hpp"
#include "launcher/supervise/component.hpp"
#include "launcher/supervise/shared.hpp"

namespace launcher {

/// Ends when the component has reached a final state; begins in one when it is started again. Both
/// outlive the io_context's run.
Awaitable<void> supervise(Component& component, Shared& shared);

}  // namespace launcher
