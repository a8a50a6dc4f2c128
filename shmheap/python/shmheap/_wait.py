"""Waiting such that Ctrl-C and other signals are handled meanwhile: Python calls their handlers
between two calls of the library, so no call of the library may wait for long."""

import errno
import math
import os
import select
import time
from collections.abc import Callable

_SLICE_FIRST_S = 0.05
SLICE_MAX_S = 0.5


class Deadline:
    """A moment so many seconds from now, or never (None)."""

    def __init__(self, timeout: float | None) -> None:
        self._at = math.inf if timeout is None else time.monotonic() + timeout

    def remaining_s(self) -> float:
        """Seconds, at least 0; infinity for never."""
        return max(0.0, self._at - time.monotonic())


def nanoseconds(seconds: float) -> int:
    """Seconds above 0 as the library takes them: at least one nanosecond, and at most what it can
    count."""
    return max(1, int(min(seconds, 2.0**33) * 1e9))


def in_slices(call: Callable[[int], int], timeout: float | None, slice_max_s: float) -> int:
    """Calls `call(timeout_ns)` until it says something else than -ETIMEDOUT or the time is up. Each
    call may wait twice as long as the one before, up to a limit."""
    deadline = Deadline(timeout)
    slice_s = min(_SLICE_FIRST_S, slice_max_s)
    while True:
        remaining_s = deadline.remaining_s()
        code = call(int(min(slice_s, remaining_s) * 1e9))
        if code != -errno.ETIMEDOUT or remaining_s <= slice_s:
            return code
        slice_s = min(2 * slice_s, slice_max_s)


def until_readable(fd: int, deadline: Deadline) -> None:
    """Never wakes up without a reason. TimeoutError when the deadline has passed."""
    remaining_s = deadline.remaining_s()
    if remaining_s > 0:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        if poll.poll(None if remaining_s == math.inf else math.ceil(remaining_s * 1000)):
            return
    raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
