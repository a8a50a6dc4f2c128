#!/usr/bin/env python3
"""Components that outlive harrier (on_supervisor_loss: keep):

    test_survive.py HARRIER HEAP_WORKER TELLER [unittest's arguments]
"""

import array
import fcntl
import os
import re
import signal
import subprocess
import sys
import termios
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402  (found beside this folder)

HARRIER, WORKER, TELLER = None, None, None

KILLS = 500
MOMENTS = 2  # how many times as long as a start of everything takes a life may last
STOP_MOMENT_MAX_S = 0.008
APPLICATION = f"survive-test-{os.getpid()}"
KEPT = ("heap", "teller", "logger", "tree", "brief")
AGAIN = "restart: {policy: always, delay: 0s, max_attempts: 1000000}"
KEEP = f"on_supervisor_loss: keep, {AGAIN}"


def description(world, *more):
    """One with a heap, two with captured output, one that forks descendants in sessions of their
    own, and one that is not kept."""
    return "\n".join([
        f"name: {APPLICATION}", "components:",
        f"  heap: {{command: [{WORKER}], {KEEP}}}",
        f"  teller: {{command: [{TELLER}], {KEEP}}}",
        f"  logger: {{command: [{TELLER}], logging: {{path: {world.folder}/log, mode: captured}},"
        f" {KEEP}}}",
        "  tree: {shell: true, command: '(setsid sleep 1000 &); setsid sleep 1000 & sleep 1000;"
        f" true', {KEEP}}}",
        f"  ended: {{command: [sleep, '1000'], {AGAIN}}}", *more, ""])


def one(name, command, more=KEEP):
    return "\n".join([f"name: {APPLICATION}", "components:",
                      f"  {name}: {{command: {command}, {more}}}", ""])


def tag_of(pid):
    """The parts of a process's SHMHEAP_TAG; none when it has none, or is gone."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
    tags = [each for each in variables if each.startswith(b"SHMHEAP_TAG=")]
    return tags[0].decode().partition("=")[2].split("/") if tags else []


def leaders():
    """By component, the processes that harriers have started: each leads a process group, and what
    does so in the tree besides is no shell."""
    found = {}
    for pid in harrier_case.tagged_processes(APPLICATION):
        try:
            group = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[2]
            program = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            continue
        component = (tag_of(pid) or [""] * 3)[2]
        if not component:  # it has just ended
            continue
        if int(group) == pid and (component != "tree" or program == b"/bin/sh"):
            found.setdefault(component, []).append(pid)
    return found


class Survivable(harrier_case.Harrier):
    """A harrier whose standard output goes to the end of a file."""

    def __init__(self, world, file):
        with (world.folder / "output").open("ab") as output:
            super().__init__(HARRIER, world, "run", file, stdout=output)

    def read_to_the_end(self):
        for _ in self.events():
            pass


class Case(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(harrier_case.World())
        self.addCleanup(self.end_survivors)

    def end_survivors(self):
        """A test that fails leaves some."""
        for pid in harrier_case.tagged_processes(APPLICATION):
            os.kill(pid, signal.SIGKILL)

    def assert_clean_end(self, harrier):
        harrier.process.send_signal(signal.SIGTERM)
        harrier.finish()
        self.assertEqual(harrier.seen[-1].get("left_behind"), "0", harrier.seen[-1])
        self.assertEqual(harrier_case.await_no_process(APPLICATION), [])
        self.assertEqual(self.world.heap_names(), [])
        self.assertEqual(list((self.world.folder / "harrier").iterdir()), [])

    def start(self, file):
        return self.enterContext(Survivable(self.world, file))

    def run_file(self):
        return self.world.folder / "harrier" / APPLICATION


class Adoption(Case):
    def test_what_lives_is_adopted_and_ends_with_the_adopter(self):
        file = self.world.write("a.yaml", description(self.world))
        first = self.start(file)
        pids = {name: first.await_event("started", component=name)["pid"]
                for name in ("heap", "teller", "logger", "tree")}
        first.kill()
        second = self.start(file)
        for name, pid in pids.items():
            self.assertEqual(second.await_event("adopted", component=name)["pid"], pid)
        self.assertEqual([event for event in second.seen if event.get("event") == "started" and
                          event["component"] in pids], [])
        self.assert_clean_end(second)
        exits = {event["component"]: event for event in second.seen
                 if event.get("event") == "exited" and event["component"] in pids}
        self.assertEqual({event["exit"] for event in exits.values()}, {"unknown"}, exits)

    def test_an_adopted_one_that_dies_is_started_again_without_what_it_left(self):
        file = self.world.write("a.yaml", description(self.world))
        first = self.start(file)
        for name in ("heap", "tree"):
            first.await_event("started", component=name)
        harrier_case.await_true(self.world.heap_names)
        first.kill()
        second = self.start(file)
        second.await_event("adopted", component="tree")
        victims = {tag_of(pid)[2]: pid for pids in leaders().values() for pid in pids}
        tree = [pid for pid in harrier_case.tagged_processes(APPLICATION)
                if tag_of(pid)[2:3] == ["tree"]]
        for name in ("heap", "tree"):
            os.kill(victims[name], signal.SIGKILL)
        await_all(second, {"event": "reaped", "heap": f"heap-{victims['heap']}"},
                  {"event": "started", "component": "heap"},
                  {"event": "started", "component": "tree"})
        self.assertEqual([pid for pid in tree if harrier_case.is_running(pid)], [])
        self.assert_clean_end(second)

    def test_an_unknown_exit_is_no_success(self):
        file = self.world.write("a.yaml", one("a", "[sleep, '1000']", "on_supervisor_loss: keep"))
        first = self.start(file)
        pid = int(first.await_event("started")["pid"])
        first.kill()
        second = self.start(file)
        second.await_event("adopted")
        os.kill(pid, signal.SIGTERM)
        second.await_event("failed", component="a", exit="unknown")
        self.assertEqual(second.finish(), 1)

    def test_what_died_meanwhile_is_started_anew_and_its_heap_removed(self):
        file = self.world.write("a.yaml", one("heap", f"[{WORKER}]"))
        first = self.start(file)
        pid = int(first.await_event("started")["pid"])
        harrier_case.await_true(self.world.heap_names)
        first.kill()
        os.kill(pid, signal.SIGKILL)
        harrier_case.await_true(lambda: not harrier_case.is_running(pid))
        second = self.start(file)
        second.await_event("started")
        self.assertNotIn(f"heap-{pid}", self.world.heap_names())
        self.assert_clean_end(second)

    def test_who_is_in_the_file_no_more_or_not_kept_any_more_is_ended(self):
        command = "[sleep, '1000']"
        file = self.world.write("a.yaml", one("a", command))
        for then in (one("b", command), one("a", command, AGAIN)):
            first = self.start(file)
            pid = int(first.await_event("started")["pid"])
            first.kill()
            second = self.start(self.world.write("b.yaml", then))
            self.assertEqual(second.await_event("leftover")["ended"], "1")
            self.assertFalse(harrier_case.is_running(pid))
            second.await_event("started")
            self.assert_clean_end(second)

    def test_who_is_described_otherwise_is_adopted_and_started_anew_as_described(self):
        file = self.world.write("a.yaml", one("a", "[sleep, '1000']"))
        first = self.start(file)
        pid = int(first.await_event("started")["pid"])
        first.kill()
        self.world.write("a.yaml", one("a", "[sleep, '1000']", KEEP + ", stop_signal: SIGINT"))
        second = self.start(file)  # a key that it was not started with
        self.assertNotIn("description", second.await_event("adopted", pid=str(pid)))
        second.kill()
        self.world.write("a.yaml", one("a", "[sleep, '2000']"))
        third = self.start(file)
        self.assertEqual(third.await_event("adopted", pid=str(pid))["description"], "changed")
        self.assertEqual(third.await_event("exited", component="a")["pid"], str(pid))
        again = third.await_event("started", component="a")["pid"]
        harrier_case.await_true(  # it has none while the kernel makes it
            lambda: b"2000" in Path(f"/proc/{again}/cmdline").read_bytes())
        third.kill()
        self.assertNotIn("description", self.start(file).await_event("adopted", pid=again))

    def test_a_record_that_cannot_be_understood_is_told_and_costs_a_restart(self):
        file = self.world.write("a.yaml", one("a", "[sleep, '1000']"))
        for spoil in (lambda text: text[:-20], lambda _: b"\xff\0garbage",
                      lambda text: text.replace(b"kept 2", b"kept 1"), lambda _: b""):
            first = self.start(file)
            pid = int(first.await_event("started")["pid"])
            first.kill()
            record = self.run_file() / "kept-a.record"
            record.write_bytes(spoil(record.read_bytes()))
            second = self.start(file)
            told = second.await_event("leftover", component="a")
            self.assertEqual(told["record"], str(record))
            second.await_event("started")
            self.assertFalse(harrier_case.is_running(pid))
            self.assert_clean_end(second)

    def test_a_lock_without_a_record_is_that_of_somebody_who_has_to_end(self):
        """Killed between the start and the record; and the process shows no tag any more."""
        bare = "[env, '-i', sleep, '1000']"
        file = self.world.write("a.yaml", one("a", bare))
        first = self.start(file)
        pid = int(first.await_event("started")["pid"])
        harrier_case.await_true(lambda: not tag_of(pid))
        first.kill()
        (self.run_file() / "kept-a.record").unlink()
        second = self.start(file)
        second.await_event("started")
        self.assertFalse(harrier_case.is_running(pid))
        self.assert_clean_end(second)

    def test_who_was_ready_is_ready_again_without_a_word(self):
        file = self.world.write("a.yaml", one(
            "a", "'echo up; sleep 1000'", "shell: true, ready: {log_line: up}, " + KEEP))
        first = self.start(file)
        await_all(first, {"event": "started"}, {"event": "ready"})
        first.kill()
        second = self.start(file)
        await_all(second, {"event": "adopted"}, {"event": "ready"})
        self.assert_clean_end(second)

    def test_who_becomes_ready_while_no_harrier_lives_is_ready_for_the_next(self):
        for word, ready in (("echo up", "log_line: up"), ("echo up >&3; exec 3>&-", "fd: 3")):
            go, gone = self.world.folder / "go", self.world.folder / "gone"
            script = (f"until [ -e {go} ]; do sleep 0.01; done; {word}; touch {gone}; sleep 1000")
            file = self.world.write("a.yaml", one(
                "a", f"'{script}'", f"shell: true, ready: {{{ready}, timeout: 1h}}, {KEEP}"))
            first = self.start(file)
            pid = first.await_event("started")["pid"]
            first.kill()
            go.touch()
            harrier_case.await_true(gone.exists)
            second = self.start(file)
            self.assertEqual(second.await_event("adopted")["pid"], pid)
            second.await_event("ready")
            self.assert_clean_end(second)
            go.unlink()
            gone.unlink()

    def test_the_notify_socket_of_an_adopted_one_has_its_name_again(self):
        script = ("import os, socket, time; "
                  "say = lambda word: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto("
                  "word, os.environ['NOTIFY_SOCKET']); "
                  "say(b'READY=1'); "
                  "[time.sleep(0.01) for _ in iter(lambda: os.path.exists('go'), True)]; "
                  "say(b'STATUS=heard'); time.sleep(1000)")
        file = self.world.write("a.yaml", one(
            "a", f"[{sys.executable}, -c, \"{script}\"]", "type: notify, " + KEEP))
        first = self.start(file)
        first.await_event("ready")
        first.kill()
        second = self.start(file)
        await_all(second, {"event": "adopted"}, {"event": "ready"})
        (self.world.folder / "go").touch()
        harrier_case.await_true(lambda: "heard" in self.status())
        self.assert_clean_end(second)

    def status(self):
        return subprocess.run([HARRIER, "status", "--name", APPLICATION, "-o", "json"],
                              env=self.world.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, check=True, text=True).stdout

    def test_what_is_written_while_no_harrier_lives_is_shown_by_the_next(self):
        for name, logging in (("a", ""),
                              ("b", f", logging: {{path: {self.world.folder}/log, "
                                    "mode: captured}")):
            shown = self.world.folder / ("log" if logging else "output")
            file = self.world.write("a.yaml", one(name, f"[{TELLER}]", KEEP + logging))
            first = self.start(file)
            pid = int(first.await_event("started")["pid"])
            os.kill(pid, signal.SIGSTOP)
            pipe = self.run_file() / f"kept-{name}.out"
            harrier_case.await_true(lambda pipe=pipe: waiting_bytes(pipe) == 0)
            first.kill()
            os.kill(pid, signal.SIGCONT)
            harrier_case.await_true(lambda pipe=pipe: waiting_bytes(pipe) > 1000)
            second = self.start(file)
            second.await_event("adopted")
            harrier_case.await_true(
                lambda pid=pid, shown=shown: len(numbers_of(shown).get(pid, [])) > 200)
            self.assert_clean_end(second)
            numbers = numbers_of(shown)[pid]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))


def await_all(harrier, *wanted):
    """Until each of these has come, in whatever order."""
    waiting = list(wanted)
    for event in harrier.events():
        waiting = [each for each in waiting if not each.items() <= event.items()]
        if not waiting:
            return
    raise AssertionError(f"ended without {waiting}: {harrier.seen[-10:]}")


def await_components(harrier):
    """Until each of them runs, or has."""
    waiting = {*KEPT, "ended"}
    for event in harrier.events():
        if event.get("event") in ("started", "adopted"):
            waiting.discard(event["component"])
        if not waiting:
            return
    raise AssertionError(f"ended without {waiting}: {harrier.seen[-10:]}")


def waiting_bytes(pipe):
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        count = array.array("i", [0])
        fcntl.ioctl(reader, termios.FIONREAD, count)
        return count[0]
    finally:
        os.close(reader)


def numbers_of(path):
    """The numbers that each teller has written, by its pid, in the order of the file. A line that
    is none is in the list of pid 0."""
    told = {0: []}
    for line in path.read_bytes().decode().splitlines():
        words = re.fullmatch(r"(?:\w+ +\| )?(\d+) (\d+)\.", line)
        pid, number = (int(words[1]), int(words[2])) if words else (0, line)
        told.setdefault(pid, []).append(number)
    return told


class Kills(Case):
    """Harrier is killed with -9 at random moments, from its first instruction on."""

    def setUp(self):
        super().setUp()
        self.random = harrier_case.seeded_random()
        self.running = {}  # component → pid of the leader that was last announced
        self.adopted = self.started = self.kills = 0

    def test_no_component_is_doubled_lost_or_leaves_a_heap(self):
        brief = f"  brief: {{command: [sleep, '0.02'], {KEEP}}}"  # ends by itself all the time
        file = self.world.write("a.yaml", description(self.world, brief))
        moment_max_s = MOMENTS * self.first_life(file)
        for _ in range(harrier_case.rounds(KILLS)):
            self.one_life(file, self.random.uniform(0, moment_max_s))
        with Survivable(self.world, file) as last:
            await_components(last)
            self.assert_clean_end(last)
        self.assert_lines(self.world.folder / "output")
        self.assert_lines(self.world.folder / "log")
        print(f"{self.kills} kills, {self.adopted} adopted, {self.started} started")
        self.assertGreater(self.adopted, 0)

    def first_life(self, file):
        """How long it took to start everything."""
        began = time.monotonic()
        with Survivable(self.world, file) as harrier:
            await_components(harrier)
            took_s = time.monotonic() - began
            harrier.kill()
            self.assert_adoption({}, harrier.seen)
        return took_s

    def one_life(self, file, moment_s):
        before = {name: pid for name, pid in self.running.items() if harrier_case.is_running(pid)}
        with Survivable(self.world, file) as harrier:
            time.sleep(moment_s)  # the random moment itself
            stops = self.random.random() < 0.2
            if stops:
                harrier.process.send_signal(signal.SIGTERM)
                time.sleep(self.random.uniform(0, STOP_MOMENT_MAX_S))
            harrier.kill()
            self.kills += 1
            harrier.read_to_the_end()
        self.assert_adoption(before, harrier.seen)
        if stops:
            self.running = {}  # who lives may have been told to end
        elif self.random.random() < 0.2 and self.running:
            self.kill_one()
        for component, pids in leaders().items():
            self.assertLessEqual(len(pids), 1, (component, pids, harrier.seen))

    def assert_adoption(self, before, seen):
        """Whoever was announced and lived is not started while he lives."""
        for event in seen:
            name, kind = event.get("component"), event.get("event")
            self.assertNotIn("already running", event["text"])
            if kind not in ("started", "adopted") or name not in KEPT:
                continue
            if kind == "adopted":
                self.adopted += 1
            else:
                self.started += 1
            first = before.pop(name, None)
            if first is not None and name != "brief":
                self.assertEqual((kind, int(event["pid"])), ("adopted", first), (name, seen))
            self.running[name] = int(event["pid"])

    def kill_one(self):
        name = self.random.choice(list(self.running))
        pid = self.running.pop(name)
        if harrier_case.is_running(pid):
            os.kill(pid, signal.SIGKILL)

    def assert_lines(self, path):
        """What harrier had read and not yet written when it was killed is lost: once for a kill at
        most. Nothing is doubled."""
        told = numbers_of(path)
        gaps = len(told.pop(0))
        lost = 0
        for numbers in told.values():
            for number, following in zip(numbers, numbers[1:]):
                self.assertLess(number, following, path)
                gaps += following > number + 1
                lost += following - number - 1
        print(f"{path.name}: {sum(map(len, told.values()))} lines, {lost} lost in {gaps} gaps")
        self.assertLessEqual(gaps, self.kills)


if __name__ == "__main__":
    HARRIER, WORKER, TELLER = map(os.path.abspath, sys.argv[1:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
