#include "launcher/config/read_healthcheck.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "launcher/config/read_command.hpp"

namespace launcher {
namespace {

/// A health check while it is read: and whose it is.
struct HealthcheckDraft {
    HealthCheck check;
    Descriptor& component;
};

bool is_numeric(const std::string& address) {
    std::array<unsigned char, sizeof(in6_addr)> ignored{};
    return inet_pton(AF_INET, address.c_str(), ignored.data()) == 1 ||
           inet_pton(AF_INET6, address.c_str(), ignored.data()) == 1;
}

/// "8080", "127.0.0.1:8080", "localhost:8080", "[::1]:8080"; else what is wrong, in words.
tl::expected<TcpTest, std::string> parse_server(std::string_view text) {
    TcpTest test;
    std::string_view port = text;
    if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
        std::string_view host = text.substr(0, colon);
        port = text.substr(colon + 1);
        const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
        if (is_bracketed) host = host.substr(1, host.size() - 2);
        if (host != "localhost") test.address = host;
    }
    unsigned number = 0;
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || stop != port.data() + port.size() || number == 0 ||
        number > 65535) {
        return tl::unexpected(
            fmt::format("{} has no port from 1 to 65535, write PORT or "
                        "ADDRESS:PORT",
                        shown(text)));
    }
    if (!is_numeric(test.address)) {
        return tl::unexpected(
            fmt::format("{} is not an address such as 127.0.0.1 or [::1]; names "
                        "are not looked up, since that may take long",
                        shown(test.address)));
    }
    test.port = static_cast<std::uint16_t>(number);
    return test;
}

/// http://ADDRESS:PORT/PATH; else what is wrong, in words.
tl::expected<HttpTest, std::string> parse_url(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    if (!text.starts_with(scheme))
        return tl::unexpected(fmt::format("{} does not begin with http://", shown(text)));
    std::string_view rest = text.substr(scheme.size());
    const std::string_view authority = rest.substr(0, rest.find('/'));
    HttpTest test;
    test.target = rest.substr(authority.size());
    if (test.target.empty()) test.target = "/";
    for (const char each : test.target) {
        if (each <= ' ' || each == 0x7f)
            return tl::unexpected(shown(text) + " has a blank in its path, write %20");
    }
    const bool has_port =
        authority.rfind(':') != std::string_view::npos && !authority.ends_with(']');
    auto server = parse_server(has_port ? std::string(authority) : std::string(authority) + ":80");
    if (!server) return tl::unexpected(std::move(server.error()));
    test.server = std::move(*server);
    return test;
}

// ---- tests --------------------------------------------------------------------------------------

void read_exec(const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
    if (entry.value.kind != Node::Kind::list)
        return reader.refuse_kind(entry, "a list such as [./check, --quick]");
    ExecTest test;
    test.command = read_arguments(reader, entry);
    if (!test.command.empty())
        test.executable = read_executable(reader, entry, test.command.front(), draft.component);
    draft.check.test = std::move(test);
}

void read_tcp(const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
    const std::optional<std::string> text = reader.text(entry);
    if (!text) return;
    auto test = parse_server(*text);
    if (!test) return reader.refuse(entry, std::move(test.error()));
    draft.check.test = std::move(*test);
}

void read_http(const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
    const std::optional<std::string> text = reader.text(entry);
    if (!text) return;
    auto test = parse_url(*text);
    if (!test) return reader.refuse(entry, std::move(test.error()));
    draft.check.test = std::move(*test);
}

constexpr std::array<KeyRule<HeapTest>, 3> heap_test_keys{{
    {"max_used",
     [](const ValueReader& reader, const Entry& entry, HeapTest& test) {
         reader.read_number(entry, Range{0, 1}, test.used_max.emplace(1));
     }},
    {"max_lease_age",
     [](const ValueReader& reader, const Entry& entry, HeapTest& test) {
         reader.read_duration(entry, test.lease_age_max.emplace());
     }},
    {"max_allocation_failures",
     [](const ValueReader& reader, const Entry& entry, HeapTest& test) {
         constexpr double failures_max = 1e15;  // every whole number up to it is exact
         double failures = 0;
         reader.read_number(entry, Range{0, failures_max}, failures);
         test.allocation_failures_max = static_cast<std::uint64_t>(failures);
     }},
}};

void read_heap(const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
    HeapTest test;
    reader.read_map(entry, heap_test_keys, test);
    if (entry.value.kind == Node::Kind::map && entry.value.entries.empty())
        reader.refuse(entry,
                      "names no limit, write max_used, max_lease_age or "
                      "max_allocation_failures");
    draft.check.test = test;
}

constexpr std::array<KeyRule<HealthcheckDraft>, 4> test_keys{
    {{"exec", read_exec}, {"tcp", read_tcp}, {"http", read_http}, {"heap", read_heap}}};

void read_test(const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
    reader.read_map(entry, test_keys, draft);
    if (entry.value.kind == Node::Kind::map && entry.value.entries.size() != 1)
        reader.refuse(entry, "expected one of exec, tcp, http and heap");
}

/// An interval of nothing would check without a pause.
void read_interval(const ValueReader& reader, const Entry& entry, Duration& interval) {
    Duration read = interval;
    reader.read_duration(entry, read);
    if (read == read.zero()) return reader.refuse(entry, "must not be 0");
    interval = read;
}

constexpr std::array<KeyRule<HealthcheckDraft>, 6> healthcheck_keys{{
    {"test", read_test},
    {"interval",
     [](const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
         read_interval(reader, entry, draft.check.interval);
     }},
    {"timeout", [](const ValueReader& reader, const Entry& entry,
                   HealthcheckDraft& draft) { read_interval(reader, entry, draft.check.timeout); }},
    {"retries", [](const ValueReader& reader, const Entry& entry,
                   HealthcheckDraft& draft) { reader.read_count(entry, draft.check.retries); }},
    {"start_period",
     [](const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
         reader.read_duration(entry, draft.check.start_period);
     }},
    {"start_interval",
     [](const ValueReader& reader, const Entry& entry, HealthcheckDraft& draft) {
         read_interval(reader, entry, draft.check.start_interval);
     }},
}};

}  // namespace

void read_healthcheck(const ValueReader& reader, const Entry& entry, Descriptor& descriptor) {
    HealthcheckDraft draft{.check = {}, .component = descriptor};
    reader.read_map(entry, healthcheck_keys, draft);
    if (entry.value.kind == Node::Kind::map && entry.value.find("test") == nullptr)
        reader.refuse(entry, "the key \"test\" is missing");
    descriptor.healthcheck = std::move(draft.check);
}

std::vector<Vocabulary> healthcheck_vocabulary() {
    return {vocabulary_of("healthcheck", healthcheck_keys, &KeyRule<HealthcheckDraft>::key),
            vocabulary_of("healthcheck.test", test_keys, &KeyRule<HealthcheckDraft>::key),
            vocabulary_of("healthcheck.test.heap", heap_test_keys, &KeyRule<HeapTest>::key)};
}

}  // namespace launcher
