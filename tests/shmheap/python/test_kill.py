#!/usr/bin/env python3
"""Claims about Python processes that are killed:  test_kill.py SHMCLEAN [unittest's arguments]"""

import os
import subprocess
import sys
import time
import unittest

import harrier_case
import shmheap
import support

SHMCLEAN = None
KILLS = 20
MOMENT_MAX_S = 0.02


class Kill(support.Case):
    def heaps_of_others(self):
        own = shmheap.process_heap().name
        return {name for name in os.listdir(self.folder) if name.startswith("heap-")} - {own}

    def clean(self):
        subprocess.run([SHMCLEAN, "--dir", self.folder], check=True, stdout=subprocess.DEVNULL)

    def assert_nothing_is_held(self):
        # Whoever reads a process's maps or environment in /proc while it dies keeps its lock, and
        # so its leases, for that moment.
        harrier_case.await_true(lambda: not self.is_anything_held())

    def is_anything_held(self):
        stats = self.heap_stats()
        return any((stats.leases_live, stats.blocks_live, stats.clients))

    def test_leases_of_a_killed_client_come_back(self):
        heap = shmheap.process_heap()
        block = heap.allocate(64)
        block.data[:5] = b"bytes"
        with support.Partner("attach", heap.name) as partner:
            partner.say(heap.issue(block, int(partner.hear()), 0, 5).hex())
            self.assertEqual(partner.hear(), "bytes")
            block.close()
            self.assertEqual(self.heap_stats().leases_live, 1)
            partner.kill()
        self.assert_nothing_is_held()

    def test_messages_of_a_killed_consumer_come_back(self):
        with support.Partner("consume", self.path, 10) as partner, \
                shmheap.Producer(self.path) as producer:
            for _ in range(10):
                producer.send(shmheap.allocate(80_000))
            partner.hear()
            self.assertEqual(self.heap_stats().blocks_live, 10)
            partner.kill()
            self.assertRaises(BrokenPipeError, producer.send, b"")
            self.assertEqual(producer.stats().unreleased, 10)
        self.assert_nothing_is_held()

    def test_a_message_outlives_its_killed_producer_whose_heap_is_removed(self):
        with support.Partner("produce", self.path) as partner, \
                shmheap.Consumer(self.path) as consumer:
            array = consumer.receive(support.PATIENCE_S).array("int64")
            self.assertEqual(partner.hear(), "SHARED")
            partner.kill()
            self.assertRaises(BrokenPipeError, consumer.receive)
        self.assertEqual(self.heaps_of_others(), {f"heap-{partner.process.pid}"})
        self.clean()
        self.assertEqual(self.heaps_of_others(), set())
        self.assertEqual(array.sum(), 100_000 * 99_999 // 2)
        shmheap.Producer(self.path).close()  # in the place of the dead one's socket
        self.assertFalse(self.path.exists())

    def test_consumers_killed_at_random_moments_take_nothing_with_them(self):
        random = harrier_case.seeded_random()
        with shmheap.Producer(self.path) as producer:
            for _ in range(harrier_case.rounds(KILLS)):
                with support.Partner("consume_for_ever", self.path) as partner:
                    producer.send(shmheap.empty(1000))
                    self.assertEqual(partner.hear(), "at work")
                    end = time.monotonic() + random.uniform(0, MOMENT_MAX_S)
                    while time.monotonic() < end:
                        producer.send(shmheap.empty(random.randrange(1, 10_000)))
                    partner.kill()
                self.assertRaises(BrokenPipeError, self.send_until_told, producer)
                self.assert_nothing_is_held()

    def send_until_told(self, producer):
        for _ in range(2):
            producer.send(b"")

    def test_producers_killed_at_random_moments_leave_what_is_removed(self):
        random = harrier_case.seeded_random()
        with shmheap.Consumer(self.path) as consumer:
            for _ in range(harrier_case.rounds(KILLS)):
                with support.Partner("produce_for_ever", self.path) as partner:
                    kept = [consumer.receive(support.PATIENCE_S)]
                    time.sleep(random.uniform(0, MOMENT_MAX_S))  # the random moment itself
                    partner.kill()
                    with self.assertRaises(BrokenPipeError):
                        while True:
                            kept.append(consumer.receive(support.PATIENCE_S))
                for message in kept:
                    numbers = message.array("int64")
                    self.assertTrue((numbers == message.sequence).all())
                self.clean()
                self.assertEqual(self.heaps_of_others(), set())


if __name__ == "__main__":
    SHMCLEAN = os.path.abspath(sys.argv.pop(1))
    unittest.main()
