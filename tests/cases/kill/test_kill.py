#!/usr/bin/env python3
"""Kills owners, and harrier itself, at random moments, and looks at what is left:

    test_kill.py HARRIER HEAP_WORKER [unittest's arguments]
"""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402  (found beside this folder)

HARRIER, WORKER = None, None

OWNER_KILLS = 1000
LAUNCHER_KILLS = 200
WORKERS = 4
MOMENT_MAX_S = 0.02


def worker_yaml(name, components, restart="{policy: always, delay: 0s, max_attempts: 1000000}"):
    lines = [f"name: {name}", "components:"]
    for component in components:
        lines += [f"  {component}:", f"    command: [{WORKER}]", f"    restart: {restart}"]
    return "\n".join(lines) + "\n"


def heap_pids(world):
    """The pids that the names of the heaps carry."""
    return {int(name.removeprefix("heap-").split(".")[0]) for name in world.heap_names()}


class Kill(unittest.TestCase):
    def test_owner_killed_at_a_random_moment_leaves_no_heap(self):
        random = harrier_case.seeded_random()
        names = [f"worker{number}" for number in range(WORKERS)]
        with harrier_case.World() as world:
            file = world.write("workers.yaml", worker_yaml("owners", names))
            with harrier_case.Harrier(HARRIER, world, "run", file) as harrier:
                running = {}
                killed = reaped = 0
                wanted = harrier_case.rounds(OWNER_KILLS)
                for event in harrier.events():
                    kind = event.get("event")
                    if kind == "started":
                        running[event["component"]] = int(event["pid"])
                    elif kind == "reaped":
                        reaped += 1
                        self.assertNotIn(event["heap"], world.heap_names())
                    elif kind == "exited":
                        self.assertEqual(event["signal"], "SIGKILL", event)
                    if kind != "started" or len(running) < WORKERS:
                        continue
                    if killed == wanted:
                        break
                    time.sleep(random.uniform(0, MOMENT_MAX_S))  # the random moment itself
                    victim = random.choice(list(running))
                    os.kill(running.pop(victim), signal.SIGKILL)
                    killed += 1
                # Every process but the last of each component is dead; so must be their heaps.
                self.assertLessEqual(heap_pids(world), set(running.values()))
                harrier.process.send_signal(signal.SIGTERM)
                self.assertEqual(harrier.finish(), 0)
                finished = harrier.seen[-1]
            self.assertEqual(finished["left_behind"], "0", finished)
            self.assertEqual(world.heap_names(), [])
            self.assertGreater(reaped, 0)
            print(f"{killed} owners killed, {reaped} heaps reaped before the stop")

    def test_launcher_killed_at_a_random_moment_leaves_nothing_to_the_next(self):
        random = harrier_case.seeded_random()
        application = f"launcher{os.getpid()}"
        with harrier_case.World() as world:
            file = world.write("run.yaml", worker_yaml(application, ["one", "two", "three"]))
            for _ in range(harrier_case.rounds(LAUNCHER_KILLS)):
                with harrier_case.Harrier(HARRIER, world, "run", file) as harrier:
                    # Anywhere from its first instruction to some restarts later.
                    time.sleep(random.uniform(0, 0.1))
                    harrier.kill()
                self.assertEqual(harrier_case.await_no_process(application), [])
            self.assert_next_start_is_clean(world, application)

    def assert_next_start_is_clean(self, world, application):
        file = world.write("last.yaml", "\n".join([
            f"name: {application}", "components:", "  last:",
            f"    command: [{WORKER}, \"200\"]", ""]))
        with harrier_case.Harrier(HARRIER, world, "run", file) as harrier:
            self.assertEqual(harrier.finish(), 0)
            self.assertEqual(harrier.seen[-1]["left_behind"], "0")
        self.assertEqual(world.heap_names(), [])
        self.assertEqual(harrier_case.tagged_processes(application), [])
        self.assertEqual([path.name for path in (world.folder / "harrier").iterdir()], [])

    def test_heap_of_a_grandchild_behind_a_wrapper_script_is_reaped(self):
        with harrier_case.World() as world:
            script = world.write("wrapper.sh", "\n".join([
                "#!/bin/sh", f"{WORKER} &", "echo $! >$1.new", "mv $1.new $1", "wait", ""]))
            script.chmod(0o755)
            pid_file = world.folder / "pid"
            file = world.write("wrapper.yaml", "\n".join([
                "name: wrapper", "components:", "  wrapped:",
                f"    command: [{script}, {pid_file}]", ""]))
            with harrier_case.Harrier(HARRIER, world, "run", file) as harrier:
                started = harrier.await_event("started", component="wrapped")
                self.await_heap(world)
                self.await_true(pid_file.exists)  # the shell may be slower than its child
                grandchild = int(pid_file.read_text(encoding="utf-8"))
                self.assertEqual(heap_pids(world), {grandchild})
                os.kill(int(started["pid"]), signal.SIGKILL)
                reaped = harrier.await_event("reaped", component="wrapped")
                self.assertEqual(reaped["heap"], f"heap-{grandchild}")
                self.assertFalse(harrier_case.is_running(grandchild))
                self.assertEqual(world.heap_names(), [])
                self.assertEqual(harrier.finish(), 1)

    def await_heap(self, world):
        self.await_true(world.heap_names)

    def await_true(self, claim):
        deadline = time.monotonic() + harrier_case.PATIENCE_S
        while not claim() and time.monotonic() < deadline:
            time.sleep(0.005)
        self.assertTrue(claim())


if __name__ == "__main__":
    HARRIER, WORKER = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
