#!/usr/bin/env python3
"""Claims about shmheap.Producer, shmheap.Consumer and shmheap.Message."""

import asyncio
import errno
import os
import re
import selectors
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

import numpy
import shmheap
import support
from shmheap import Delivery


class Streams(support.Case):
    def test_an_array_is_handed_over_without_a_copy(self):
        producer, consumer = self.connected_pair()
        sent = shmheap.empty((100, 100), "float32")
        sent[:] = 1.5
        self.assertEqual(producer.send(sent), Delivery.SHARED)
        message = consumer.receive()
        received = message.array("float32", (100, 100))
        self.assertEqual(message.delivery, Delivery.SHARED)
        self.assertTrue((received == 1.5).all())
        sent[0, 0] = 2.5  # as a producer must not; it shows that there is one memory
        self.assertEqual(received[0, 0], 2.5)
        self.assert_lies_in(shmheap.process_heap(), received, "r--s")
        self.assertRaises(ValueError, received.__setitem__, (0, 0), 0)
        self.assertRaises(ValueError, setattr, received.flags, "writeable", True)
        self.assertRaises(TypeError, message.data.__setitem__, 0, 0)

    def test_what_does_not_start_where_a_block_does_is_copied(self):
        producer, consumer = self.connected_pair()
        array = shmheap.empty(1000, "int64")
        array[:] = range(1000)
        for payload in (array[500:], numpy.arange(500, 1000), array[500:].tobytes(),
                        bytearray(array[500:]), memoryview(array[500:])):
            self.assertEqual(producer.send(payload), Delivery.COPIED)
            with consumer.receive() as message:
                self.assertEqual(message.delivery, Delivery.COPIED)
                self.assertTrue((message.array("int64") == array[500:]).all())
                self.assertRaises(ValueError, message.array().__setitem__, 0, 0)

    def test_the_example_in_the_help_of_the_module_does_what_it_says(self):
        blocks = re.findall(r"^    with .*\n(?:        .*\n)+", shmheap.__doc__, re.MULTILINE)
        self.assertEqual(len(blocks), 2)
        with tempfile.TemporaryDirectory() as folder:
            head = f"import shmheap\npath = {os.path.join(folder, 'socket')!r}\n"
            sides = [subprocess.Popen(  # pylint: disable=R1732
                [sys.executable, "-B", "-c", head + textwrap.dedent(block)], text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for block in blocks]
            self.addCleanup(lambda: [(side.kill(), side.wait()) for side in sides])
            told = [side.communicate(timeout=support.PATIENCE_S) for side in sides]
        self.assertEqual([side.returncode for side in sides], [0, 0], told)
        self.assertEqual(told, [("", ""), ("4096\n0\n", "")])

    def test_what_is_no_run_of_bytes_is_refused(self):
        producer, _ = self.connected_pair()
        self.assertRaises(ValueError, producer.send, shmheap.empty(10)[::2])
        self.assertRaises(TypeError, producer.send, "text")
        self.assertRaises(TypeError, producer.send, None)

    def test_what_is_told_with_a_message_arrives_with_it(self):
        producer, consumer = self.connected_pair()
        before = time.time_ns()
        producer.send(shmheap.allocate(10))
        first = consumer.receive()
        self.assertEqual((first.sequence, first.stream_id, first.payload_type), (0, 0, 0))
        self.assertFalse(first.end_of_stream)
        self.assertTrue(before <= first.time_stamp_ns <= time.time_ns())
        producer.send(b"", sequence=41, time_stamp_ns=5, stream_id=2**63, payload_type=2**31,
                      end_of_stream=True)
        last = consumer.receive()
        self.assertEqual((last.sequence, last.time_stamp_ns), (41, 5))
        self.assertEqual((last.stream_id, last.payload_type), (2**63, 2**31))
        self.assertTrue(last.end_of_stream)
        self.assertEqual((len(last), last.array().size), (0, 0))

    def test_a_received_message_is_sent_on_without_a_copy_once_its_heap_is_known(self):
        with support.Partner("own", f"{self.path}.first") as owner:
            received = self.enterContext(shmheap.Consumer(owner.hear()))
            producer, consumer = self.connected_pair()
            producer.send(shmheap.empty(1))  # opens the ring
            consumer.receive()
            for way in (Delivery.COPIED, Delivery.SHARED):
                message = received.receive(support.PATIENCE_S)
                self.assertEqual(producer.send(message, sequence=40), way)
                message.close()
                with consumer.receive(support.PATIENCE_S) as sent_on:
                    self.assertEqual((sent_on.delivery, sent_on.sequence), (way, 40))
                    self.assertEqual(bytes(sent_on.data), b"owned")
                producer.attend()
            self.assertRaises(ValueError, producer.send, message)
            self.assertEqual((producer.stats().forwarded, consumer.stats().forwarded), (1, 1))
            owner.say()
            self.assertEqual(owner.hear(), "0")  # blocks

    def test_an_array_outlives_its_message_its_consumer_and_its_producer(self):
        producer, consumer = self.connected_pair()
        sent = shmheap.empty(1000, "int32")
        sent[:] = 3
        producer.send(sent)
        del sent
        with consumer, producer, consumer.receive() as message:
            part = message.array("int32")[10:20]
        del message
        self.assertEqual(self.heap_stats().leases_live, 1)
        self.assertEqual(part.sum(), 30)
        del part
        stats = self.heap_stats()
        self.assertEqual((stats.leases_live, stats.blocks_live, stats.clients), (0, 0, 0))

    def test_drain_waits_for_the_release(self):
        producer, consumer = self.connected_pair()
        producer.send(shmheap.allocate(10))
        array = consumer.receive().array()
        begin = time.monotonic()
        self.assertRaises(TimeoutError, producer.drain, timeout=0.12)
        self.assertGreaterEqual(time.monotonic() - begin, 0.12)
        del array
        producer.drain(timeout=support.PATIENCE_S)

    def test_a_consumer_is_iterated_to_the_end_of_the_stream(self):
        producer, consumer = self.connected_pair()
        for number in range(10):
            producer.send(bytes([number]), end_of_stream=number == 9)
        self.assertEqual([message.data[0] for message in consumer], list(range(10)))

    def test_the_end_of_the_producer_is_told_once(self):
        producer, consumer = self.connected_pair()
        producer.send(b"last")
        producer.close()
        received = []
        with self.assertRaises(BrokenPipeError):
            for message in consumer:
                received.append(bytes(message.data))
        self.assertEqual(received, [b"last"])
        self.assertRaises(TimeoutError, consumer.receive, timeout=0)

    def test_the_end_of_the_consumer_is_told_once_and_counted(self):
        producer, consumer = self.connected_pair()
        producer.send(shmheap.allocate(10))
        producer.send(shmheap.allocate(10))
        kept = consumer.receive()
        consumer.close()
        self.assertRaises(BrokenPipeError, producer.send, b"")
        self.assertRaises(TimeoutError, producer.send, b"", timeout=0)
        stats = producer.stats()
        self.assertEqual((stats.messages, stats.lost, stats.unreleased), (2, 1, 1))
        del kept

    def test_counts(self):
        producer, consumer = self.connected_pair()
        producer.send(shmheap.allocate(10))
        producer.send(b"bytes", sequence=5)
        kept = [consumer.receive(), consumer.receive()]
        sent, received = producer.stats(), consumer.stats()
        self.assertEqual((sent.messages, sent.bytes, sent.shared, sent.copied), (2, 15, 1, 1))
        self.assertEqual((sent.consumers, sent.refused), (1, 0))
        self.assertEqual((received.messages, received.bytes, received.shared, received.copied,
                          received.producers, received.skipped), (2, 15, 1, 1, 1, 4))
        del kept

    def test_a_consumer_that_shares_nothing_gets_copies_up_to_its_limit(self):
        producer, consumer = self.connected_pair(share=False, copied_size_max=8)
        self.assertFalse(consumer.attached())
        self.assertEqual(producer.send(shmheap.allocate(8)), Delivery.COPIED)
        self.assertEqual(producer.send(shmheap.allocate(9)), Delivery.COPIED)
        self.assertEqual(len(consumer.receive()), 8)
        with self.assertRaises(OSError) as failure:
            consumer.receive()
        self.assertEqual(failure.exception.errno, errno.EMSGSIZE)

    def test_one_producer_to_a_path_and_one_consumer_to_a_producer(self):
        producer, _ = self.connected_pair()
        with self.assertRaises(OSError) as failure:
            shmheap.Producer(self.path)
        self.assertEqual(failure.exception.errno, errno.EADDRINUSE)
        self.assertEqual(failure.exception.filename, str(self.path))
        with shmheap.Consumer(self.path) as second:
            self.assertRaises(TimeoutError, second.receive, timeout=0)
            producer.attend()
            with self.assertRaises(OSError) as failure:
                second.receive(timeout=support.PATIENCE_S)
            self.assertEqual(failure.exception.errno, errno.EBUSY)

    def test_a_deadline_is_kept_without_a_peer(self):
        with shmheap.Producer(self.path) as producer, \
                shmheap.Consumer(f"{self.path}.in") as consumer:
            for call in (lambda: producer.send(b"x", timeout=0.12),
                         lambda: consumer.receive(timeout=0.12)):
                begin = time.monotonic()
                self.assertRaises(TimeoutError, call)
                self.assertGreaterEqual(time.monotonic() - begin, 0.12)

    def test_after_close_everything_is_refused_and_the_path_is_gone(self):
        producer, consumer = self.connected_pair()
        producer.send(b"x")
        message = consumer.receive()
        message.close()
        producer.close()
        consumer.close()
        self.assertFalse(self.path.exists())
        for use in (lambda: message.data, message.array, lambda: producer.send(b""),
                    producer.drain, producer.attend, producer.fileno, producer.connected,
                    producer.stats, consumer.receive, consumer.fileno, consumer.connected,
                    consumer.attached, consumer.stats):
            self.assertRaisesRegex(ValueError, "closed", use)
        producer.close()
        consumer.close()

    def test_a_selector_takes_both_ends(self):
        producer, consumer = self.connected_pair()
        with selectors.DefaultSelector() as selector:
            selector.register(consumer, selectors.EVENT_READ)
            selector.register(producer, selectors.EVENT_READ)
            self.assertEqual(selector.select(timeout=0), [])
            producer.send(b"x")
            ((key, _),) = selector.select(timeout=support.PATIENCE_S)
            self.assertIs(key.fileobj, consumer)
            consumer.receive(timeout=0)
        self.assertEqual(consumer.fd(), consumer.fileno())

    def test_asyncio_receives(self):
        producer, consumer = self.connected_pair()

        async def first_message():
            loop = asyncio.get_running_loop()
            arrived = loop.create_future()
            loop.add_reader(consumer.fileno(), lambda: arrived.set_result(consumer.receive(0)))
            producer.send(b"awaited")
            message = await asyncio.wait_for(arrived, support.PATIENCE_S)
            loop.remove_reader(consumer.fileno())
            return bytes(message.data)

        self.assertEqual(asyncio.run(first_message()), b"awaited")

    def test_another_process_reads_many_arrays_of_all_sizes(self):
        with support.Partner("consume", self.path, 100) as partner, \
                shmheap.Producer(self.path) as producer:
            total = 0
            for number in range(100):
                numbers = shmheap.empty(1 + number * 100, "int64")
                numbers[:] = number
                self.assertEqual(producer.send(numbers), Delivery.SHARED)
                total += int(numbers.sum())
            self.assertEqual(int(partner.hear()), total)
            partner.say()
            self.assertEqual(partner.finish(), (0, ""))

    def test_all_but_arrays_works_without_numpy(self):
        with support.Partner("without_numpy", self.path) as partner, \
                shmheap.Consumer(self.path) as consumer:
            with consumer.receive(support.PATIENCE_S) as message:
                self.assertEqual(bytes(message.data), b"bytes")
            self.assertEqual(partner.hear(), "SHARED")
            self.assertEqual(partner.hear(), "no arrays")


if __name__ == "__main__":
    unittest.main()
