/// The reader of descriptions: turns, bounds, what is thrown, and a thread that does not come back.
#include "launcher/control/reader.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace launcher::test {
namespace {

constexpr std::chrono::seconds patience{20};

/// What came of one reading: 0, or the error. Its place is kept until somebody drops it.
struct Outcome {
    int error = -1;
    std::string said = {};
    std::optional<Reader::Place> place = {};
};

Awaitable<void> read(Reader& reader, std::function<void()> work, Outcome& outcome) {
    auto place = co_await reader.read(std::move(work));
    outcome.error = place ? 0 : place.error().code;
    if (!place) outcome.said = place.error().message();
    if (place) outcome.place = std::move(*place);
}

class Loop {
public:
    void begin(std::function<void()> work, Outcome& outcome) {
        asio::co_spawn(io, read(reader, std::move(work), outcome),
                       [](const std::exception_ptr& failure) {
                           if (failure) std::rethrow_exception(failure);
                       });
    }

    template <class Claim>
    void run_until(const Claim& claim) {
        const TimePoint end = Clock::now() + patience;
        while (!claim() && Clock::now() < end)
            io.run_one_until(end);
        REQUIRE(claim());
    }

    asio::io_context io{1};
    asio::executor_work_guard<Executor> guard{io.get_executor()};
    Reader reader{io.get_executor()};
};

/// A thread that reads from it comes back when the writing end is closed.
class Pipe {
public:
    Pipe() { REQUIRE(pipe(ends_.data()) == 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_writing();
        close(ends_[0]);
    }

    [[nodiscard]] std::function<void()> read_it() const {
        return [end = ends_[0]] {
            char byte = 0;
            (void)!::read(end, &byte, 1);
        };
    }
    void close_writing() {
        if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

TEST_CASE("one reading at a time, in the order of asking, until its owner ends his turn") {
    Loop loop;
    std::string log;
    std::array<Outcome, 3> outcomes;
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        loop.begin([&log, i] { log += std::to_string(i); }, outcomes[i]);
    loop.run_until([&] { return outcomes[0].error == 0; });
    loop.io.poll();
    CHECK(log == "0");
    outcomes[0].place->end_turn();
    loop.run_until([&] { return outcomes[1].error == 0; });
    loop.io.poll();
    CHECK(log == "01");
    outcomes[1].place.reset();
    loop.run_until([&] { return outcomes[2].error == 0; });
    CHECK(log == "012");
    CHECK(loop.reader.end());
}

TEST_CASE("so many places and no more, until one is given back") {
    Loop loop;
    std::vector<Outcome> outcomes(Reader::readings_max + 2);
    const auto nothing = [] {};
    for (std::size_t i = 0; i < Reader::readings_max; ++i)
        loop.begin(nothing, outcomes[i]);
    loop.begin(nothing, outcomes[Reader::readings_max]);
    loop.run_until([&] { return outcomes[Reader::readings_max].error >= 0; });
    CHECK(outcomes[Reader::readings_max].error == EBUSY);
    CHECK(outcomes[Reader::readings_max].said.find("16 requests wait") != std::string::npos);
    for (std::size_t i = 0; i < Reader::readings_max; ++i) {
        loop.run_until([&] { return outcomes[i].error == 0; });
        outcomes[i].place->end_turn();  // and still counts
    }
    loop.begin(nothing, outcomes.back());
    loop.run_until([&] { return outcomes.back().error >= 0; });
    CHECK(outcomes.back().error == EBUSY);
    outcomes.front().place.reset();
    loop.begin(nothing, outcomes.back());
    loop.run_until([&] { return outcomes.back().error == 0; });
}

TEST_CASE("what is thrown is told to who asked, and the next may read") {
    Loop loop;
    std::array<Outcome, 4> outcomes;
    loop.begin([] { throw std::bad_alloc(); }, outcomes[0]);
    loop.begin([] { throw std::runtime_error("odd"); }, outcomes[1]);
    loop.begin([] { throw 7; }, outcomes[2]);
    loop.begin([] {}, outcomes[3]);
    loop.run_until([&] { return outcomes[3].error == 0; });
    CHECK(outcomes[0].error == ENOMEM);
    CHECK(outcomes[1].error == EIO);
    CHECK(outcomes[1].said.find("odd") != std::string::npos);
    CHECK(outcomes[2].error == EIO);
}

TEST_CASE(
    "a thread that does not come back holds up nobody when it is closed, and is left behind") {
    Loop loop;
    Pipe pipe;
    std::atomic<bool> is_reading = false;
    std::array<Outcome, 3> outcomes;
    auto state = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = state;
    loop.begin(
        [&is_reading, block = pipe.read_it(), state = std::move(state)] {
            is_reading = true;
            is_reading.notify_one();
            block();
        },
        outcomes[0]);
    loop.begin([] {}, outcomes[1]);
    loop.io.poll();
    is_reading.wait(false);
    loop.reader.close();
    loop.run_until([&] { return outcomes[0].error >= 0 && outcomes[1].error >= 0; });
    CHECK(outcomes[0].error == ECANCELED);
    CHECK(outcomes[1].error == ECANCELED);
    loop.begin([] {}, outcomes[2]);
    loop.run_until([&] { return outcomes[2].error >= 0; });
    CHECK(outcomes[2].error == ECANCELED);
    CHECK_FALSE(loop.reader.end());
    CHECK_FALSE(watched.expired());
    // This process goes on, unlike harrier, so that the thread has to be done with the executor.
    loop.io.poll();
    pipe.close_writing();
    CHECK(loop.io.run_one_for(patience) == 1);
    CHECK(watched.expired());
}

}  // namespace
}  // namespace launcher::test
