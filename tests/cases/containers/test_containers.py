#!/usr/bin/env python3
"""One directory of heaps, shared by several pid and user namespaces: whoever looks, from whichever
of them, sees what is true, or `unknown`; and nothing that lives is removed.

    test_containers.py HARRIER HEAP_WORKER SHMINFO SHMCLEAN [unittest's arguments]

The containers are those of unshare(1) and bwrap(1). Exit status 77 where none may be made."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402
import redhawk_heap  # noqa: E402

HARRIER = WORKER = SHMINFO = SHMCLEAN = None
SKIPPED = 77
INITIAL_PID_NAMESPACE = 0xEFFFFFFC

USER_AND_PID = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
KINDS = {
    "unshare user+pid": [*USER_AND_PID, "--kill-child"],
    "unshare user": ["unshare", "--user", "--map-root-user"],
    "bwrap user+pid": ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--unshare-pid",
                       "--proc", "/proc", "--die-with-parent"],
}
if os.geteuid() == 0:
    KINDS["unshare pid"] = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    KINDS["bwrap pid"] = ["bwrap", "--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc",
                          "--die-with-parent"]


class Place:
    """A shell that stays, in a container of a kind, or outside of all."""

    def __init__(self, world, kind=None):
        self.kind = kind
        self._shell = subprocess.Popen(
            [*KINDS.get(kind, []), "sh"], env=world.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._shell.kill()  # takes a pid namespace along
        self._shell.wait()
        self._shell.stdin.close()
        self._shell.stdout.close()

    def run(self, command):
        """What a command of the shell says."""
        self._shell.stdin.write(command + "\necho; echo the end\n")
        self._shell.stdin.flush()
        said = []
        while not said or said[-1] != "the end\n":
            said.append(self._shell.stdout.readline())
            if not said[-1]:
                raise AssertionError(f"{self.kind} ended: {said}")
        return "".join(said[:-1]).strip()

    def start(self, *command):
        """Its pid in there."""
        words = " ".join(f"'{word}'" for word in command)
        return int(self.run(f"{words} </dev/null >/dev/null 2>&1 &\necho $!"))

    def kill(self, pid):
        self.run(f"kill -9 {pid}; wait {pid}")

    def verdicts(self):
        """`orphaned` of each heap, seen from here."""
        files = json.loads(self.run(f"{SHMINFO} --json"))["files"]
        return {file["name"]: file["orphaned"] for file in files}

    def clean(self):
        return self.run(f"{SHMCLEAN} 2>&1").splitlines()

    def has_pid_namespace(self):
        return self.kind is not None and "pid" in self.kind.split()[1]


class Containers(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(harrier_case.World())
        self.outside = self.enterContext(Place(self.world))
        self.sees_everyone = os.stat("/proc/self/ns/pid").st_ino == INITIAL_PID_NAMESPACE

    def place(self, kind):
        return self.enterContext(Place(self.world, kind))

    def start_worker(self, place):
        pid = place.start(WORKER)
        harrier_case.await_true(self.world.heap_names)
        return pid

    def test_a_heap_is_judged_alike_from_everywhere(self):
        for one, other in itertools.product(KINDS, KINDS):
            with self.subTest(owner=one, onlooker=other):
                places = [self.place(one), self.place(other), self.outside]
                pid = self.start_worker(places[0])
                name, = self.world.heap_names()
                for place in places:
                    self.assertEqual(place.verdicts(), {name: False})
                    self.assertEqual(place.clean(), [])
                places[0].kill(pid)
                for place in places:
                    self.assertEqual(place.verdicts(), {name: True})
                self.assertEqual(places[1].clean(), [f"unlinking {name}"])

    def test_heaps_of_the_same_pid_live_side_by_side(self):
        places = [self.place(kind) for kind in KINDS if self.place(kind).has_pid_namespace()]
        pids = [place.start(WORKER) for place in places]
        harrier_case.await_true(lambda: len(self.world.heap_names()) == len(places))
        for place in [*places, self.outside]:
            self.assertEqual(set(place.verdicts().values()), {False})
        places[0].kill(pids[0])
        self.assertEqual(sorted(places[-1].verdicts().values()), [False] * (len(pids) - 1) + [True])
        self.assertEqual(len(self.outside.clean()), 1)
        self.assertEqual(set(places[-1].verdicts().values()), {False})

    def test_a_redhawk_heap_is_judged_right_or_not_at_all(self):
        self.place("bwrap user+pid")  # its shell has a pid that many a creator has, too
        for one, other in itertools.product(KINDS, KINDS):
            with self.subTest(creator=one, onlooker=other):
                for path in self.world.heaps.iterdir():  # of a pair that failed
                    path.unlink()
                with Place(self.world, one) as home, Place(self.world, other) as onlooker:
                    self.assert_redhawk(home, onlooker)

    def assert_redhawk(self, home, other):
        pid = home.start("sh", "-c", "mkfifo $0.wait; exec python3 -B $1 $2 <>$0.wait",
                         self.world.folder / f"{id(home)}", redhawk_heap.__file__, self.world.heaps)
        name = f"heap-{pid}"
        harrier_case.await_true(
            lambda: self.world.heap_names() and self.outside.verdicts().get(name) is not None)
        self.assertEqual(home.verdicts(), {name: False})
        self.assertEqual(self.outside.verdicts(), {name: False})
        self.assertIn(other.verdicts()[name], (False, None))
        for place in (home, other, self.outside):
            place.clean()
        self.assertEqual(self.world.heap_names(), [name])

        home.kill(pid)
        for place in (home, other, self.outside):
            self.assertIn(place.verdicts()[name], (True, None), place.kind)
        for place in (home, other):
            if place.has_pid_namespace():
                self.assertIsNone(place.verdicts()[name], place.kind)
        # Somebody outside may have the number, and then nobody can tell.
        is_number_free = not Path(f"/proc/{pid}").exists()
        if self.sees_everyone and is_number_free and os.geteuid() == 0:
            self.assertEqual(self.outside.clean(), [f"unlinking {name}"])
        else:
            self.outside.run(f"{SHMCLEAN} --force {name}")
        self.assertEqual(self.world.heap_names(), [])

    @unittest.skipIf(os.geteuid() != 0, "needs root, to choose pids and to see everyone's maps")
    def test_an_orphan_stays_one_while_others_of_its_number_come_and_go(self):
        if not self.sees_everyone:
            self.skipTest("from here nobody can tell that a creator is dead")
        with subprocess.Popen(["true"]) as ended:
            ended.wait()
        orphan = self.world.heaps / f"heap-{ended.pid}"
        orphan.write_bytes(redhawk_heap.content(ended.pid))
        harrier_case.await_true(lambda: time.time() - orphan.stat().st_ctime > 0.1)  # clocks' grain
        last_pid = "/proc/sys/kernel/ns_last_pid"
        for _ in range(8):
            self.place("unshare pid").start(
                "sh", "-c", f"while echo {ended.pid - 1} >{last_pid}; do sleep 0.003; done")
        for _ in range(harrier_case.rounds(500)):
            self.assertEqual(self.outside.verdicts(), {orphan.name: True})
        self.assertEqual(self.outside.clean(), [f"unlinking {orphan.name}"])

    def application(self):
        return self.world.write("run.yaml", "\n".join([
            f"name: contained{os.getpid()}", "components:", "  worker:", f"    command: [{WORKER}]",
            "    restart: {policy: always, delay: 0s, max_attempts: 1000000}", ""]))

    def test_harrier_in_a_container_and_shmclean_outside(self):
        for kind in KINDS:
            with self.subTest(kind):
                home = self.place(kind)
                pid = home.start(HARRIER, "run", self.application())
                harrier_case.await_true(self.world.heap_names)
                for _ in range(20):
                    self.assertEqual(self.outside.clean(), [])
                self.assertEqual(set(self.outside.verdicts().values()), {False})
                home.kill(pid)  # its components go with it, and nobody is left to reap
                harrier_case.await_true(
                    lambda: set(self.outside.verdicts().values()) == {True})
                self.assertEqual(len(self.outside.clean()), 1)
                self.assertEqual(self.world.heap_names(), [])

    def test_harrier_outside_and_a_watch_in_a_container(self):
        for kind in KINDS:
            with self.subTest(kind):
                home = self.place(kind)
                watch = home.start(SHMCLEAN, "--watch")
                with harrier_case.Harrier(HARRIER, self.world, "run", self.application()) as run:
                    for _ in range(harrier_case.rounds(10)):
                        worker = run.await_event("started", component="worker")
                        harrier_case.await_true(self.world.heap_names)
                        self.assertEqual(set(self.outside.verdicts().values()), {False})
                        os.kill(int(worker["pid"]), signal.SIGKILL)
                    run.await_event("started", component="worker")
                    harrier_case.await_true(self.world.heap_names)
                    run.kill()
                    harrier_case.await_true(lambda: not self.world.heap_names())
                home.run(f"kill {watch}; wait {watch}")


def may_make_containers():
    """Whether the system lets this user have namespaces; says why when not."""
    for kind, command in KINDS.items():
        made = subprocess.run([*command, "true"], stderr=subprocess.PIPE, text=True, check=False)
        if made.returncode != 0:
            print(f"SKIPPED: no containers by {kind}: {made.stderr.strip()}", flush=True)
            return False
    return True


if __name__ == "__main__":
    HARRIER, WORKER, SHMINFO, SHMCLEAN = map(os.path.abspath, sys.argv[1:5])
    if not may_make_containers():
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)
