// Signals by name, and those that would not end anything.
#include "launcher/config/signal_name.hpp"

#include <doctest/doctest.h>

#include <csignal>

using launcher::parse_stop_signal;

TEST_CASE("signals have names with and without SIG") {
    CHECK(parse_stop_signal("SIGTERM").value() == SIGTERM);
    CHECK(parse_stop_signal("TERM").value() == SIGTERM);
    CHECK(parse_stop_signal("SIGINT").value() == SIGINT);
    CHECK(parse_stop_signal("SIGKILL").value() == SIGKILL);
    CHECK(parse_stop_signal("SIGUSR2").value() == SIGUSR2);
    CHECK(parse_stop_signal("SIGRTMIN").value() == SIGRTMIN);
    CHECK(parse_stop_signal("SIGRTMIN+3").value() == SIGRTMIN + 3);
}

TEST_CASE("a misspelled signal gets the nearest") {
    CHECK(parse_stop_signal("SIGTREM").error() ==
          "\"SIGTREM\" is no signal, expected a name such as SIGTERM, did you mean \"SIGTERM\"?");
    CHECK(parse_stop_signal("15").error() ==
          "\"15\" is no signal, expected a name such as SIGTERM");
    CHECK_FALSE(parse_stop_signal("").has_value());
    CHECK_FALSE(parse_stop_signal("SIG").has_value());
    CHECK_FALSE(parse_stop_signal("sigterm").has_value());
}

TEST_CASE("a signal that only suspends cannot stop a component") {
    for (const char* name : {"SIGSTOP", "TSTP", "SIGTTIN", "SIGTTOU"}) {
        CAPTURE(name);
        REQUIRE_FALSE(parse_stop_signal(name).has_value());
        CHECK(parse_stop_signal(name).error().find("suspends a process") != std::string::npos);
    }
}

TEST_CASE("real-time signals end where the system says") {
    CHECK_FALSE(parse_stop_signal("SIGRTMIN+99").has_value());
    CHECK_FALSE(parse_stop_signal("SIGRTMIN+").has_value());
    CHECK_FALSE(parse_stop_signal("SIGRTMIN+-1").has_value());
    CHECK_FALSE(parse_stop_signal("SIGRTMIN+1x").has_value());
}
