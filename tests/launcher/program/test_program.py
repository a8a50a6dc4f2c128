"""harrier as a user meets it, with shell scripts for components: what it prints and returns, how it
stops whatever its components do, and what a killed harrier leaves to the next one.

    test_program.py HARRIER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import contextlib
import os
import pathlib
import pty
import signal
import subprocess
import sys
import time
import unittest

from harrier_case import Harrier, World, await_no_process, is_running, tagged_processes

HARRIER = None  # path of the program, from the command line
APPLICATION = f"program-test-{os.getpid()}"  # a run beside this one has its own

# A component that takes no notice of SIGTERM, and says by a file that it does so by now.
DEAF = "trap '' TERM; touch ready-$SHMHEAP_COMPONENT; while :; do sleep 1000; done"
# A wrapper script whose grandchild flees into a session of its own.
WRAPPER = "(setsid sh -c 'trap \\\"\\\" TERM; while :; do sleep 1000; done' &); exec sleep 1000"


def components(*texts):
    return f"name: {APPLICATION}\ncomponents:\n" + "".join(
        "".join(f"  {line}\n" for line in text.strip("\n").splitlines()) for text in texts)


def shell(name, script, *keys):
    return f'{name}:\n  shell: true\n  command: "{script}"\n' + "".join(
        f"  {key}\n" for key in keys)


def end_tagged_processes():
    """Whatever a failed test left; a process may end by itself meanwhile."""
    for pid in tagged_processes(APPLICATION):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Program(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.__exit__)
        # Nothing of a test may outlive it, whatever became of the test.
        self.addCleanup(end_tagged_processes)

    def run_to_end(self, *arguments):
        return subprocess.run([HARRIER, *map(str, arguments)], env=self.world.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False)

    def start(self, text, name="app.yaml"):
        harrier = Harrier(HARRIER, self.world, "run", self.world.write(name, text))
        self.addCleanup(harrier.__exit__)
        return harrier

    def stop_in_time(self, harrier, number, longest_grace_s):
        began = time.monotonic()
        harrier.process.send_signal(number)
        status = harrier.finish()
        self.assertLess(time.monotonic() - began, longest_grace_s + 1)
        self.assertEqual(await_no_process(APPLICATION), [])
        self.assertFalse((self.world.folder / f"harrier/{APPLICATION}").exists())
        return status

    def test_wrong_usage_and_bad_configuration_are_2_and_start_nothing(self):
        self.assertEqual(self.run_to_end().returncode, 2)
        self.assertEqual(self.run_to_end("run").returncode, 2)
        self.assertEqual(self.run_to_end("fly").returncode, 2)
        self.assertEqual(self.run_to_end("run", "/no/such.yaml").returncode, 2)
        bad = self.world.write("bad.yaml", components(
            shell("a", "touch started", "working_dir: .", "restrat: {}")))
        for verb in ("run", "validate"):
            result = self.run_to_end(verb, bad)
            self.assertEqual(result.returncode, 2)
            self.assertRegex(result.stderr, r"^\S+/bad\.yaml:\d+:\d+: restrat: .*restart")
            self.assertEqual(result.stdout, "")
        self.assertFalse((self.world.folder / "started").exists())

    def test_closed_standard_descriptors_are_not_taken_for_something_else(self):
        file = self.world.write("closed.yaml", components(shell("a", "echo lost")))
        for closed in ("<&-", ">&-", "<&- >&-"):
            command = ["sh", "-c", f'exec "$0" run "$1" {closed}', HARRIER, str(file)]
            result = subprocess.run(command, env=self.world.environment, capture_output=True,
                                    text=True, timeout=60, check=False)
            self.assertEqual(result.returncode, 0, closed)
            self.assertNotIn("harrier:", result.stderr, closed)
            self.assertIn("event=finished", result.stderr, closed)

    def test_help_version_and_a_good_file_are_0(self):
        self.assertEqual(self.run_to_end("--help").returncode, 0)
        self.assertRegex(self.run_to_end("--version").stdout, r"^harrier \d+\.\d+\.\d+\n$")
        good = self.world.write("good.yaml", components(shell("a", "touch started")))
        result = self.run_to_end("validate", good)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertFalse((self.world.folder / "started").exists())

    def test_what_cannot_be_shown_is_told_and_1(self):
        good = self.world.write("good.yaml", components(shell("a", "touch started")))
        for arguments in (["--help"], ["--version"], ["status", "--help"], ["validate", good]):
            with open("/dev/full", "wb") as full:
                result = subprocess.run(
                    [HARRIER, *map(str, arguments)], env=self.world.environment, stdout=full,
                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60,
                    check=False)
            self.assertEqual(result.returncode, 1, arguments)
            self.assertRegex(result.stderr, r"^harrier: \S.*standard output: No space left on "
                             r"device; what it shows is cut short\n$", arguments)

    def test_output_goes_to_stdout_and_events_to_stderr(self):
        result = self.run_to_end("run", self.world.write("app.yaml", components(
            shell("one", "echo first; echo second >&2; printf end"), shell("three", "exit 0"))))
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout, "one    | first\none    | second\none    | end\n")
        lines = result.stderr.splitlines()
        self.assertRegex(lines[0],
                         r"^\d\d:\d\d:\d\d\.\d{3} event=started   component=one    pid=\d+$")
        self.assertRegex(lines[-1],
                         r" event=finished  components=2 restarts=0 reaped=0 left_behind=0$")

    def test_a_component_that_failed_for_good_is_1_and_the_others_go_on(self):
        result = self.run_to_end("run", self.world.write("app.yaml", components(
            shell("bad", "exit 3"),
            shell("waits", "exit 0", "depends_on: {bad: {condition: completed_successfully}}"),
            shell("good", "echo done"))))
        self.assertEqual(result.returncode, 1)
        self.assertIn("good   | done", result.stdout)
        self.assertRegex(result.stderr, r"event=failed    component=bad    reason=exit status=3")
        self.assertRegex(result.stderr,
                         r"event=failed    component=waits  reason=dependency dependency=bad")

    def test_broken_stdout_does_not_end_harrier(self):
        path = self.world.write("app.yaml", components(
            shell("a", "echo x; echo y; exit 0", "restart: {policy: always, delay: 1ms, "
                                                 "max_attempts: 3}")))
        reading, writing = os.pipe()
        os.close(reading)
        with subprocess.Popen([HARRIER, "run", path], env=self.world.environment, text=True,
                              stdout=writing, stderr=subprocess.PIPE) as process:
            os.close(writing)
            _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)  # given up, that is all
        self.assertEqual(errors.count("write to standard output: Broken pipe"), 1)
        self.assertIn("event=finished", errors)

    def test_colour_is_for_terminals_and_not_when_no_color_says_so(self):
        path = self.world.write("app.yaml", components(shell("a", "echo x")))
        for variables, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            master, slave = pty.openpty()
            environment = {name: value for name, value in self.world.environment.items()
                           if name != "NO_COLOR"}
            subprocess.run([HARRIER, "run", path], env={**environment, **variables}, stdout=slave,
                           stderr=subprocess.DEVNULL, timeout=60, check=True)
            os.close(slave)
            text = os.read(master, 4096)
            os.close(master)
            self.assertEqual(b"\x1b[" in text, coloured)

    def test_a_stop_ends_whoever_ignores_it_and_what_fled_from_it(self):
        harrier = self.start(components(
            shell("deaf", DEAF, "stop_grace_period: 1s"),
            shell("wrapper", WRAPPER, "stop_grace_period: 1s"),
            shell("base", "exec sleep 1000"),
            shell("top", DEAF, "stop_grace_period: 500ms", "depends_on: [base]")))
        harrier.await_event("started", component="top")
        self.await_deaf("deaf", "top")
        self.await_processes(8)
        self.assertEqual(self.stop_in_time(harrier, signal.SIGTERM, 1), 0)
        self.assertEqual(harrier.seen[-1]["left_behind"], "0")

    def test_a_stop_during_the_back_off_ends_at_once(self):
        harrier = self.start(components(
            shell("a", "exit 1", "restart: {policy: always, delay: 30s}"),
            shell("b", "exit 0", "depends_on: {a: {condition: started}}",
                  "restart: {policy: always, delay: 20s}")))
        harrier.await_event("backoff", component="b")
        self.assertEqual(self.stop_in_time(harrier, signal.SIGINT, 0), 0)

    def test_a_stop_while_a_hundred_start_leaves_nothing(self):
        harrier = self.start(components(*(
            shell(f"c{i}", "exec sleep 1000", f"depends_on: [c{i - 1}]" if i else "")
            for i in range(100))))
        harrier.await_event("started", component="c7")
        self.assertEqual(self.stop_in_time(harrier, signal.SIGTERM, 10), 0)

    def test_a_second_interrupt_cuts_the_stop_short_and_is_1(self):
        harrier = self.start(components(shell("a", DEAF, "stop_grace_period: 60s")))
        harrier.await_event("started")
        self.await_deaf("a")
        harrier.process.send_signal(signal.SIGINT)
        harrier.await_event("stopping", component="a")
        self.assertEqual(self.stop_in_time(harrier, signal.SIGINT, 0), 1)

    def test_a_second_harrier_of_the_same_name_is_refused(self):
        text = components(shell("a", "exec sleep 1000"))
        first = self.start(text)
        started = first.await_event("started")
        second = self.run_to_end("run", self.world.folder / "app.yaml")
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"{APPLICATION} is already running (pid {first.process.pid}", second.stderr)
        self.assertTrue(is_running(started["pid"]))
        self.stop_in_time(first, signal.SIGTERM, 10)

    def test_a_killed_harrier_takes_its_components_along_and_the_next_start_ends_the_rest(self):
        text = components(shell("a", "exec sleep 1000"), shell("wrapper", WRAPPER))
        killed = self.start(text)
        pids = [killed.await_event("started", component=name)["pid"] for name in ("a", "wrapper")]
        self.await_processes(4)  # the fled one and its sleep among them
        killed.kill()
        self.await_end(pids)
        survivors = tagged_processes(APPLICATION)
        self.assertNotEqual(survivors, [])

        follower = self.start(text)
        follower.await_event("started", component="a")
        self.assertEqual([pid for pid in survivors if is_running(pid)], [])
        self.assertIn("leftover", [event.get("event") for event in follower.seen])
        self.assertEqual(self.stop_in_time(follower, signal.SIGTERM, 10), 0)

    def test_what_fled_from_everything_but_its_control_group_ends_after_a_kill_too(self):
        text = components(shell("a", "env -i setsid sh -c 'echo $$ > fleeing; mv fleeing fled; "
                                     "exec sleep 1000' & wait"))
        killed = self.start(text)
        pid = killed.await_event("started")["pid"]
        if "/harrier-" not in pathlib.Path(f"/proc/{pid}/cgroup").read_text():
            self.skipTest("control groups of version 2 cannot be written here")
        self.await_files("fled")
        fled = int((self.world.folder / "fled").read_text())
        killed.kill()
        self.assertTrue(is_running(fled))

        follower = self.start(text)
        follower.await_event("started", component="a")
        self.assertFalse(is_running(fled))
        self.assertEqual(self.stop_in_time(follower, signal.SIGTERM, 10), 0)

    def test_without_control_groups_everything_else_is_the_same(self):
        self.world.environment["HARRIER_CGROUP"] = "disable"
        harrier = self.start(components(shell("wrapper", WRAPPER, "stop_grace_period: 1s")))
        pid = harrier.await_event("started")["pid"]
        self.assertNotIn("/harrier-", pathlib.Path(f"/proc/{pid}/cgroup").read_text())
        self.await_processes(3)
        self.assertEqual(self.stop_in_time(harrier, signal.SIGTERM, 1), 0)

    def test_a_killed_wrapper_does_not_hold_up_its_restart(self):
        harrier = self.start(components(
            shell("wrapper", WRAPPER, "restart: {policy: always, delay: 0s}")))
        first = harrier.await_event("started")
        self.await_processes(3)
        fled = tagged_processes(APPLICATION)
        os.kill(int(first["pid"]), signal.SIGKILL)
        harrier.await_event("started")
        self.assertEqual([pid for pid in fled if is_running(pid)], [])
        self.stop_in_time(harrier, signal.SIGTERM, 10)

    def await_processes(self, count):
        """A script's forks tell nobody, hence the short pauses. Those that only stand between a
        shell and its sleep come and go, so the number must hold for a moment."""
        deadline = time.monotonic() + 20
        seen = []
        while seen[-10:] != [count] * 10 and time.monotonic() < deadline:
            time.sleep(0.005)
            seen.append(len(tagged_processes(APPLICATION)))
        self.assertEqual(seen[-10:], [count] * 10)

    def await_deaf(self, *names):
        self.await_files(*(f"ready-{name}" for name in names))

    def await_files(self, *names):
        """As above."""
        deadline = time.monotonic() + 20
        files = [self.world.folder / name for name in names]
        while not all(file.exists() for file in files) and time.monotonic() < deadline:
            time.sleep(0.005)
        self.assertEqual([file for file in files if not file.exists()], [])

    def await_end(self, pids):
        deadline = time.monotonic() + 20
        while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.005)
        self.assertEqual([pid for pid in pids if is_running(pid)], [])


if __name__ == "__main__":
    HARRIER = sys.argv.pop(1)
    unittest.main(verbosity=2)
