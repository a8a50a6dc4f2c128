/// What health checks make of what they see: the pure parts. The rest needs processes and is tested
/// with the whole program (tests/cases/supervision).
#include <doctest/doctest.h>

#include <string>

#include "launcher/supervise/heap_probe.hpp"
#include "launcher/supervise/socket_probe.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a status of 200 to 399 passes, and no other") {
    for (const int status : {200, 204, 301, 399}) {
        const auto result = judge_http_answer("HTTP/1.1 " + std::to_string(status) +
                                              " Words\r\nContent-Length: 5\r\n\r\nhel");
        REQUIRE(result);
        CHECK(result->has_passed);
    }
    for (const int status : {400, 404, 503}) {
        const auto result =
            judge_http_answer("HTTP/1.0 " + std::to_string(status) + " Words\r\n\r\n");
        REQUIRE(result);
        CHECK_FALSE(result->has_passed);
        CHECK(result->what == "status " + std::to_string(status));
    }
}

TEST_CASE("an answer in pieces is judged when its head is whole") {
    const std::string answer = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 0\r\n\r\n";
    for (std::size_t size = 0; size + 1 < answer.size(); ++size)
        CHECK_FALSE(judge_http_answer(answer.substr(0, size)));
    CHECK(judge_http_answer(answer));
}

TEST_CASE("what is no HTTP fails in words") {
    const auto result = judge_http_answer("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    REQUIRE(result);
    CHECK_FALSE(result->has_passed);
    CHECK(result->what.starts_with("no answer in HTTP: "));
}

TEST_CASE("a heap passes while it keeps within every limit that there is") {
    const HeapFacts facts{.used_share = 0.5, .lease_age = 3s, .allocation_failures = 2};
    CHECK_FALSE(exceeded_limit({}, facts));
    CHECK_FALSE(exceeded_limit({.used_max = 0.5, .lease_age_max = 3s, .allocation_failures_max = 2},
                               facts));
    CHECK(exceeded_limit({.used_max = 0.49, .lease_age_max = {}, .allocation_failures_max = {}},
                         facts) == "50.0% used");
    CHECK(exceeded_limit({.used_max = {}, .lease_age_max = 2s, .allocation_failures_max = {}},
                         facts) == "a lease is 3s old");
    CHECK(exceeded_limit({.used_max = {}, .lease_age_max = {}, .allocation_failures_max = 1},
                         facts) == "2 allocations failed");
}

}  // namespace
}  // namespace launcher
