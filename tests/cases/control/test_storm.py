"""That harrier answers while its components keep it busy.

    test_storm.py HARRIER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import json
import os
import statistics
import sys
import time

from control_case import SLEEPS, Connection, Control, application, main
from harrier_case import PATIENCE_S, await_true, rounds

# What is promised for the shipped program on a machine without other work.
IS_TIMED = "HARRIER_TIMED" in os.environ


class Storm(Control):
    STARTS_BETWEEN_MAX = 8  # of 200 that want to; one in each turn of the loop

    def starts_between_answers(self, connection):
        """Two requests are sent together by a client that follows the events: how many components
        were started between the two answers. That does not depend on the machine."""
        connection.socket.sendall(b'{"version":1,"request":"status","id":7}\n' * 2)
        starts, answers = 0, 0
        while answers < 2:
            line = connection.receive()
            if "event" in line:
                starts += answers == 1 and line["event"]["event"] == "started"
            elif "more" not in line:
                answers += 1
        return starts

    def storm(self, restart, restarts_min):
        """200 components that fail at once, until so many have been started again; how long
        `status` took."""
        harrier = self.start(application(
            (f"c{number}", "['false']", f", restart: {{policy: always, {restart}}}")
            for number in range(200)))
        harrier.await_event("started")
        took_s, starts, restarts = [], [], 0
        deadline = time.monotonic() + 3 * PATIENCE_S
        with Connection(self.socket) as connection, Connection(self.socket) as follower:
            follower.ask(request="events", follow=True)
            while restarts < restarts_min and time.monotonic() < deadline:
                asked = time.monotonic()
                told = connection.ask_status()
                took_s.append(time.monotonic() - asked)
                self.assertEqual(len(told), 200)
                starts.append(self.starts_between_answers(follower))
                restarts = sum(each["restarts"] for each in told)
            self.assertTrue(connection.ask(request="down", at_once=True)["ok"])
        harrier.finish()
        print(f"status in a storm ({restart}): asked {len(took_s)} times, median "
              f"{statistics.median(took_s) * 1000:.1f} ms, longest {max(took_s) * 1000:.1f} ms; "
              f"starts between two answers: {max(starts)}", flush=True)
        self.assertGreaterEqual(restarts, restarts_min)
        self.assertLessEqual(max(starts), self.STARTS_BETWEEN_MAX)
        return took_s

    def test_status_answers_while_200_components_fail(self):
        took_s = self.storm("max_attempts: 1000", 800)  # delays of 200, 400, 800, 1600 ms
        self.assertLess(statistics.median(took_s), 0.02 if IS_TIMED else PATIENCE_S)

    def test_status_answers_though_200_components_fail_without_a_pause(self):
        self.storm("delay: 1ms, max_delay: 1ms, max_attempts: 1000000", 1000)

    def test_status_answers_while_logs_are_flooded(self):
        flood = json.dumps([sys.executable, "-c",
                            "import os\nwhile True: os.write(1, b'f' * 63 + b'\\n')"])
        log = ", logging: {path: 'flood.log', rotation: {max_size: 1MiB, max_files: 1}}"
        self.start(application([("file", flood, log), ("terminal", flood, ""),
                                ("a", SLEEPS, "")]), "a")
        await_true((self.world.folder / "flood.log.1").exists)
        took_s = []
        with Connection(self.socket) as connection:
            for _ in range(rounds(100)):
                asked = time.monotonic()
                self.assertEqual(len(connection.ask_status()), 3)
                took_s.append(time.monotonic() - asked)
        print(f"status beside floods: median {statistics.median(took_s) * 1000:.1f} ms, longest "
              f"{max(took_s) * 1000:.1f} ms", flush=True)
        self.assertLess(statistics.median(took_s), 0.02 if IS_TIMED else PATIENCE_S)


if __name__ == "__main__":
    main()
