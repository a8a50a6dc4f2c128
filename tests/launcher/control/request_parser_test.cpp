/// What a line of the control protocol asks for, and lines that are none.
#include <doctest/doctest.h>

#include <boost/json/serialize.hpp>
#include <csignal>
#include <string>

#include "launcher/control/request.hpp"

namespace launcher {
namespace {

std::string code_of(std::string_view line) {
    const auto request = parse_request(line);
    return request ? "none" : request.error().code;
}

TEST_CASE("a request has a verb, components, and what the verb knows besides") {
    const auto request = parse_request(
        R"({"version":1,"id":"x","request":"signal","components":["a","b"],"signal":"USR1"})");
    REQUIRE(request);
    CHECK(request->verb == Verb::signal);
    CHECK(request->components == std::vector<std::string>{"a", "b"});
    CHECK(request->signal == SIGUSR1);
    CHECK(request->id == "x");
    CHECK(parse_request(R"({"version":1,"request":"wait","for":"ended"})")->condition ==
          Condition::ended);
    CHECK(parse_request(R"({"version":1,"request":"events","follow":true})")->follow);
    const auto logs = parse_request(R"({"version":1,"request":"logs","lines":0,"follow":true})");
    REQUIRE(logs);
    CHECK(logs->lines == 0);
    CHECK(logs->follow);
    CHECK(parse_request(R"({"version":1,"request":"logs"})")->lines == 10);
    CHECK(parse_request(R"({"version":1,"request":"down","at_once":true})")->at_once);
}

TEST_CASE("the program of an upgrade is an absolute path, or none") {
    const auto own = parse_request(R"({"version":1,"request":"upgrade"})");
    REQUIRE(own);
    CHECK(own->program.empty());
    const auto other = parse_request(R"({"version":1,"request":"upgrade","program":"/bin/h"})");
    REQUIRE(other);
    CHECK(other->program == "/bin/h");
    for (const char* wrong : {"\"h\"", "7", "null", "\"\"", R"("/a\u0000b")"}) {
        const std::string line =
            R"({"version":1,"request":"upgrade","program":)" + std::string(wrong) + '}';
        const auto refused = parse_request(line);
        REQUIRE_FALSE(refused);
        CHECK(std::string_view(refused.error().code) == "argument");
    }
}

TEST_CASE("what is launched or applied is read as it is") {
    const auto launch = parse_request(R"({"version":1,"request":"launch","component":"x",)"
                                      R"("folder":"/","command":["a","$"],"set":["b=c"]})");
    REQUIRE(launch);
    CHECK(launch->launch.name == "x");
    CHECK(launch->launch.folder == "/");
    CHECK(launch->launch.command == std::vector<std::string>{"a", "$"});
    CHECK(launch->launch.settings == std::vector<std::string>{"b=c"});
    const auto apply = parse_request(R"({"version":1,"request":"apply","files":["/a","/b"]})");
    REQUIRE(apply);
    CHECK(apply->files == std::vector<std::string>{"/a", "/b"});
    CHECK(parse_request(R"({"version":1,"request":"plan"})")->files.empty());
    CHECK(parse_request(R"({"version":1,"request":"wait","for":"applied"})")->condition ==
          Condition::applied);
    const Refusal refusal{.code = "invalid", .message = "m", .mistakes = {"a", "b"}};
    CHECK(boost::json::serialize(make_answer(refusal)["error"]) ==
          R"({"code":"invalid","message":"m","mistakes":["a","b"]})");
}

TEST_CASE("what is no JSON object is malformed") {
    for (const char* line : {"", "x", "[]", "1", "{", R"({"version":1}})", "{\"a\":\"\x01\"}"})
        CHECK(code_of(line) == "malformed");
    CHECK(code_of(std::string(60'000, '[')) == "malformed");
    CHECK(code_of(std::string("{\"\0\":1", 6)) == "malformed");
}

TEST_CASE("another version is refused before anything else is looked at") {
    CHECK(code_of(R"({"request":"status"})") == "version");
    CHECK(code_of(R"({"version":2,"request":"fly"})") == "version");
    CHECK(code_of(R"({"version":"1","request":"status"})") == "version");
}

TEST_CASE("an unknown request is told with the nearest known one") {
    const auto request = parse_request(R"({"version":1,"id":4,"request":"restrat"})");
    REQUIRE(!request);
    CHECK(request.error().code == std::string("request"));
    CHECK(request.error().message.find("did you mean \"restart\"") != std::string::npos);
    CHECK(request.error().id == 4);
}

TEST_CASE("a launch has a hundred settings at most") {
    const auto launch = [](int settings) {
        std::string set = "\"a=1\"";
        for (int i = 1; i < settings; ++i)
            set += ",\"a=1\"";
        return R"({"version":1,"request":"launch","component":"x","folder":"/","set":[)" + set +
               "]}";
    };
    CHECK(parse_request(launch(100)));
    CHECK(code_of(launch(101)) == "argument");
}

TEST_CASE("keys that are unknown, missing or of the wrong kind are refused") {
    for (const char* line :
         {R"({"version":1})",
          R"({"version":1,"request":7})",
          R"({"version":1,"request":"status","follow":true})",
          R"({"version":1,"request":"graph","components":["a"]})",
          R"({"version":1,"request":"start"})",
          R"({"version":1,"request":"start","components":[]})",
          R"({"version":1,"request":"start","components":"a"})",
          R"({"version":1,"request":"start","components":[1]})",
          R"({"version":1,"request":"signal","components":["a"]})",
          R"({"version":1,"request":"signal","components":["a"],"signal":9})",
          R"({"version":1,"request":"signal","components":["a"],"signal":"SIGFOO"})",
          R"({"version":1,"request":"wait","for":"tea"})",
          R"({"version":1,"request":"events","follow":"yes"})",
          R"({"version":1,"request":"events","lines":1})",
          R"({"version":1,"request":"graph","":1})",
          R"({"version":1,"request":"logs","lines":-1})",
          R"({"version":1,"request":"logs","lines":1.5})",
          R"({"version":1,"request":"logs","lines":"1"})",
          R"({"version":1,"request":"apply","files":["a"]})",
          R"({"version":1,"request":"apply","files":"/a"})",
          R"({"version":1,"request":"plan","files":["/a\u0000"]})",
          R"({"version":1,"request":"launch","folder":"/"})",
          R"({"version":1,"request":"launch","component":"x"})",
          R"({"version":1,"request":"launch","component":"x","folder":"a"})",
          R"({"version":1,"request":"launch","component":"x","folder":"/","command":"a"})",
          R"({"version":1,"request":"launch","component":"x","folder":"/","set":[1]})",
          R"({"version":1,"request":"status","id":{}})",
          R"({"version":1,"request":"status","id":1e999})",
          R"({"version":1,"request":"status","id":-1e999})",
          R"({"version":1,"request":"status","id":1.5})",
          R"({"version":1,"request":"status","id":true})"})
        CHECK_MESSAGE(code_of(line) == "argument", line);
}

TEST_CASE("at most 1,000 components are named at once") {
    std::string names;
    for (std::size_t i = 0; i < components_named_max; ++i)
        names += "\"a\",";
    const std::string head = R"({"version":1,"request":"start","components":[)";
    CHECK(code_of(head + names.substr(0, names.size() - 1) + "]}") == "none");
    CHECK(code_of(head + names + "\"a\"]}") == "argument");
}

TEST_CASE("answers bring back the id, and only where there is one") {
    CHECK(boost::json::serialize(make_answer(7)) == R"({"version":1,"id":7,"ok":true})");
    CHECK(boost::json::serialize(make_answer(nullptr)) == R"({"version":1,"ok":true})");
    CHECK(boost::json::serialize(make_answer(Refusal{.code = "busy", .message = "m"})) ==
          R"({"version":1,"ok":false,"error":{"code":"busy","message":"m"}})");
}

}  // namespace
}  // namespace launcher
