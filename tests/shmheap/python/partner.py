"""The other process of a test: runs the function that is named by its first argument."""

import os
import signal
import sys
import threading

import shmheap

say = print


def await_word():
    if not sys.stdin.readline():
        sys.exit("the test has ended")


def consume(path, count):
    """Takes up that many messages and keeps them."""
    with shmheap.Consumer(path) as consumer:
        kept = [consumer.receive() for _ in range(int(count))]
        say(sum(int(message.array("int64").sum()) for message in kept))
        await_word()


def consume_for_ever(path):
    """Always holds some messages and is always taking up more."""
    kept = []
    with shmheap.Consumer(path) as consumer:
        for message in consumer:
            if not kept:
                say("at work")
            kept = [*kept[-7:], message.array()]


def produce(path):
    """Sends an array, and keeps another one that nobody gets."""
    with shmheap.Producer(path) as producer:
        numbers = shmheap.empty(100_000, "int64")
        numbers[:] = range(100_000)
        kept = shmheap.empty(1000)
        say(producer.send(numbers).name)
        await_word()
        del kept


def produce_for_ever(path):
    """Always in the midst of allocating, filling, sending and freeing."""
    with shmheap.Producer(path) as producer:
        number = 0
        while True:
            numbers = shmheap.empty(1000 + number % 7 * 4000, "int64")
            numbers[:] = number
            producer.send(numbers)
            number += 1


def own(path):
    """Produces two messages that somebody sends on, and says what of them is left."""
    with shmheap.Producer(path) as producer:
        say(path)
        for _ in range(2):
            block = shmheap.empty(5, "uint8")
            block[:] = bytearray(b"owned")
            producer.send(block)
        del block
        await_word()
        producer.drain()
        heap = shmheap.process_heap()
        heap.collect()
        say(heap.stats().blocks_live)


def attach(name):
    """Attaches, and takes up what it is told to."""
    client = shmheap.Client(name)
    say(client.slot)
    kept = client.accept(bytes.fromhex(sys.stdin.readline()))
    say(bytes(kept.data).decode())
    await_word()


def exit_with_everything(path):
    """Ends with one of each thing alive in the module, and another in a cycle."""
    global everything
    heap = shmheap.process_heap()
    producer = shmheap.Producer(path)
    consumer = shmheap.Consumer(path)
    array = shmheap.empty(1000)
    client = shmheap.Client(heap.name)
    received = client.accept(heap.issue(array, client.slot))
    everything = [heap, producer, consumer, array, client, received, received.array()]
    everything.append(everything)
    threading.Thread(target=consumer.receive, daemon=True).start()
    say(heap.name)


def fork(path):
    """A child that has all that its parent has, and ends in the ordinary way."""
    heap = shmheap.process_heap()
    producer = shmheap.Producer(path)
    array = shmheap.empty(1000)
    array[:] = 1
    client = shmheap.Client(heap.name)
    received = client.accept(heap.issue(array, client.slot))
    child = os.fork()
    if child == 0:
        for call in (lambda: heap.allocate(1), lambda: producer.send(b""),
                     lambda: client.accept(bytes(64))):
            try:
                call()
            except ChildProcessError:
                continue
            os._exit(1)
        own = shmheap.process_heap()
        if own.name == heap.name or array.sum() != 1000 or received.array("float64")[0] != 1:
            os._exit(2)
        del own, array, received, client, producer
        sys.exit(0)
    say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    heap.collect()
    say(heap.stats().leases_live, heap.stats().blocks_live, os.path.exists(path),
        os.path.exists(os.path.join(os.environ["SHMHEAP_DIR"], heap.name)))


def interrupted(path, call):
    """Waits in vain for a peer, until it is interrupted."""
    with shmheap.Producer(f"{path}.out") as producer, shmheap.Consumer(f"{path}.in") as consumer:
        calls = {"receive": consumer.receive, "send": lambda: producer.send(b"bytes"),
                 "iterate": lambda: next(iter(consumer))}
        try:
            say("waits")
            calls[call]()
        except KeyboardInterrupt:
            say("interrupted")


def closed_by_a_handler(path):
    """A signal's handler closes the consumer that is receiving."""
    consumer = shmheap.Consumer(path)
    signal.signal(signal.SIGUSR1, lambda *_: consumer.close())
    say("waits")
    try:
        consumer.receive()
    except ValueError as error:
        say(error)


def without_numpy(path):
    """All but arrays works where there is no NumPy."""
    sys.modules["numpy"] = None
    block = shmheap.allocate(5)
    block.data[:] = b"bytes"
    with shmheap.Producer(path) as producer:
        say(producer.send(block).name)
        producer.drain()
    try:
        block.array()
    except ImportError:
        say("no arrays")


def disabled():
    """What remains where there is to be no heap."""
    try:
        shmheap.process_heap()
    except OSError as error:
        say(error.errno)
    block = shmheap.allocate(10)
    say(block.is_shared(), len(block.data))


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    globals()[sys.argv[1]](*sys.argv[2:])
