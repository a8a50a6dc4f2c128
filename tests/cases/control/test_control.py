"""The control socket as its clients meet it: the verbs of the program, and clients that harrier has
to survive.

    test_control.py HARRIER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import array
import fcntl
import json
import os
import select
import socket
import subprocess
import sys
import termios
import time
import unittest

from control_case import APPLICATION, SLEEPS, Connection, Control, application, main, sleepers
from harrier_case import PATIENCE_S, Harrier, await_no_process, await_true, is_running


class Verbs(Control):
    def test_status_tells_of_each_component_what_it_is_doing(self):
        self.start(application([("a", SLEEPS, ""), ("b", "['false']", "")]), "a")
        self.verb("wait", "b", "--ended")
        told = self.status()
        self.assertEqual(told["a"]["state"], "running")
        self.assertTrue(is_running(told["a"]["pid"]))
        self.assertIsNone(told["a"]["last_exit"])
        self.assertGreater(told["a"]["process"]["rss_bytes"], 0)
        self.assertEqual(told["a"]["process"]["threads"], 1)
        self.assertGreaterEqual(told["a"]["process"]["fds"], 3)
        self.assertEqual((told["b"]["state"], told["b"]["last_exit"], told["b"]["pid"]),
                         ("failed", {"status": 1}, None))
        table = self.verb("status").stdout.splitlines()
        self.assertEqual(table[0].split()[:3], ["NAME", "STATE", "PID"])
        self.assertEqual([line.split()[:2] for line in table[1:]],
                         [["a", "running"], ["b", "failed"]])
        self.assertIn("LEASES", self.verb("status", "b", "-o", "wide").stdout)

    def test_what_a_component_says_may_be_any_bytes(self):
        script = ("import os, socket, time;"
                  "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto("
                  "b'READY=1\\nSTATUS=' + bytes.fromhex(os.environ['SAID']), "
                  "os.environ['NOTIFY_SOCKET']); time.sleep(1000)")
        more = ", type: notify, environment: {{SAID: '{}'}}"
        harrier = self.start(application(
            (name, json.dumps([sys.executable, "-c", script]), more.format(said.hex()))
            for name, said in (("a", b"\xff!"), ("b", 255 * b"x" + "\u00f6".encode()))))
        for _ in range(2):
            harrier.await_event("ready")
        told = self.status()
        self.assertEqual(told["a"]["said"], "\ufffd!")
        self.assertEqual(told["b"]["said"], 255 * "x")

    def test_watch_shows_status_again(self):
        self.start(sleepers("a"), "a")
        with subprocess.Popen([self.harrier, "status", "--watch", "-o", "json"],
                              env=self.world.environment, stdout=subprocess.PIPE) as watch:
            self.addCleanup(watch.kill)
            for _ in range(2):
                self.assertEqual(len(json.loads(watch.stdout.readline())["components"]), 1)
            watch.kill()

    def test_stop_start_and_restart_return_when_it_is_so(self):
        self.start(sleepers("a", "b"), "a", "b")
        first = self.status()["a"]["pid"]
        self.verb("stop", "a")
        self.assertFalse(is_running(first))
        self.assertEqual(self.status()["a"]["state"], "stopped")
        self.verb("stop", "a")  # it is
        self.verb("start", "a")
        second = self.status()["a"]
        self.assertEqual((second["state"], second["restarts"], second["last_exit"]),
                         ("running", 1, {"signal": "SIGTERM"}))
        self.verb("start", "a")  # it does
        self.assertEqual(self.status()["a"]["pid"], second["pid"])
        self.verb("restart", "a")
        third = self.status()["a"]
        self.assertEqual(third["state"], "running")
        self.assertNotEqual(third["pid"], second["pid"])
        self.verb("wait", "--ready", "--timeout", "20s")

    def test_a_signal_goes_to_the_leader(self):
        harrier = self.start(sleepers("a", "b"), "a", "b")
        self.verb("signal", "a", "KILL")
        self.assertEqual(harrier.await_event("exited", component="a")["signal"], "SIGKILL")
        self.verb("wait", "a", "--ended")
        self.assertIn("No such process", self.verb("signal", "a", "TERM", status=1).stderr)
        self.verb("signal", "b", "SIGFOO", status=2)

    def test_wait_says_what_cannot_come_and_what_has_not(self):
        harrier = self.start(application([("a", SLEEPS, ""), ("b", "['false']", "")]), "a")
        harrier.await_event("failed", component="b")  # till then it may be found running
        self.assertIn('"b" is failed', self.verb("wait", "--ready", status=1).stderr)
        self.verb("wait", "a", "--ended", "--timeout", "1ms", status=4)
        self.verb("wait", "--timeout", "soon", status=2)
        self.verb("wait", "--ready", "--ended", status=2)

    def test_ready_is_what_the_description_means_by_it(self):
        go_on = self.world.folder / "go_on"
        os.mkfifo(go_on)
        harrier = self.start(application([("a", "[sh, -c, 'read x <go_on; echo up; sleep 1000']",
                                           ", ready: {log_line: up}")]), "a")
        told = self.status()["a"]
        self.assertEqual((told["state"], told["ready"]), ("running", False))
        self.verb("wait", "--ready", "--timeout", "1ms", status=4)
        with Connection(self.socket) as waiting:
            waiting.send(request="wait")
            go_on.write_text("x\n")
            self.assertTrue(waiting.receive()["ok"])
        self.assertTrue(self.status()["a"]["ready"])
        harrier.await_event("ready", component="a")

    def test_events_are_shown_and_followed_to_the_end(self):
        harrier = self.start(sleepers("a"), "a")
        self.assertIn("event=started", self.verb("events").stdout)
        with subprocess.Popen([self.harrier, "events", "-f"], env=self.world.environment,
                              stdout=subprocess.PIPE, text=True) as follower:
            self.addCleanup(follower.kill)
            self.assertIn("event=started", follower.stdout.readline())
            self.verb("down")
            rest = follower.stdout.read()
            self.assertEqual(follower.wait(PATIENCE_S), 0)
        for kind in ("stopping", "exited", "stopped", "finished"):
            self.assertIn(f"event={kind}", rest)
        self.assertEqual(harrier.finish(), 0)

    def test_graph_is_for_dot(self):
        self.start(application([("a", SLEEPS, ""), ("b", SLEEPS, ", depends_on: [a]")]), "b")
        self.assertEqual(self.verb("graph").stdout, (
            f'digraph "{APPLICATION}" {{\n    node [shape=box];\n'
            '    "a" [label="a\\nrunning"];\n    "b" [label="b\\nrunning"];\n'
            '    "b" -> "a" [style=dashed, label="started"];\n}\n'))

    def test_down_returns_when_all_has_ended(self):
        harrier = self.start(sleepers("a", "b"), "a", "b")
        self.verb("down")
        self.assertEqual(await_no_process(APPLICATION, self.world), [])
        self.assertFalse(self.socket.parent.exists())
        self.assertEqual(harrier.finish(), 0)

    def test_the_instance_is_implied_when_there_is_one(self):
        self.assertIn("no application runs", self.verb("status", status=3).stderr)
        self.start(sleepers("a"), "a")
        self.verb("status", "--name", APPLICATION)
        self.assertIn("does not run", self.verb("status", "--name", "other", status=3).stderr)
        other = Harrier(self.harrier, self.world, "run", self.world.write(
            "other.yaml", sleepers("a").replace(APPLICATION, APPLICATION + "-2")))
        self.addCleanup(other.__exit__)
        other.await_event("started", component="a")
        self.assertIn("--name", self.verb("status", status=3).stderr)
        self.verb("status", "--name", APPLICATION)

    def test_what_cannot_be_shown_is_told_and_1(self):
        self.start(application([("a", "[sh, -c, 'echo said; exec sleep 1000']", "")]), "a")
        await_true(lambda: self.verb("logs").stdout)
        changed = self.world.write("changed.yaml", sleepers("a", "b"))
        for arguments in (["status"], ["status", "-o", "json"], ["logs"], ["logs", "-f"],
                          ["events"], ["events", "-f"], ["graph"], ["plan", str(changed)]):
            with open("/dev/full", "wb") as full:
                result = subprocess.run(
                    [self.harrier, *arguments], env=self.world.environment, stdout=full,
                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
                    timeout=PATIENCE_S)
            self.assertEqual(result.returncode, 1, arguments)
            self.assertRegex(result.stderr, r"^harrier: \S.*standard output: No space left on "
                             r"device; what it shows is cut short\n$", arguments)

    def test_wrong_usage_is_2_and_unknown_components_change_nothing(self):
        self.start(sleepers("alpha", "beta"), "alpha", "beta")
        self.verb("stop", status=2)
        self.verb("status", "-o", "xml", status=2)
        self.assertIn("SIGTERM", self.verb("signal", "alpha", "SIGTREM", status=2).stderr)
        self.assertIn("-1 is no number", self.verb("logs", "-n", "-1", status=2).stderr)
        said = self.verb("stop", "beta", "alpah", status=1).stderr
        self.assertIn('did you mean "alpha"', said)
        self.assertEqual(self.status()["beta"]["state"], "running")


class Clients(Control):
    """After each of them, harrier answers others as before."""

    def setUp(self):
        super().setUp()
        self.start(sleepers("a"), "a")

    def tearDown(self):
        with Connection(self.socket) as connection:
            self.assertEqual(connection.ask(request="status")["components"][0]["state"], "running")

    def test_only_this_user_may_even_try(self):
        self.assertEqual(self.socket.stat().st_mode & 0o777, 0o600)

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_another_user_is_hung_up_on_unheard(self):
        for folder in (self.world.folder, self.socket.parent.parent, self.socket.parent):
            folder.chmod(0o711)
        self.socket.chmod(0o666)  # nothing but who asks is in the way
        reading, writing = os.pipe()
        stranger = os.fork()
        if stranger == 0:
            heard = b"trouble"
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                with Connection(self.socket) as connection:
                    heard = b""
                    connection.send(request="status")
                    heard = connection.socket.recv(100)
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                os.write(writing, b"heard: " + heard)
                os._exit(0)  # pylint: disable=W0212
        os.close(writing)
        with open(reading, "rb") as told:
            self.assertEqual(told.read(), b"heard: ")
        os.waitpid(stranger, 0)

    def test_garbage_is_answered_and_hung_up_on(self):
        for garbage in (b"\n", b"GET / HTTP/1.1\n", b"\0\xff\n", b"[" * 60000 + b"\n"):
            connection = self.connect()
            connection.socket.sendall(garbage)
            self.assertEqual(connection.receive()["error"]["code"], "malformed")
            self.assertTrue(connection.is_hung_up_on())

    def test_a_line_of_a_megabyte_is_refused_before_it_ends(self):
        connection = self.connect()
        try:
            connection.socket.sendall(b"x" * (1 << 20))
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertEqual(connection.receive()["error"]["code"], "too-large")
        self.assertTrue(connection.is_hung_up_on())

    def test_half_a_line_is_given_up_though_more_trickles_in(self):
        connection = self.connect()
        connection.socket.settimeout(0.5)
        connection.socket.sendall(b'{"version":1,')
        begun = time.monotonic()
        trickled = 0
        while time.monotonic() - begun < PATIENCE_S:
            try:
                if connection.socket.recv(1) == b"":
                    break
                self.fail("half a line was answered")
            except TimeoutError:
                connection.socket.sendall(b" ")
                trickled += 1
        else:
            self.fail("half a line was waited for")
        self.assertGreater(time.monotonic() - begun, 4.5)  # of the 5 s that everybody has
        self.assertGreaterEqual(trickled, 5)

    def test_who_never_reads_is_hung_up_on(self):
        connection = self.connect()
        connection.socket.settimeout(PATIENCE_S)
        request = b'{"version":1,"request":"status"}\n' * 1000
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            while True:
                connection.socket.sendall(request)

    def test_events_that_are_followed_come_as_they_happen(self):
        follower = self.connect()
        self.assertTrue(follower.ask(request="events", follow=True, id="x")["ok"])
        asking = self.connect()
        for _ in range(3):
            asking.ask(request="restart", components=["a"])
            self.assertTrue(asking.ask(request="wait", components=["a"])["ok"])
        heard = [follower.receive() for _ in range(9)]
        self.assertEqual([each["event"]["event"] for each in heard],
                         ["stopping", "exited", "started"] * 3)
        self.assertEqual({each["id"] for each in heard}, {"x"})

    def test_a_follower_that_never_reads_is_hung_up_on_and_others_hear_all(self):
        """Of ten components that fail without a pause, until the deaf one has been dropped."""
        restart = ", restart: {policy: always, delay: 0s, max_attempts: 1000000}"
        with Harrier(self.harrier, self.world, "run", self.world.write("other.yaml", application(
                (f"c{number}", "['false']", restart) for number in range(10)).replace(
                    APPLICATION, APPLICATION + "-2"))) as other:
            other.await_event("started")
            path = self.socket.parent.parent / (APPLICATION + "-2") / "control.sock"
            with Connection(path) as deaf, Connection(path) as alert:
                deaf.send(request="events", follow=True)
                alert.ask(request="events", follow=True)
                waiting = select.poll()
                waiting.register(deaf.socket, select.POLLRDHUP)
                attempts = {}
                deadline = time.monotonic() + 3 * PATIENCE_S
                while not waiting.poll(0) and time.monotonic() < deadline:
                    event = alert.receive()["event"]
                    if event["event"] != "backoff":
                        continue
                    attempt = int(event["fields"]["attempt"])
                    before = attempts.setdefault(event["component"], attempt - 1)
                    self.assertEqual(attempt, before + 1)
                    attempts[event["component"]] = attempt
                self.assertTrue(waiting.poll(0), "who never reads was not hung up on")
                self.assertTrue(deaf.is_hung_up_on())
                self.assertGreater(sum(attempts.values()), 0)
                with Connection(path) as asking:
                    self.assertTrue(asking.ask(request="down", at_once=True)["ok"])
            other.finish()

    def test_a_thousand_connections_keep_nobody_out(self):
        held = []
        self.addCleanup(lambda: [each.close() for each in held])
        for _ in range(1000):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.connect(str(self.socket))
            held.append(client)
        self.assertEqual(self.status()["a"]["state"], "running")

    def test_requests_of_one_connection_are_answered_in_order(self):
        connection = self.connect()
        for number in range(200):
            connection.send(request="graph", id=number)
        self.assertEqual([connection.receive()["id"] for _ in range(200)], list(range(200)))

    def test_who_has_asked_his_last_is_sent_every_answer(self):
        connection = self.connect()
        count = 600  # more than fits into the socket, less than harrier holds besides
        connection.socket.sendall(b'{"version":1,"request":"status"}\n' * count)
        connection.socket.shutdown(socket.SHUT_WR)
        unread = array.array("i", [1])

        def has_been_read():
            fcntl.ioctl(connection.socket, termios.TIOCOUTQ, unread)
            return unread[0] == 0
        await_true(has_been_read)
        with Connection(self.socket) as other:  # who has one turn for each of theirs
            for _ in range(count):
                other.ask(request="graph")
        for _ in range(count):
            self.assertTrue(connection.receive()["ok"])
        self.assertEqual(connection.lines.read(), b"")

    def test_who_sends_no_more_waits_for_nothing(self):
        connection = self.connect()
        connection.send(request="graph")
        connection.send(request="wait", **{"for": "ended"})
        connection.socket.shutdown(socket.SHUT_WR)
        self.assertIn("dot", connection.receive())
        self.assertEqual(connection.lines.read(), b"")

    def test_who_hangs_up_while_he_waits_is_forgotten(self):
        for _ in range(200):
            with Connection(self.socket) as connection:
                connection.send(request="wait", **{"for": "ended"})
                connection.send(request="events", follow=True)
        for _ in range(3):
            self.verb("restart", "a")

    def test_a_stop_ends_with_clients_that_hang_about(self):
        with Harrier(self.harrier, self.world, "run", self.world.write(
                "other.yaml", sleepers("a").replace(APPLICATION, APPLICATION + "-2"))) as other:
            other.await_event("started", component="a")
            path = self.socket.parent.parent / (APPLICATION + "-2") / "control.sock"
            with Connection(path) as idle, Connection(path) as waiting:
                waiting.send(request="wait", **{"for": "ended"})
                self.assertTrue(idle.ask(request="down", at_once=True)["ok"])
                self.assertTrue(waiting.receive()["ok"])
                self.assertTrue(idle.is_hung_up_on())
            self.assertEqual(other.finish(), 0)


if __name__ == "__main__":
    main()
