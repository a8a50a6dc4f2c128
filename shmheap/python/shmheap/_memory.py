"""Memory at an address as Python sees it, and Python's buffers as an address. Whoever views memory
keeps its owner alive; when the last view is gone, so is what it kept. Any thread."""

import contextlib
import ctypes
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import DTypeLike

# Whatever has the buffer protocol: bytes, bytearray, memoryview, array.array, a NumPy array.
Buffer = Any

Shape = int | tuple[int, ...]


def view(address: int | None, size: int, owner: object, writable: bool) -> memoryview:
    """The bytes there, which live as long as `owner`; they are not copied."""
    if size == 0:
        return memoryview(b"")
    memory = (ctypes.c_ubyte * size).from_address(address)
    memory.owner = owner  # a memoryview, and an array over it, refers to `memory`
    whole = memoryview(memory).cast("B")
    return whole if writable else whole.toreadonly()


def array_over(memory: memoryview, dtype: "DTypeLike",
               shape: Shape | None) -> "numpy.ndarray":
    """A NumPy array over the bytes, writable as they are. Its length follows from the bytes if no
    shape is given; one that is given may leave bytes over. ValueError if they do not suffice, or
    are no whole number of elements."""
    import numpy  # here, so that those who need no arrays need no NumPy
    if shape is None:
        return numpy.frombuffer(memory, dtype=dtype)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    return numpy.frombuffer(memory, dtype=dtype, count=math.prod(shape)).reshape(shape)


class _PyBuffer(ctypes.Structure):
    """Py_buffer of CPython."""
    _fields_ = [("buf", ctypes.c_void_p), ("obj", ctypes.c_void_p), ("len", ctypes.c_ssize_t),
                ("itemsize", ctypes.c_ssize_t), ("readonly", ctypes.c_int), ("ndim", ctypes.c_int),
                ("format", ctypes.c_char_p), ("shape", ctypes.c_void_p),
                ("strides", ctypes.c_void_p), ("suboffsets", ctypes.c_void_p),
                ("internal", ctypes.c_void_p)]


_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = [ctypes.py_object, ctypes.POINTER(_PyBuffer), ctypes.c_int]
_get_buffer.restype = ctypes.c_int  # -1 with an exception set, which ctypes raises
_release_buffer = ctypes.pythonapi.PyBuffer_Release
_release_buffer.argtypes = [ctypes.POINTER(_PyBuffer)]
_release_buffer.restype = None
_CONTIGUOUS_BYTES = 0  # PyBUF_SIMPLE


@contextlib.contextmanager
def bytes_of(buffer: Buffer) -> Iterator[tuple[int | None, int]]:
    """Address and size of a buffer's bytes, which stay where they are within the block. TypeError
    for what is no buffer; BufferError or ValueError for one with gaps between its elements."""
    found = _PyBuffer()
    _get_buffer(buffer, ctypes.byref(found), _CONTIGUOUS_BYTES)
    try:
        yield found.buf, found.len
    finally:
        _release_buffer(ctypes.byref(found))
