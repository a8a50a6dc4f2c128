#!/usr/bin/env python3
"""Claims about shmheap.Heap and shmheap.Block."""

import errno
import gc
import unittest

import numpy
import shmheap
import support


class Blocks(support.Case):
    def test_an_array_over_a_block_can_be_written_and_lies_in_the_heap(self):
        heap = shmheap.process_heap()
        block = heap.allocate(80_000)
        array = block.array("float64", (100, 100))
        array[:] = 2.0
        self.assertTrue(block.is_shared())
        self.assertEqual(bytes(block.data[:8]), numpy.float64(2.0).tobytes())
        self.assertEqual(array.ctypes.data % 4096, 0)
        self.assert_lies_in(heap, array, "rw-s")

    def test_a_block_is_freed_with_the_last_array_over_it(self):
        before = self.heap_stats().blocks_live
        with shmheap.process_heap().allocate(1000) as block:
            part = block.array("int32")[10:20].reshape(5, 2)
        part[:] = 7
        self.assertEqual(self.heap_stats().blocks_live, before + 1)
        self.assertEqual(part.sum(), 70)
        del part
        self.assertEqual(self.heap_stats().blocks_live, before)

    def test_a_block_in_a_cycle_is_freed_by_the_garbage_collector(self):
        before = self.heap_stats().blocks_live
        cycle = [shmheap.empty(1000)]
        cycle.append(cycle)
        self.assertEqual(self.heap_stats().blocks_live, before + 1)
        del cycle
        gc.collect()
        self.assertEqual(self.heap_stats().blocks_live, before)

    def test_a_block_is_freed_in_whatever_order_its_users_go(self):
        before = self.heap_stats().blocks_live
        for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
            block = shmheap.allocate(1000)
            users = [block, block.data, block.array()]
            del block
            for place in order:
                users[place] = None
            self.assertEqual(self.heap_stats().blocks_live, before)

    def test_sizes_and_shapes(self):
        self.assertEqual(len(shmheap.allocate(0)), 0)
        self.assertEqual(shmheap.allocate(0).array().shape, (0,))
        self.assertEqual(shmheap.empty((3, 4), "float32").shape, (3, 4))
        self.assertEqual(shmheap.empty(5, "int16").nbytes, 10)
        self.assertEqual(shmheap.allocate(100).array("uint8", 10).shape, (10,))
        aligned = shmheap.process_heap().allocate(10, alignment=65536)
        self.assertEqual(aligned.array().ctypes.data % 65536, 0)

    def test_what_makes_no_sense_is_refused(self):
        heap = shmheap.process_heap()
        with self.assertRaises(ValueError):
            heap.allocate(-1)
        with self.assertRaises(ValueError):
            shmheap.allocate(10).array("float64")
        with self.assertRaises(ValueError):
            shmheap.allocate(10).array("uint8", 11)
        with self.assertRaises(OSError) as failure:
            heap.allocate(10, alignment=48)
        self.assertEqual(failure.exception.errno, errno.EINVAL)
        with self.assertRaises(OSError) as failure:
            heap.allocate(2**62)
        self.assertEqual(failure.exception.errno, errno.ENOMEM)

    def test_a_closed_block_gives_nothing_out(self):
        with shmheap.allocate(10) as block:
            pass
        for use in (lambda: block.data, block.array, block.is_shared):
            with self.assertRaisesRegex(ValueError, "closed"):
                use()

    def test_without_a_heap_blocks_are_private(self):
        with support.Partner("disabled", SHMHEAP="disable") as partner:
            self.assertEqual(partner.hear(), str(errno.ECANCELED))
            self.assertEqual(partner.hear(), "False 10")


if __name__ == "__main__":
    unittest.main()
