#!/usr/bin/env python3
"""Everybody at once in one directory of heaps, each killed at random moments: harrier with its
components, owners without a supervisor, an owner that forks, shmclean again and again, and shmclean
--watch. No heap of a living owner ever loses its name, and in the end nothing is left. And one
cleaner that is overtaken at each of its system calls, by a creator and another cleaner:

    test_cleaners.py HARRIER HEAP_WORKER SHMCLEAN [unittest's arguments]

What they notice of a shmheap/src/file/cleaner.cpp that was broken on purpose, two runs of the first
claim (with 1,000 rounds) and one of the second each:

    broken                               everybody at once   one overtaken
    the lock is not taken                in round 0, 1       at call 0 of the cleaner
    `alive` is ignored                   in round 1, 1       at call 0
    identities are not compared          not                 at call 9
    they are compared before the lock    not                 at call 11
    the lock is dropped before           not                 at call 13
"""

import contextlib
import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402
import traced  # noqa: E402

HARRIER = WORKER = SHMCLEAN = None

ROUNDS = 1000
OWNERS = ("one", "two", "forking")
CLEANERS = ("harrier", "shmclean", "watch")


class Cleaners(unittest.TestCase):
    def setUp(self):
        self.random = harrier_case.seeded_random()
        self.world = self.enterContext(harrier_case.World())
        application = self.world.write("run.yaml", "\n".join([
            f"name: cleaners{os.getpid()}", "components:",
            *(f"  {name}: {{command: [{WORKER}], restart: {{policy: always, delay: 0s, "
              "max_attempts: 1000000}}" for name in ("red", "green"))]) + "\n")
        self.commands = {"harrier": [HARRIER, "run", application], "shmclean": [SHMCLEAN],
                         "watch": [SHMCLEAN, "--watch"], "one": [WORKER], "two": [WORKER],
                         "forking": [WORKER, "0", "fork"]}
        self.running = {}
        self.born = {}  # of owners that nobody killed: pid -> inode of the heap, once it is seen
        self.seen = 0
        self.addCleanup(lambda: [self.end(name) for name in list(self.running)])

    def start(self, name):
        self.running[name] = subprocess.Popen(
            self.commands[name], env=self.world.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        if name in OWNERS:
            self.born[self.running[name].pid] = None

    def end(self, name):
        """Kills it, and its forks."""
        process = self.running.pop(name)
        for pid in [process.pid, *self.forks_of(process.pid)]:
            self.born.pop(pid, None)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @staticmethod
    def forks_of(pid):
        path = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(word) for word in path.read_text(encoding="utf-8").split()]

    def check_living(self):
        """Whoever lives and has a heap has it still, under its name."""
        for name in set(self.running).intersection(OWNERS):
            for fork in self.forks_of(self.running[name].pid):
                self.born.setdefault(fork, None)
        for pid, inode in self.born.items():
            path = self.world.heaps / f"heap-{pid}"
            if inode is not None:
                self.assertEqual(path.stat().st_ino, inode, f"heap of the living {pid}")
            elif path.exists():
                self.born[pid] = path.stat().st_ino
                self.seen += 1

    def kill_owner_of_fork(self):
        """The fork lives on, and so does its heap."""
        process = self.running.pop("forking")
        forks = self.forks_of(process.pid)
        self.born.pop(process.pid)
        process.kill()
        process.wait()
        try:
            self.check_living()
        finally:
            for fork in forks:
                self.born.pop(fork, None)
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self.assertEqual(forks, [])

    def test_everybody_together(self):
        for name in (*OWNERS, *CLEANERS):
            self.start(name)
        for _ in range(harrier_case.rounds(ROUNDS)):
            self.check_living()
            if self.running["shmclean"].poll() is not None:
                self.end_of_run()
            victim = self.random.choice((*OWNERS, *CLEANERS, "harrier's"))
            if victim == "harrier's":
                self.kill_component()
            elif victim == "forking":
                self.kill_owner_of_fork()
                self.start(victim)
            else:
                self.end(victim)
                self.start(victim)
            self.await_moment()
        self.assertGreater(self.seen, harrier_case.rounds(ROUNDS) / 10)
        self.finish()

    def end_of_run(self):
        self.assertEqual(self.running.pop("shmclean").returncode, 0)
        self.start("shmclean")

    def kill_component(self):
        components = self.forks_of(self.running["harrier"].pid)
        if components:
            try:
                os.kill(self.random.choice(components), signal.SIGKILL)
            except ProcessLookupError:
                pass  # reaped meanwhile; its number is not given again so soon

    def await_moment(self):
        """A random one: as long as some runs of a program that does nothing."""
        for _ in range(self.random.randint(0, 3)):
            subprocess.run(["true"], check=True)

    def finish(self):
        for name in ("harrier", *OWNERS):
            self.end(name)
        harrier_case.await_true(lambda: not self.world.heap_names())  # the watch removes them
        watch = self.running.pop("watch")
        watch.terminate()
        self.assertEqual(watch.wait(), 0)


class Overtaken(unittest.TestCase):
    """By chance a name is hardly ever bound anew while a cleaner is at it: pids come back late.
    Here it is, at every step of the cleaner, by an owner that executes itself, so that its pid
    and with it the name of its heap stay the same."""

    def setUp(self):
        if not traced.is_allowed():
            self.skipTest("no process may be traced here")
        self.random = harrier_case.seeded_random()
        self.world = self.enterContext(harrier_case.World())
        # A sanitizer looks for leaks as a debugger does, of which there can be one.
        options = self.world.environment.get("ASAN_OPTIONS", "")
        self.world.environment["ASAN_OPTIONS"] = f"{options}:detect_leaks=0"

    @contextlib.contextmanager
    def owner(self):
        """One whose last heap is dead, and the next not made yet."""
        with subprocess.Popen([WORKER, "1", "again"], env=self.world.environment, bufsize=0,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
            try:
                self.hear(owner, b"here\n")
                self.go_on(owner, b"born\n")
                self.go_on(owner, b"here\n")  # by now its lock has gone, with all of its memory
                yield owner
            finally:
                owner.kill()
        for name in self.world.heap_names():
            (self.world.heaps / name).unlink()

    def hear(self, owner, line, message=None):
        self.assertEqual(owner.stdout.readline(), line, message)

    def go_on(self, owner, line, message=None):
        owner.stdin.write(b"\n")
        self.hear(owner, line, message)

    def overtake(self, arguments, calls, is_beaten):
        """False when the cleaner ended before it came so far."""
        with self.owner() as owner:
            command = [SHMCLEAN, *(word.format(pid=owner.pid) for word in arguments)]
            with traced.Traced(command, self.world.environment) as cleaner:
                while not cleaner.has_open(self.world.heaps):
                    self.assertTrue(cleaner.run_to_call())
                for _ in range(calls):
                    if not cleaner.run_to_call():
                        return False
                if is_beaten:
                    self.run_cleaner()
                self.go_on(owner, b"born\n")
                cleaner.finish()
            self.assertIn(cleaner.status, (0, 1))
            self.go_on(owner, b"here\n", f"a living heap lost its name: call {calls} of {command}")
        return True

    def run_cleaner(self):
        subprocess.run([SHMCLEAN], env=self.world.environment, stdout=subprocess.DEVNULL,
                       check=True)

    def test_cleaner_overtaken_at_each_system_call(self):
        step = max(1, 100 // harrier_case.rounds(100))
        for arguments in ([], ["heap-{pid}"]):
            for is_beaten in (False, True):
                calls = self.random.randrange(step)
                while self.overtake(arguments, calls, is_beaten):
                    calls += step
                self.assertGreater(calls, 10)  # to open, lock, compare and unlink takes that many


if __name__ == "__main__":
    HARRIER, WORKER, SHMCLEAN = map(os.path.abspath, sys.argv[1:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
