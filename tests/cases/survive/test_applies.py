#!/usr/bin/env python3
"""A harrier that is killed in the midst of an apply, and the next one:

    test_applies.py HARRIER HEAP_WORKER TELLER [unittest's arguments]
"""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

import test_survive as survive  # beside this file; it finds harrier_case

import harrier_case

APPLIES = 150


def variable_of(pid, name):
    """Nothing when it has none, or is gone."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    except OSError:
        return None
    return dict(each.partition("=")[::2] for each in variables).get(name)


class Applies(survive.Case):
    """Harrier is killed with -9 at random moments of an apply, and the next one reads the new
    files."""

    CHANGING = ("heap", "teller", "tree", "ended")
    version = 0

    def test_everybody_runs_once_and_as_described_and_who_is_unchanged_is_untouched(self):
        random = harrier_case.seeded_random()
        file = self.describe_next()
        with survive.Survivable(self.world, file) as harrier:
            self.await_described()
            untouched = survive.leaders()["logger"]
            began = time.monotonic()
            self.apply(harrier)
            self.await_described()
            moment_max_s = 1.2 * (time.monotonic() - began)
            harrier.kill()
        changed = 0
        for _ in range(harrier_case.rounds(APPLIES)):
            with survive.Survivable(self.world, file) as harrier:
                self.await_described()
                self.assertEqual(survive.leaders()["logger"], untouched)
                self.apply(harrier)
                # The random moment itself; most of an apply happens in its beginning.
                time.sleep(moment_max_s * random.random() ** 4)
                harrier.kill()
                harrier.read_to_the_end()
            changed += sum("description=changed" in event["text"] for event in harrier.seen)
            for component, pids in survive.leaders().items():
                self.assertLessEqual(len(pids), 1, (component, pids, harrier.seen))
        with survive.Survivable(self.world, file) as last:
            self.await_described()
            self.assertEqual(survive.leaders()["logger"], untouched)
            self.assert_clean_end(last)
        print(f"{changed} were adopted under another description than theirs")
        self.assertGreater(changed, 0)

    def describe_next(self):
        """All but one are described otherwise, and one comes and goes."""
        self.version += 1
        extra = f"  extra: {{command: [sleep, '1000'], {survive.KEEP}}}"
        text = survive.description(self.world, *([extra] if self.version % 2 else []))
        for name in self.CHANGING:
            text = text.replace(f"  {name}: {{",
                                f"  {name}: {{environment: {{VERSION: '{self.version}'}}, ")
        return self.world.write("a.yaml", text)

    def apply(self, harrier):
        self.describe_next()
        harrier.process.send_signal(signal.SIGHUP)

    def await_described(self):
        harrier_case.await_true(self.is_described)

    def is_described(self):
        running = survive.leaders()
        wanted = {*self.CHANGING, "logger"} | ({"extra"} if self.version % 2 else set())
        if set(running) != wanted or any(len(pids) != 1 for pids in running.values()):
            return False
        heaps = [f"heap-{pid}" for pid in running["heap"]]
        return self.world.heap_names() == heaps and all(
            variable_of(running[name][0], "VERSION") == str(self.version)
            for name in self.CHANGING)


if __name__ == "__main__":
    survive.HARRIER, survive.WORKER, survive.TELLER = map(os.path.abspath, sys.argv[1:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
