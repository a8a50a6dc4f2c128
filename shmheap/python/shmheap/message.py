"""Messages as they are received, and what travels with their bytes."""

import ctypes
import enum
from typing import TYPE_CHECKING

from . import _library, _memory
from ._library import checked, library

if TYPE_CHECKING:
    import numpy
    from numpy.typing import DTypeLike


class Delivery(enum.IntEnum):
    """How the bytes of a message went."""
    COPIED = 0  # through the socket
    SHARED = 1  # by a lease: the consumer reads the producer's memory
    DROPPED = 2  # nowhere: there was no room, and the producer's policy is to drop (send only)


def message_info(sequence: int | None, time_stamp_ns: int, stream_id: int, payload_type: int,
                 end_of_stream: bool) -> _library.MessageInfo:
    """What a send function is told besides the bytes; a sequence of None is filled in there."""
    flags = _library.END_OF_STREAM if end_of_stream else 0
    if sequence is not None:
        flags |= _library.SEQUENCE_SET
    return _library.MessageInfo(ctypes.sizeof(_library.MessageInfo), sequence or 0, time_stamp_ns,
                                stream_id, payload_type, flags)


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
        """Takes over what the library received; programs call receive()."""
        self._payload: _Payload | None = _Payload(handle)
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
        return _memory.view(self._address, self._size, self.held(), writable=False)

    def array(self, dtype: "DTypeLike" = "uint8",
              shape: _memory.Shape | None = None) -> "numpy.ndarray":
        """A read-only NumPy array over the payload, where the producer wrote it if it was shared;
        it keeps the message."""
        return _memory.array_over(self.data, dtype, shape)

    def held(self) -> _Payload:
        """For sending it on: what keeps the message. ValueError: it was closed."""
        if self._payload is None:
            raise ValueError("the message was closed")
        return self._payload

    def __len__(self) -> int:
        return self._size

    def close(self) -> None:
        """Lets go of the message: it is released now, or with the last array over it."""
        self._payload = None

    def __enter__(self) -> "Message":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
