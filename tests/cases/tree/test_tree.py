"""A component that is a tree of a thousand processes, among them orphans and sessions of their own:
all of it ends with the component, within the usual bounds.

    test_tree.py HARRIER FORKER with|without [unittest arguments]     with tests/cases in PYTHONPATH

With control groups, or without them.
"""

import json
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harrier_case import Harrier, World, is_running, tagged_processes

HARRIER = FORKER = None  # from the command line
HAS_GROUPS = True
APPLICATION = f"tree-test-{os.getpid()}"
PROCESSES = 1000
GRACE_S = 2
# What a stop may take beyond the grace period, and what a busy machine may.
SLACK_S = 1 + 2


class Tree(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.__exit__)
        if not HAS_GROUPS:
            self.world.environment["HARRIER_CGROUP"] = "disable"

    def start(self, *words):
        """harrier, the leader's pid, and the tree's pids, when it has grown."""
        tree = {"command": [str(FORKER), str(PROCESSES), *words], "ready": {"log_line": "grown"},
                "stop_grace_period": f"{GRACE_S}s"}
        other = {"command": ["sleep", "1000"]}
        file = self.world.write("run.yaml", json.dumps(
            {"name": APPLICATION, "components": {"tree": tree, "other": other}}))
        harrier = Harrier(HARRIER, self.world, "run", file)
        self.addCleanup(harrier.__exit__)
        leader = int(harrier.await_event("started", component="tree")["pid"])
        has_group = "/harrier-" in Path(f"/proc/{leader}/cgroup").read_text(encoding="utf-8")
        if HAS_GROUPS and not has_group:
            self.skipTest("control groups of version 2 cannot be written here")
        self.assertEqual(has_group, HAS_GROUPS)
        harrier.await_event("ready", component="tree")
        pids = [pid for pid in tagged_processes(APPLICATION, self.world)
                if b"\0SHMHEAP_COMPONENT=tree\0"
                in b"\0" + Path(f"/proc/{pid}/environ").read_bytes()]
        self.assertEqual(len(pids), PROCESSES)
        return harrier, leader, pids

    def check_end(self, pids, begun, grace_s=0):
        took_s = time.monotonic() - begun
        self.assertEqual([pid for pid in pids if is_running(pid)], [])
        self.assertLess(took_s, grace_s + SLACK_S)

    def verb(self, *arguments):
        subprocess.run([HARRIER, *arguments], env=self.world.environment, check=True, timeout=60,
                       stdin=subprocess.DEVNULL)

    def finish(self, harrier, status=0):
        self.verb("down")
        self.assertEqual(harrier.finish(), status)
        self.assertEqual(harrier.seen[-1]["left_behind"], "0")

    def test_a_stop_of_everything_ends_it(self):
        harrier, _, pids = self.start()
        begun = time.monotonic()
        self.finish(harrier)
        self.check_end(pids, begun)

    def test_a_stop_of_everything_ends_who_takes_no_notice(self):
        harrier, _, pids = self.start("deaf")
        begun = time.monotonic()
        self.finish(harrier)
        self.check_end(pids, begun, GRACE_S)
        self.assertGreaterEqual(time.monotonic() - begun, GRACE_S)

    def test_a_stop_of_the_component_ends_it(self):
        for words in ([], ["deaf"]):
            harrier, _, pids = self.start(*words)
            begun = time.monotonic()
            self.verb("stop", "tree")
            self.check_end(pids, begun, GRACE_S if words else 0)
            self.finish(harrier)

    def test_a_kill_of_the_leader_ends_the_rest(self):
        harrier, leader, pids = self.start("deaf")
        begun = time.monotonic()
        os.kill(leader, signal.SIGKILL)
        harrier.await_event("failed", component="tree")
        self.check_end(pids, begun)
        self.finish(harrier, status=1)


if __name__ == "__main__":
    HARRIER, FORKER = sys.argv.pop(1), sys.argv.pop(1)
    HAS_GROUPS = sys.argv.pop(1) == "with"
    unittest.main()
