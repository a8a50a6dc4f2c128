#!/usr/bin/python3
"""The demo's component in Python: measures level and spectrum of what the filter sends, with NumPy
arrays over the filter's own buffers.

    meter [--report-every SECONDS]        input: in
"""

import argparse
import signal
import sys
import time

import numpy
import shmheap

SAMPLE_RATE = 48_000
FULL_SCALE = 32_768.0
STOPPED_HZ = 6_000  # from here on the filter lets nothing pass


def stop(*_):
    """SIGTERM and SIGINT end the waiting: with a report, and in good order."""
    raise SystemExit


def decibels(power):
    """A mean square as the level below full scale; nothing at all is -200 dB."""
    return 10 * numpy.log10(max(power, 1e-20))


class Meter:
    """What has come through so far."""

    def __init__(self):
        self.samples = 0
        self.peak = 0.0
        self.energy = 0.0  # the sum of all squares, as parts of full scale
        self.energy_stopped = 0.0  # of that, what lies above STOPPED_HZ

    def add(self, samples):
        """What came is read where the filter wrote it; the first copy is the one as fractions."""
        fractions = samples / FULL_SCALE
        self.samples += fractions.size
        self.peak = max(self.peak, float(fractions.max()), -float(fractions.min()))
        self.energy += float(numpy.vdot(fractions, fractions))
        spectrum = numpy.fft.rfft(fractions * numpy.hanning(fractions.size))
        stopped = spectrum[STOPPED_HZ * fractions.size // SAMPLE_RATE:]
        # Half of the energy is at negative frequencies, and the window leaves 3/8 of it.
        self.energy_stopped += 2 * float(numpy.vdot(stopped, stopped).real) / fractions.size * 8 / 3

    def report(self, stats):
        """One line, at once though stdout is a pipe."""
        samples = max(self.samples, 1)
        print(f"{stats.messages:,} buffers, {stats.bytes / 2**20:.1f} MiB, {stats.copied:,} copied,"
              f" {stats.skipped:,} lost: level {decibels(self.energy / samples):.1f} dB,"
              f" peak {decibels(self.peak**2):.1f} dB,"
              f" {decibels(self.energy_stopped / samples):.1f} dB above {STOPPED_HZ // 1000} kHz",
              flush=True)


def measure(samples_in, report_every):
    """Until the end of the stream, or until it is told to stop."""
    meter = Meter()
    report_at = time.monotonic() + report_every
    try:
        for message in samples_in:
            with message:
                if len(message) > 0:
                    meter.add(message.array("int16"))
            if time.monotonic() >= report_at:
                meter.report(samples_in.stats())
                report_at += report_every
    finally:
        meter.report(samples_in.stats())


def main():
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    arguments = argparse.ArgumentParser(description="Measures the demo's signal.")
    arguments.add_argument("--report-every", type=float, default=float("inf"), metavar="SECONDS")
    with shmheap.Input("in") as samples_in:
        measure(samples_in, arguments.parse_args().report_every)


if __name__ == "__main__":
    sys.exit(main())
