#!/usr/bin/env python3
"""REDHAWK heaps of version 1, by the table of their format; and, as a program, a creator of one:

    redhawk_heap.py DIRECTORY [SIZE:USED...]

makes heap-PID with superblocks of so many bytes in so much use, maps it as every creator does, says
its pid on standard output, and ends when standard input does, without removing it."""

import mmap
import os
import struct
import subprocess
import sys
from pathlib import Path

MAGIC, VERSION, PAGE = 0xACEB70CC, 1, 4096


def content(creator, refcount=1, superblocks=((8192, 1584),)):
    """The bytes of a heap with superblocks of (size, used)."""
    name = f"heap-{creator}".encode()
    data = struct.pack("<IIii", MAGIC, VERSION, refcount, creator).ljust(PAGE, b"\0")
    for size, used in superblocks:
        header = struct.pack("<256sQII40sQII", name, len(data), size, PAGE, b"", used, 0, 0)
        data += header.ljust(PAGE, b"\0") + bytes(size)
    return data


class Creator:
    """A living one, and its heap. Killed at the end of the block, if not before."""

    def __init__(self, directory, superblocks=((8192, 1584),), within=(), **how):
        """`within`: what the program's command is to be put behind."""
        self.process = subprocess.Popen(
            [*within, sys.executable, "-B", __file__, str(directory),
             *(f"{size}:{used}" for size, used in superblocks)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **how)
        self.pid = int(self.process.stdout.readline())  # in its own pid namespace
        self.path = Path(directory, f"heap-{self.pid}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def kill(self):
        """It is a zombie from now on, until the block ends."""
        self.process.kill()
        os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)


def main(directory, *superblocks):
    sizes = [tuple(map(int, word.split(":"))) for word in superblocks] or [(8192, 1584)]
    path = Path(directory, f"heap-{os.getpid()}")
    with open(path, "xb+") as file:
        file.write(content(os.getpid(), superblocks=sizes))
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0)
    print(os.getpid(), flush=True)
    sys.stdin.read()
    mapped.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
