"""Streams: a one-way connection from a producer to a consumer, found by the path of a socket. The
two may start in any order, and either may be started again."""

import ctypes
import enum
import math
import os
from collections.abc import Iterator
from typing import NamedTuple

from . import _library, _wait
from ._end import Payload, ReceivingEnd, SendingEnd, sending, slice_max_s
from ._library import checked, library
from .message import Delivery, Message, message_info

Path = str | os.PathLike[str]

DEPTH_MAX = 1024  # messages that are sent and not taken up yet


class WhenFull(enum.IntEnum):
    """What a producer does when its consumer is slower than it is, or there is none."""
    BLOCK = 0        # waits, until the timeout of the call
    DEADLINE = 1     # waits, but no longer than its patience
    DROP_OLDEST = 2  # never waits: what was sent first and is not taken up yet gives way
    DROP_NEWEST = 3  # never waits: what is being sent is dropped


class ProducerStats(NamedTuple):
    """Counts since the producer was made. A send that waits for long tries several times."""
    messages: int    # sent, to whichever consumer
    bytes: int       # of their payloads
    shared: int      # messages that went by a lease
    copied: int      # messages whose bytes went through the socket
    consumers: int   # that were connected, one after another
    refused: int     # that came while another was connected, or spoke nonsense
    lost: int        # sent to a consumer that ended before it took them up
    unreleased: int  # taken up by one that ended before it released them
    blocked: int     # tries to send that had to wait for room
    timed_out: int   # tries to send that gave up at their deadline
    dropped: int     # messages that gave way to newer ones, or were not sent
    forwarded: int   # of the shared ones, those that lie in somebody else's heap


class ConsumerStats(NamedTuple):
    """Counts since the consumer was made."""
    messages: int   # received, from whichever producer
    bytes: int      # of their payloads
    shared: int     # messages that came by a lease
    copied: int     # messages whose bytes came through the socket
    producers: int  # that were connected, one after another
    skipped: int    # sequence numbers left out between growing ones
    forwarded: int  # of the shared ones, those that lie in somebody else's heap


class Producer(SendingEnd[ProducerStats]):
    """The sending end, which listens under `path`; the path appears when consumers can connect. It
    has at most one consumer at a time.

    At most `depth` messages are sent and not taken up yet, 1 to 1,024; what happens to more says
    `when_full`, with `patience` seconds (above 0) for WhenFull.DEADLINE. shminfo calls the
    connection by `name`, up to 271 bytes.

    OSError: EADDRINUSE (a live producer listens there), EEXIST (it is no socket), ENAMETOOLONG, and
    what the system says of the directory. ValueError: no such depth or patience. attend() and
    drain() say BrokenPipeError when the consumer has ended, and EPROTO when one of another version
    was sent away."""

    _kind = "producer"
    _structure = _library.ProducerStats
    _counts = ProducerStats

    def __init__(self, path: Path, *, depth: int = DEPTH_MAX,
                 when_full: WhenFull = WhenFull.BLOCK, patience: float = 1.0,
                 name: str = "") -> None:
        if not 1 <= depth <= DEPTH_MAX:
            raise ValueError(f"a depth is 1 to {DEPTH_MAX}, not {depth}")
        if not patience > 0:
            raise ValueError(f"a patience is above 0, not {patience}")
        path = os.fspath(path)
        self._patience = patience if when_full == WhenFull.DEADLINE else math.inf
        options = _library.ProducerOptions(
            ctypes.sizeof(_library.ProducerOptions), depth, WhenFull(when_full),
            _wait.nanoseconds(patience), name.encode())
        pointer = ctypes.c_void_p()
        checked(library.shmheap_producer_listen(os.fsencode(path), ctypes.byref(options),
                                                ctypes.byref(pointer)), path)
        super().__init__(pointer)

    def send(self, payload: Payload, *, sequence: int | None = None,
             time_stamp_ns: int = 0, stream_id: int = 0, payload_type: int = 0,
             end_of_stream: bool = False, timeout: float | None = None) -> Delivery:
        """Sends a Block, an array or any other buffer of contiguous bytes. What starts where a
        block of this process's heap does is handed over without a copy, and must not be written to
        before the consumer has released it (drain() waits for that); all else is copied. Without a
        consumer the call waits for one; with one that is slow, for room: unless the policy is to
        drop, when it never waits.

        A Message is sent on, without a copy if it came by a lease of its producer's; as a copy if
        it came as one or was itself sent on to us, or as long as the consumer has not attached the
        heap in which it lies (the first message of each heap tells it to). This process keeps it
        until the consumer has a right of its own, which is found out in any call of this producer
        and while this process waits to receive.

        The sequence number is one more than the last if None, the time stamp (nanoseconds since
        1970) the time of sending if 0.

        OSError, after each of which nothing of this message has arrived: TimeoutError;
        BrokenPipeError (the consumer ended; the next call waits for another one); EPROTO (a
        consumer of another version was sent away)."""
        info = message_info(sequence, time_stamp_ns, stream_id, payload_type, end_of_stream)
        timeout = min(math.inf if timeout is None else timeout, self._patience)
        with self._handle.lock, sending(payload) as (name, what):
            # Nothing can be leased of nothing.
            send = self._function("send_bytes" if name == "send" and what[1] == 0 else name)
            return Delivery(checked(_wait.in_slices(
                lambda timeout_ns: send(self._handle.open(), *what, ctypes.byref(info), timeout_ns),
                timeout, slice_max_s(what[0]))))


class Consumer(ReceivingEnd[ConsumerStats]):
    """The receiving end. It may be made before its producer is there: receive() connects to
    whichever producer listens under `path`.

    A copied message of more than `copied_size_max` bytes is left out with EMSGSIZE. Without `share`
    nothing is attached, and everything comes as a copy. OSError: ENAMETOOLONG, EACCES."""

    _kind = "consumer"
    _structure = _library.ConsumerStats
    _counts = ConsumerStats

    def __init__(self, path: Path, *, copied_size_max: int = 256 * 1024 * 1024,
                 share: bool = True) -> None:
        path = os.fspath(path)
        options = _library.ConsumerOptions(ctypes.sizeof(_library.ConsumerOptions),
                                           copied_size_max, 0 if share else _library.COPY_ALL, 0)
        pointer = ctypes.c_void_p()
        checked(library.shmheap_consumer_expect(os.fsencode(path), ctypes.byref(options),
                                                ctypes.byref(pointer)), path)
        super().__init__(pointer)

    def attached(self) -> bool:
        """Whether shared messages can arrive: the producer's heap is attached."""
        return self._call("attached") == 1

    def __iter__(self) -> Iterator[Message]:
        """The messages up to the one that ends the stream, that one included. Errors end it, too,
        among them BrokenPipeError when a producer ends without that."""
        while True:
            message = self.receive()
            last = message.end_of_stream
            yield message
            if last:
                return
