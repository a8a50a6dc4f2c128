/// How events read.
#include "launcher/observe/event.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

namespace launcher {
namespace {

using namespace std::chrono_literals;

std::chrono::system_clock::time_point noon() {
    setenv("TZ", "UTC", 1);
    tzset();
    return std::chrono::system_clock::time_point(12h + 1s + 204ms);
}

TEST_CASE("event and component stand in columns, and the fields follow") {
    Event started{.kind = EventKind::started, .component = "sink"};
    started.with("pid", "811");
    CHECK(format_event(started, noon(), 6) ==
          "12:00:01.204 event=started   component=sink    pid=811\n");
    Event exited{.kind = EventKind::exited, .component = "filter"};
    exited.with("pid", "814").with("signal", "SIGSEGV").with("uptime", "1.7s");
    CHECK(format_event(exited, noon(), 6) ==
          "12:00:01.204 event=exited    component=filter  pid=814 signal=SIGSEGV uptime=1.7s\n");
}

TEST_CASE("an event of the application has no component, one without fields no blanks at its end") {
    Event finished{.kind = EventKind::finished};
    finished.with("components", "4").with("restarts", "2");
    CHECK(format_event(finished, noon(), 6) ==
          "12:00:01.204 event=finished  components=4 restarts=2\n");
    CHECK(format_event(Event{.kind = EventKind::stopped, .component = "a"}, noon(), 6) ==
          "12:00:01.204 event=stopped   component=a\n");
}

TEST_CASE("an event is one line, whatever it says") {
    Event failed{.kind = EventKind::failed, .component = "a"};
    failed.with("error", "two\nlines");
    CHECK(format_event(failed, noon(), 1) ==
          "12:00:01.204 event=failed    component=a  error=\"two\\nlines\"\n");
}

}  // namespace
}  // namespace launcher
