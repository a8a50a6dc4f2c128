#!/usr/bin/env python3
"""Readiness, watchdogs, health checks and stops of real processes, an unchanged program of Debian
that speaks sd_notify(3) among them:

    test_supervision.py HARRIER HEAP_WORKER [unittest's arguments]
"""

import json
import os
import signal
import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import harrier_case  # noqa: E402  (found beside this folder)

HARRIER, WORKER = None, None
NOTIFIER = [sys.executable, "-S", str(Path(__file__).parent / "notifier.py")]
APPLICATION = f"supervision{os.getpid()}"
LONG = "90s"  # a time that no test waits for


def notifier(*words, **keys):
    return {"command": [*NOTIFIER, *words], **keys}


def sleeper(**keys):
    return {"command": ["sleep", "1000"], **keys}


class Supervision(unittest.TestCase):
    def setUp(self):
        self.world = harrier_case.World()
        self.addCleanup(self.world.__exit__)

    def start(self, **components):
        names = {name.replace("_", "-"): keys for name, keys in components.items()}
        file = self.world.write("run.yaml", json.dumps({"name": APPLICATION, "components": names}))
        harrier = harrier_case.Harrier(HARRIER, self.world, "run", file)
        self.addCleanup(harrier.__exit__)
        return harrier

    def stop(self, harrier, status=0):
        harrier.process.send_signal(signal.SIGTERM)
        self.assertEqual(harrier.finish(), status)
        self.assertEqual(harrier.seen[-1]["left_behind"], "0")
        self.assertFalse((self.world.folder / "harrier" / APPLICATION).exists())

    def kinds_of(self, harrier, component):
        return [event["event"] for event in harrier.seen if event.get("component") == component]

    def test_an_unchanged_program_that_speaks_sd_notify_is_ready_when_it_says_so(self):
        bus = self.world.folder / "bus"
        config = self.world.write("bus.conf", f"""<!DOCTYPE busconfig PUBLIC
            "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
            "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><listen>unix:path={bus}</listen></busconfig>""")
        harrier = self.start(
            bus={"command": ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile",
                             "--nosyslog"],
                 "type": "notify", "ready": {"timeout": LONG}},
            client={"shell": True, "command": f"test -S {bus}",
                    "depends_on": {"bus": {"condition": "ready"}}})
        harrier.await_event("ready", component="bus")
        harrier.await_event("started", component="client")
        harrier.await_event("exited", component="client", status="0")
        self.stop(harrier)

    def test_only_the_leaders_word_counts_unless_all_may_speak(self):
        harrier = self.start(
            main=notifier("child:READY=1\\nSTATUS=forged", "say:STATUS=mine", type="notify"),
            all=notifier("child:READY=1\\nSTATUS=child", type="notify", notify_access="all"))
        harrier.await_event("started", component="main")
        ready = harrier.await_event("ready")
        self.assertEqual((ready["component"], ready["status"]), ("all", "child"))
        # A stranger's word, which the kernel says is a stranger's.
        run_directory = self.world.folder / "harrier" / APPLICATION
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
            for name in ("notify-0", "notify-1"):
                stranger.sendto(b"READY=1", str(run_directory / name))
        self.stop(harrier)
        self.assertNotIn("ready", self.kinds_of(harrier, "main"))

    def test_ready_by_a_descriptor_and_by_a_line(self):
        ready = {"condition": "ready"}
        harrier = self.start(
            by_fd=notifier("fd:7", ready={"fd": 7, "timeout": LONG}),
            by_text=notifier("print:one", "print:now listening on 80",
                             ready={"log_line": "listening on", "timeout": LONG}),
            by_regex=notifier("print:port 8a", "print:port 80",
                              ready={"log_line": "/^port [0-9]+$/", "timeout": LONG}),
            client=sleeper(depends_on={"by-fd": ready, "by-text": ready, "by-regex": ready}))
        harrier.await_event("started", component="client")
        for component in ("by-fd", "by-text", "by-regex"):
            self.assertIn("ready", self.kinds_of(harrier, component))
        self.stop(harrier)

    def test_who_is_not_ready_in_time_is_stopped_and_fails(self):
        harrier = self.start(
            closes={"shell": True, "command": "exec 5>&-; sleep 1000",
                    "ready": {"fd": 5, "timeout": "300ms"}},
            client=sleeper(depends_on={"closes": {"condition": "ready"}}))
        harrier.await_event("stopping", component="closes", reason="not-ready")
        harrier.await_event("failed", component="client", reason="dependency")
        self.assertEqual(harrier.finish(), 1)
        self.assertIn("failed", self.kinds_of(harrier, "closes"))

    def test_a_hung_component_is_aborted_and_restarted_by_its_watchdog(self):
        harrier = self.start(hung=notifier(
            "say:READY=1", "alive:3", type="notify", watchdog="1500ms",
            restart={"policy": "on-watchdog", "delay": "0s", "max_attempts": 1}))
        started = harrier.await_event("started")
        harrier.await_event("ready")
        harrier.await_event("stopping", reason="watchdog", signal="SIGABRT")
        harrier.await_event("exited", pid=started["pid"], signal="SIGABRT")
        harrier.await_event("backoff", attempt="1")
        harrier.await_event("started")
        harrier.await_event("ready")
        self.stop(harrier)

    def test_an_extension_gives_more_time_to_start_up(self):
        gate = self.world.folder / "gate"
        os.mkfifo(gate)
        start = {"type": "notify", "ready": {"timeout": "5s"}}
        harrier = self.start(
            slow=notifier("say:EXTEND_TIMEOUT_USEC=90000000", f"open:{gate}", "say:READY=1",
                          **start),
            late=sleeper(**start, restart={"policy": "no"}))
        harrier.await_event("failed", component="late", reason="not-ready")
        self.assertNotIn("stopping", self.kinds_of(harrier, "slow"))
        gate.write_bytes(b"")  # opened by the component, or this waits
        harrier.await_event("ready", component="slow")
        harrier.process.send_signal(signal.SIGTERM)
        self.assertEqual(harrier.finish(), 1)  # for the one that failed

    def test_who_says_that_it_ends_needs_no_watchdog_and_has_its_grace_period(self):
        harrier = self.start(ends=notifier(
            "say:READY=1\\nSTOPPING=1", type="notify", watchdog="50ms",
            stop_sequence=[{"SIGTERM": "700ms"}]))
        harrier.await_event("stopping", reason="not-ended", signal="SIGTERM")
        harrier.await_event("failed", component="ends", reason="not-ended")
        self.assertEqual(harrier.finish(), 1)

    def test_a_flood_of_words_starves_nobody(self):
        harrier = self.start(
            flood=notifier("flood", watchdog=LONG),
            other=notifier("say:READY=1", type="notify", ready={"timeout": LONG}),
            client=sleeper(depends_on={"other": {"condition": "ready"}, "flood": {}}))
        harrier.await_event("started", component="client")
        self.stop(harrier)

    def test_a_check_by_a_program_makes_healthy_and_unhealthy(self):
        flag = self.world.folder / "well"
        harrier = self.start(
            server=sleeper(healthcheck={"test": {"exec": ["test", "-e", str(flag)]},
                                        "interval": "50ms", "timeout": LONG, "retries": 2},
                           restart={"policy": "on-failure", "delay": "0s"}),
            client=sleeper(depends_on={"server": {"condition": "healthy"}}))
        harrier.await_event("unhealthy", component="server", failures="2")
        harrier.await_event("stopping", component="server", reason="unhealthy")
        flag.touch()
        harrier.await_event("healthy", component="server")
        harrier.await_event("started", component="client")
        flag.unlink()
        harrier.await_event("unhealthy", component="server")
        harrier.await_event("backoff", component="server")
        self.stop(harrier)

    def test_a_check_that_hangs_is_ended_with_what_it_started(self):
        harrier = self.start(server=sleeper(healthcheck={
            "test": {"exec": ["/bin/sh", "-c", "sleep 1000 & exec sleep 1000"]},
            "interval": "10ms", "timeout": "100ms", "retries": 2}))
        harrier.await_event("unhealthy", error="timeout")
        self.stop(harrier)
        self.assertEqual(harrier_case.await_no_process(APPLICATION), [])

    def test_checks_by_connection_and_by_http(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        check = {"interval": "50ms", "timeout": LONG, "retries": 1, "start_period": LONG,
                 "start_interval": "50ms"}
        harrier = self.start(
            server={"command": [sys.executable, "-m", "http.server", "--bind", "127.0.0.1",
                                str(port)],
                    "working_dir": str(self.world.folder),
                    "healthcheck": {"test": {"http": f"http://127.0.0.1:{port}/"}, **check}},
            by_tcp=sleeper(depends_on={"server": {"condition": "healthy"}},
                           healthcheck={"test": {"tcp": port}, **check}),
            by_404=sleeper(depends_on={"by-tcp": {"condition": "healthy"}}, healthcheck={
                "test": {"http": f"http://127.0.0.1:{port}/none"}, "interval": "50ms",
                "retries": 1}))
        harrier.await_event("healthy", component="server")
        harrier.await_event("healthy", component="by-tcp")
        unhealthy = harrier.await_event("unhealthy", component="by-404")
        self.assertIn('error="status 404"', unhealthy["text"])
        self.stop(harrier)

    def test_a_check_of_the_components_own_heap(self):
        check = {"interval": "20ms", "timeout": LONG, "retries": 1}
        harrier = self.start(
            within=sleeper(healthcheck={"test": {"heap": {"max_used": 0}}, **check}),
            beyond={"command": [WORKER],
                    "healthcheck": {"test": {"heap": {"max_used": 0}}, **check}})
        wanted = {("healthy", "within"), ("unhealthy", "beyond")}
        for event in harrier.events():
            wanted.discard((event.get("event"), event.get("component")))
            if not wanted:
                break
        self.assertNotIn("unhealthy", self.kinds_of(harrier, "within"))
        self.stop(harrier)

    def test_a_stop_goes_through_its_signals_and_says_whom_it_waits_for(self):
        deaf = ("trap 'echo INT' INT; trap 'echo TERM' TERM; touch deaf; "
                "while :; do sleep 1000 & wait; done")
        harrier = self.start(deaf={
            "shell": True, "command": deaf, "working_dir": str(self.world.folder),
            "kill_mode": "mixed", "stop_sequence": [{"SIGINT": "700ms"}, {"SIGTERM": "700ms"}]})
        harrier.await_event("started")
        harrier_case.await_true((self.world.folder / "deaf").exists)
        harrier.process.send_signal(signal.SIGTERM)
        harrier.await_event("stopping", component="deaf", signal="SIGINT")
        waiting = harrier.await_event("waiting")
        self.assertEqual((waiting["components"], waiting["for"]), ("1", "deaf"))
        harrier.await_event("exited", component="deaf", signal="SIGKILL")
        self.assertEqual(harrier.finish(), 0)


if __name__ == "__main__":
    HARRIER, WORKER = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
