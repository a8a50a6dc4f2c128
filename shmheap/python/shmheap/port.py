"""Named ports: the outputs and inputs of a component, which the description of its application
connects with others. A component knows the names of its own ports only."""

import ctypes
import errno
from collections.abc import Iterator
from typing import NamedTuple

from . import _library
from ._end import End, Payload, ReceivingEnd, SendingEnd, sending
from ._library import checked
from .heap import Block
from .message import Message, message_info
from .stream import ConsumerStats, ProducerStats

_ORIGIN_SIZE = 130  # of the longest "component.port" and its end


class OutputConnection(NamedTuple):
    """One connection of an output, with its counts."""
    name: str        # "source.out -> filter.in"
    connected: bool  # whether the consumer is there, as of the last call
    messages: int    # sent
    bytes: int       # of their payloads
    shared: int      # messages that went by a lease
    copied: int      # messages whose bytes went through the socket
    dropped: int     # messages that its policy left out
    lost: int        # sent to a consumer that ended before it took them up
    unreleased: int  # taken up by one that ended before it released them
    peers: int       # consumers that were connected, one after another
    refused: int     # that came while another was connected, or spoke nonsense
    blocked: int     # tries to send that had to wait for room
    timed_out: int   # tries to send that gave up at their deadline
    forwarded: int   # of the shared ones, those that lie in somebody else's heap


class InputConnection(NamedTuple):
    """One connection of an input, with its counts."""
    name: str        # "source.out -> filter.in"
    connected: bool  # whether the producer is there, as of the last call
    messages: int    # received
    bytes: int       # of their payloads
    shared: int      # messages that came by a lease
    copied: int      # messages whose bytes came through the socket
    skipped: int     # sequence numbers left out between growing ones
    peers: int       # producers that were connected, one after another
    forwarded: int   # of the shared ones, those that lie in somebody else's heap


def _opened(end: type[End], port: str, component: str | None, run_directory: str | None,
            connections: str | None) -> ctypes.c_void_p:
    def encoded(text):
        return None if text is None else text.encode()
    options = _library.PortOptions(ctypes.sizeof(_library.PortOptions), encoded(component),
                                   encoded(run_directory), encoded(connections))
    pointer = ctypes.c_void_p()
    checked(end._function("open")(port.encode(), ctypes.byref(options), ctypes.byref(pointer)),
            port)
    return pointer


def _connections_of(end: End, result):
    """Each connection of a port, with what `result` names of it."""
    found = []
    with end._handle.lock:
        connection = _library.Connection(size=ctypes.sizeof(_library.Connection))
        while True:
            code = end._function("get_connection")(end._handle.open(), len(found),
                                                   ctypes.byref(connection))
            if code == -errno.ENOENT:
                return found
            checked(code)
            values = {name: getattr(connection, name) for name in result._fields}
            found.append(result(**{**values, "name": connection.name.decode(),
                                   "connected": connection.connected == 1}))


class Output(SendingEnd[ProducerStats]):
    """The sending end of all connections that leave the port of that name, as the launcher
    describes them (or the options, which stand for SHMHEAP_COMPONENT, HARRIER_RUN_DIR and
    HARRIER_CONNECTIONS). Opening never waits.

    OSError: ENOTCONN (no connection leaves a port of this name), EINVAL (the description is none),
    EADDRINUSE (another process has opened it), and those of Producer."""

    _kind = "output"
    _structure = _library.ProducerStats
    _counts = ProducerStats

    def __init__(self, port: str, *, component: str | None = None,
                 run_directory: str | None = None, connections: str | None = None) -> None:
        self._unsent: memoryview | Message | None = None
        super().__init__(_opened(Output, port, component, run_directory, connections))

    def send(self, payload: Payload, *, sequence: int | None = None,
             time_stamp_ns: int = 0, stream_id: int = 0, payload_type: int = 0,
             end_of_stream: bool = False, timeout: float | None = None) -> None:
        """Sends over every connection of the port, as Producer.send does over one. Connections with
        the policy `block` wait for their consumer, or for its successor, those with `deadline` for
        no longer than this call; the others never wait. It is one call of the library, so handlers
        of signals run only after it.

        OSError: TimeoutError (a `block` connection has not got the message; send the same payload
        again, and whoever has got it does not get it twice; another one gives it up); EPROTO (a
        consumer of another version was sent away; send again)."""
        info = message_info(sequence, time_stamp_ns, stream_id, payload_type, end_of_stream)
        timeout_ns = -1 if timeout is None else max(0, int(timeout * 1e9))
        kept = payload
        if not isinstance(payload, Message):
            kept = payload.data if isinstance(payload, Block) else memoryview(payload)
        with self._handle.lock, sending(kept) as (name, what):
            # What was not sent to everybody is known by its address, so it is kept there until it
            # was sent, or another one begun.
            begun_before, self._unsent = self._unsent, kept
            self._call(name, *what, ctypes.byref(info), timeout_ns)
            self._unsent = None
            del begun_before

    def abandon(self) -> None:
        """Gives up the message that could not be sent to everybody, and lets go of its payload: it
        counts as dropped for those who have not got it. Does nothing if there is none."""
        with self._handle.lock:
            self._call("abandon")
            self._unsent = None

    def connections(self) -> list[OutputConnection]:
        """Each connection, as of the last call."""
        return _connections_of(self, OutputConnection)


class Input(ReceivingEnd[ConsumerStats]):
    """The receiving end of all connections that lead to the port of that name, as the launcher
    describes them, or the options, as of Output. Messages come in turn; when a producer ends, its
    successor is waited for.

    OSError: ENOTCONN (no connection leads to a port of this name), EINVAL (the description is
    none), and those of Consumer."""

    _kind = "input"
    _structure = _library.ConsumerStats
    _counts = ConsumerStats

    def __init__(self, port: str, *, component: str | None = None,
                 run_directory: str | None = None, connections: str | None = None) -> None:
        super().__init__(_opened(Input, port, component, run_directory, connections))

    def origin(self) -> str:
        """"source.out": the output from which the last message came; "" before the first."""
        text = ctypes.create_string_buffer(_ORIGIN_SIZE)
        self._call("origin", text, len(text))
        return text.value.decode()

    def connections(self) -> list[InputConnection]:
        """Each connection, as of the last call."""
        return _connections_of(self, InputConnection)

    def __iter__(self) -> Iterator[Message]:
        """The messages until every connection has brought the one that ends its stream; that one
        is among them."""
        going_on = len(self.connections())
        ended: set[str] = set()
        while len(ended) < going_on:
            message = self.receive()
            if message.end_of_stream:
                ended.add(self.origin())
            yield message
