#!/usr/bin/env python3
"""What could go wrong around an upgrade, and harms nobody:

    test_hazards.py HARRIER HEAP_WORKER [unittest's arguments]
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from upgrade_case import APPLICATION, Case, harrier_case, has_socket, main

SLEEPS = "command: [sleep, '1000']"
NOBODY = 65534
MIB = 1 << 20


def children(pid):
    return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


class Programs(Case):
    """What a program has to be to take the place of the one that runs."""

    def test_who_answers_is_the_process_and_the_user_that_would_go_on(self):
        harrier = self.start({"a": SLEEPS})
        below = self.script("below", f"'{self.program}' \"$@\"")
        self.check_refused(below, says=f"{below} has another process answer for it")
        answer = "harrier would go on: process $$ of user {} and group {}: 0"
        for user, group in ((NOBODY, os.getegid()), (os.geteuid(), NOBODY)):
            other = self.script("other", f"echo '{answer.format(user, group)}'"
                                .replace("$$", "'$$'"))
            self.check_refused(other, says=f"{other} would run as another user or group")
        self.end(harrier)

    @unittest.skipUnless(os.geteuid() == 0, "makes a program of root's for everybody")
    def test_a_set_user_id_program(self):
        folder = self.world.folder
        if os.statvfs(folder).f_flag & os.ST_NOSUID:
            self.skipTest("no program has the rights of its owner here")
        for path in (folder, self.world.heaps):
            os.chown(path, NOBODY, NOBODY)
        plain, raised = folder / "plain", folder / "raised"
        for path in (plain, raised):
            shutil.copy(self.program, path)
        raised.chmod(0o4755)
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        file = self.describe({"a": SLEEPS})
        with harrier_case.Harrier(as_nobody[0], self.world, *as_nobody[1:], plain, "run",
                                  file) as harrier:
            harrier.await_event("started", component="a")
            told = subprocess.run([*as_nobody, plain, "upgrade", raised], text=True, check=False,
                                  env=self.world.environment, capture_output=True)
            self.assertEqual(told.returncode, 1, told)
            self.assertIn("would run as another user or group", told.stderr)
            subprocess.run([*as_nobody, plain, "down"], env=self.world.environment, check=True)
            self.assertEqual(harrier.finish(), 0)

    def test_a_program_that_is_replaced_after_its_answer(self):
        harrier = self.start({"a": SLEEPS})
        replaced = self.world.folder / "replaced"
        new = self.world.folder / "new"
        shutil.copy("/bin/true", new)
        self.script("replaced", f"mv '{new}' '{replaced}'; exec '{self.program}' \"$@\"")
        self.check_refused(replaced, says=f"{replaced} was replaced after it had been asked")
        self.script("replaced", f"echo >> '{replaced}'; exec '{self.program}' \"$@\"")
        self.check_refused(replaced, says=f"{replaced} was replaced after it had been asked")
        self.end(harrier)

    def test_the_path_by_which_it_was_started_is_followed_anew(self):
        versions = [self.world.folder / name for name in ("one", "two")]
        for version in versions:
            version.mkdir()
            shutil.copy(self.program, version / "harrier")
        link = self.world.folder / "current"
        link.symlink_to("one")
        harrier = self.start({"a": SLEEPS}, program=link / "harrier")
        for version in (versions[1], versions[0]):
            link.unlink()
            link.symlink_to(version.name)
            self.verb("upgrade")
            self.assertEqual(os.readlink(f"/proc/{harrier.process.pid}/exe"),
                             str(version / "harrier"))
        self.end(harrier)

    def test_what_a_refused_program_has_started_ends_with_it(self):
        harrier = self.start({"a": SLEEPS})
        before = children(harrier.process.pid)
        starts = self.script("starts", "sleep 1000 > /dev/null & exec sleep 1000 > /dev/null")
        self.check_refused(starts, says="is no harrier that could go on")
        harrier_case.await_true(lambda: children(harrier.process.pid) == before)
        self.end(harrier)


class Circumstances(Case):
    def test_a_lock_that_is_gone(self):
        harrier = self.start({"a": SLEEPS})
        folder = self.world.folder / "harrier" / APPLICATION
        (folder / "lock").rename(folder / "elsewhere")
        told = self.verb("upgrade", "--name", APPLICATION, status=1)
        self.assertIn("go on with instance lock", told.stderr)
        (folder / "elsewhere").rename(folder / "lock")
        self.verb("upgrade")
        self.end(harrier)

    def test_a_log_that_cannot_be_opened_any_more_leaves_its_component_alone(self):
        logs = self.world.folder / "logs"
        harrier = self.start({"says": "shell: true, command: 'trap \"echo word\" USR1; echo one;"
                                      " while :; do sleep 0.01; done', logging: {path:"
                                      f" {logs}/says.log, mode: captured, on_full: block}}"})
        log = logs / "says.log"
        harrier_case.await_true(lambda: log.exists() and log.read_text() == "one\n")
        before = self.pids()
        logs.rename(self.world.folder / "moved")
        logs.write_text("no folder")
        self.verb("upgrade")
        self.verb("signal", "says", "USR1")
        event = harrier.await_event("logging", component="says", state="blocked")
        self.assertIn("open log", event["text"])
        logs.unlink()
        harrier.await_event("logging", component="says", state="recovered")
        self.assertEqual(log.read_text(), "word\n")
        self.assertEqual(self.pids(), before)
        self.end(harrier)

    def test_a_program_that_cannot_go_on_after_all_leaves_who_is_kept_to_the_next(self):
        spoils = self.script("spoils", f"""
import json, os, sys
if sys.argv[1] == "run":
    fd = int(sys.argv[3])
    record = json.loads(os.pread(fd, {MIB}, 0))
    del record["supervisor"]["components"]["stays"]["history"]
    os.ftruncate(fd, 0)
    os.pwrite(fd, json.dumps(record).encode(), 0)
os.execv("{self.program}", ["harrier", *sys.argv[1:]])
""", sys.executable)
        harrier = self.start({"stays": SLEEPS, "kept": f"{SLEEPS}, on_supervisor_loss: keep"})
        before = self.pids()
        self.verb("upgrade", spoils, status=1)
        self.assertEqual(harrier.finish(), 1)
        with harrier_case.Harrier(self.program, self.world, "run", self.file) as harrier:
            harrier.await_event("adopted", component="kept")
            self.assertEqual(self.pids()["kept"], before["kept"])
            self.end(harrier)

    def test_a_hangup_during_an_upgrade_has_the_files_applied(self):
        harrier = self.start({"a": SLEEPS})
        before = self.pids()
        changes = self.script("changes", f"""
if [ "$1" = --check-handover ]; then
    echo "  b: {{{SLEEPS}}}" >> '{self.file}'
    kill -HUP {harrier.process.pid}
fi
exec '{self.program}' "$@" """)
        self.assertIn("differs from what runs", self.verb("upgrade", changes, status=1).stderr)
        harrier.await_event("applied", added="1")
        harrier.await_event("started", component="b")
        self.assertEqual(self.pids()["a"], before["a"])
        self.end(harrier)

    def test_an_apply_under_way_is_waited_for(self):
        harrier = self.start({
            "slow": "shell: true, command: 'trap \"sleep 0.5; exit 0\" TERM; while :; do sleep"
                    " 0.01; done'"})
        self.describe({"other": SLEEPS})
        self.verb("apply", "--no-wait")
        self.verb("upgrade")
        harrier.await_event("upgraded")
        self.assertEqual(list(self.status()), ["other"])
        self.end(harrier)

    def test_health_checks_that_are_never_all_over_at_once(self):
        checked = (f"{SLEEPS}, healthcheck: {{test: {{exec: [sleep, '0.3']}}, interval: 10ms,"
                   " retries: 1}")
        names = [f"checked{number}" for number in range(8)]
        harrier = self.start({name: checked for name in names})
        waiting = set(names)
        while waiting:
            waiting.discard(harrier.await_event("healthy")["component"])
        before = self.pids()
        self.verb("upgrade")
        self.assertEqual(self.pids(), before)
        self.verb("down", "--at-once")
        harrier.finish()

    def test_memory_that_runs_out_while_the_record_is_made(self):
        count = 100
        prints = "head -c 65000 /dev/zero | tr '\\\\0' x; echo; head -c 65000 /dev/zero |" \
                 " tr '\\\\0' x; exec sleep 1000"
        log = self.world.folder / "counts.log"
        components = {f"prints{number}": f'shell: true, command: "{prints}"'
                      for number in range(count)}
        components["counts"] = ("shell: true, command: 'while :; do echo x; sleep 0.01; done',"
                                f" logging: {{path: {log}, mode: captured}}")
        harrier = self.start(components)
        harrier_case.await_true(lambda: self.printed.stat().st_size > count * 65000)
        self.verb("plan")  # makes the thread that reads files
        pid = harrier.process.pid
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
        if pages > 1 << 28:
            self.skipTest("a sanitizer has all addresses")
        limit = pages * resource.getpagesize() + 4 * MIB
        _, most = resource.prlimit(pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
        self.assertEqual(self.verb("upgrade", status=1).stdout, "")
        size = log.stat().st_size
        harrier_case.await_true(lambda: log.stat().st_size > size)
        resource.prlimit(pid, resource.RLIMIT_AS, (most, most))
        self.verb("upgrade")
        self.end(harrier)

    def test_who_waits_for_a_start_in_the_background_waits_on(self):
        there = self.world.folder / "there"
        file = self.describe({
            "second": f"type: oneshot, command: [test, -e, {there}],"
                      " restart: {policy: on-failure, delay: 2s}",
            "stays": SLEEPS})
        log = self.world.folder / "log"
        starter = subprocess.Popen(
            [self.program, "run", "--detach", "--wait=60s", "--log", log, file], text=True,
            env=self.world.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.addCleanup(starter.communicate)
        self.addCleanup(self.verb, "down")
        self.assertIn("pid", starter.stdout.readline())
        harrier_case.await_true(lambda: has_socket(starter.pid))
        harrier_case.await_true(lambda: "event=backoff" in log.read_text())
        there.write_text("")
        self.verb("upgrade")
        self.assertEqual(starter.wait(harrier_case.PATIENCE_S), 0)
        self.assertEqual(log.read_text().count("event=upgraded"), 1)

    def test_why_somebody_was_not_started_stays_as_it_was(self):
        none = self.script("none", "", self.world.folder / "no-interpreter")
        harrier = self.start({"none": f"command: [{none}]", "stays": SLEEPS}, "stays")
        self.verb("wait", "none", "--ended")
        before = self.status()["none"]["last_exit"]
        self.assertIn("No such file or directory", before["error"])
        for _ in range(2):
            self.verb("upgrade")
            self.assertEqual(self.status()["none"]["last_exit"], before)
        self.end(harrier)


if __name__ == "__main__":
    main()
