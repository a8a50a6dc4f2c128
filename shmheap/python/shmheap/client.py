"""The receiving side of leases: an attachment to another process's heap, and blocks received from
there. The attachment lasts until the Client is closed and nothing received through it is left."""

import ctypes
from typing import TYPE_CHECKING

from . import _memory
from ._library import checked, library
from .heap import checked_reference

if TYPE_CHECKING:
    import numpy
    from numpy.typing import DTypeLike


class _Attachment:
    """Detaches when nothing refers to it any longer."""

    __slots__ = ("handle",)

    def __init__(self, handle: int) -> None:
        self.handle: int | None = handle

    def __del__(self, detach=library.shmheap_detach) -> None:
        handle, self.handle = self.handle, None
        detach(handle)


class _Lease:
    """Ends a lease when nothing refers to it any longer. The garbage collector may finalise it
    after its attachment, which has then released everything itself."""

    __slots__ = ("attachment", "reference")

    def __init__(self, attachment: _Attachment, reference: bytes) -> None:
        self.attachment = attachment
        self.reference = reference

    def __del__(self, release=library.shmheap_release) -> None:
        if self.attachment.handle is not None:
            release(self.attachment.handle, self.reference)


class Received:
    """A block that was received, read where its owner wrote it. `with` lets go of it at the end;
    arrays over it keep the lease."""

    def __init__(self, lease: _Lease, address: int | None, size: int) -> None:
        """Takes over a lease that was accepted; programs call Client.accept()."""
        self._lease: _Lease | None = lease
        self._address = address
        self._size = size

    @property
    def data(self) -> memoryview:
        """The bytes, read-only."""
        if self._lease is None:
            raise ValueError("the received block was closed")
        return _memory.view(self._address, self._size, self._lease, writable=False)

    def array(self, dtype: "DTypeLike" = "uint8",
              shape: _memory.Shape | None = None) -> "numpy.ndarray":
        """A read-only NumPy array over the bytes; it keeps the lease."""
        return _memory.array_over(self.data, dtype, shape)

    def __len__(self) -> int:
        return self._size

    def close(self) -> None:
        """Lets go of the block: the lease ends now, or with the last array over it."""
        self._lease = None

    def __enter__(self) -> "Received":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Client:
    """An attachment to the heap of that name ("heap-2286"), in the directory that SHMHEAP_DIR says,
    else /dev/shm. OSError: ENOENT, EACCES, EUSERS (the heap serves as many clients as it can),
    EPROTO (no heap, damaged, or of another version), EOWNERDEAD, ENOSPC, ENOMEM."""

    def __init__(self, name: str) -> None:
        handle = ctypes.c_void_p()
        checked(library.shmheap_attach(name.encode(), ctypes.byref(handle)), name)
        self._attachment: _Attachment | None = _Attachment(handle.value)

    @property
    def slot(self) -> int:
        """What the owner must know to issue to this client; opaque."""
        return library.shmheap_client_slot(self._open().handle)

    def accept(self, reference: bytes) -> Received:
        """Takes a lease up. OSError: ESTALE (revoked, accepted already, released, or another
        client's), EXDEV (another heap's), EPROTO (out of range)."""
        attachment = self._open()
        reference = checked_reference(reference)
        address, size = ctypes.c_void_p(), ctypes.c_size_t()
        checked(library.shmheap_accept(attachment.handle, reference, ctypes.byref(address),
                                       ctypes.byref(size)))
        return Received(_Lease(attachment, reference), address.value, size.value)

    def _open(self) -> _Attachment:
        if self._attachment is None:
            raise ValueError("the client was closed")
        return self._attachment

    def close(self) -> None:
        """Detaches now, or with the last array over what was received."""
        self._attachment = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
