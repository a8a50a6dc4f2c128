"""Shared heaps and streams of Harrier: large buffers between processes, without copying.

    import shmheap

    with shmheap.Producer(path) as producer:            # one process
        samples = shmheap.empty(4096, "float32")        # a NumPy array in this process's heap
        samples[:] = 0
        producer.send(samples)                          # handed over, not copied
        producer.send(b"", end_of_stream=True)          # where the other's loop ends

    with shmheap.Consumer(path) as consumer:            # another process
        for message in consumer:
            samples = message.array("float32")          # read where it was written; read-only
            print(len(samples))                         # 4096, and 0 of the last message

Everything is of the library libshmheap, whose C interface (shmheap/shmheap.h) says more of each
call. Failures are OSError with the errno that is named there (and so TimeoutError, BrokenPipeError
and the like). Timeouts are seconds; None waits for as long as it takes, 0 tries once. While a call
waits, other threads run, and handlers of signals are called.

Memory is let go when nothing refers to it: an array keeps its block or its message, whatever was
closed meanwhile. So `with` and close() end a thing as soon as that is safe, and never sooner.

Any thread may call anything; a producer, and a consumer, serves one at a time. In a forked child
what the parent had is abandoned: using it is ChildProcessError, letting go of it does nothing.
"""

from .client import Client, Received
from .heap import Block, Heap, HeapStats, allocate, empty, process_heap
from .message import Delivery, Message
from .port import Input, InputConnection, Output, OutputConnection
from .stream import Consumer, ConsumerStats, Producer, ProducerStats, WhenFull

__all__ = [
    "Block", "Client", "Consumer", "ConsumerStats", "Delivery", "Heap", "HeapStats", "Input",
    "InputConnection", "Message", "Output", "OutputConnection", "Producer", "ProducerStats",
    "Received", "WhenFull", "allocate", "empty", "process_heap",
]
