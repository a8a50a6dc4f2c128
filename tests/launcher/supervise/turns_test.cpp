/// Work in turns: order, and that whoever else waits is seen in between.
#include "launcher/supervise/turns.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace launcher::test {
namespace {

TEST_CASE(
    "the first has his turn at once, the others in their order, each when the loop comes by") {
    asio::io_context io{1};
    Turns turns(io.get_executor());
    std::vector<int> done;
    for (int i = 0; i < 4; ++i)
        turns.post([&done, i] { done.push_back(i); });
    CHECK(done == std::vector<int>{0});
    io.run();
    CHECK(done == std::vector<int>{0, 1, 2, 3});
    turns.post([&done] { done.push_back(4); });
    CHECK(done.back() == 4);
}

TEST_CASE("work may ask for further turns") {
    asio::io_context io{1};
    Turns turns(io.get_executor());
    int done = 0;
    std::function<void()> again = [&] {
        if (++done < 100) turns.post(again);
    };
    again();
    io.run();
    CHECK(done == 100);
}

Awaitable<void> work_in_turns(Turns& turns, int rounds, std::string& log, char name) {
    for (int i = 0; i < rounds; ++i) {
        co_await turns.take();
        log += name;
    }
}

TEST_CASE("coroutines that ask again and again have their turns one after the other") {
    asio::io_context io{1};
    Turns turns(io.get_executor());
    std::string log;
    for (const char name : {'a', 'b', 'c'}) {
        asio::co_spawn(io, work_in_turns(turns, 3, log, name),
                       [](const std::exception_ptr& failure) {
                           if (failure) std::rethrow_exception(failure);
                       });
    }
    io.run();
    CHECK(log == "aabcabcbc");  // the first turn of all was at once, before anybody else had asked
}

TEST_CASE("what becomes ready in a turn is seen after the next one at most, however many wait") {
    asio::io_context io{1};
    Turns turns(io.get_executor());
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    StreamDescriptor reader(io, ends[0]);
    int done = 0;
    std::optional<int> seen_after;
    reader.async_wait(StreamDescriptor::wait_read, [&](ErrorCode) { seen_after = done; });
    for (int i = 0; i < 100; ++i) {
        turns.post([&] {
            if (++done == 10) CHECK(write(ends[1], "x", 1) == 1);
        });
    }
    io.run();
    close(ends[1]);
    CHECK(done == 100);
    REQUIRE(seen_after);
    CHECK(*seen_after >= 10);
    CHECK(*seen_after <= 11);
}

}  // namespace
}  // namespace launcher::test
