"""The heap of this process, and blocks of it. A block is freed when neither the Block nor an array
over it is left, and stays for its readers until the last lease on it has ended."""

import ctypes
import math
from typing import TYPE_CHECKING, NamedTuple

from . import _memory
from ._library import REFERENCE_SIZE, Stats, checked, checked_pointer, library, numbers

if TYPE_CHECKING:
    import numpy
    from numpy.typing import DTypeLike


class HeapStats(NamedTuple):
    """Bytes and counts of a heap; those of blocks and leases are exact after Heap.collect()."""
    file_size: int       # of the file; a part of it may hold no memory
    heap_size: int       # memory committed for blocks
    heap_used: int       # of live blocks, rounded up to their size classes
    blocks_live: int     # not freed yet, or leased still
    leases_live: int     # issued or accepted, and not ended
    clients: int         # live clients, this process among them if it has attached itself
    alloc_failures: int  # since the heap was made


class _Allocation:
    """Frees what was allocated when nothing refers to it any longer."""

    __slots__ = ("address",)

    def __init__(self, address: int) -> None:
        self.address = address

    def __del__(self, free=library.shmheap_free) -> None:
        free(self.address)


class Block:
    """A block of memory that this process may write to. `with` lets go of it at the end."""

    def __init__(self, address: int, size: int) -> None:
        """Takes over what the library allocated; programs call allocate()."""
        self._allocation: _Allocation | None = _Allocation(address)
        self._size = size

    @property
    def data(self) -> memoryview:
        """All bytes of the block, writable. What they hold at first is undefined."""
        if self._allocation is None:
            raise ValueError("the block was closed")
        return _memory.view(self._allocation.address, self._size, self._allocation, writable=True)

    def array(self, dtype: "DTypeLike" = "uint8",
              shape: _memory.Shape | None = None) -> "numpy.ndarray":
        """A NumPy array over the block, from its start on; it keeps the block."""
        return _memory.array_over(self.data, dtype, shape)

    def is_shared(self) -> bool:
        """Whether it lies in a heap, and so can be handed over without a copy."""
        if self._allocation is None:
            raise ValueError("the block was closed")
        return library.shmheap_is_shared(self._allocation.address) == 1

    def __len__(self) -> int:
        return self._size

    def close(self) -> None:
        """Lets go of the block: it is freed now, or with the last array over it."""
        self._allocation = None

    def __enter__(self) -> "Block":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Heap:
    """A heap that this process owns. It belongs to the library and lasts until the process exits;
    get it by process_heap()."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @property
    def name(self) -> str:
        """What clients attach: "heap-2286"."""
        return library.shmheap_name(self._handle).decode()

    def allocate(self, size: int, alignment: int | None = None) -> Block:
        """A block of this heap, aligned to 64 bytes, from 16 KiB on to a page, or to a power of
        two. OSError: ENOMEM (limit of the heap or of memory), ENOSPC, EINVAL (alignment)."""
        size = _checked_size(size)
        if alignment is None:
            address = library.shmheap_alloc(self._handle, size)
        else:
            address = library.shmheap_alloc_aligned(self._handle, size, alignment)
        return Block(checked_pointer(address), size)

    def stats(self) -> HeapStats:
        """Its sizes and counts."""
        return numbers(library.shmheap_get_stats, self._handle, Stats, HeapStats)

    def collect(self) -> int:
        """Ends the leases that clients have released, and those of dead clients, and gives unused
        memory back. Returns how many leases ended."""
        return checked(library.shmheap_collect(self._handle))

    def issue(self, block: _memory.Buffer, slot: int, offset: int = 0,
              size: int | None = None) -> bytes:
        """Leases `size` bytes (None: the rest) at `offset` of a block, given as Block or as an
        array from its start on, to the client with that slot. Send the reference that is returned
        to the client, or revoke it. OSError: EAGAIN (the client holds 1,024 leases), ENOTCONN (it
        is gone), EINVAL (not the start of a live block of this heap, or beyond its end)."""
        reference = ctypes.create_string_buffer(REFERENCE_SIZE)
        with _memory.bytes_of(block.data if isinstance(block, Block) else block) as (address, all_):
            size = max(0, all_ - offset) if size is None else size
            checked(library.shmheap_issue(self._handle, address, _checked_size(offset),
                                          _checked_size(size), slot, reference))
        return reference.raw

    def revoke(self, reference: bytes) -> None:
        """Takes back a lease that was not accepted. OSError: EBUSY (accepted), ESTALE (ended
        already), EXDEV (another heap's), EPROTO (out of range)."""
        checked(library.shmheap_revoke(self._handle, checked_reference(reference)))


def process_heap() -> Heap:
    """The heap of this process, made now if need be, removed when the process exits. OSError:
    ECANCELED (SHMHEAP=disable), EINVAL (a SHMHEAP_* variable makes no sense), ENOSPC, ENOMEM,
    EACCES, ENOENT, EOPNOTSUPP, EEXIST."""
    return Heap(checked_pointer(library.shmheap_process()))


def allocate(size: int) -> Block:
    """A block of the heap of this process if possible, else of private memory, which is sent as a
    copy (Block.is_shared tells). MemoryError if there is neither."""
    size = _checked_size(size)
    address = library.shmheap_alloc_hybrid(size)
    if address is None:
        raise MemoryError(f"allocate {size} bytes")
    return Block(address, size)


def empty(shape: _memory.Shape, dtype: "DTypeLike" = "float64") -> "numpy.ndarray":
    """A NumPy array whose elements are not set yet, over a block of its own from allocate()."""
    import numpy  # here, so that those who need no arrays need no NumPy
    count = shape if isinstance(shape, int) else math.prod(shape)
    return allocate(count * numpy.dtype(dtype).itemsize).array(dtype, shape)


def checked_reference(reference: bytes) -> bytes:
    """A reference as it came through some channel; ValueError if it cannot be one."""
    if len(reference) != REFERENCE_SIZE:
        raise ValueError(f"a reference has {REFERENCE_SIZE} bytes, not {len(reference)}")
    return bytes(reference)


def _checked_size(size: int) -> int:
    """ctypes would take a negative number for a large one."""
    if size < 0:
        raise ValueError(f"{size} bytes")
    return size
