#!/usr/bin/env python3
"""What shminfo and shmclean say of REDHAWK heaps, beside what REDHAWK's own tools say of the same
directory; and where those are wrong.

    test_parity.py SHMINFO SHMCLEAN [unittest's arguments]

REDHAWK's rules are written anew here (read from its core framework 2.2.10): `heap size` and
`heap used` are sums over the superblocks, `refcount` is what the file says, and a heap is orphaned
when kill(creator, 0) fails."""

import os
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402
import redhawk_heap  # noqa: E402

SHMINFO = SHMCLEAN = None
NOBODY = 65534
DEAD_HEAPS, LIVE_HEAPS = 40, 6


def answers(pid, user=None):
    """kill(pid, 0) == 0, as that user."""
    asked = subprocess.run(["sh", "-c", f"kill -0 {pid}"], check=False, stderr=subprocess.DEVNULL,
                           user=user)
    return asked.returncode == 0


def size_text(count, form):
    if form == "b":
        return str(count)
    if form == "k":
        return str(count // 1024)
    if count < 1024:
        return str(count)
    for unit in "KMGT":
        count /= 1024
        if count < 1024:
            return f"{count:.1f}{unit}"
    raise AssertionError(count)


def their_view(path, form="auto", user=None):
    """The fields that REDHAWK's shminfo shows of a heap."""
    data = path.read_bytes()
    _, _, refcount, creator = struct.unpack_from("<IIii", data)
    size = used = 0
    offset = redhawk_heap.PAGE
    while offset < len(data):
        size_here, = struct.unpack_from("<I", data, offset + 264)
        used += struct.unpack_from("<Q", data, offset + 312)[0]
        size += size_here
        offset += redhawk_heap.PAGE + size_here
    status = path.stat()
    percent = 100 * used / size if size else 0
    return {"type": "REDHAWK heap", "file size": size_text(status.st_size, form),
            "heap size": size_text(size, form),
            "heap used": f"{size_text(used, form)} ({percent:.1f}%)",
            "creator": str(creator), "orphaned": str(not answers(creator, user)).lower(),
            "refcount": str(refcount), "user": str(status.st_uid), "group": str(status.st_gid),
            "mode": f"{status.st_mode & 0o7777:o}"}


def our_view(world, *options, **how):
    """The fields of each file, in the order in which they are shown."""
    text = subprocess.run([SHMINFO, "-l", *options], env=world.environment, check=True, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **how).stdout
    blocks = [block.splitlines() for block in text.strip().split("\n\n")[1:]]
    return {lines[0]: {key.strip(): value.strip() for key, _, value in
                       (line.partition(":") for line in lines[1:])} for lines in blocks}


def clean(world, *options, **how):
    return subprocess.run([SHMCLEAN, *options], env=world.environment, text=True, check=False,
                          stdin=subprocess.DEVNULL, capture_output=True, **how)


def free_pid():
    with subprocess.Popen(["true"]) as process:
        process.wait()
        return process.pid


def random_superblocks(random):
    sizes = [redhawk_heap.PAGE * random.choice([1, 2, 7, 256]) for _ in range(random.randint(1, 5))]
    return [(size, random.randint(0, size)) for size in sizes]


class Parity(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(harrier_case.World())
        self.world.heaps.chmod(0o755)

    def write(self, pid, data, mode=0o644):
        path = self.world.heaps / f"heap-{pid}"
        path.write_bytes(data)
        path.chmod(mode)
        return path

    def fill(self, random):
        """A directory with heaps of all kinds of numbers; the living creators."""
        creators = []
        for _ in range(LIVE_HEAPS):
            creators.append(self.enterContext(
                redhawk_heap.Creator(self.world.heaps, random_superblocks(random))))
            creators[-1].path.chmod(random.choice([0o600, 0o640, 0o644, 0o666]))
        first = (1 << 22) + 1  # above what Linux gives
        for pid in range(first, first + DEAD_HEAPS):
            data = redhawk_heap.content(pid, random.randint(1, 9), random_superblocks(random))
            path = self.write(pid, data, random.choice([0o600, 0o640, 0o644, 0o666]))
            if os.geteuid() == 0:
                os.chown(path, random.choice([0, NOBODY, 12345]), random.choice([0, NOBODY, 54321]))
        self.write(first + DEAD_HEAPS, redhawk_heap.content(first + DEAD_HEAPS)[:16])
        return creators

    def test_every_field_is_theirs_but_that_a_dead_creator_is_not_counted(self):
        self.fill(harrier_case.seeded_random())
        for form in ("auto", "b", "k"):
            ours = our_view(self.world, f"--format={form}")
            theirs = {path.name: their_view(path, form) for path in self.world.heaps.iterdir()}
            self.assertEqual(list(ours), sorted(theirs))
            for name, fields in theirs.items():
                if fields["orphaned"] == "true":
                    fields["refcount"] = str(int(fields["refcount"]) - 1)
                self.assertEqual(list(ours[name].items()), list(fields.items()), (name, form))

    def test_shmclean_removes_what_theirs_removes(self):
        creators = self.fill(harrier_case.seeded_random())
        orphans = [path.name for path in sorted(self.world.heaps.iterdir())
                   if their_view(path)["orphaned"] == "true"]
        self.assertEqual(len(orphans), DEAD_HEAPS + 1)
        cleaned = clean(self.world)
        self.assertEqual(cleaned.stdout.splitlines(), [f"unlinking {name}" for name in orphans])
        self.assertEqual((cleaned.returncode, cleaned.stderr), (0, ""))
        self.assertEqual(self.world.heap_names(), sorted(each.path.name for each in creators))

    def assert_wrong(self, path, theirs, ours, **how):
        """They say one thing of `orphaned`, and we another."""
        self.assertEqual(their_view(path, **how)["orphaned"], theirs)
        self.assertEqual(our_view(self.world, **how)[path.name]["orphaned"], ours)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to be two users")
    def test_the_creator_of_another_user_lives(self):
        self.world.heaps.chmod(0o777)  # nothing else protects it
        with redhawk_heap.Creator(self.world.heaps) as creator:
            creator.path.chmod(0o644)
            # A program in a folder of root's may be beyond another user's reach.
            shown = subprocess.run(
                ["setpriv", f"--reuid={NOBODY}", "--clear-groups", SHMINFO], check=False,
                stdout=subprocess.DEVNULL)
            if shown.returncode != 0:
                self.skipTest("another user may not run the programs where they were built")
            self.assert_wrong(creator.path, "true", "false", user=NOBODY)
            self.assertEqual(clean(self.world, user=NOBODY).stdout, "")
            self.assertTrue(creator.path.exists())

    def test_a_process_that_was_given_the_pid_is_not_the_creator(self):
        path = self.write("reused", redhawk_heap.content(free_pid()))
        born = time.clock_gettime(time.CLOCK_BOOTTIME)
        while time.clock_gettime(time.CLOCK_BOOTTIME) < born + 0.05:  # more than the clocks' grain
            pass
        with redhawk_heap.Creator(self.world.heaps) as stranger:
            with open(path, "rb+") as file:
                file.seek(12)
                file.write(struct.pack("<i", stranger.pid))
            self.assert_wrong(path, "false", "true")
            self.assertEqual(clean(self.world).stdout, "unlinking heap-reused\n")

    def test_a_zombie_is_dead(self):
        with redhawk_heap.Creator(self.world.heaps) as creator:
            creator.kill()
            self.assert_wrong(creator.path, "false", "true")
            self.assertEqual(clean(self.world).stdout, f"unlinking {creator.path.name}\n")

    def test_ten_bytes_are_damaged_and_left_alone(self):
        whole = redhawk_heap.content(free_pid())
        path = self.write("short", whole[:10])
        with self.assertRaises(struct.error):
            their_view(path)  # reads beyond the end
        shown = our_view(self.world, "--all")["heap-short"]
        self.assertEqual(shown["type"], "REDHAWK heap (damaged)")
        self.assertEqual(shown["reason"], "10 bytes are too few for a header")
        cleaned = clean(self.world)
        self.assertEqual((cleaned.returncode, cleaned.stdout), (0, ""))
        self.assertIn("heap-short: left alone: 10 bytes are too few for a header", cleaned.stderr)
        self.assertTrue(path.exists())


if __name__ == "__main__":
    SHMINFO, SHMCLEAN = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
