"""What the ends of streams and of ports have in common: how they are used by one thread at a time,
sent through, received from, and closed. The functions of the C interface are alike, too, but for
the kind of the end in their names: producer, consumer, output or input."""

import contextlib
import ctypes
import errno
import math
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, Self, TypeVar

from . import _library, _memory, _wait
from ._library import checked, library
from .heap import Block
from .message import Message

Counts = TypeVar("Counts", bound=NamedTuple)

Payload = Block | Message | _memory.Buffer  # what can be sent


class Handle:
    """What one thread at a time uses, and what is closed once. The lock lets the same thread in
    again: a handler of a signal that came in the midst of a call, which then runs between two calls
    of the library."""

    def __init__(self, pointer: int, close: Callable[[int], None]) -> None:
        self.lock = threading.RLock()
        self._pointer: int | None = pointer
        self._close = close

    def open(self) -> int:
        """The pointer, to be used with the lock held; ValueError if there is none any more."""
        if self._pointer is None:
            raise ValueError("the stream was closed")
        return self._pointer

    def close(self, wait: bool = True) -> None:
        """Does nothing if it must not wait and another thread is using the pointer."""
        if not self.lock.acquire(blocking=wait):
            return
        try:
            pointer, self._pointer = self._pointer, None
            if pointer is not None:
                self._close(pointer)
        finally:
            self.lock.release()


class End(Generic[Counts]):
    """One end: a handle, closed at the latest when the interpreter exits, unless a thread that the
    exit does not wait for (a daemon) is still using it then."""

    _kind: str
    _structure: type[ctypes.Structure]
    _counts: type[Counts]

    def __init__(self, pointer: ctypes.c_void_p) -> None:
        self._handle = Handle(pointer.value, self._function("close"))
        self._fd = checked(self._function("fd")(pointer))
        weakref.finalize(self, self._handle.close, wait=False)

    @classmethod
    def _function(cls, name: str):
        """The function of the C interface with that name for this kind of end."""
        return getattr(library, f"shmheap_{cls._kind}_{name}")

    def _call(self, name: str, *arguments) -> int:
        with self._handle.lock:
            return checked(self._function(name)(self._handle.open(), *arguments))

    def fileno(self) -> int:
        """A descriptor for selectors and asyncio. At a sending end it is readable whenever attend()
        has something to do, at a receiving end whenever receive(timeout=0) may do something. It
        belongs to this object."""
        self._handle.open()
        return self._fd

    fd = fileno

    def connected(self) -> bool:
        """Whether the other end is there (each of them, at a port), as of the last call."""
        return self._call("connected") == 1

    def stats(self) -> Counts:
        """The counts as of the last call; at a port, the sums over its connections."""
        with self._handle.lock:
            return _library.numbers(self._function("get_stats"), self._handle.open(),
                                    self._structure, self._counts)

    def close(self) -> None:
        """Ends the connection. What was sent stays readable for whoever has it."""
        self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SendingEnd(End[Counts]):
    """One that sends. All its work is done inside its calls, so one that neither sends nor attends
    notices neither the coming nor the going of a consumer."""

    def attend(self) -> None:
        """Does what is due without sending: connects consumers that have come, takes back what
        those that have gone still held. Never waits."""
        self._call("attend")

    def drain(self, timeout: float | None = None) -> None:
        """Waits until whoever is connected has taken up and released everything that was sent to
        it. TimeoutError; BrokenPipeError (one ended before that; see stats())."""
        drain = self._function("drain")
        with self._handle.lock:
            checked(_wait.in_slices(lambda timeout_ns: drain(self._handle.open(), timeout_ns),
                                    timeout, _wait.SLICE_MAX_S))


class ReceivingEnd(End[Counts]):
    """One that receives."""

    def receive(self, timeout: float | None = None) -> Message:
        """The next message. The end of a stream is a message (Message.end_of_stream).

        OSError: TimeoutError; EMSGSIZE (a copied message beyond the limit was left out); EPROTO
        (nonsense was received, or the producer is of another version: the connection is given up);
        ESTALE (a lease could not be taken up: that message is left out); EBUSY (the producer has
        another consumer). A Consumer, not an Input, also says BrokenPipeError (the producer ended,
        and everything it had sent was received; the next call connects again)."""
        deadline = _wait.Deadline(timeout)
        receive = self._function("receive")
        message = ctypes.c_void_p()
        with self._handle.lock:
            while True:
                code = receive(self._handle.open(), 0, ctypes.byref(message))
                if code != -errno.ETIMEDOUT:
                    checked(code)
                    return Message(message.value)
                _wait.until_readable(self._fd, deadline)


@contextlib.contextmanager
def sending(payload: Payload) -> Iterator[tuple[str, tuple[int | None, ...]]]:
    """Which function of the C interface sends this, and what it is told of it: the handle of a
    message, or address and size; valid within the block."""
    if isinstance(payload, Message):
        held = payload.held()
        yield "send_message", (held.handle,)
        del held
        return
    buffer = payload.data if isinstance(payload, Block) else payload
    with _memory.bytes_of(buffer) as found:
        yield "send", found


def slice_max_s(address: int | None) -> float:
    """How long one call that sends may wait: a copy that is given up starts from its beginning
    again, so its slices keep growing."""
    return _wait.SLICE_MAX_S if library.shmheap_is_shared(address) == 1 else math.inf
