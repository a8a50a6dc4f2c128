#!/usr/bin/env python3
"""Claims about what a Producer does when there is no room:  test_policy.py SHMINFO [...]"""

import os
import subprocess
import sys
import threading
import time
import unittest

import shmheap
import support
from shmheap import Delivery, WhenFull

SHMINFO = None


class Policies(support.Case):
    def pair(self, **options):
        return self.connected_pair(options)

    def assert_nothing_is_held(self):
        stats = self.heap_stats()
        self.assertEqual((stats.leases_live, stats.blocks_live), (0, 0))

    def send(self, producer, number, **options):
        array = shmheap.empty(1, "int64")
        array[0] = number
        return producer.send(array, **options)

    def receive_all(self, consumer):
        numbers = []
        while True:
            try:
                numbers.append(int(consumer.receive(timeout=0).array("int64")[0]))
            except TimeoutError:
                return numbers

    def test_the_oldest_gives_way(self):
        producer, consumer = self.pair(depth=2, when_full=WhenFull.DROP_OLDEST)
        self.assertEqual({self.send(producer, number) for number in range(5)}, {Delivery.SHARED})
        self.assertEqual(producer.stats().dropped, 3)
        self.assertEqual(self.receive_all(consumer), [3, 4])
        self.assert_nothing_is_held()

    def test_the_newest_is_not_sent_and_the_gap_is_seen(self):
        producer, consumer = self.pair(depth=2, when_full=WhenFull.DROP_NEWEST)
        self.assertEqual([self.send(producer, number) for number in range(3)],
                         [Delivery.SHARED, Delivery.SHARED, Delivery.DROPPED])
        self.assertEqual(producer.send(b"bytes"), Delivery.DROPPED)
        self.assertEqual(self.receive_all(consumer), [0, 1])
        self.send(producer, 4)
        self.assertEqual(self.receive_all(consumer), [4])
        self.assertEqual((producer.stats().dropped, producer.stats().messages), (2, 3))
        self.assertEqual(consumer.stats().skipped, 2)

    def test_a_producer_that_drops_does_not_wait_for_a_consumer(self):
        with shmheap.Producer(self.path, when_full=WhenFull.DROP_OLDEST) as producer:
            self.assertEqual(producer.send(b"nobody is there"), Delivery.DROPPED)
            self.assertEqual(producer.stats().dropped, 1)

    def test_patience_ends_a_wait_that_has_no_other_end(self):
        producer, consumer = self.pair(depth=1, when_full=WhenFull.DEADLINE, patience=0.12)
        self.send(producer, 0)
        begin = time.monotonic()
        self.assertRaises(TimeoutError, self.send, producer, 1)
        self.assertGreaterEqual(time.monotonic() - begin, 0.12)
        self.assertGreaterEqual(producer.stats().timed_out, 1)
        self.assertGreaterEqual(producer.stats().blocked, 1)
        self.assertRaises(TimeoutError, self.send, producer, 1, timeout=0)
        self.assertEqual(self.receive_all(consumer), [0])
        self.assertEqual(producer.stats().dropped, 0)
        self.assert_nothing_is_held()

    def test_patience_is_nothing_to_a_producer_that_blocks(self):
        producer, consumer = self.pair(depth=1, patience=1e-9)
        self.send(producer, 0)
        received = []
        receiving = threading.Thread(target=lambda: received.extend(
            int(consumer.receive(support.PATIENCE_S).array("int64")[0]) for _ in range(2)))
        self.assertRaises(TimeoutError, self.send, producer, 1, timeout=0.06)  # two tries
        receiving.start()
        self.assertEqual(self.send(producer, 1), Delivery.SHARED)
        receiving.join()
        self.assertEqual(received, [0, 1])
        self.assertGreaterEqual(producer.stats().blocked, 1)

    def test_what_makes_no_sense_is_refused(self):
        for options in ({"depth": 0}, {"depth": 1025}, {"depth": -1}, {"patience": 0},
                        {"patience": -1}, {"patience": float("nan")}, {"when_full": 4}):
            self.assertRaises(ValueError, shmheap.Producer, self.path, **options)
        self.assertFalse(self.path.exists())
        shmheap.Producer(self.path, patience=float("inf")).close()

    def test_shminfo_shows_the_name_and_the_depth(self):
        self.pair(name="one -> two", depth=7)
        shown = subprocess.run([SHMINFO, "--connections", "--dir", self.folder], text=True,
                               check=True, stdout=subprocess.PIPE).stdout
        self.assertIn("one -> two\n", shown)
        self.assertRegex(shown, "lag: +0 of 7\n")


if __name__ == "__main__":
    SHMINFO = os.path.abspath(sys.argv.pop(1))
    unittest.main()
