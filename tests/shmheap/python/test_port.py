#!/usr/bin/env python3
"""Claims about shmheap.Output and shmheap.Input."""

import errno
import select
import tempfile
import unittest

import shmheap
import support

PAIR = "source.out>meter.in:block:8"


class Ports(support.Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="harrier-python-")
        self.addCleanup(folder.cleanup)
        self.run_directory = folder.name

    def open(self, end, component, port, connections):
        return self.enterContext(end(port, component=component, connections=connections,
                                     run_directory=self.run_directory))

    def meet(self, outputs, inputs):
        """Lets both ends of each connection, all in this process, greet each other."""
        poll = select.poll()
        for end in (*outputs, *inputs):
            poll.register(end, select.POLLIN)
        while not all(end.connected() for end in (*outputs, *inputs)):
            for output in outputs:
                output.attend()
            for input_ in inputs:
                with self.assertRaises(TimeoutError):
                    input_.receive(timeout=0)
            poll.poll(5)

    def pair(self):
        output = self.open(shmheap.Output, "source", "out", PAIR)
        input_ = self.open(shmheap.Input, "meter", "in", PAIR)
        self.meet([output], [input_])
        return output, input_

    def test_an_array_goes_through_a_connection_without_a_copy(self):
        output, input_ = self.pair()
        self.assertEqual(input_.origin(), "")
        sent = shmheap.empty(1000, "int32")
        sent[:] = 7
        output.send(sent, payload_type=3)
        message = input_.receive(support.PATIENCE_S)
        received = message.array("int32")
        self.assertEqual(received.sum(), 7000)
        self.assert_lies_in(shmheap.process_heap(), received, "r--s")
        self.assertEqual((message.sequence, message.payload_type), (0, 3))
        self.assertEqual(input_.origin(), "source.out")
        self.assertRaises(TimeoutError, output.drain, timeout=0)
        del message, received
        output.drain(support.PATIENCE_S)

    def test_every_input_gets_every_message_by_a_lease_on_one_block(self):
        connections = "source.out>left.in source.out>right.in"
        output = self.open(shmheap.Output, "source", "out", connections)
        inputs = [self.open(shmheap.Input, name, "in", connections) for name in ("left", "right")]
        self.meet([output], inputs)
        before = self.heap_stats().blocks_live
        output.send(shmheap.empty(1000))
        kept = [input_.receive(support.PATIENCE_S) for input_ in inputs]
        stats = self.heap_stats()
        self.assertEqual((stats.blocks_live, stats.leases_live), (before + 1, 2))
        self.assertEqual([each.name for each in output.connections()],
                         ["source.out -> left.in", "source.out -> right.in"])
        self.assertEqual([each.shared for each in output.connections()], [1, 1])
        self.assertEqual(output.stats().messages, 2)
        del kept

    def test_an_output_sends_a_received_message_on_without_a_copy_once_its_heap_is_known(self):
        with support.Partner("own", f"{self.run_directory}/first") as owner:
            received = self.enterContext(shmheap.Consumer(owner.hear()))
            output, input_ = self.pair()
            output.send(shmheap.empty(1))  # opens the ring
            input_.receive(support.PATIENCE_S)
            for forwarded in (0, 1):
                message = received.receive(support.PATIENCE_S)
                output.send(message, payload_type=4)
                message.close()
                with input_.receive(support.PATIENCE_S) as sent_on:
                    self.assertEqual((bytes(sent_on.data), sent_on.payload_type), (b"owned", 4))
                output.attend()
                self.assertEqual([each.forwarded for each in output.connections()], [forwarded])
                self.assertEqual([each.forwarded for each in input_.connections()], [forwarded])
            self.assertRaises(ValueError, output.send, message)
            owner.say()
            self.assertEqual(owner.hear(), "0")  # blocks

    def test_an_input_is_iterated_until_all_its_streams_have_ended(self):
        connections = "one.out>meter.in two.out>meter.in"
        outputs = [self.open(shmheap.Output, name, "out", connections) for name in ("one", "two")]
        input_ = self.open(shmheap.Input, "meter", "in", connections)
        self.meet(outputs, [input_])
        for number, output in enumerate(outputs):
            output.send(bytes([number]))
            output.send(b"", end_of_stream=True)
        payloads = sorted(bytes(message.data) for message in input_)
        self.assertEqual(payloads, [b"", b"", b"\0", b"\1"])
        self.assertEqual([each.messages for each in input_.connections()], [2, 2])
        self.assertTrue(all(each.connected for each in input_.connections()))

    def test_what_was_not_sent_in_time_is_sent_again_once(self):
        output = self.open(shmheap.Output, "source", "out", PAIR)
        with shmheap.allocate(10) as block:
            block.data[:] = b"tried once"
            self.assertRaises(TimeoutError, output.send, block, timeout=0.01)
        # Another one takes its place, also if it were given the same memory.
        with shmheap.allocate(10) as block:
            block.data[:] = b"sent again"
            self.assertRaises(TimeoutError, output.send, block, timeout=0)
            input_ = self.open(shmheap.Input, "meter", "in", PAIR)
            self.meet([output], [input_])
            output.send(block)
        output.send(b"next")
        self.assertEqual([bytes(input_.receive(support.PATIENCE_S).data) for _ in range(2)],
                         [b"sent again", b"next"])
        self.assertEqual(self.heap_stats().blocks_live, 0)

    def test_what_was_not_sent_in_time_can_be_given_up(self):
        output = self.open(shmheap.Output, "source", "out", PAIR)
        output.abandon()  # nothing to give up
        with shmheap.allocate(10) as block:
            self.assertRaises(TimeoutError, output.send, block, timeout=0)
        self.assertEqual(self.heap_stats().blocks_live, 1)
        output.abandon()
        self.assertEqual(self.heap_stats().blocks_live, 0)
        self.assertEqual(output.connections()[0].dropped, 0)  # nobody missed it
        input_ = self.open(shmheap.Input, "meter", "in", PAIR)
        self.meet([output], [input_])
        output.send(b"next")
        self.assertEqual(bytes(input_.receive(support.PATIENCE_S).data), b"next")
        connection, = output.connections()
        self.assertEqual((connection.peers, connection.refused, connection.blocked), (1, 0, 0))
        self.assertGreaterEqual(connection.timed_out, 1)
        self.assertEqual(input_.connections()[0].peers, 1)

    def test_a_message_is_dropped_when_the_policy_says_so(self):
        output = self.open(shmheap.Output, "source", "out", "source.out>meter.in:drop-newest:8")
        output.send(b"nobody is there")
        self.assertEqual(output.connections()[0].dropped, 1)
        self.assertFalse(output.connected())

    def test_a_port_that_is_not_connected_is_refused(self):
        for end, port in ((shmheap.Output, "in"), (shmheap.Input, "out")):
            with self.assertRaises(OSError) as failure:
                end(port, component="source", connections=PAIR, run_directory=self.run_directory)
            self.assertEqual(failure.exception.errno, errno.ENOTCONN)
        with self.assertRaises(OSError) as failure:
            shmheap.Input("in", component="meter", connections="nonsense")
        self.assertEqual(failure.exception.errno, errno.EINVAL)

    def test_after_close_everything_is_refused(self):
        output, input_ = self.pair()
        output.close()
        input_.close()
        for use in (output.drain, output.attend, output.abandon, output.fileno, output.connected,
                    output.stats, output.connections, input_.receive, input_.fileno,
                    input_.connected, input_.stats, input_.connections, input_.origin,
                    lambda: output.send(b"")):
            self.assertRaisesRegex(ValueError, "closed", use)


if __name__ == "__main__":
    unittest.main()
