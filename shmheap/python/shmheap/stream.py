"""Streams: a one-way connection from a producer to a consumer, found by the path of a socket. The
two may start in any order, and either may be started again."""

import ctypes
import os
from collections.abc import Iterator
from typing import NamedTuple

from . import _library, _memory, _wait
from ._end import ReceivingEnd, SendingEnd, payload_of, slice_max_s
from ._library import checked, library
from .heap import Block
from .message import Delivery, Message, message_info

Path = str | os.PathLike[str]


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


class Producer(SendingEnd[ProducerStats]):
    """The sending end, which listens under `path`; the path appears when consumers can connect. It
    has at most one consumer at a time.

    OSError: EADDRINUSE (a live producer listens there), EEXIST (it is no socket), ENAMETOOLONG, and
    what the system says of the directory. attend() and drain() say BrokenPipeError when the
    consumer has ended, and EPROTO when one of another version was sent away."""

    _kind = "producer"
    _structure = _library.ProducerStats
    _counts = ProducerStats

    def __init__(self, path: Path) -> None:
        path = os.fspath(path)
        pointer = ctypes.c_void_p()
        checked(library.shmheap_producer_listen(os.fsencode(path), None, ctypes.byref(pointer)),
                path)
        super().__init__(pointer)

    def send(self, payload: Block | _memory.Buffer, *, sequence: int | None = None,
             time_stamp_ns: int = 0, stream_id: int = 0, payload_type: int = 0,
             end_of_stream: bool = False, timeout: float | None = None) -> Delivery:
        """Sends a Block, an array or any other buffer of contiguous bytes. What starts where a
        block of this process's heap does is handed over without a copy, and must not be written to
        before the consumer has released it (drain() waits for that); all else is copied. Without a
        consumer the call waits for one; with one that is slow, for room.

        The sequence number is one more than the last if None, the time stamp (nanoseconds since
        1970) the time of sending if 0.

        OSError, after each of which nothing of this message has arrived: TimeoutError;
        BrokenPipeError (the consumer ended; the next call waits for another one); EPROTO (a
        consumer of another version was sent away)."""
        info = message_info(sequence, time_stamp_ns, stream_id, payload_type, end_of_stream)
        with self._handle.lock, payload_of(payload) as (address, size):
            # Nothing can be leased of nothing.
            send = self._function("send" if size > 0 else "send_bytes")
            return Delivery(checked(_wait.in_slices(
                lambda timeout_ns: send(self._handle.open(), address, size, ctypes.byref(info),
                                        timeout_ns),
                timeout, slice_max_s(address))))


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
