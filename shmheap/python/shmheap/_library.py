"""The C interface as ctypes sees it: the library, its structures and its functions. Loaded once,
when the package is imported; a library that cannot be loaded is ImportError."""

import ctypes
import os
from ctypes import POINTER, c_char, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import NamedTuple, TypeVar

from ._location import LIBRARY

REFERENCE_SIZE = 64

END_OF_STREAM = 1
SEQUENCE_SET = 2
COPY_ALL = 1


class Stats(ctypes.Structure):
    """struct shmheap_stats"""
    _fields_ = [("size", c_uint64), ("file_size", c_uint64), ("heap_size", c_uint64),
                ("heap_used", c_uint64), ("blocks_live", c_uint64), ("leases_live", c_uint64),
                ("clients", c_uint64), ("alloc_failures", c_uint64), ("reserved", c_uint64 * 8)]


class MessageInfo(ctypes.Structure):
    """struct shmheap_message_info"""
    _fields_ = [("size", c_uint64), ("sequence", c_uint64), ("time_stamp_ns", c_int64),
                ("stream_id", c_uint64), ("payload_type", c_uint32), ("flags", c_uint32)]


class ProducerOptions(ctypes.Structure):
    """struct shmheap_producer_options"""
    _fields_ = [("size", c_uint64), ("depth", c_uint32), ("when_full", c_uint32),
                ("patience_ns", c_int64), ("name", c_char_p)]


class ProducerStats(ctypes.Structure):
    """struct shmheap_producer_stats"""
    _fields_ = [("size", c_uint64), ("messages", c_uint64), ("bytes", c_uint64),
                ("shared", c_uint64), ("copied", c_uint64), ("consumers", c_uint64),
                ("refused", c_uint64), ("lost", c_uint64), ("unreleased", c_uint64),
                ("blocked", c_uint64), ("timed_out", c_uint64), ("dropped", c_uint64),
                ("forwarded", c_uint64), ("reserved", c_uint64 * 4)]


class ConsumerOptions(ctypes.Structure):
    """struct shmheap_consumer_options"""
    _fields_ = [("size", c_uint64), ("copied_size_max", c_uint64), ("flags", c_uint32),
                ("reserved", c_uint32)]


class ConsumerStats(ctypes.Structure):
    """struct shmheap_consumer_stats"""
    _fields_ = [("size", c_uint64), ("messages", c_uint64), ("bytes", c_uint64),
                ("shared", c_uint64), ("copied", c_uint64), ("producers", c_uint64),
                ("skipped", c_uint64), ("forwarded", c_uint64), ("reserved", c_uint64 * 8)]


class PortOptions(ctypes.Structure):
    """struct shmheap_port_options"""
    _fields_ = [("size", c_uint64), ("component", c_char_p), ("run_directory", c_char_p),
                ("connections", c_char_p)]


class Connection(ctypes.Structure):
    """struct shmheap_connection"""
    _fields_ = [("size", c_uint64), ("name", c_char * 264), ("connected", c_uint64),
                ("messages", c_uint64), ("bytes", c_uint64), ("shared", c_uint64),
                ("copied", c_uint64), ("dropped", c_uint64), ("lost", c_uint64),
                ("unreleased", c_uint64), ("skipped", c_uint64), ("peers", c_uint64),
                ("refused", c_uint64), ("blocked", c_uint64), ("timed_out", c_uint64),
                ("forwarded", c_uint64), ("reserved", c_uint64 * 3)]


# A pointer to an opaque type is a plain address here, so one handle looks like another: each is
# kept in a class of its own, which passes it to its own functions alone.
FUNCTIONS = {
    "shmheap_process": (c_void_p,),
    "shmheap_name": (c_char_p, c_void_p),
    "shmheap_alloc": (c_void_p, c_void_p, c_size_t),
    "shmheap_alloc_aligned": (c_void_p, c_void_p, c_size_t, c_size_t),
    "shmheap_alloc_hybrid": (c_void_p, c_size_t),
    "shmheap_free": (None, c_void_p),
    "shmheap_is_shared": (c_int, c_void_p),
    "shmheap_get_stats": (c_int, c_void_p, POINTER(Stats)),
    "shmheap_collect": (c_int, c_void_p),
    "shmheap_issue": (c_int, c_void_p, c_void_p, c_size_t, c_size_t, c_uint32, c_char_p),
    "shmheap_revoke": (c_int, c_void_p, c_char_p),
    "shmheap_attach": (c_int, c_char_p, POINTER(c_void_p)),
    "shmheap_client_slot": (c_uint32, c_void_p),
    "shmheap_accept": (c_int, c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_size_t)),
    "shmheap_release": (c_int, c_void_p, c_char_p),
    "shmheap_detach": (None, c_void_p),
    "shmheap_producer_listen": (c_int, c_char_p, POINTER(ProducerOptions), POINTER(c_void_p)),
    "shmheap_producer_send": (c_int, c_void_p, c_void_p, c_size_t, POINTER(MessageInfo), c_int64),
    "shmheap_producer_send_bytes": (c_int, c_void_p, c_void_p, c_size_t, POINTER(MessageInfo),
                                    c_int64),
    "shmheap_producer_send_message": (c_int, c_void_p, c_void_p, POINTER(MessageInfo), c_int64),
    "shmheap_producer_drain": (c_int, c_void_p, c_int64),
    "shmheap_producer_attend": (c_int, c_void_p),
    "shmheap_producer_fd": (c_int, c_void_p),
    "shmheap_producer_connected": (c_int, c_void_p),
    "shmheap_producer_get_stats": (c_int, c_void_p, POINTER(ProducerStats)),
    "shmheap_producer_close": (None, c_void_p),
    "shmheap_consumer_expect": (c_int, c_char_p, POINTER(ConsumerOptions), POINTER(c_void_p)),
    "shmheap_consumer_receive": (c_int, c_void_p, c_int64, POINTER(c_void_p)),
    "shmheap_consumer_fd": (c_int, c_void_p),
    "shmheap_consumer_connected": (c_int, c_void_p),
    "shmheap_consumer_attached": (c_int, c_void_p),
    "shmheap_consumer_get_stats": (c_int, c_void_p, POINTER(ConsumerStats)),
    "shmheap_consumer_close": (None, c_void_p),
    "shmheap_message_data": (c_void_p, c_void_p),
    "shmheap_message_size": (c_size_t, c_void_p),
    "shmheap_message_is_shared": (c_int, c_void_p),
    "shmheap_message_get_info": (c_int, c_void_p, POINTER(MessageInfo)),
    "shmheap_message_release": (None, c_void_p),
    "shmheap_output_open": (c_int, c_char_p, POINTER(PortOptions), POINTER(c_void_p)),
    "shmheap_output_send": (c_int, c_void_p, c_void_p, c_size_t, POINTER(MessageInfo), c_int64),
    "shmheap_output_send_message": (c_int, c_void_p, c_void_p, POINTER(MessageInfo), c_int64),
    "shmheap_output_abandon": (c_int, c_void_p),
    "shmheap_output_drain": (c_int, c_void_p, c_int64),
    "shmheap_output_attend": (c_int, c_void_p),
    "shmheap_output_fd": (c_int, c_void_p),
    "shmheap_output_connected": (c_int, c_void_p),
    "shmheap_output_get_stats": (c_int, c_void_p, POINTER(ProducerStats)),
    "shmheap_output_get_connection": (c_int, c_void_p, c_size_t, POINTER(Connection)),
    "shmheap_output_close": (None, c_void_p),
    "shmheap_input_open": (c_int, c_char_p, POINTER(PortOptions), POINTER(c_void_p)),
    "shmheap_input_receive": (c_int, c_void_p, c_int64, POINTER(c_void_p)),
    "shmheap_input_origin": (c_int, c_void_p, c_char_p, c_size_t),
    "shmheap_input_fd": (c_int, c_void_p),
    "shmheap_input_connected": (c_int, c_void_p),
    "shmheap_input_get_stats": (c_int, c_void_p, POINTER(ConsumerStats)),
    "shmheap_input_get_connection": (c_int, c_void_p, c_size_t, POINTER(Connection)),
    "shmheap_input_close": (None, c_void_p),
}


def _load() -> ctypes.CDLL:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), LIBRARY)
    try:
        loaded = ctypes.CDLL(path, use_errno=True)
    except OSError as error:
        raise ImportError(f"cannot load the library of shmheap: {error}") from error
    for name, (result, *arguments) in FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype = result
        function.argtypes = arguments
    return loaded


library = _load()


def checked(code: int, subject: str | None = None) -> int:
    """What a function returned, or OSError if that is a negative errno value."""
    if code >= 0:
        return code
    raise OSError(-code, os.strerror(-code), subject)


def checked_pointer(pointer: int | None) -> int:
    """The pointer that a function returned, or OSError if it is NULL: errno says why."""
    if pointer is not None:
        return pointer
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code))


Numbers = TypeVar("Numbers", bound=NamedTuple)


def numbers(get, handle: int, structure: type[ctypes.Structure],
            result: type[Numbers]) -> Numbers:
    """Has a structure with counts filled in, and gives those that `result` names."""
    filled = structure(size=ctypes.sizeof(structure))
    checked(get(handle, ctypes.byref(filled)))
    return result(*(getattr(filled, name) for name in result._fields))
