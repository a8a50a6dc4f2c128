#!/usr/bin/env python3
"""A harrier that is replaced by another version of it while it runs (harrier upgrade):

    test_upgrade.py HARRIER HEAP_WORKER [unittest's arguments]
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from upgrade_case import APPLICATION, TELLS, Case, harrier_case, has_socket, main, python

UPGRADES = 12
MOMENTS = 60
AGAIN = "restart: {policy: always, delay: 0s, max_attempts: 1000000}"
# Says that it is ready and that it lives; and what it is told by the file it is given.
NOTIFIES = """
import os, pathlib, socket, sys, time
said = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
said.connect(os.environ["NOTIFY_SOCKET"])
said.send(b"READY=1")
told = pathlib.Path(sys.argv[1])
while True:
    word = told.read_text() if told.exists() else ""
    if word != "silence":
        said.send(b"WATCHDOG=1\\nSTATUS=" + word.encode())
    time.sleep(0.05)
"""


class Upgrade(Case):
    def check_lines(self, lines):
        """All of them, each once and whole; the last one says how many there were."""
        count = int(lines[-1].split()[-2])
        self.assertEqual(lines[-1].split()[-3], b"last")
        wanted = [b"\xff line %d ends" % number for number in range(count)]
        self.assertEqual(lines[:-1], wanted)

    def test_no_line_is_lost_or_doubled_and_everybody_stays_who_he_was(self):
        folder = self.world.folder
        log = "logging: {{path: {}, mode: captured{}}}"
        harrier = self.start({
            "shown": f"command: {python(TELLS)}",
            "text": f"command: {python(TELLS)}, {log.format(folder / 'text.log', '')}",
            "json": f"command: {python(TELLS)}, "
                    + log.format(folder / "json.log", ", format: json"),
            "kept": f"command: {python(TELLS)}, on_supervisor_loss: keep",
            "worker": f"command: [{self.worker}]"})
        before = self.status()
        for _ in range(UPGRADES):
            told = self.verb("upgrade")
            self.assertRegex(told.stdout, r"^harrier [0-9.]+ goes on where harrier [0-9.]+ was\n$")
            event = harrier.await_event("upgraded")
            self.assertIn("from", event)
            after = self.status()
            for name, component in before.items():
                for key in ("pid", "state", "since_ms", "restarts", "ready"):
                    self.assertEqual(after[name][key], component[key], (name, key))
        self.assertIn(b"line", self.verb("logs", "shown", "-n", "1").stdout.encode())
        self.end(harrier)
        printed = self.printed.read_bytes().splitlines()
        for name in (b"shown", b"kept"):
            self.check_lines([line.partition(b" | ")[2] for line in printed
                              if line.split()[0] == name])
        self.check_lines((folder / "text.log").read_bytes().splitlines())
        told = [json.loads(line)["message"] for line in
                (folder / "json.log").read_text(encoding="utf-8").splitlines()]
        self.check_lines([line.encode("latin-1") for line in told])  # a byte each

    def test_an_exit_status_is_known_and_the_restart_is_the_next_one(self):
        harrier = self.start({
            "a": "shell: true, command: 'trap \"exit 7\" USR1; while :; do sleep 0.02; done',"
                 " restart: {policy: on-failure, delay: 0s}",
            "b": f"command: [sleep, '1000'], depends_on: {{a: {{restart: true}}}}",
            "worker": f"command: [{self.worker}], {AGAIN}"})
        self.verb("upgrade")
        before = self.pids()
        self.verb("signal", "a", "USR1")
        harrier.await_event("exited", component="a", status="7")
        harrier.await_event("started", component="a")
        harrier.await_event("started", component="b")
        os.kill(before["worker"], signal.SIGKILL)
        harrier.await_event("exited", component="worker", signal="SIGKILL")
        harrier.await_event("reaped", component="worker")
        harrier.await_event("started", component="worker")
        after = self.status()
        self.assertEqual({name: after[name]["restarts"] for name in after},
                         {"a": 1, "b": 1, "worker": 1})
        self.assertEqual(after["a"]["last_exit"], {"status": 7})
        self.verb("upgrade")
        self.assertEqual(self.status()["a"]["last_exit"], {"status": 7})
        self.end(harrier)

    def test_health_readiness_and_the_watchdog_go_on(self):
        well = self.world.write("well", "")
        word = self.world.write("word", "one")
        harrier = self.start({
            "checked": "command: [sleep, '1000'], healthcheck: {test: "
                       f"{{exec: [test, -e, {well}]}}, interval: 50ms, retries: 1}}",
            "notifies": f"command: {python(NOTIFIES, word)}, type: notify, watchdog: 2s, {AGAIN}"})
        harrier.await_event("healthy", component="checked")
        harrier_case.await_true(lambda: self.status()["notifies"]["ready"])
        before = self.pids()
        self.verb("upgrade")
        word.write_text("two", encoding="utf-8")
        harrier_case.await_true(lambda: self.status()["notifies"]["said"] == "two")
        self.assertEqual(self.pids(), before)
        well.unlink()
        harrier.await_event("unhealthy", component="checked")
        self.verb("upgrade")
        self.assertFalse(self.status()["checked"]["healthy"])
        well.write_text("", encoding="utf-8")
        harrier.await_event("healthy", component="checked")
        self.assertEqual(self.pids(), before)
        word.write_text("silence", encoding="utf-8")
        harrier.await_event("stopping", component="notifies", reason="watchdog")
        word.write_text("three", encoding="utf-8")
        harrier.await_event("ready", component="notifies")
        self.end(harrier)

    def test_another_program_goes_on_with_who_was_launched_has_failed_or_waits(self):
        other = self.world.folder / "another-harrier"
        shutil.copy(self.program, other)
        harrier = self.start({
            "fails": "command: ['false']",
            "backs_off": "command: ['false'], restart: {policy: always, delay: 4s}",
            "stays": "command: [sleep, '1000']"}, "stays")
        self.verb("launch", "launched", "--set", "restart.policy=always", "--", "sleep", "1000")
        self.verb("wait", "fails", "--ended")
        harrier.await_event("backoff", component="backs_off")
        before = self.status()
        self.verb("upgrade", os.path.relpath(other))
        pid = harrier.process.pid
        self.assertEqual(os.readlink(f"/proc/{pid}/exe"), str(other))
        after = self.status()
        for name, component in before.items():
            for key in ("state", "pid", "since_ms", "restarts", "last_exit", "transient"):
                self.assertEqual(after[name][key], component[key], (name, key))
        harrier.await_event("started", component="backs_off")
        self.assertEqual(self.status()["backs_off"]["restarts"], 1)
        events = self.verb("events").stdout
        self.assertEqual(events.count("event=failed"), 1)
        self.verb("start", "fails", "--no-wait")
        harrier.await_event("exited", component="fails")
        os.kill(after["launched"]["pid"], signal.SIGKILL)
        harrier.await_event("started", component="launched")
        second = subprocess.run([self.program, "run", self.file], env=self.world.environment,
                                text=True, stdin=subprocess.DEVNULL, capture_output=True,
                                check=False)
        self.assertIn(f"already running (pid {pid},", second.stderr)
        self.end(harrier)

    def test_who_is_kept_is_adopted_by_the_next_harrier_and_upgraded_again(self):
        harrier = self.start({"kept": "command: [sleep, '1000'], on_supervisor_loss: keep,"
                                      f" type: simple, {AGAIN}"})
        before = self.pids()
        self.verb("upgrade")
        harrier.kill()
        with harrier_case.Harrier(self.program, self.world, "run", self.file) as harrier:
            harrier.await_event("adopted", component="kept")
            self.verb("upgrade")
            self.assertEqual(self.pids(), before)
            os.kill(before["kept"], signal.SIGKILL)
            harrier.await_event("exited", component="kept", exit="unknown")
            harrier.await_event("started", component="kept")
            self.end(harrier)


class Refusals(Case):
    def test_a_program_that_could_not_go_on_and_nothing_is_harmed(self):
        harrier = self.start({"tells": f"command: {python(TELLS)}",
                              "a": "command: [sleep, '1000']"})
        plain = self.world.write("plain", "text")
        gone = self.script("gone", f"rm '{self.world.folder}/gone'; exec '{self.program}' \"$@\"")
        deaf = self.script("deaf", "exec sleep 1000")
        self.check_refused(self.world.folder / "none", says="No such file or directory")
        self.check_refused(plain, says="Permission denied")
        self.check_refused(self.world.folder, says="Permission denied")
        for program in ("/bin/true", "/bin/echo", deaf):
            self.check_refused(program, says=f"{program} is no harrier that could go on")
        # It answers, and is not there any more when it is to be executed.
        self.check_refused(gone, says=f"execute {gone}: No such file or directory")
        harrier.await_event("refused", request="upgrade")
        self.verb("upgrade")
        self.end(harrier)
        lines = [line.partition(b" | ")[2] for line in self.printed.read_bytes().splitlines()]
        count = int(lines[-1].split()[-2])
        self.assertEqual(lines[:-1], [b"\xff line %d ends" % number for number in range(count)])

    def test_files_that_say_something_else_or_nothing(self):
        harrier = self.start({"a": "command: [sleep, '1000']"})
        text = self.file.read_text(encoding="utf-8")
        self.file.write_text(text.replace("1000", "2000"), encoding="utf-8")
        self.check_refused(says='differs from what runs (component "a")')
        self.file.write_text(text + "nonsense: 1\n", encoding="utf-8")
        before = self.pids()
        self.assertIn("nonsense", self.verb("upgrade", status=2).stderr)
        self.file.unlink()
        self.assertIn(str(self.file), self.verb("upgrade", status=2).stderr)
        self.assertEqual(self.pids(), before)
        self.file.write_text(text, encoding="utf-8")
        self.verb("upgrade")
        self.end(harrier)

    def test_who_is_in_transition_is_named_or_waited_for(self):
        begun = self.world.folder / "begun"
        harrier = self.start({
            "never": "command: [sleep, '1000'], type: notify, ready: {timeout: 1000s}",
            "slow": "shell: true, command: 'trap \"sleep 0.5; exit 0\" TERM; while :; do sleep"
                    f" 0.01; touch {begun}; done'",
            "stuck": "shell: true, command: 'trap : TERM; while :; do sleep 0.01; done',"
                     " stop_grace_period: 1000s"}, "never", "slow", "stuck")
        self.check_refused(says='component "never" is not ready yet')
        self.verb("stop", "never")
        harrier_case.await_true(begun.exists)
        self.verb("stop", "--no-wait", "slow")
        self.verb("upgrade")
        self.assertEqual(self.status()["slow"]["state"], "stopped")
        self.verb("stop", "--no-wait", "stuck")
        harrier.await_event("stopping", component="stuck")
        self.check_refused(says='component "stuck" is stopping')
        self.verb("down", "--at-once")
        harrier.finish()

    def test_an_upgrade_that_waits_keeps_nobody_from_ending(self):
        harrier = self.start({"never": "command: [sleep, '1000'], type: notify,"
                                       " ready: {timeout: 1000s}"})
        with subprocess.Popen([self.program, "upgrade"], env=self.world.environment, text=True,
                              stderr=subprocess.PIPE) as upgrade:
            harrier_case.await_true(lambda: has_socket(upgrade.pid))
            self.verb("down")
            harrier.finish()
            self.assertEqual(upgrade.wait(harrier_case.PATIENCE_S), 1)
            self.assertIn("harrier", upgrade.stderr.read())

    def test_a_record_that_is_none(self):
        file = self.world.write("app.yaml", "components: {a: {command: ['true']}}\n")
        for text in ("", "nothing", "{}", '{"version":77}', '{"version":1}'):
            with self.world.write("record", text).open("rb") as record:
                told = subprocess.run([self.program, "run", "--handed-over", "0", file], text=True,
                                      env=self.world.environment, stdin=record, check=False,
                                      capture_output=True)
            self.assertEqual(told.returncode, 2, told)
            self.assertIn("hand-over", told.stderr)


class Moments(Case):
    def test_who_dies_at_any_moment_of_an_upgrade_is_reaped_and_started_again(self):
        random = harrier_case.seeded_random()
        harrier = self.start({"worker": f"command: [{self.worker}], {AGAIN}",
                              "tree": "shell: true, command: '(setsid sleep 1000 &);"
                                      f" sleep 1000; true', {AGAIN}",
                              "stays": "command: [sleep, '1000']"})
        began = time.monotonic()
        self.verb("upgrade")
        moment_max_s = 1.2 * (time.monotonic() - began)
        stays = self.pids()["stays"]
        for _ in range(harrier_case.rounds(MOMENTS)):
            harrier_case.await_true(lambda: len(self.world.heap_names()) == 1)
            before = self.pids()
            with subprocess.Popen([self.program, "upgrade"], env=self.world.environment,
                                  stdout=subprocess.DEVNULL) as upgrade:
                time.sleep(moment_max_s * random.random())  # the random moment itself
                for name in ("worker", "tree"):
                    os.kill(before[name], signal.SIGKILL)
                self.assertEqual(upgrade.wait(harrier_case.PATIENCE_S), 0)
            waiting = {"worker", "tree"}
            exits = []
            for event in harrier.events():
                if event.get("event") == "exited":
                    exits.append(event)
                    self.assertEqual(event["signal"], "SIGKILL")
                if event.get("event") == "started":
                    waiting.discard(event["component"])
                if not waiting:
                    break
            self.assertEqual(sorted(event["component"] for event in exits), ["tree", "worker"])
            self.assertEqual(self.pids()["stays"], stays)
        self.assertLessEqual(len(harrier_case.tagged_processes(APPLICATION, self.world)), 5)
        self.end(harrier)

    def test_a_stop_that_comes_at_any_moment_of_an_upgrade_is_carried_out(self):
        random = harrier_case.seeded_random()
        moment_max_s = 0.1
        for _ in range(harrier_case.rounds(MOMENTS)):
            harrier = self.start({"worker": f"command: [{self.worker}], {AGAIN}"})
            began = time.monotonic()
            with subprocess.Popen([self.program, "upgrade"], env=self.world.environment,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as upgrade:
                time.sleep(moment_max_s * random.random())  # the random moment itself
                harrier.process.terminate()
                if upgrade.wait(harrier_case.PATIENCE_S) == 0:
                    moment_max_s = 1.2 * (time.monotonic() - began)
            self.assertEqual(harrier.finish(), 0, harrier.seen)
            harrier.process.stderr.close()
            self.assertEqual(harrier.seen[-1].get("event"), "finished", harrier.seen)
            self.assertEqual(harrier.seen[-1]["left_behind"], "0", harrier.seen)
            self.assertEqual(self.world.heap_names(), [])


if __name__ == "__main__":
    main()
