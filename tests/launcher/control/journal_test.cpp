/// What `harrier events` shows, whatever bytes an event is told with.
#include "launcher/control/journal.hpp"

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace launcher {
namespace {

namespace json = boost::json;

TEST_CASE("an event with a path of any bytes is a line of JSON that everybody can read") {
    Journal journal;
    Event event{.kind = EventKind::failed, .component = "a"};
    event.with("error", "open log /tmp/\xff/gr\xc3\xb6\xc3");
    journal.add(event, std::chrono::system_clock::now());
    boost::system::error_code error;
    const json::value read = json::parse(json::serialize(journal.events()), error);
    REQUIRE_FALSE(error);
    const json::object& kept = read.at(0).as_object();
    CHECK(kept.at("fields").at("error").as_string() == "open log /tmp/\uFFFD/gr\u00F6\uFFFD");
    CHECK(kept.at("line").as_string().find("component=a") != json::string::npos);
}

TEST_CASE("the oldest events go") {
    Journal journal;
    for (std::size_t i = 0; i < Journal::events_max + 2; ++i) {
        Event event{.kind = EventKind::started, .component = "c" + std::to_string(i)};
        journal.add(event, std::chrono::system_clock::now());
    }
    CHECK(journal.events().size() == Journal::events_max);
    CHECK(journal.events().at(0).at("component").as_string() == "c2");
}

}  // namespace
}  // namespace launcher
