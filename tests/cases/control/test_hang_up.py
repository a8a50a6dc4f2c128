"""What the verbs of the program make of a harrier that ends or hangs up on them.

    test_hang_up.py HARRIER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import subprocess
import time
import unittest

from control_case import (APPLICATION, SLEEPS, Connection, Control, answer_one, application, main,
                          sleepers)

NAMED = ("--name", APPLICATION)


class HangUp(Control):
    def test_the_stop_of_the_last_component_ends_harrier_and_is_done(self):
        for _ in range(10):
            harrier = self.start(sleepers("a", "b"), "a", "b")
            self.verb("stop", "a")
            self.verb("stop", "b")
            self.assertEqual(harrier.finish(), 0)

    def test_who_waits_for_the_end_is_content_with_that_of_harrier(self):
        def play(listening, lines):
            answer_one(listening, *lines)
            self.socket.unlink()  # as a harrier does that was not killed
        for verb, answers in (("stop", [{}]), ("wait", [])):
            self.pretend(lambda listening, lines=answers: play(listening, lines))
            self.verb(verb, "a", *NAMED, *(["--ended"] if verb == "wait" else []))
            self.pretend(lambda listening, lines=answers: answer_one(listening, *lines))
            ready = "restart" if verb == "stop" else "wait"
            self.assertIn("harrier", self.verb(ready, "a", *NAMED, status=1).stderr)
            self.socket.unlink()

    def test_who_waits_for_the_end_is_not_content_with_that_of_a_killed_harrier(self):
        for verb, answers in (("stop a", [{}]), ("wait a --ended", []), ("down", [{}])):
            self.pretend(lambda listening, lines=answers: answer_one(listening, *lines))
            self.assertIn("harrier ended without clearing up",
                          self.verb(*verb.split(), *NAMED, status=1).stderr)
            self.socket.unlink()

    def test_who_takes_down_a_harrier_that_is_killed_is_told_so(self):
        harrier = self.start(application([("a", SLEEPS, ", stop_signal: SIGCONT")]), "a")
        with subprocess.Popen([self.harrier, "down"], env=self.world.environment,
                              stderr=subprocess.PIPE, text=True) as down:
            harrier.await_event("stopping", component="a")
            harrier.kill()
            self.assertIn("harrier ended without clearing up", down.communicate()[1])
        self.assertEqual(down.returncode, 1)

    def test_a_time_out_is_for_the_first_answer_too(self):
        def play(listening):
            with listening.accept()[0]:  # and no answer
                listening.accept()
        for verb in (("start", "a"), ("stop", "a"), ("restart", "a"), ("down",)):
            self.pretend(play)
            begun = time.monotonic()
            self.verb(*verb, "--timeout", "50ms", *NAMED, status=4)
            self.assertLess(time.monotonic() - begun, 8)  # without it, 10 s
            Connection(self.socket).__exit__()
            self.socket.unlink()

    def hang_up_and_live(self, *lines):
        """What is pretended lives until somebody connects again."""
        def play(listening):
            answer_one(listening, *lines)
            listening.accept()
        self.pretend(play)
        self.addCleanup(lambda: Connection(self.socket).__exit__())

    def test_who_watches_and_is_hung_up_on_connects_again_until_harrier_has_ended(self):
        status = {"application": APPLICATION, "components": []}

        def play(listening):
            answer_one(listening, status)
            answer_one(listening, {**status, "more": True}, status)
            answer_one(listening, {**status, "more": True})  # and no more
        self.pretend(play)
        watch = self.verb("status", "--watch", "-o", "json", *NAMED, status=1)
        self.assertEqual(len(watch.stdout.splitlines()), 2)
        self.assertEqual(watch.stderr, "harrier: harrier has ended\n")

    def test_who_waits_for_the_end_is_not_content_with_being_hung_up_on(self):
        self.hang_up_and_live()
        self.verb("wait", "--ended", "--timeout", "100ms", *NAMED, status=1)

    def test_a_follower_that_is_hung_up_on_says_so(self):
        self.hang_up_and_live({"events": []})
        self.assertIn("too slow, events were missed",
                      self.verb("events", "-f", *NAMED, status=1).stderr)

    def test_a_follower_whose_harrier_was_killed_says_so(self):
        self.pretend(lambda listening: answer_one(listening, {"events": []}))
        self.assertIn("harrier has ended", self.verb("events", "-f", *NAMED, status=1).stderr)

    def test_a_follower_who_heard_of_the_end_has_missed_nothing(self):
        last = {"event": "finished", "line": "event=finished"}
        for lines in ([{"events": [last]}], [{"events": []}, {"event": last}]):
            self.pretend(lambda listening, told=lines: answer_one(listening, *told))
            self.assertEqual(self.verb("events", "-f", *NAMED).stdout, "event=finished\n")
            self.socket.unlink()


if __name__ == "__main__":
    main()
