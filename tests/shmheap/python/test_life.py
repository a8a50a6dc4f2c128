#!/usr/bin/env python3
"""Claims about the ends of a Python process: exit, fork, and signals that come while it waits."""

import os
import signal
import unittest

import support


class Life(support.Case):
    def left(self):
        """What lies in the folder but for the heap of this process."""
        return [name for name in os.listdir(self.folder) if name != f"heap-{os.getpid()}"]

    def test_an_exit_with_everything_alive_is_silent_and_leaves_nothing(self):
        with support.Partner("exit_with_everything", self.path) as partner:
            self.assertRegex(partner.hear(), "^heap-")
            self.assertEqual(partner.finish(), (0, ""))
        self.assertEqual(self.left(), [])

    def test_a_forked_child_abandons_what_its_parent_has_and_takes_nothing_away(self):
        with support.Partner("fork", self.path) as partner:
            self.assertEqual(partner.hear(), "0")  # the exit status of the child
            self.assertEqual(partner.hear(), "1 1 True True")
            self.assertEqual(partner.finish(), (0, ""))
        self.assertEqual(self.left(), [])

    def test_ctrl_c_ends_the_waiting(self):
        for call in ("receive", "send", "iterate"):
            with support.Partner("interrupted", self.path, call) as partner:
                self.assertEqual(partner.hear(), "waits")
                partner.process.send_signal(signal.SIGINT)
                self.assertEqual(partner.hear(), "interrupted")
                self.assertEqual(partner.finish(), (0, ""))
        self.assertEqual(self.left(), [])

    def test_a_handler_may_close_what_is_waited_for(self):
        with support.Partner("closed_by_a_handler", self.path) as partner:
            self.assertEqual(partner.hear(), "waits")
            partner.process.send_signal(signal.SIGUSR1)
            self.assertEqual(partner.hear(), "the stream was closed")
            self.assertEqual(partner.finish(), (0, ""))


if __name__ == "__main__":
    unittest.main()
