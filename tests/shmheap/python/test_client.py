#!/usr/bin/env python3
"""Claims about shmheap.Client and shmheap.Received."""

import errno
import gc
import unittest

import shmheap
import support


class Leases(support.Case):
    def setUp(self):
        super().setUp()
        self.heap = shmheap.process_heap()
        self.block = self.heap.allocate(1000)
        self.block.data[:11] = b"some, bytes"

    def lease(self, client, offset=0, size=None):
        return client.accept(self.heap.issue(self.block, client.slot, offset, size))

    def test_what_is_received_is_read_where_it_was_written_and_nowhere_else(self):
        with shmheap.Client(self.heap.name) as client:
            array = self.lease(client, 6, 5).array()
            self.assertEqual(array.tobytes(), b"bytes")
            self.block.data[6] = ord("B")
            self.assertEqual(array.tobytes(), b"Bytes")
            self.assert_lies_in(self.heap, array, "r--s")

    def test_what_is_received_cannot_be_written(self):
        with shmheap.Client(self.heap.name) as client, self.lease(client) as received:
            array = received.array("int32")
            with self.assertRaises(ValueError):
                array[0] = 1
            with self.assertRaises(ValueError):
                array.flags.writeable = True
            with self.assertRaises(TypeError):
                received.data[0] = 1

    def test_an_array_keeps_lease_and_attachment_whatever_is_closed(self):
        with shmheap.Client(self.heap.name) as client, self.lease(client) as received:
            part = received.array()[6:11]
        del client, received
        gc.collect()
        self.assertEqual((self.heap_stats().leases_live, self.heap_stats().clients), (1, 1))
        self.assertEqual(part.tobytes(), b"bytes")
        del part
        self.assertEqual((self.heap_stats().leases_live, self.heap_stats().clients), (0, 0))

    def test_everything_in_one_cycle_is_let_go_in_whatever_order_the_collector_takes(self):
        for turned in (False, True):
            client = shmheap.Client(self.heap.name)
            received = self.lease(client)
            cycle = [client, received, received.array(), received.data]
            if turned:
                cycle.reverse()
            for part in (client, received):
                part.cycle = cycle
            self.assertEqual(self.heap_stats().leases_live, 1)
            del client, received, part, cycle
            gc.collect()
            self.assertEqual((self.heap_stats().leases_live, self.heap_stats().clients), (0, 0))

    def test_a_freed_block_stays_for_its_reader(self):
        with shmheap.Client(self.heap.name) as client, self.lease(client) as received:
            before = self.heap_stats().blocks_live
            self.block.close()
            self.assertEqual(self.heap_stats().blocks_live, before)
            self.assertEqual(bytes(received.data[:4]), b"some")
        del client, received
        self.assertEqual(self.heap_stats().blocks_live, before - 1)

    def test_errors_are_those_of_the_c_interface(self):
        client = shmheap.Client(self.heap.name)
        slot = client.slot
        accepted = self.heap.issue(self.block, slot)
        received = client.accept(accepted)
        revoked = self.heap.issue(self.block, slot)
        self.heap.revoke(revoked)
        for code, call in (
                (errno.EBUSY, lambda: self.heap.revoke(accepted)),
                (errno.ESTALE, lambda: self.heap.revoke(revoked)),
                (errno.ESTALE, lambda: client.accept(accepted)),
                (errno.ESTALE, lambda: client.accept(revoked)),
                (errno.EXDEV, lambda: client.accept(bytes(64))),
                (errno.EINVAL, lambda: self.heap.issue(self.block, slot, 0, 5000)),
                (errno.EINVAL, lambda: self.heap.issue(bytearray(10), slot)),
                (errno.ENOTCONN, lambda: self.heap.issue(self.block, slot ^ 0x40000000))):
            with self.assertRaises(OSError) as failure:
                call()
            self.assertEqual(failure.exception.errno, code)
        with self.assertRaises(FileNotFoundError) as failure:
            shmheap.Client("heap-none")
        self.assertEqual(failure.exception.filename, "heap-none")
        with self.assertRaises(ValueError):
            client.accept(accepted[:-1])
        client.close()
        self.assertRaises(ValueError, lambda: client.slot)
        received.close()
        self.assertRaises(ValueError, received.array)

    def test_another_process_reads_it(self):
        with support.Partner("attach", self.heap.name) as partner:
            slot = int(partner.hear())
            partner.say(self.heap.issue(self.block.array(), slot, 0, 11).hex())
            self.assertEqual(partner.hear(), "some, bytes")
            self.assertEqual(self.heap_stats().leases_live, 1)
            partner.say()
            self.assertEqual(partner.finish(), (0, ""))
        self.assertEqual((self.heap_stats().leases_live, self.heap_stats().clients), (0, 0))


if __name__ == "__main__":
    unittest.main()
