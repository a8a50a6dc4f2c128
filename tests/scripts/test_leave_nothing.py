#!/usr/bin/env python3
"""scripts/leave_nothing notices what a command leaves behind, ends it, and changes nothing else."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

LEAVE_NOTHING = Path(__file__).parents[2] / "scripts" / "leave_nothing"


class LeaveNothing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_shell(self, script):
        """In a folder that is watched in place of /dev/shm."""
        command = [LEAVE_NOTHING, "--directory", self.folder, "sh", "-c", script]
        return subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)

    def test_a_tidy_command_keeps_its_status(self):
        for status in (0, 1, 7):
            result = self.run_shell(f"exit {status}")
            self.assertEqual((result.returncode, result.stderr), (status, ""))

    def test_a_command_that_a_signal_ended_is_reported_as_the_shell_does(self):
        self.assertEqual(self.run_shell("kill -TERM $$").returncode, 128 + 15)

    def test_a_process_that_outlives_the_command_is_listed_and_ended(self):
        # setsid and env: neither a new session nor a bare environment hides it.
        result = self.run_shell("setsid env -i sleep 1000 & echo $!")
        pid = int(result.stdout)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"left behind: 'process {pid}: sleep 1000'", result.stderr)
        self.assertFalse(os.path.exists(f"/proc/{pid}"))

    def test_an_orphan_that_ends_meanwhile_is_collected_at_once(self):
        # The inner shell ends first; its child is then ours, and must not stay a zombie.
        script = """
            pid=$(sh -c 'sleep 0.01 >/dev/null & echo $!')
            while [ -e /proc/$pid ]; do :; done
        """
        self.assertEqual(self.run_shell(script).returncode, 0)

    def test_a_new_file_is_listed(self):
        result = self.run_shell("touch heap-1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("heap-1 was not there before", result.stderr)

    def test_a_file_that_vanished_is_listed(self):
        Path(self.folder, "heap-1").touch()
        result = self.run_shell("rm heap-1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("heap-1 is gone", result.stderr)

    def test_a_failing_command_keeps_its_status_when_it_leaves_something_too(self):
        result = self.run_shell("touch heap-1; exit 7")
        self.assertEqual(result.returncode, 7)
        self.assertIn("heap-1", result.stderr)


if __name__ == "__main__":
    unittest.main()
