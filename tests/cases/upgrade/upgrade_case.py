"""What the cases of this folder share: an application of a few components, and harrier's verbs."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402  (found beside this folder)

APPLICATION = f"upgrade-test-{os.getpid()}"
# Numbered lines, each in two halves, and a byte that is no UTF-8 in the first one.
TELLS = """
import os, signal, time
running = True
def end(*_):
    global running
    running = False
signal.signal(signal.SIGTERM, end)
number = 0
while running:
    os.write(1, b"\\xff line %d" % number)
    time.sleep(0.001)
    os.write(1, b" ends\\n")
    number += 1
os.write(1, b"\\xff last %d ends\\n" % number)
"""


def python(script, *arguments):
    return json.dumps([sys.executable, "-c", script, *map(str, arguments)])


def has_socket(pid):
    """It has connected with harrier."""
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if os.readlink(each).startswith("socket:"):
                return True
        except FileNotFoundError:  # it has closed that one meanwhile
            pass
    return False


class Case(unittest.TestCase):
    program, worker = None, None  # harrier, heap_worker

    def setUp(self):
        self.world = harrier_case.World()
        self.addCleanup(self.world.__exit__)

    def describe(self, components):
        """`components`: name and the rest of its description."""
        lines = "".join(f"  {name}: {{{rest}}}\n" for name, rest in components.items())
        return self.world.write("app.yaml", f"name: {APPLICATION}\ncomponents:\n{lines}")

    def start(self, components, *ready, program=None):
        """Returns when `ready`, or all of them, have started."""
        self.file = self.describe(components)
        self.printed = self.world.folder / "printed"
        with self.printed.open("wb") as stdout:
            harrier = harrier_case.Harrier(program or self.program, self.world, "run", self.file,
                                           stdout=stdout)
        self.addCleanup(harrier.__exit__)
        for name in ready or components:
            harrier.await_event("started", component=name)
        return harrier

    def verb(self, *words, status=0):
        told = subprocess.run([self.program, *map(str, words)], env=self.world.environment,
                              text=True, stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, timeout=60)
        self.assertEqual(told.returncode, status, told)
        return told

    def check_refused(self, *words, says):
        before = self.pids()
        told = self.verb("upgrade", *words, status=1)
        self.assertIn(says, told.stderr)
        self.assertEqual(told.stdout, "")
        self.assertEqual(self.pids(), before)

    def script(self, name, text, interpreter="/bin/sh"):
        path = self.world.write(name, f"#!{interpreter}\n{text}\n")
        path.chmod(0o700)
        return path

    def status(self):
        told = json.loads(self.verb("status", "-o", "json").stdout)
        return {component["name"]: component for component in told["components"]}

    def pids(self):
        return {name: component["pid"] for name, component in self.status().items()}

    def end(self, harrier):
        self.verb("down")
        harrier.finish()
        self.assertEqual(harrier_case.await_no_process(APPLICATION, self.world), [])
        self.assertEqual(self.world.heap_names(), [])
        self.assertFalse((self.world.folder / "harrier" / APPLICATION).exists())


def main():
    """HARRIER HEAP_WORKER [unittest's arguments]"""
    Case.program, Case.worker = (Path(sys.argv.pop(1)).resolve() for _ in range(2))
    unittest.main()
