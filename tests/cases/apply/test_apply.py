"""What changes an application that runs: plan, apply, SIGHUP, launch.

    test_apply.py HARRIER HEAP_WORKER [unittest arguments]
                                      with tests/cases and tests/cases/control in PYTHONPATH
"""

import os
import pty
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from control_case import APPLICATION, SLEEPS, Control, application, main, sleepers
from harrier_case import OWN_MOUNTS, Harrier, await_no_process, await_true, is_running

HEAP_WORKER = sys.argv.pop(2)
RESTARTS = ", restart: {policy: always, delay: 0s, max_attempts: 1000}"


def has_thread(pid, name):
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            if (task / "comm").read_text() == f"{name}\n":
                return True
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            pass
    return False


class Apply(Control):
    def rewrite(self, text):
        return self.world.write("app.yaml", text)

    def pids(self):
        return {name: told["pid"] for name, told in self.status().items()}

    def test_only_what_differs_is_touched(self):
        harrier = self.start(sleepers("a", "b", "c"), "a", "b", "c")
        before = self.pids()
        self.rewrite(application([("a", SLEEPS, ""), ("b", SLEEPS, ", environment: {X: y}"),
                                  ("d", SLEEPS, "")]))
        said = self.verb("plan", status=1).stdout
        self.assertEqual(said.splitlines(), ["~ b: environment", "+ d", "- c"])
        self.assertEqual(self.pids(), before)
        self.assertEqual(self.verb("apply").stdout, said)
        harrier.await_event("applied", added="1", removed="1", restarted="1", updated="0")
        self.verb("wait", "--ready")
        after = self.pids()
        self.assertEqual(list(after), ["a", "b", "d"])
        self.assertEqual(after["a"], before["a"])
        self.assertNotEqual(after["b"], before["b"])
        self.assertFalse(is_running(before["c"]))
        told = self.status()
        self.assertEqual((told["a"]["restarts"], told["b"]["restarts"]), (0, 1))
        self.assertEqual(self.verb("plan").stdout, "")
        self.assertEqual(self.verb("apply").stdout, "")
        self.assertEqual(self.pids(), after)

    def test_what_a_process_was_not_started_with_needs_no_restart(self):
        harrier = self.start(sleepers("a", "b"), "a", "b")
        before = self.pids()
        self.rewrite(application([("a", SLEEPS, RESTARTS + ", stop_grace_period: 1s"),
                                  ("b", SLEEPS, ", depends_on: [a]")]))
        self.assertEqual(self.verb("apply").stdout.splitlines(),
                         ["~ a: restart, stop_grace_period (no restart)",
                          "~ b: depends_on (no restart)"])
        self.assertEqual(self.pids(), before)
        os.kill(before["a"], signal.SIGKILL)
        harrier.await_event("backoff", component="a")
        harrier.await_event("started", component="a")

    def test_what_is_removed_is_gone_with_its_heap(self):
        worker = f"['{HEAP_WORKER}']"
        harrier = self.start(application([("a", SLEEPS, ""), ("worker", worker, "")]), "worker")
        await_true(self.world.heap_names)
        self.rewrite(sleepers("a"))
        self.verb("apply")
        harrier.await_event("reaped", component="worker")
        self.assertEqual(self.world.heap_names(), [])
        self.assertEqual(list(self.pids()), ["a"])
        self.assertIn("no component", self.verb("start", "worker", status=1).stderr)

    def test_who_follows_is_told_and_does(self):
        follows = ", depends_on: {a: {restart: true}}"
        harrier = self.start(application([("a", SLEEPS, ""), ("b", SLEEPS, follows)]), "b")
        self.rewrite(application([("a", "[sleep, '2000']", ""), ("b", SLEEPS, follows)]))
        self.assertEqual(self.verb("plan", status=1).stdout.splitlines(),
                         ["~ a: command", "~ b: follows a"])
        self.verb("apply")
        self.assertEqual(harrier.await_event("stopping", component="b")["reason"], "dependency")
        harrier.await_event("started", component="b")

    def test_mistakes_change_nothing_and_are_told(self):
        self.start(sleepers("a"), "a")
        before = self.pids()
        broken = self.rewrite(application([("a", SLEEPS, ", restrt: {}"), ("b", SLEEPS, "")]))
        for verb in ("plan", "apply"):
            said = self.verb(verb, status=2).stderr
            self.assertIn(f'{broken}:3:', said)
            self.assertIn('restrt: unknown key, did you mean "restart"?', said)
        self.rewrite(sleepers("a").replace(APPLICATION, "other"))
        self.assertIn("cannot become", self.verb("apply", status=2).stderr)
        broken.unlink()
        self.assertIn("cannot be opened", self.verb("apply", status=2).stderr)
        self.assertEqual(self.pids(), before)

    def test_other_files_take_the_place_of_the_first_ones(self):
        self.start(sleepers("a"), "a")
        self.world.write("other.yaml", sleepers("a", "b"))
        said = self.verb("apply", os.path.relpath(self.world.folder / "other.yaml")).stdout
        self.assertEqual(said, "+ b\n")
        self.assertEqual(self.verb("plan").stdout, "")
        self.assertEqual(self.verb("plan", self.world.folder / "app.yaml", status=1).stdout,
                         "- b\n")

    def test_a_log_goes_where_the_new_description_says(self):
        says = "[sh, -c, 'echo hello; exec sleep 1000']"
        log = ", logging: {{path: {}, mode: captured}}"
        self.start(application([("a", says, log.format("one.log"))]), "a")
        self.rewrite(application([("a", says, log.format("two.log"))]))
        self.verb("apply")
        for name in ("one.log", "two.log"):
            path = self.world.folder / name
            await_true(lambda at=path: at.exists() and at.read_text() == "hello\n")

    def test_hang_up_applies_and_tells_the_outcome(self):
        harrier = self.start(sleepers("a"), "a")
        self.rewrite(sleepers("a", "b"))
        harrier.process.send_signal(signal.SIGHUP)
        harrier.await_event("applied", added="1")
        harrier.await_event("started", component="b")
        self.rewrite("nonsense: [")
        harrier.process.send_signal(signal.SIGHUP)
        self.assertIn("app.yaml:1:", harrier.await_event("refused", request="apply")["text"])
        self.assertEqual(list(self.pids()), ["a", "b"])

    def test_a_terminal_that_is_gone_stops(self):
        self.world.write("app.yaml", sleepers("a"))
        arguments = [self.harrier, "run", str(self.world.folder / "app.yaml")]
        child, terminal = pty.fork()
        if child == 0:
            os.execve(self.harrier, arguments, self.world.environment)
        said = b""
        while b"event=started" not in said:
            said += os.read(terminal, 4096)
        os.kill(child, signal.SIGHUP)  # as long as it is there
        while b"event=applied" not in said:
            said += os.read(terminal, 4096)
        self.assertEqual(list(self.pids()), ["a"])
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(await_no_process(APPLICATION, self.world), [])

    def test_a_shell_may_pass_on_that_the_terminal_is_gone(self):
        self.world.write("app.yaml", sleepers("a"))
        arguments = [self.harrier, "run", str(self.world.folder / "app.yaml")]
        shell, terminal = pty.fork()
        if shell == 0:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
            job = os.posix_spawn(self.harrier, arguments, self.world.environment, setpgroup=0,
                                 setsigmask=[])
            signal.sigwait([signal.SIGHUP])
            os.kill(job, signal.SIGHUP)
            os._exit(os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]))  # pylint: disable=W0212
        said = b""
        while b"event=started" not in said:
            said += os.read(terminal, 4096)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]), 0)
        self.assertEqual(await_no_process(APPLICATION, self.world), [])


class Launch(Control):
    def test_a_launched_component_obeys_its_description_and_is_gone_when_stopped(self):
        harrier = self.start(sleepers("a"), "a")
        self.verb("launch", "extra", "--set", "restart={policy: always, delay: 0s}",
                  "--set", "environment.X=y z", "--", "sh", "-c",
                  'echo "$X ${X} [b]" >said; exec sleep 1000')
        told = self.status()["extra"]
        self.assertEqual((told["state"], told["transient"]), ("running", True))
        self.assertEqual(os.readlink(f"/proc/{told['pid']}/cwd"), os.getcwd())
        self.assertEqual((self.folder / "said").read_text(), "y z y z [b]\n")
        os.kill(told["pid"], signal.SIGKILL)
        harrier.await_event("exited", component="extra")
        harrier.await_event("started", component="extra")
        again = self.status()["extra"]["pid"]
        self.assertNotEqual(again, told["pid"])
        self.assertEqual(self.verb("apply").stdout, "")  # it is in no file
        self.assertEqual(self.status()["extra"]["pid"], again)
        self.verb("stop", "extra")
        self.assertFalse(is_running(again))
        self.assertEqual(list(self.status()), ["a"])

    def test_what_has_ended_is_shown_until_it_is_stopped(self):
        self.start(sleepers("a"), "a")
        self.verb("launch", "done", "--no-wait", "--", "false")
        self.verb("wait", "--ended", "done")
        told = self.status()["done"]
        self.assertEqual((told["state"], told["last_exit"]), ("failed", {"status": 1}))
        self.verb("stop", "done")
        self.assertEqual(list(self.status()), ["a"])
        self.verb("launch", "done", "--", "sleep", "1000")
        self.assertEqual(self.status()["done"]["restarts"], 0)

    def test_those_who_end_and_go_at_once_take_nobody_along(self):
        # What was freed is overwritten (mallopt(3)), so a look at it is seen.
        self.world.environment["MALLOC_PERTURB_"] = "165"
        harrier = self.start(sleepers("a"), "a")
        names = [f"t{i}" for i in range(80)]
        with self.connect() as asking, self.connect() as stopping:
            for _ in range(3):
                for name in names:
                    self.assertTrue(asking.ask(request="launch", component=name, folder="/",
                                               command=["sleep", "1000"])["ok"])
                self.assertTrue(asking.ask(request="wait", components=names)["ok"])
                pids = [told["pid"] for name, told in self.status().items() if name in names]
                self.assertEqual(len(pids), len(names))
                # Their ends wait for turns while the requests have them go.
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)
                for _ in range(3):
                    stopping.send(request="stop", components=names)
                self.assertTrue(stopping.receive()["ok"])
                asking.ask(request="wait", components=names, **{"for": "ended"})
                await_true(lambda: list(self.status()) == ["a"])
                for _ in range(2):  # refused as soon as they are gone
                    stopping.receive()
        self.assertIsNone(harrier.process.poll())

    def test_what_cannot_be_launched_is_told_and_changes_nothing(self):
        self.start(sleepers("a"), "a")
        said = self.verb("launch", "x", "--set", "restart.polcy=no", "--", "true", status=2).stderr
        self.assertIn("--set restart.polcy:1:1: polcy: unknown key, did you mean \"policy\"?", said)
        self.verb("launch", "x y", "--", "true", status=2)
        self.verb("launch", "x", status=2)
        self.verb("launch", "x", "--set", "depends_on=[b]", "--", "true", status=2)
        self.assertIn("already", self.verb("launch", "a", "--", "true", status=1).stderr)
        self.assertEqual(list(self.status()), ["a"])

    def test_no_file_may_take_the_name_of_what_was_launched(self):
        self.start(sleepers("a"), "a")
        self.verb("launch", "b", "--set", "depends_on=[a]", "--", "sleep", "1000")
        self.world.write("app.yaml", sleepers("a", "b"))
        self.assertIn("was launched", self.verb("apply", status=2).stderr)
        self.world.write("app.yaml", sleepers("c"))  # what it needs would be gone
        self.assertIn('there is no component "a"', self.verb("apply", status=2).stderr)
        self.verb("stop", "b")
        self.verb("apply")
        self.assertEqual(list(self.status()), ["c"])

    def setUp(self):
        super().setUp()
        self.folder = self.world.folder
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)


class Hang(Control):
    """A file system that never answers: FUSE, with nobody behind it."""

    def start_beside_a_dead_mount(self):
        dead = self.world.folder / "dead"
        dead.mkdir()
        mount = (f"exec 3<>/dev/fuse && mount -i -t fuse dead {dead}"
                 " -o fd=3,rootmode=40000,user_id=0,group_id=0")
        if subprocess.run([*OWN_MOUNTS, "sh", "-c", mount], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("may not mount a file system that hangs")
        app = self.world.write("app.yaml", sleepers("a"))
        harrier = Harrier(*OWN_MOUNTS[:1], self.world, *OWN_MOUNTS[1:], "sh", "-c",
                          mount + ' && exec "$@"', "sh", self.harrier, "run", app)
        self.addCleanup(harrier.__exit__)
        harrier.await_event("started", component="a")
        return harrier, str(dead / "app.yaml")

    def hang(self, harrier, file):
        """A client who asked for the file when harrier had begun to read it."""
        asking = self.connect()
        asking.send(request="plan", files=[file])
        await_true(lambda: has_thread(harrier.process.pid, "harrier-read"))
        return asking

    def test_who_wants_to_read_waits_and_is_refused_when_there_are_many(self):
        harrier, file = self.start_beside_a_dead_mount()
        waiting = [self.hang(harrier, file)]
        for i in range(15):
            waiting.append(self.connect())
            if i % 2 == 0:
                waiting[-1].send(request="plan")
            else:
                waiting[-1].send(request="launch", component="b", folder="/",
                                 command=["sleep", "1000"])
        answer = self.connect().ask(request="launch", component="c", folder="/", command=["true"])
        self.assertEqual(answer["error"]["code"], "busy")
        harrier.process.send_signal(signal.SIGHUP)
        self.assertIn("16 requests wait",
                      harrier.await_event("refused", request="apply")["text"])
        self.assertEqual(list(self.status()), ["a"])
        begun = time.monotonic()
        self.verb("down")
        self.assertEqual(harrier.finish(), 0)
        self.assertLess(time.monotonic() - begun, 5)
        for each in waiting:
            self.assertEqual(each.receive()["error"]["message"], "harrier is stopping")
        self.assertEqual(await_no_process(APPLICATION, self.world), [])
        self.assertFalse(self.socket.parent.exists())

    def test_a_signal_ends_it_as_well_and_all_that_was_said_is_heard(self):
        harrier, file = self.start_beside_a_dead_mount()
        self.hang(harrier, file)
        harrier.process.send_signal(signal.SIGTERM)
        self.assertEqual(harrier.finish(), 0)
        self.assertEqual(harrier.seen[-1]["event"], "finished")


if __name__ == "__main__":
    main()
