#include "launcher/supervise/fingerprint.hpp"

#include <bit>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace launcher {
namespace {

/// FNV-1a of 64 bits, by Fowler, Noll and Vo. What is added is told from what is added before and
/// after it: texts and lists go in behind their sizes.
class Fingerprint {
public:
    void add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            add_byte(static_cast<unsigned char>(number >> shift));
    }
    template <class Value>
    requires std::is_enum_v<Value>
    void add(Value value) { add(static_cast<std::uint64_t>(value)); }
    void add(Duration duration) { add(static_cast<std::uint64_t>(duration.count())); }
    void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
    void add(const std::string& text) {
        add(std::uint64_t{text.size()});
        for (const char each : text)
            add_byte(static_cast<unsigned char>(each));
    }
    void add(const std::vector<std::string>& texts) {
        add(std::uint64_t{texts.size()});
        for (const std::string& text : texts)
            add(text);
    }
    void add_flag(bool flag) { add(std::uint64_t{flag ? 1U : 0U}); }
    template <class Value>
    void add(const std::optional<Value>& value) {
        add_flag(value.has_value());
        if (value) add(*value);
    }

    void add(int number) { add(static_cast<std::uint64_t>(number)); }
    void add(unsigned number) { add(std::uint64_t{number}); }

    void add(const LinePattern& line) {
        add(line.text);
        add_flag(line.is_regex);
    }
    void add(const ExecTest& test) {
        add(test.command);
        add(test.executable);
    }
    void add(const TcpTest& test) {
        add(test.address);
        add(std::uint64_t{test.port});
    }
    void add(const HttpTest& test) {
        add(test.server);
        add(test.target);
    }
    void add(const HeapTest& test) {
        add(test.used_max);
        add(test.lease_age_max);
        add(test.allocation_failures_max);
    }
    void add(const HealthCheck& check) {
        add(std::uint64_t{check.test.index()});
        std::visit([this](const auto& test) { add(test); }, check.test);
        for (const Duration each :
             {check.interval, check.timeout, check.start_period, check.start_interval})
            add(each);
        add(check.retries);
    }
    void add(const Rotation& rotation) {
        add(rotation.size_bytes_max);
        add(rotation.files_max);
        add(rotation.age_max);
        add_flag(rotation.compress);
    }
    void add(const shmheap::port::Connection& connection) {
        for (const auto* end : {&connection.from, &connection.to}) {
            add(end->component);
            add(end->port);
        }
        add(connection.policy);
        add(std::uint64_t{connection.depth});
    }

    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    void add_byte(unsigned char byte) {
        value_ ^= byte;
        value_ *= 1099511628211U;
    }

    std::uint64_t value_ = 14695981039346656037U;
};

void add_environment(Fingerprint& print, const Descriptor& descriptor) {
    print.add(std::uint64_t{descriptor.environment.size()});
    for (const auto& [name, value] : descriptor.environment) {
        print.add(name);
        print.add(value);
    }
}

void add_logging(Fingerprint& print, const Logging& logging) {
    print.add(logging.path);
    print.add(logging.mode);
    print.add(logging.format);
    print.add(logging.rotation);
    print.add(logging.on_full);
}

}  // namespace

std::uint64_t fingerprint_of(const Descriptor& descriptor) {
    Fingerprint print;
    print.add(descriptor.command);
    print.add(descriptor.executable);
    print.add(descriptor.working_directory);
    add_environment(print, descriptor);
    print.add(descriptor.type);
    print.add(descriptor.notify_access);
    print.add(descriptor.ready.log_line);
    print.add(descriptor.ready.fd);
    print.add(descriptor.ready.timeout);
    print.add(descriptor.healthcheck);
    print.add(descriptor.watchdog);
    print.add(descriptor.kill_mode);
    print.add(descriptor.on_supervisor_loss);
    print.add(descriptor.heap.size_bytes);
    print.add(descriptor.heap.mode);
    print.add(descriptor.heap.reap);
    add_logging(print, descriptor.logging);
    print.add(std::uint64_t{descriptor.connections.size()});
    for (const auto& connection : descriptor.connections)
        print.add(connection);
    return print.value();
}

}  // namespace launcher
