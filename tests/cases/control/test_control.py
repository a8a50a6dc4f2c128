"""The control socket as its clients meet it: the verbs of the program, and clients that harrier has
to survive.

    test_control.py HARRIER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import json
import os
import signal
import socket
import subprocess
import sys
import unittest

from harrier_case import PATIENCE_S, Harrier, World, await_no_process, is_running

HARRIER = None  # path of the program, from the command line
APPLICATION = f"control-test-{os.getpid()}"
SLEEPS = "[sleep, '1000']"


def application(components):
    return f"name: {APPLICATION}\ncomponents:\n" + "".join(
        f"  {name}: {{command: {command}{more}}}\n" for name, command, more in components)


def sleepers(*names):
    return application((name, SLEEPS, "") for name in names)


class Connection:
    """A raw connection to the socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))  # waits while many others are before us
        self.socket.settimeout(PATIENCE_S)
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def send(self, **request):
        self.socket.sendall(json.dumps({"version": 1, **request}).encode() + b"\n")

    def receive(self):
        return json.loads(self.lines.readline())

    def ask(self, **request):
        self.send(**request)
        return self.receive()

    def is_hung_up_on(self):
        """Reads to the end, which comes or the time-out does."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


class Control(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.__exit__)
        self.socket = self.world.folder / "harrier" / APPLICATION / "control.sock"

    def start(self, text, *first_running):
        harrier = Harrier(HARRIER, self.world, "run", self.world.write("app.yaml", text))
        self.addCleanup(harrier.__exit__)
        for name in first_running:
            harrier.await_event("started", component=name)
        return harrier

    def verb(self, *arguments, status=0):
        result = subprocess.run([HARRIER, *map(str, arguments)], env=self.world.environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=6 * PATIENCE_S, check=False)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def connect(self):
        connection = Connection(self.socket)
        self.addCleanup(connection.__exit__)
        return connection

    def status(self):
        """By component's name, from the program."""
        answer = json.loads(self.verb("status", "-o", "json").stdout)
        return {component["name"]: component for component in answer["components"]}


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

    def test_watch_shows_status_again(self):
        self.start(sleepers("a"), "a")
        with subprocess.Popen([HARRIER, "status", "--watch", "-o", "json"],
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
        self.verb("signal", "b", "SIGFOO", status=1)

    def test_wait_says_what_cannot_come_and_what_has_not(self):
        self.start(application([("a", SLEEPS, ""), ("b", "['false']", "")]), "a")
        self.assertIn('"b" is failed', self.verb("wait", "--ready", status=1).stderr)
        self.verb("wait", "a", "--ended", "--timeout", "1ms", status=4)
        self.verb("wait", "--timeout", "soon", status=2)
        self.verb("wait", "--ready", "--ended", status=2)

    def test_events_are_shown_and_followed_to_the_end(self):
        harrier = self.start(sleepers("a"), "a")
        self.assertIn("event=started", self.verb("events").stdout)
        with subprocess.Popen([HARRIER, "events", "-f"], env=self.world.environment,
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
        other = Harrier(HARRIER, self.world, "run", self.world.write(
            "other.yaml", sleepers("a").replace(APPLICATION, APPLICATION + "-2")))
        self.addCleanup(other.__exit__)
        other.await_event("started", component="a")
        self.assertIn("--name", self.verb("status", status=3).stderr)
        self.verb("status", "--name", APPLICATION)

    def test_wrong_usage_is_2_and_unknown_components_change_nothing(self):
        self.start(sleepers("alpha", "beta"), "alpha", "beta")
        self.verb("stop", status=2)
        self.verb("status", "-o", "xml", status=2)
        said = self.verb("stop", "beta", "alpah", status=1).stderr
        self.assertIn('did you mean "alpha"', said)
        self.assertEqual(self.status()["beta"]["state"], "running")


class Clients(Control):
    """After each of them, harrier answers others as before."""

    def setUp(self):
        super().setUp()
        self.harrier = self.start(sleepers("a"), "a")

    def tearDown(self):
        with Connection(self.socket) as connection:
            self.assertEqual(connection.ask(request="status")["components"][0]["state"], "running")

    def test_only_this_user_may_even_try(self):
        self.assertEqual(self.socket.stat().st_mode & 0o777, 0o600)

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
        connection.socket.sendall(b'{"version":1,')
        self.assertTrue(connection.is_hung_up_on())

    def test_who_never_reads_is_hung_up_on(self):
        connection = self.connect()
        connection.socket.settimeout(PATIENCE_S)
        request = b'{"version":1,"request":"status"}\n' * 1000
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            while True:
                connection.socket.sendall(request)

    def test_a_follower_that_never_reads_is_hung_up_on_and_others_hear_all(self):
        deaf = self.connect()
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.assertTrue(deaf.ask(request="events", follow=True)["ok"])
        alert = self.connect()
        self.assertTrue(alert.ask(request="events", follow=True, id="x")["ok"])
        asking = self.connect()
        for _ in range(3):
            asking.ask(request="restart", components=["a"])
            self.assertTrue(asking.ask(request="wait", components=["a"])["ok"])
        heard = [alert.receive() for _ in range(9)]
        self.assertEqual([each["event"]["event"] for each in heard],
                         ["stopping", "exited", "started"] * 3)
        self.assertEqual({each["id"] for each in heard}, {"x"})

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

    def test_who_hangs_up_while_he_waits_is_forgotten(self):
        for _ in range(200):
            with Connection(self.socket) as connection:
                connection.send(request="wait", **{"for": "ended"})
                connection.send(request="events", follow=True)
        for _ in range(3):
            self.verb("restart", "a")

    def test_a_stop_ends_with_clients_that_hang_about(self):
        with Harrier(HARRIER, self.world, "run", self.world.write(
                "other.yaml", sleepers("a").replace(APPLICATION, APPLICATION + "-2"))) as other:
            other.await_event("started", component="a")
            path = self.socket.parent.parent / (APPLICATION + "-2") / "control.sock"
            with Connection(path) as idle, Connection(path) as waiting:
                waiting.send(request="wait", **{"for": "ended"})
                self.assertTrue(idle.ask(request="down", at_once=True)["ok"])
                self.assertTrue(waiting.receive()["ok"])
                self.assertTrue(idle.is_hung_up_on())
            self.assertEqual(other.finish(), 0)


class Storm(Control):
    def test_status_answers_while_200_components_fail(self):
        restart = ", restart: {policy: always, max_attempts: 1000}"
        harrier = self.start(application(
            (f"c{number}", "['false']", restart) for number in range(200)))
        harrier.await_event("backoff", component="c199")
        with Connection(self.socket) as connection:
            restarts = 0
            for _ in range(10):
                connection.send(request="status")
                told = []
                while True:
                    answer = connection.receive()
                    told += answer["components"]
                    if "more" not in answer:
                        break
                self.assertEqual(len(told), 200)
                self.assertGreaterEqual(sum(each["restarts"] for each in told), restarts)
                restarts = sum(each["restarts"] for each in told)
            self.assertTrue(connection.ask(request="down", at_once=True)["ok"])
        harrier.finish()


if __name__ == "__main__":
    HARRIER = sys.argv.pop(1)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    unittest.main()
