#!/usr/bin/env python3
"""Everybody at once in one directory of heaps, each killed at random moments: harrier with its
components, owners without a supervisor, an owner that forks, shmclean again and again, and shmclean
--watch. No heap of a living owner ever loses its name, and in the end nothing is left:

    test_cleaners.py HARRIER HEAP_WORKER SHMCLEAN [unittest's arguments]
"""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402

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
        self.check_living()
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


if __name__ == "__main__":
    HARRIER, WORKER, SHMCLEAN = map(os.path.abspath, sys.argv[1:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
