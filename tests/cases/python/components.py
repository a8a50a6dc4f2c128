"""The components of test_killed.py: runs the function that is named by its first argument.

    source.out -> relay.in, relay.out -> sink.in
"""

import select
import signal
import sys

import numpy
import shmheap

NUMBERS = 20_000  # in an array


def source(count):
    """Sends each relay, one after another, so many arrays. It has no block itself but what the
    relay holds, and gets that back by attending alone. At its end it tells what became of them."""
    served = 0
    with shmheap.Output("out") as output:
        poll = select.poll()
        poll.register(output, select.POLLIN)
        try:
            while True:
                output.attend()
                if output.stats().consumers > served:
                    served += 1
                    send_arrays(output, int(count))
                # A dead client's lock may outlast its socket by a moment, of which nothing tells.
                poll.poll(20)
        finally:
            print(f"unreleased={output.stats().unreleased}", flush=True)


def send_arrays(output, count):
    for value in range(count):
        numbers = shmheap.empty(NUMBERS, "int64")
        numbers[:] = value
        output.send(numbers, stream_id=value)


def relay():
    """Keeps all that it receives, and passes on twice that from its own heap."""
    kept = []
    with shmheap.Input("in") as received, shmheap.Output("out") as output:
        for message in received:
            numbers = message.array("int64")
            doubled = shmheap.empty(numbers.shape, "int64")
            numpy.multiply(numbers, 2, out=doubled)
            output.send(doubled, stream_id=message.stream_id)
            kept += [numbers, doubled]


def sink():
    """Reads each array, keeps the last one, whatever becomes of its relay, and counts."""
    right = wrong = 0
    kept = None
    with shmheap.Input("in") as received:
        try:
            for message in received:
                kept = message.array("int64")
                if kept.size == NUMBERS and (kept == 2 * message.stream_id).all():
                    right += 1
                else:
                    wrong += 1
        finally:
            print(f"right={right} wrong={wrong} copied={received.stats().copied}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    globals()[sys.argv[1]](*sys.argv[2:])
