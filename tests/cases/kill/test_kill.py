#!/usr/bin/env python3
"""Kills owners, and harrier itself, at random moments, and looks at what is left:

    test_kill.py HARRIER HEAP_WORKER [unittest's arguments]
"""

import os
import shutil
import signal
import sys
import tempfile
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
            self.assertEqual(harrier.finish(), 0, harrier.seen)
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
                harrier_case.await_true(pid_file.exists)  # the shell may be slower than its child
                grandchild = int(pid_file.read_text(encoding="utf-8"))
                self.assertEqual(heap_pids(world), {grandchild})
                os.kill(int(started["pid"]), signal.SIGKILL)
                reaped = harrier.await_event("reaped", component="wrapped")
                self.assertEqual(reaped["heap"], f"heap-{grandchild}")
                self.assertFalse(harrier_case.is_running(grandchild))
                self.assertEqual(world.heap_names(), [])
                self.assertEqual(harrier.finish(), 1)

    def test_the_next_start_removes_what_lies_in_a_component_s_own_directory(self):
        application = f"elsewhere{os.getpid()}"
        with harrier_case.World() as world, tempfile.TemporaryDirectory(
                prefix="harrier-case-", dir="/dev/shm") as folder:
            other = Path(folder)
            environments = [f"{{SHMHEAP_DIR: {other}}}", f"{{SHMHEAP_DIR: {other}/.}}",
                            f"{{SHMHEAP_DIR: {other}/none}}", f"{{SHMHEAP_DIR: {WORKER}}}"]
            lines = [f"name: {application}", "components:"]
            for number, environment in enumerate(environments):
                lines += [f"  worker{number}:", f"    command: [{WORKER}]",
                          f"    environment: {environment}"]
            file = world.write("elsewhere.yaml", "\n".join([*lines, ""]))
            with harrier_case.Harrier(HARRIER, world, "run", file) as harrier:
                harrier_case.await_true(lambda: len(list(other.iterdir())) == 2)
                harrier.kill()
            self.assertEqual(harrier_case.await_no_process(application), [])
            left = {path.name for path in other.iterdir()}
            self.assertEqual(len(left), 2)
            # Nobody's, and so told of once however often the directory is named.
            shutil.copy(other / sorted(left)[0], other / "heap-1")
            text = bytearray((other / "heap-1").read_bytes())
            at = text.index(application.encode())
            text[at:at + 1] = b"E"
            (other / "heap-1").write_bytes(text)
            with harrier_case.Harrier(HARRIER, world, "run", file) as harrier:
                harrier.await_event("started")
                reaped = {event["heap"] for event in harrier.seen if event.get("event") == "reaped"}
                self.assertEqual(reaped, left)
                told = [event for event in harrier.seen if event.get("event") == "orphans"]
                self.assertEqual([(event["heaps"], event["directory"]) for event in told],
                                 [("1", str(other))])
                complaints = [event["text"] for event in harrier.seen if "event" not in event]
                self.assertEqual(len(complaints), 1, complaints)
                self.assertIn(f"{WORKER}: Not a directory", complaints[0])

    def test_what_is_never_reaped_stays_at_the_next_start_too(self):
        application = f"never{os.getpid()}"
        with harrier_case.World() as world:
            def describe(reap):
                return world.write("never.yaml", "\n".join([
                    f"name: {application}", "components:", "  stays:", f"    command: [{WORKER}]",
                    f"    heap: {{reap: {reap}}}", ""]))
            with harrier_case.Harrier(HARRIER, world, "run", describe("never")) as harrier:
                self.await_heap(world)
                harrier.process.send_signal(signal.SIGTERM)
                self.assertEqual(harrier.finish(), 0)
            stays = world.heap_names()
            self.assertEqual(len(stays), 1)
            with harrier_case.Harrier(HARRIER, world, "run", describe("never")) as harrier:
                harrier.await_event("started", component="stays")
                harrier.kill()
            self.assertLessEqual(set(stays), set(world.heap_names()))
            self.assertEqual(harrier_case.await_no_process(application), [])
            with harrier_case.Harrier(HARRIER, world, "run", describe("on-exit")) as harrier:
                harrier.await_event("reaped", heap=stays[0])

    def await_heap(self, world):
        harrier_case.await_true(world.heap_names)


if __name__ == "__main__":
    HARRIER, WORKER = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
