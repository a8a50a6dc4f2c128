#!/usr/bin/env python3
"""The demo, whole:

    test_demo.py BIN_DIRECTORY [demo | filter_killed | meter_killed | connections | forever]

With HARRIER_NO_PYTHON=1 a second sink stands in for the meter: a sanitized library cannot be loaded
into Python.
"""

import os
import re
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harrier_case import (PATIENCE_S, Harrier, World, await_no_process, await_true, rounds,
                          shared_memory)

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
BUFFERS_PER_MEBIBYTE = 16
COUNT = r"([\d,]+)"
NO_PYTHON = "HARRIER_NO_PYTHON" in os.environ


def number(text):
    return int(text.replace(",", ""))


def numbers(pattern, text):
    """The numbers that stand in `text` where `pattern` has COUNT; the last match counts."""
    found = re.findall(pattern, text)
    if not found:
        raise AssertionError(f"no {pattern!r} in {text!r}")
    last = found[-1]
    return [number(each) for each in (last if isinstance(last, tuple) else (last,))]


class Demo(unittest.TestCase):
    bin = None

    def setUp(self):
        self.world = self.enterContext(World())
        self.world.environment.update(HARRIER_BIN=str(self.bin),
                                      DEMO_FILE=str(self.world.folder / "filtered.wav"))

    def logs(self, *components):
        """A second description that sends the output of components into files."""
        lines = ["components:"]
        for component in components:
            path = self.world.folder / f"{component}.log"
            lines += [f"  {component}:", f"    logging: {{path: {path}}}"]
        return lines

    def files(self, *lines):
        """The demo's descriptions: its own, and what is to be different here."""
        if NO_PYTHON:
            lines += ("  meter:", f"    command: [{self.bin}/sink]")
        if not lines:
            return [CONFIGS / "demo.yaml"]
        overlay = self.world.write("overlay.yaml", "\n".join(["components:", *lines, ""]))
        return [CONFIGS / "demo.yaml", overlay]

    def calm(self):
        """Nothing crashes but what the test kills."""
        return ["  flaky:", f"    command: [{self.bin}/flaky, --crashes, '0', --uptime-ms, '0']"]

    def log(self, component):
        return (self.world.folder / f"{component}.log").read_text(encoding="utf-8")

    def assert_nothing_is_left(self, application):
        self.assertEqual(await_no_process(application, self.world), [])
        self.assertEqual(self.world.heap_names(), [])
        self.assertEqual(list((self.world.folder / "harrier").glob("*")), [])


class TheDemoRunsByItself(Demo):
    def test_from_any_directory_with_every_claim_on_its_output(self):
        mebibytes = rounds(64)
        count = f"{mebibytes * BUFFERS_PER_MEBIBYTE:,}"
        self.world.environment["DEMO_MEBIBYTES"] = str(mebibytes)
        begin = time.monotonic()
        ended = subprocess.run([self.bin / "harrier", "run", *self.files()], cwd="/",
                               env=self.world.environment, stdin=subprocess.DEVNULL, text=True,
                               capture_output=True, timeout=100, check=False)
        took = time.monotonic() - begin
        self.assertEqual(ended.returncode, 0, ended.stderr + ended.stdout)
        self.assertIn(f"filter  | {count} buffers, {mebibytes}.0 MiB, 0 copied\n", ended.stdout)
        self.assertIn(f"{count} of {count} buffers equal a single process's computation",
                      ended.stdout)
        self.assertIn(f"meter   | {count} buffers, {mebibytes}.0 MiB, 0 copied, 0 lost",
                      ended.stdout)
        if not NO_PYTHON:
            self.assert_meter_heard_the_filter(ended.stdout)
        self.assertIn("components=5 restarts=2 reaped=2 left_behind=0", ended.stderr)
        self.assertEqual(len(re.findall(r"event=exited +component=flaky .*signal=SIGSEGV",
                                        ended.stderr)), 2)
        if mebibytes == 64:
            self.assertLess(took, 15)
        self.assert_nothing_is_left("demo")

    def assert_meter_heard_the_filter(self, output):
        level, peak, stopped = map(float, re.search(
            r"level (-\d+\.\d) dB, peak (-\d+\.\d) dB, (-\d+\.\d) dB above", output).groups())
        self.assertLess(level, peak)
        self.assertGreater(level, -40)  # there is a signal
        self.assertLess(stopped, -80)  # the recordings have -39 dB there


class TheFilterIsKilled(Demo):
    MEBIBYTES = 16

    def harrier(self):
        _, *lines = self.logs("source", "filter", "sink")
        lines += self.calm()
        self.world.environment.update(DEMO_MEBIBYTES=str(self.MEBIBYTES),
                                      DEMO_BUFFERS_PER_SECOND="100")
        return Harrier(self.bin / "harrier", self.world, "run", *self.files(*lines))

    def await_growth(self, pid):
        """Until the heap of `pid` has become larger than it is at first: what it sends is not
        released. Nothing tells of that, hence the short pauses."""
        path = self.world.heaps / f"heap-{pid}"
        deadline = time.monotonic() + PATIENCE_S
        first = None
        while time.monotonic() < deadline:
            size = path.stat().st_blocks if path.exists() else 0
            first = first or size
            if first and size >= first + 2 * 1024 * 1024 // 512:
                return
            time.sleep(0.005)
        self.fail(f"{path} does not grow")

    def test_source_and_sink_go_on_with_its_successor_and_losses_are_counted(self):
        with self.harrier() as harrier:
            filter_pid = int(harrier.await_event("started", component="filter")["pid"])
            source_pid = int(harrier.await_event("started", component="source")["pid"])
            self.await_heap(filter_pid)
            os.kill(filter_pid, signal.SIGSTOP)
            self.await_growth(source_pid)
            os.kill(filter_pid, signal.SIGKILL)
            exited = harrier.await_event("exited", component="filter")
            self.assertEqual(exited["signal"], "SIGKILL")
            reaped = harrier.await_event("reaped", component="filter")
            self.assertEqual(reaped["heap"], f"heap-{filter_pid}")
            harrier.await_event("started", component="filter")
            self.assertEqual(harrier.finish(), 0, harrier.seen)
        finished = harrier.seen[-1]
        self.assertEqual((finished["restarts"], finished["left_behind"]), ("1", "0"))
        self.check_reports()
        self.assert_nothing_is_left("demo")

    def await_heap(self, pid):
        """Until the filter has made its heap: it is at work then."""
        deadline = time.monotonic() + PATIENCE_S
        while not (self.world.heaps / f"heap-{pid}").exists():
            self.assertLess(time.monotonic(), deadline, "the filter makes no heap")
            time.sleep(0.005)

    def check_reports(self):
        total = self.MEBIBYTES * BUFFERS_PER_MEBIBYTE
        lost, unfinished = numbers(f"{COUNT} lost and {COUNT} left unfinished", self.log("source"))
        arrived, copied, missing, repeated = numbers(
            f"{COUNT} buffers, .* {COUNT} copied, {COUNT} lost, {COUNT} repeated", self.log("sink"))
        equal, of, differ, absent = numbers(
            f"{COUNT} of {COUNT} buffers equal .* {COUNT} differ, {COUNT} are missing",
            self.log("sink"))
        # 2 MiB were under way when the filter was killed.
        self.assertGreaterEqual(lost, 16)
        # What the filter held it may have passed on before it was killed.
        self.assertGreaterEqual(missing, lost)
        self.assertLessEqual(missing, lost + unfinished)
        self.assertEqual(arrived - repeated + missing, total)
        self.assertEqual((of, absent, differ, copied), (total, missing, 0, 0))
        self.assertEqual(equal, total - missing)


class TheMeterIsKilled(Demo):
    MEBIBYTES = 8

    def has_taken_something(self, pid):
        return any(each["consumer"] == pid and each["messages"] > each["lag"]
                   for heap in shared_memory(self.bin / "shminfo", self.world).values()
                   for each in heap["connections"])

    def test_the_others_lose_nothing_and_its_successor_goes_on(self):
        lines = self.logs("sink", "meter")
        overlay = self.world.write("logs.yaml", "\n".join(lines) + "\n")
        self.world.environment.update(DEMO_MEBIBYTES=str(self.MEBIBYTES),
                                      DEMO_BUFFERS_PER_SECOND="25")
        with Harrier(self.bin / "harrier", self.world, "run",
                     *self.files(*self.calm()), overlay) as harrier:
            pid = int(harrier.await_event("started", component="meter")["pid"])
            await_true(lambda: self.has_taken_something(pid), 60)  # NumPy may take its time
            os.kill(pid, signal.SIGKILL)
            self.assertEqual(harrier.await_event("exited", component="meter")["signal"], "SIGKILL")
            harrier.await_event("started", component="meter")
            self.assertEqual(harrier.finish(), 0, harrier.seen)
        finished = harrier.seen[-1]
        self.assertEqual((finished["restarts"], finished["left_behind"]), ("1", "0"))
        total = self.MEBIBYTES * BUFFERS_PER_MEBIBYTE
        self.assertEqual(numbers(f"{COUNT} of {COUNT} buffers equal", self.log("sink")),
                         [total, total])
        measured, copied = numbers(f"{COUNT} buffers, .* {COUNT} copied", self.log("meter"))
        self.assertTrue(0 < measured < total)  # the rest was its predecessor's
        self.assertEqual(copied, 0)
        self.assert_nothing_is_left("demo")


class OneOutputGoesToTwoInputs(Demo):
    MEBIBYTES = 4

    def test_one_of_which_is_waited_for_and_the_other_is_not(self):
        total = self.MEBIBYTES * BUFFERS_PER_MEBIBYTE
        overlay = self.world.write("overlay.yaml",
                                   "\n".join(self.logs("source", "sink", "monitor")) + "\n")
        self.world.environment.update(DEMO_MEBIBYTES=str(self.MEBIBYTES),
                                      DEMO_BUFFERS_PER_SECOND="50")
        with Harrier(self.bin / "harrier", self.world, "run", CONFIGS / "connections.yaml",
                     overlay) as harrier:
            self.assertEqual(harrier.finish(), 0, harrier.seen)
        pattern = f"{COUNT} buffers, .* {COUNT} copied, {COUNT} lost, {COUNT} repeated"
        self.assertEqual(numbers(pattern, self.log("sink")), [total, 0, 0, 0])
        # The source did not wait for the monitor to start, so it may have missed the beginning.
        arrived, copied, lost, repeated = numbers(pattern, self.log("monitor"))
        self.assertEqual((arrived + lost, copied, repeated), (total, 0, 0))
        self.assertGreater(arrived, 0)
        self.assert_nothing_is_left("connections")


class ThePipelineWithoutAnEnd(Demo):
    def test_runs_until_ctrl_c_and_leaves_nothing(self):
        lines = self.logs("sink")
        overlay = self.world.write("overlay.yaml", "\n".join(lines) + "\n")
        with Harrier(self.bin / "harrier", self.world, "run", CONFIGS / "forever.yaml",
                     overlay) as harrier:
            pids = set()
            for event in harrier.events():  # in whatever order
                if event.get("event") == "started":
                    pids.add(event["pid"])
                if len(pids) == 4:
                    break
            deadline = time.monotonic() + PATIENCE_S
            while len(self.world.heap_names()) < 3:  # source, filter and flaky are at work
                self.assertLess(time.monotonic(), deadline, "not all heaps were made")
                time.sleep(0.005)
            harrier.process.send_signal(signal.SIGINT)
            self.assertEqual(harrier.finish(), 0, harrier.seen)
        ends = [event.get("status") for event in harrier.seen if event.get("event") == "exited"]
        self.assertEqual(ends, ["0"] * 4)  # each ended itself when it was asked to
        finished = harrier.seen[-1]
        self.assertEqual((finished["reaped"], finished["left_behind"]), ("0", "0"))
        numbers(f"{COUNT} buffers, .* {COUNT} lost", self.log("sink"))
        self.assert_nothing_is_left("forever")


CASES = {"demo": TheDemoRunsByItself, "filter_killed": TheFilterIsKilled,
         "meter_killed": TheMeterIsKilled,
         "connections": OneOutputGoesToTwoInputs, "forever": ThePipelineWithoutAnEnd}

if __name__ == "__main__":
    Demo.bin = Path(sys.argv[1]).resolve()
    suite = unittest.TestSuite()
    for name, case in CASES.items():
        if len(sys.argv) < 3 or sys.argv[2] == name:
            suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())
