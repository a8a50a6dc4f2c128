"""What the tests of the Python package share: a folder for the heaps of the test and of its
partners, and partners: other Python processes, which talk with the test by lines."""

import os
import select
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import shmheap

# Long enough for any machine; no test that passes waits for it.
PATIENCE_S = 30.0

PARTNER = Path(__file__).parent / "partner.py"


class Mapping:
    """What is mapped at an address of this process: the file's inode, and how it is mapped."""

    def __init__(self, address):
        with open("/proc/self/maps", encoding="ascii") as maps:
            for line in maps:
                addresses, self.access, _, _, inode, *_ = line.split()
                begin, end = (int(number, 16) for number in addresses.split("-"))
                if begin <= address < end:
                    self.inode = int(inode)
                    return
        raise AssertionError(f"nothing is mapped at {address:x}")


class Partner:
    """A process that runs one function of partner.py. It is ended with the block."""

    def __init__(self, role, *arguments, **variables):
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(PARTNER), role, *map(str, arguments)],
            env={**os.environ, **variables}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, bufsize=1)

    def say(self, line="go on"):
        self.process.stdin.write(f"{line}\n")

    def hear(self):
        """The next line; AssertionError, with what it had to say about it, if it ends instead."""
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        line = self.process.stdout.readline() if ready else ""
        if line.endswith("\n"):
            return line[:-1]
        self.process.kill()
        raise AssertionError(f"the partner ended or is silent: {self.process.stderr.read()}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def finish(self):
        """Awaits its end; its exit status and what it wrote to standard error."""
        _, complaints = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, complaints

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


class Case(unittest.TestCase):
    """A test with one folder for heaps and streams, which this process keeps to its end: its own
    heap lies there."""

    @classmethod
    def setUpClass(cls):
        if not hasattr(Case, "directory"):
            Case.directory = tempfile.TemporaryDirectory(prefix="harrier-python-", dir="/dev/shm")
            os.environ["SHMHEAP_DIR"] = Case.directory.name
        cls.folder = Path(Case.directory.name)

    def setUp(self):
        self.path = self.folder / self._testMethodName[-60:]

    def connected_pair(self, of_producer=None, **options):
        """A producer and a consumer of it, both in this process."""
        producer = self.enterContext(shmheap.Producer(self.path, **(of_producer or {})))
        consumer = self.enterContext(shmheap.Consumer(self.path, **options))
        poll = select.poll()
        poll.register(producer, select.POLLIN)
        poll.register(consumer, select.POLLIN)
        while not producer.connected():
            self.assertTrue(poll.poll(PATIENCE_S * 1000))
            producer.attend()
            with self.assertRaises(TimeoutError):
                consumer.receive(timeout=0)
        return producer, consumer

    def assert_lies_in(self, heap, array, access):
        """That the array's elements are the heap's memory itself, mapped for such access."""
        mapping = Mapping(array.ctypes.data)
        self.assertEqual(mapping.inode, (self.folder / heap.name).stat().st_ino)
        self.assertEqual(mapping.access, access)

    def heap_stats(self):
        """Exact ones."""
        heap = shmheap.process_heap()
        heap.collect()
        return heap.stats()
