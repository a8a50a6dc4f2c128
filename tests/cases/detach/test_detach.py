"""`harrier run --detach` as a script uses it: what can be asked when it returns, where the output
goes, and what is told when it fails.

    test_detach.py HARRIER [unittest arguments]       with tests/cases and its control in PYTHONPATH
"""

import os
import re
import subprocess
import time
from pathlib import Path

from control_case import APPLICATION, Control, application, main, sleepers
from harrier_case import PATIENCE_S, await_no_process, is_running

LOG = f"harrier-{APPLICATION}.log"


class Detach(Control):
    def setUp(self):
        super().setUp()
        self.addCleanup(lambda: self.assertEqual(await_no_process(APPLICATION, self.world), []))
        self.addCleanup(self.end_what_runs)

    def end_what_runs(self):
        subprocess.run([self.harrier, "down", "--at-once", "--name", APPLICATION], check=False,
                       env=self.world.environment, stdin=subprocess.DEVNULL, capture_output=True)

    def detach(self, text, *options, status=0, **settings):
        """Starts it in the folder of the world. Ends only when nobody has our pipes any more."""
        result = subprocess.run(
            [self.harrier, "run", "--detach", *options, str(self.world.write("app.yaml", text))],
            env=self.world.environment, cwd=self.world.folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=3 * PATIENCE_S, check=False, **settings)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def log(self, name=LOG):
        return (self.world.folder / name).read_text(encoding="utf-8")

    def test_it_can_be_asked_when_it_returns(self):
        for _ in range(10):
            result = self.detach(sleepers("a", "b"))
            told = re.fullmatch(rf"{APPLICATION}: pid (\d+), log (.*)\n", result.stdout)
            self.assertEqual(result.stderr, "")
            self.assertEqual(told[2], str(self.world.folder / LOG))
            self.assertEqual(set(self.status()), {"a", "b"})
            self.verb("wait", "--name", APPLICATION)
            self.assertEqual(Path(os.readlink(f"/proc/{told[1]}/fd/0")), Path("/dev/null"))
            self.assertEqual(os.getsid(int(told[1])), int(told[1]))
            self.assertFalse(Path(f"/proc/{told[1]}/fd/3").readlink().name.startswith("pipe:"))
            self.verb("down")
        self.assertEqual(self.log().count("event=finished"), 10)

    def test_with_wait_all_are_ready(self):
        ready = "[sh, -c, 'read begin <go; echo up; exec sleep 1000']"
        (self.world.folder / "go").unlink(missing_ok=True)
        os.mkfifo(self.world.folder / "go")
        text = application([("a", ready, ", ready: {log_line: up}"), ("b", "['true']", "")])
        process = subprocess.Popen(  # pylint: disable=R1732
            [self.harrier, "run", "--detach", "--wait", "--log", "deep/own.log",
             str(self.world.write("app.yaml", text))],
            env=self.world.environment, cwd=self.world.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn(str(self.world.folder / "deep" / "own.log"), process.stdout.readline())
        self.verb("wait", "b")
        self.assertIsNone(process.poll())
        (self.world.folder / "go").write_text("\n")
        self.assertEqual(process.communicate(timeout=PATIENCE_S), ("", ""))
        self.assertEqual(process.returncode, 0)
        self.assertIs(self.status()["a"]["ready"], True)
        self.assertRegex(self.log("deep/own.log"), r"a  \| up\n")

    def test_what_takes_too_long_is_told_and_goes_on(self):
        text = application([("a", "[sleep, '1000']", ", ready: {log_line: up}")])
        begun = time.monotonic()
        result = self.detach(text, "--wait=300ms", status=1)
        self.assertGreaterEqual(time.monotonic() - begun, 0.3)
        self.assertIn("timed out", result.stderr)
        self.assertIn("goes on", result.stderr)
        self.assertEqual(self.status()["a"]["state"], "running")

    def test_what_fails_for_good_is_told(self):
        never = ("a", "['false']", ", ready: {log_line: up}")
        text = application([never, ("b", "[sleep, '1000']", "")])
        result = self.detach(text, "--wait", status=1)
        self.assertIn('component "a" is failed', result.stderr)
        self.assertIn(LOG, result.stderr)
        self.verb("down")
        result = self.detach(application([never]), "--wait", status=1)
        self.assertRegex(result.stderr, 'component "a" is failed|has ended with status 1')

    def test_what_is_done_soon_is_well(self):
        for _ in range(10):
            self.detach(application([("a", "['true']", "")]), "--wait")

    def test_nothing_is_started_when_the_description_is_wrong(self):
        result = self.detach("name: x\ncomponents: {a: {comand: [sleep]}}\n", status=2)
        self.assertIn("app.yaml:2:", result.stderr)
        self.assertIn('did you mean "command"', result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertFalse(list(self.world.folder.glob("*.log")))
        self.assertIn("--detach", self.verb("run", "--wait", "app.yaml", status=2).stderr)
        self.detach(sleepers("a"), "--wait=soon", status=2)

    def test_a_second_instance_and_a_log_that_cannot_be_made_are_told(self):
        result = self.detach(sleepers("a"))
        pid = int(result.stdout.split()[2].rstrip(","))
        result = self.detach(sleepers("a"), status=1)
        self.assertIn(f"is already running (pid {pid}", result.stderr)
        self.assertIn(f"nothing was started, see {self.world.folder / LOG}", result.stderr)
        self.assertNotIn("has ended", result.stderr)
        self.assertTrue(is_running(pid))
        self.assertIn("open log", self.detach(sleepers("a"), "--log", ".", status=1).stderr)

    def test_a_wait_with_a_name_and_a_time_is_for_who_is_just_being_started(self):
        wait = ["wait", "--name", APPLICATION, "--timeout"]
        self.verb(*wait[:-1], status=3)
        self.verb(*wait, "50ms", status=3)
        with subprocess.Popen([self.harrier, *wait, "20s"], env=self.world.environment,
                              stdin=subprocess.DEVNULL) as waits:
            self.start(sleepers("a"))
            self.assertEqual(waits.wait(PATIENCE_S), 0)
        self.assertEqual(self.status()["a"]["state"], "running")

    def test_a_caller_that_is_killed_leaves_it_running(self):
        text = application([("a", "[sleep, '1000']", ", ready: {log_line: up}")])
        with subprocess.Popen(
                [self.harrier, "run", "--detach", "--wait",
                 str(self.world.write("app.yaml", text))],
                env=self.world.environment, cwd=self.world.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            process.kill()
        self.assertEqual(self.status()["a"]["name"], "a")


if __name__ == "__main__":
    main()
