#!/usr/bin/env python3
"""scripts/run in a tree that we make up, where setup and cmake do nothing and harrier is a small
program: what the script says of the shared memory that the demo leaves."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

RUN = Path(__file__).parents[2] / "scripts" / "run"


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name)
        self.memory = self.tree / "memory"
        self.memory.mkdir()
        for name in ("scripts/setup", "bin/cmake"):
            self.program(name, "exit 0")
        shutil.copy(RUN, self.tree / "scripts" / "run")
        self.harrier("exit 0")

    def program(self, name, script):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def harrier(self, script):
        self.program("build/release/bin/harrier", script)

    def run_demo(self, *files):
        environment = dict(
            os.environ,
            PATH=f"{self.tree}/bin:{os.environ['PATH']}",
            SHMHEAP_DIR=str(self.memory),
        )
        return subprocess.run(
            [self.tree / "scripts" / "run", *files],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def test_memory_that_was_empty_and_is_empty_is_as_it_was(self):
        done = self.run_demo()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("is as it was before", done.stdout)

    def test_what_others_had_there_does_not_matter(self):
        (self.memory / "somebody's").touch()
        done = self.run_demo()
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_the_demo_leaves_is_shown_and_is_a_failure(self):
        self.harrier(f"touch {self.memory}/heap-1")
        done = self.run_demo()
        self.assertEqual(done.returncode, 1)
        self.assertIn("heap-1", done.stdout)
        self.assertIn("is not as it was before", done.stderr)

    def test_the_demo_s_exit_status_is_kept(self):
        self.harrier("exit 3")
        self.assertEqual(self.run_demo().returncode, 3)

    def test_files_are_run_as_they_are_given(self):
        self.harrier('echo "$@"; exit 4')
        done = self.run_demo("one.yaml", "two.yaml")
        self.assertEqual((done.stdout, done.returncode), ("run one.yaml two.yaml\n", 4))


if __name__ == "__main__":
    unittest.main()
