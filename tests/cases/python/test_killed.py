#!/usr/bin/env python3
"""A component in Python that holds others' blocks and has a heap of its own is killed, over and
over:  test_killed.py BIN_DIRECTORY PYTHON"""

import os
import signal
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harrier_case import (Harrier, World, await_no_process, await_true, parse_event, rounds,
                          shared_memory)

BIN, PYTHON = None, None
COMPONENTS = Path(__file__).parent / "components.py"
APPLICATION = f"python{os.getpid()}"
HELD = 8  # messages by each relay
KILLS = 20
START_S = 100.0  # to import NumPy, which is long on a machine that has much else to do


class Killed(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.world.environment["PYTHONPATH"] = str(BIN.parent / "python")

    def description(self):
        lines = [f"name: {APPLICATION}", "components:"]
        for role, *arguments in (("source", str(HELD)), ("relay",), ("sink",)):
            command = [str(word) for word in (PYTHON, "-B", COMPONENTS, role, *arguments)]
            lines += [f"  {role}:", f"    command: {command}",
                      f"    logging: {{path: {self.world.folder / role}.log}}"]
            if role == "relay":
                lines.append("    restart: {policy: always, delay: 0s, max_attempts: 1000000}")
        lines += ["connections:", "  - {from: source.out, to: relay.in}",
                  "  - {from: relay.out, to: sink.in}", ""]
        return self.world.write("python.yaml", "\n".join(lines))

    def report(self, component):
        """The counts in its last words."""
        text = (self.world.folder / f"{component}.log").read_text(encoding="utf-8")
        return {key: int(number) for key, number in parse_event(text).items() if key != "text"}

    def relay_holds_all(self, pid):
        """That the relay of this pid holds all that was sent to it, the source nothing but that,
        and that the relay has a heap of its own, with as many blocks."""
        heaps = shared_memory(BIN / "shminfo", self.world)
        connections = [each for heap in heaps.values() for each in heap["connections"]
                       if each["name"] == "source.out -> relay.in"]
        own = heaps.get(f"heap-{pid}", {})
        return ([(each["consumer"], each["leases"], each["lag"]) for each in connections]
                == [(pid, HELD, 0)]
                and heaps[f"heap-{connections[0]['producer']}"]["blocks_live"] == HELD
                and own.get("blocks_live") == HELD)

    def test_its_heap_is_removed_and_what_it_held_comes_back(self):
        kills = rounds(KILLS)
        with Harrier(BIN / "harrier", self.world, "run", self.description()) as harrier:
            for _ in range(kills):
                pid = int(harrier.await_event("started", component="relay")["pid"])
                await_true(lambda: self.relay_holds_all(pid), START_S)
                os.kill(pid, signal.SIGKILL)
                exited = harrier.await_event("exited", component="relay")
                self.assertEqual(exited["signal"], "SIGKILL")
                reaped = harrier.await_event("reaped", component="relay")
                self.assertEqual(reaped["heap"], f"heap-{pid}")
                self.assertNotIn(f"heap-{pid}", self.world.heap_names())
            pid = int(harrier.await_event("started", component="relay")["pid"])
            await_true(lambda: self.relay_holds_all(pid), START_S)
            harrier.process.send_signal(signal.SIGTERM)
            self.assertEqual(harrier.finish(), 0, harrier.seen)
        self.assertEqual(harrier.seen[-1]["left_behind"], "0", harrier.seen[-1])
        self.assertEqual(self.world.heap_names(), [])
        self.assertEqual(await_no_process(APPLICATION), [])
        self.assertGreaterEqual(self.report("source")["unreleased"], kills * HELD)
        heard = self.report("sink")
        self.assertEqual((heard["wrong"], heard["copied"]), (0, 0))
        self.assertGreater(heard["right"], 0)


if __name__ == "__main__":
    PYTHON = sys.argv.pop()
    BIN = Path(sys.argv.pop()).resolve()
    unittest.main(verbosity=2)
