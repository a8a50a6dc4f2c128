/// The table of `harrier status`, from answers of the right shape and of others.
#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

#include "launcher/control/table.hpp"

namespace launcher {
namespace {

boost::json::array parse(const char* text) {
    return boost::json::parse(text).as_array();
}

constexpr const char* two_components = R"([
    {"name":"sink","state":"running","pid":811,"for_ms":61000,"restarts":0,"last_exit":null,
     "ready":true,"healthy":true,
     "process":{"cpu_time_ms":30500,"age_ms":122000,"rss_bytes":8421376,"threads":3,"fds":9,
                "heap":{"size_bytes":4194304,"used_bytes":66560,"leases":2}}},
    {"name":"flaky-one","state":"backing_off","pid":null,"for_ms":200,"restarts":12,
     "last_exit":{"signal":"SIGSEGV"},"process":null}])";

TEST_CASE("a table has columns as wide as they must be, and - for what there is not") {
    CpuTimes times;
    CHECK(format_table(parse(two_components), Width::narrow, times) ==
          "NAME       STATE        PID  SINCE  RESTARTS  EXIT     CPUS  RSS\n"
          "sink       running      811  1m1s   0         -        0.25  8.0MiB\n"
          "flaky-one  backing_off  -    200ms  12        SIGSEGV  -     -\n");
}

TEST_CASE("a wide table has threads, descriptors and the heap, too") {
    CpuTimes times;
    const std::string table = format_table(parse(two_components), Width::wide, times);
    CHECK(table.find("THREADS  FDS  HEAP    USED     LEASES\n") != std::string::npos);
    CHECK(table.find("3        9    4.0MiB  65.0KiB  2\n") != std::string::npos);
}

TEST_CASE("the second table shows the processors used since the first, of the same process") {
    CpuTimes times;
    const auto at = [&times](const char* text) {
        return format_table(parse(text), Width::narrow, times);
    };
    at(R"([{"name":"a","pid":1,"process":{"age_ms":1000,"cpu_time_ms":1000}}])");
    const auto same = at(R"([{"name":"a","pid":1,"process":{"age_ms":2000,"cpu_time_ms":1250}}])");
    CHECK(same.find("0.25") != std::string::npos);
    const auto other = at(R"([{"name":"a","pid":2,"process":{"age_ms":500,"cpu_time_ms":500}}])");
    CHECK(other.find("1.00") != std::string::npos);
}

TEST_CASE("the processors used since the start of a process are shared out over its age") {
    CpuTimes times;  // it has been stopping for 0.1 s of the 20 s that it lives
    const auto table = format_table(parse(R"([{"name":"a","state":"stopping","pid":1,"for_ms":100,
        "process":{"age_ms":20000,"cpu_time_ms":10000}}])"),
                                    Width::narrow, times);
    CHECK(table.find("0.50") != std::string::npos);
}

TEST_CASE("who runs and is not ready, or not healthy, is shown as such") {
    CpuTimes times;
    const auto table = format_table(parse(R"([
        {"name":"a","state":"running","ready":true,"healthy":true},
        {"name":"b","state":"running","ready":false,"healthy":true},
        {"name":"c","state":"running","ready":true,"healthy":false},
        {"name":"d","state":"failed","ready":false,"healthy":false}])"),
                                    Width::narrow, times);
    CHECK(table.find("a     running              -") != std::string::npos);
    CHECK(table.find("b     running (not ready)  -") != std::string::npos);
    CHECK(table.find("c     running (unhealthy)  -") != std::string::npos);
    CHECK(table.find("d     failed               -") != std::string::npos);
}

TEST_CASE("an answer of the wrong shape gives a table all the same") {
    CpuTimes times;
    const auto table = format_table(
        parse(R"([7, {}, {"name":"a\u001b[2J","pid":"x","for_ms":-9e300,"last_exit":{"status":1},
                 "process":{"rss_bytes":-1}}])"),
        Width::wide, times);
    CHECK(table.find('\x1b') == std::string::npos);
    CHECK(table.find("status 1") != std::string::npos);
}

TEST_CASE("no components are a table without rows") {
    CpuTimes times;
    CHECK(format_table({}, Width::narrow, times) ==
          "NAME  STATE  PID  SINCE  RESTARTS  EXIT  CPUS  RSS\n");
}

}  // namespace
}  // namespace launcher
