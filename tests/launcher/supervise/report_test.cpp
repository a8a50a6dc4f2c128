/// add_notification(): what datagrams in the words of sd_notify(3) mean, whatever they hold.
#include "launcher/supervise/report.hpp"

#include <doctest/doctest.h>

#include <string>

namespace launcher {
namespace {

using namespace std::chrono_literals;

Report report_of(std::string_view datagram) {
    Report report;
    add_notification(datagram, report);
    return report;
}

TEST_CASE("the words that are known are taken") {
    CHECK(report_of("READY=1").ready);
    CHECK(report_of("STOPPING=1").stopping);
    CHECK(report_of("WATCHDOG=1").alive);
    CHECK(report_of("WATCHDOG=trigger").watchdog_trigger);
    CHECK(report_of("EXTEND_TIMEOUT_USEC=1500000").extend_timeout == 1500ms);
    CHECK(report_of("STATUS=all is well: 3 = 3").status == "all is well: 3 = 3");
}

TEST_CASE("one datagram says several things, with or without a newline at the end") {
    const Report report = report_of("MAINPID=1\nREADY=1\nX_UNKNOWN=1\nSTATUS=up\n");
    CHECK(report.ready);
    CHECK(report.status == "up");
    CHECK_FALSE(report.stopping);
}

TEST_CASE("what makes no sense is passed over, and the rest is taken") {
    for (const char* datagram :
         {"", "\n\n\n", "READY", "READY=", "READY=0", "READY=10", "=1", "ready=1", "READY =1",
          "WATCHDOG=2", "STOPPING=yes", "EXTEND_TIMEOUT_USEC=", "EXTEND_TIMEOUT_USEC=-1",
          "EXTEND_TIMEOUT_USEC=1s", "EXTEND_TIMEOUT_USEC=18446744073709551615",
          "EXTEND_TIMEOUT_USEC=99999999999999999999999"}) {
        CAPTURE(datagram);
        const Report report = report_of(datagram);
        CHECK_FALSE(report.ready);
        CHECK_FALSE(report.stopping);
        CHECK_FALSE(report.alive);
        CHECK_FALSE(report.extend_timeout);
    }
    CHECK(report_of("garbage\nEXTEND_TIMEOUT_USEC=x\nREADY=1").ready);
    CHECK(report_of(std::string("\0\xff\0=\n", 5) + "READY=1").ready);
}

TEST_CASE("a status is cut where it gets too long, and the last one counts") {
    CHECK(report_of("STATUS=" + std::string(4000, 'x')).status->size() == status_bytes_max);
    CHECK(report_of("STATUS=" + std::string(status_bytes_max - 1, 'x') + "\u00F6").status ==
          std::string(status_bytes_max - 1, 'x'));  // between characters
    CHECK(report_of("STATUS=one\nSTATUS=").status == "");
}

TEST_CASE("reports add up") {
    Report report;
    add_notification("READY=1", report);
    add_notification("WATCHDOG=1", report);
    CHECK(report.ready);
    CHECK(report.alive);
}

}  // namespace
}  // namespace launcher
