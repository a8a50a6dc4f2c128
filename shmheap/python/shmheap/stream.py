"""Streams: a one-way connection from a producer to a consumer, found by the path of a socket. The
two may start in any order, and either may be started again."""

import ctypes
import enum
import errno
import math
import os
import threading
import weakref
from typing import TYPE_CHECKING, Callable, Iterator, NamedTuple, Optional, Union

from . import _library, _memory, _wait
from ._library import checked, library, numbers
from .heap import Block

if TYPE_CHECKING:
    import numpy
    from numpy.typing import DTypeLike

Path = Union[str, "os.PathLike[str]"]


class Delivery(enum.IntEnum):
    """How the bytes of a message went."""
    COPIED = 0  # through the socket
    SHARED = 1  # by a lease: the consumer reads the producer's memory


class ProducerStats(NamedTuple):
    """Counts since the producer was made."""
    messages: int    # sent, to whichever consumer
    bytes: int       # of their payloads
    shared: int      # messages that went by a lease
    copied: int      # messages whose bytes went through the socket
    consumers: int   # that were connected, one after another
    refused: int     # that came while another was connected, or spoke nonsense
    lost: int        # sent to a consumer that ended before it took them up
    unreleased: int  # taken up by one that ended before it released them


class ConsumerStats(NamedTuple):
    """Counts since the consumer was made."""
    messages: int   # received, from whichever producer
    bytes: int      # of their payloads
    shared: int     # messages that came by a lease
    copied: int     # messages whose bytes came through the socket
    producers: int  # that were connected, one after another
    skipped: int    # sequence numbers left out between growing ones


class _Handle:
    """What one thread at a time uses, and what is closed once. The lock lets the same thread in
    again: a handler of a signal that came in the midst of a call, which then runs between two calls
    of the library."""

    def __init__(self, pointer: int, close: Callable[[int], None]) -> None:
        self.lock = threading.RLock()
        self._pointer: Optional[int] = pointer
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


class _End:
    """What both ends have in common: a handle, closed at the latest when the interpreter exits,
    unless a thread that the exit does not wait for (a daemon) is still using it then."""

    def __init__(self, handle: _Handle, fd: int) -> None:
        self._handle = handle
        self._fd = fd
        self._lock = handle.lock
        self._open = handle.open
        weakref.finalize(self, handle.close, wait=False)

    def close(self) -> None:
        """Ends the connection. What was sent stays readable for whoever has it."""
        self._handle.close()


class Producer(_End):
    """The sending end, which listens under `path`; the path appears when consumers can connect. It
    has at most one consumer at a time. All its work is done inside its calls, so one that neither
    sends nor attends notices neither the coming nor the going of a consumer.

    OSError: EADDRINUSE (a live producer listens there), EEXIST (it is no socket), ENAMETOOLONG, and
    what the system says of the directory."""

    def __init__(self, path: Path) -> None:
        path = os.fspath(path)
        handle = ctypes.c_void_p()
        checked(library.shmheap_producer_listen(os.fsencode(path), None, ctypes.byref(handle)),
                path)
        super().__init__(_Handle(handle.value, library.shmheap_producer_close),
                         library.shmheap_producer_fd(handle))

    def send(self, payload: Union[Block, _memory.Buffer], *, sequence: Optional[int] = None,
             time_stamp_ns: int = 0, stream_id: int = 0, payload_type: int = 0,
             end_of_stream: bool = False, timeout: Optional[float] = None) -> Delivery:
        """Sends a Block, an array or any other buffer of contiguous bytes. What starts where a
        block of this process's heap does is handed over without a copy, and must not be written to
        before the consumer has released it (drain() waits for that); all else is copied. Without a
        consumer the call waits for one; with one that is slow, for room.

        The sequence number is one more than the last if None, the time stamp (nanoseconds since
        1970) the time of sending if 0.

        OSError, after each of which nothing of this message has arrived: TimeoutError;
        BrokenPipeError (the consumer ended; the next call waits for another one); EPROTO (a
        consumer of another version was sent away)."""
        flags = _library.END_OF_STREAM if end_of_stream else 0
        if sequence is not None:
            flags |= _library.SEQUENCE_SET
        info = _library.MessageInfo(ctypes.sizeof(_library.MessageInfo), sequence or 0,
                                    time_stamp_ns, stream_id, payload_type, flags)
        buffer = payload.data if isinstance(payload, Block) else payload
        with self._lock, _memory.bytes_of(buffer) as (address, size):
            # A copy that is given up starts from its beginning again, so its slices keep growing.
            shared = size > 0 and library.shmheap_is_shared(address) == 1
            slice_max_s = _wait.SLICE_MAX_S if shared else math.inf
            send = library.shmheap_producer_send if size else library.shmheap_producer_send_bytes
            return Delivery(checked(_wait.in_slices(
                lambda timeout_ns: send(self._open(), address, size, ctypes.byref(info),
                                        timeout_ns),
                timeout, slice_max_s)))

    def drain(self, timeout: Optional[float] = None) -> None:
        """Waits until the consumer has taken up and released everything that was sent to it.
        TimeoutError; BrokenPipeError (it ended before that; see stats())."""
        with self._lock:
            checked(_wait.in_slices(
                lambda timeout_ns: library.shmheap_producer_drain(self._open(), timeout_ns),
                timeout, _wait.SLICE_MAX_S))

    def attend(self) -> None:
        """Does what is due without sending: connects a consumer that has come, takes back what one
        that has gone still held. Never waits. OSError: EPIPE and EPROTO as of send(), which then
        does not tell them again."""
        with self._lock:
            checked(library.shmheap_producer_attend(self._open()))

    def fileno(self) -> int:
        """A descriptor that is readable whenever attend() has something to do, for selectors and
        asyncio. It belongs to the producer."""
        self._open()
        return self._fd

    fd = fileno

    def connected(self) -> bool:
        """Whether a consumer is connected, as of the last call."""
        with self._lock:
            return checked(library.shmheap_producer_connected(self._open())) == 1

    def stats(self) -> ProducerStats:
        """Its counts, as of the last call."""
        with self._lock:
            return numbers(library.shmheap_producer_get_stats, self._open(),
                           _library.ProducerStats, ProducerStats)

    def __enter__(self) -> "Producer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Payload:
    """Releases a message when nothing refers to it any longer."""

    __slots__ = ("handle",)

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def __del__(self, release=library.shmheap_message_release) -> None:
        release(self.handle)


class Message:
    """A received message. It may outlive its consumer, and the producer's process. `with` lets go
    of it at the end; arrays over it keep it."""

    def __init__(self, handle: int) -> None:
        """Takes over what the library received; programs call Consumer.receive()."""
        self._payload: Optional[_Payload] = _Payload(handle)
        self._address = library.shmheap_message_data(handle)
        self._size = library.shmheap_message_size(handle)
        info = _library.MessageInfo(size=ctypes.sizeof(_library.MessageInfo))
        checked(library.shmheap_message_get_info(handle, ctypes.byref(info)))
        self.sequence: int = info.sequence
        self.time_stamp_ns: int = info.time_stamp_ns
        self.stream_id: int = info.stream_id
        self.payload_type: int = info.payload_type
        self.end_of_stream: bool = info.flags & _library.END_OF_STREAM != 0
        self.delivery = Delivery(checked(library.shmheap_message_is_shared(handle)))

    @property
    def data(self) -> memoryview:
        """The payload, read-only."""
        if self._payload is None:
            raise ValueError("the message was closed")
        return _memory.view(self._address, self._size, self._payload, writable=False)

    def array(self, dtype: "DTypeLike" = "uint8",
              shape: Optional[_memory.Shape] = None) -> "numpy.ndarray":
        """A read-only NumPy array over the payload, where the producer wrote it if it was shared;
        it keeps the message."""
        return _memory.array_over(self.data, dtype, shape)

    def __len__(self) -> int:
        return self._size

    def close(self) -> None:
        """Lets go of the message: it is released now, or with the last array over it."""
        self._payload = None

    def __enter__(self) -> "Message":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Consumer(_End):
    """The receiving end. It may be made before its producer is there: receive() connects to
    whichever producer listens under `path`.

    A copied message of more than `copied_size_max` bytes is left out with EMSGSIZE. Without `share`
    nothing is attached, and everything comes as a copy. OSError: ENAMETOOLONG, EACCES."""

    def __init__(self, path: Path, *, copied_size_max: int = 256 * 1024 * 1024,
                 share: bool = True) -> None:
        path = os.fspath(path)
        options = _library.ConsumerOptions(ctypes.sizeof(_library.ConsumerOptions),
                                           copied_size_max, 0 if share else _library.COPY_ALL, 0)
        handle = ctypes.c_void_p()
        checked(library.shmheap_consumer_expect(os.fsencode(path), ctypes.byref(options),
                                                ctypes.byref(handle)), path)
        super().__init__(_Handle(handle.value, library.shmheap_consumer_close),
                         library.shmheap_consumer_fd(handle))
        self._readiness = _wait.Readiness(self._fd)

    def receive(self, timeout: Optional[float] = None) -> Message:
        """The next message. The end of a stream is a message (Message.end_of_stream).

        OSError: TimeoutError; BrokenPipeError (the producer ended, and everything it had sent was
        received; the next call connects again); EBUSY (the producer has another consumer); EMSGSIZE
        (a copied message beyond the limit was left out); EPROTO (nonsense was received, or the
        producer is of another version: the connection is given up); ESTALE (a lease could not be
        taken up: that message is left out)."""
        deadline = _wait.Deadline(timeout)
        message = ctypes.c_void_p()
        with self._lock:
            while True:
                code = library.shmheap_consumer_receive(self._open(), 0, ctypes.byref(message))
                if code != -errno.ETIMEDOUT:
                    checked(code)
                    return Message(message.value)
                self._readiness.wait(deadline)

    def __iter__(self) -> Iterator[Message]:
        """The messages up to the one that ends the stream, that one included. Errors end it, too,
        among them BrokenPipeError when a producer ends without that."""
        while True:
            message = self.receive()
            last = message.end_of_stream
            yield message
            if last:
                return

    def fileno(self) -> int:
        """A descriptor that is readable whenever receive(timeout=0) may do something, for selectors
        and asyncio. It belongs to the consumer."""
        self._open()
        return self._fd

    fd = fileno

    def connected(self) -> bool:
        """Whether a producer is connected, as of the last call."""
        with self._lock:
            return checked(library.shmheap_consumer_connected(self._open())) == 1

    def attached(self) -> bool:
        """Whether shared messages can arrive: the producer's heap is attached."""
        with self._lock:
            return checked(library.shmheap_consumer_attached(self._open())) == 1

    def stats(self) -> ConsumerStats:
        """Its counts, as of the last call."""
        with self._lock:
            return numbers(library.shmheap_consumer_get_stats, self._open(),
                           _library.ConsumerStats, ConsumerStats)

    def __enter__(self) -> "Consumer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
