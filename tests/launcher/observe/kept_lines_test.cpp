/// The lines that harrier keeps of a component: the last ones, within a bound, and nobody is waited
/// for.
#include "launcher/observe/kept_lines.hpp"

#include <doctest/doctest.h>

#include <string>

namespace launcher::test {

TEST_CASE("the last lines are those that were added last") {
    KeptLines kept;
    CHECK(kept.since(kept.before_last(3)).lines.empty());
    for (const char* line : {"a", "", "b", "c"})
        kept.add(line);
    CHECK(kept.since(kept.before_last(3)).lines == std::vector<std::string_view>{"", "b", "c"});
    CHECK(kept.since(kept.before_last(0)).lines.empty());
    CHECK(kept.since(kept.before_last(100)).lines.size() == 4);
}

TEST_CASE("a reader finds each line once, or learns how many he missed") {
    KeptLines kept;
    KeptLines::Place place = 0;
    std::uint64_t next = 0;
    std::uint64_t skipped = 0;
    const std::uint64_t count = 200'000;
    for (std::uint64_t i = 0; i < count; ++i) {
        kept.add(std::to_string(i));
        if (i % 30'011 != 0 && i + 1 != count) continue;
        const auto taken = kept.since(place);
        next += taken.skipped;
        skipped += taken.skipped;
        for (const std::string_view line : taken.lines)
            CHECK(line == std::to_string(next++));
        place = kept.end();
    }
    CHECK(next == count);
    CHECK(skipped > 0);
}

TEST_CASE("lines of every length stay within the bound, and the longest is kept") {
    KeptLines kept;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100},
                                   std::size_t{40'000}, LineSplitter::line_bytes_max}) {
        const std::string line(size, 'x');
        for (std::size_t added = 0; added < 3 * KeptLines::bytes_max; added += size + 1) {
            kept.add(line);
            std::size_t bytes = 0;
            for (const std::string_view each : kept.since(0).lines)
                bytes += each.size() + 1;
            REQUIRE(bytes <= KeptLines::bytes_max);
            REQUIRE(kept.since(kept.before_last(1)).lines.front() == line);
            if (size < 100) added += 1000;
        }
    }
}

}  // namespace launcher::test
