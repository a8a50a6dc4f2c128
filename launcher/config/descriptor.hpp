/// The YAML description of an application as immutable values: what load() makes, what plan()
/// orders, and what supervision reads. Every path is absolute and every default filled in, so that
/// nothing that reads a descriptor needs to know where the file lay. Plain values: copy them and
/// pass them between threads freely.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "port/connection.hpp"

namespace launcher {

/// Nanoseconds keep every duration a descriptor may state exact (at most about 292 years).
using Duration = std::chrono::nanoseconds;

/// Where in which file something was written; line and column count from 1, columns in bytes.
struct Place {
    std::string file = {};
    int line = 1;
    int column = 1;

    bool operator==(const Place&) const = default;
};

enum class RestartPolicy {
    no,
    always,
    on_failure,   ///< a nonzero status, or a signal that harrier did not send
    on_abnormal,  ///< a signal that harrier did not send, or a timeout
    on_watchdog,  ///< its watchdog was not heard in time
};

struct Restart {
    RestartPolicy policy = RestartPolicy::no;
    Duration delay = std::chrono::milliseconds(200);  ///< before the first restart in a row
    Duration delay_max = std::chrono::seconds(30);    ///< key max_delay
    double factor = 2;  ///< from 1: how much longer each delay is than the one before
    double jitter = 0;  ///< 0 to 1: the share of each delay that chance may take away
    Duration reset_after = std::chrono::seconds(60);  ///< an uptime that ends the row
    unsigned attempts_max = 10;        ///< key max_attempts: restarts in a row, or within `window`
    std::optional<Duration> window{};  ///< the limit counts restarts in this time, not in a row

    bool operator==(const Restart&) const = default;
};

/// What counts as success besides status 0.
struct SuccessExits {
    std::vector<int> statuses = {};
    std::vector<int> signals = {};

    bool operator==(const SuccessExits&) const = default;
};

/// One signal that asks a component to end, and how long it may take. After the last comes SIGKILL.
struct StopStep {
    int signal = SIGTERM;
    Duration grace_period = std::chrono::seconds(10);

    bool operator==(const StopStep&) const = default;
};

/// How far another component has to have come. One of type oneshot is started and ready when it has
/// completed.
enum class DependencyCondition { started, ready, healthy, completed_successfully };

struct Dependency {
    std::string component;
    DependencyCondition condition = DependencyCondition::started;
    bool restart = false;  ///< when the other has been restarted, restart this one
    bool required = true;  ///< false: one that fails, or does not exist, holds nobody up
    Place place = {};      ///< of the component's name

    /// Wherever it stands.
    bool operator==(const Dependency& other) const {
        return component == other.component && condition == other.condition &&
               restart == other.restart && required == other.required;
    }
};

enum class ComponentType {
    simple,   ///< ready when it has started, or as `ready` says
    notify,   ///< ready when it says so (sd_notify(3))
    oneshot,  ///< started and ready when it has completed
};

/// From whom word about a component is taken.
enum class NotifyAccess {
    main,  ///< its leader
    all,   ///< every process of its tree
};

/// A line of output to wait for.
struct LinePattern {
    std::string text;       ///< to be found anywhere in the line
    bool is_regex = false;  ///< an extended regular expression (regex(7))

    bool operator==(const LinePattern&) const = default;
};

struct Readiness {
    std::optional<LinePattern> log_line;
    std::optional<int> fd;  ///< something is written to this descriptor of the component
    Duration timeout = std::chrono::seconds(90);

    bool operator==(const Readiness&) const = default;
};

struct ExecTest {
    std::vector<std::string> command;  ///< argv; passes with status 0
    std::string executable;            ///< absolute

    bool operator==(const ExecTest&) const = default;
};

/// Passes when a connection is accepted.
struct TcpTest {
    std::string address = "127.0.0.1";  ///< numeric: a name might take long to look up
    std::uint16_t port = 0;

    bool operator==(const TcpTest&) const = default;
};

/// GET; passes with a status of 200 to 399.
struct HttpTest {
    TcpTest server;
    std::string target;  ///< path and query

    bool operator==(const HttpTest&) const = default;
};

/// Passes while the component's heaps keep within all of the limits.
struct HeapTest {
    std::optional<double> used_max;  ///< key max_used: the share of its greatest size, 0 to 1
    std::optional<Duration> lease_age_max;  ///< key max_lease_age: of the oldest lease
    std::optional<std::uint64_t> allocation_failures_max;  ///< key max_allocation_failures

    bool operator==(const HeapTest&) const = default;
};

struct HealthCheck {
    std::variant<ExecTest, TcpTest, HttpTest, HeapTest> test;
    Duration interval = std::chrono::seconds(30);
    Duration timeout = std::chrono::seconds(30);
    unsigned retries = 3;     ///< failures in a row that make it unhealthy
    Duration start_period{};  ///< in which failures do not count until a check has passed
    Duration start_interval = std::chrono::seconds(5);  ///< the interval until then

    bool operator==(const HealthCheck&) const = default;
};

/// Whom a stop signals and whom it kills.
enum class KillMode {
    group,    ///< signal all, kill all
    mixed,    ///< signal the leader, kill all
    process,  ///< the leader only
};

/// What becomes of it when harrier is killed.
enum class SupervisorLoss {
    kill,  ///< it dies, too
    keep,  ///< it lives on, and the next harrier adopts it
};

enum class ReapHeap { on_exit, never };

/// What the component's processes get as SHMHEAP_* variables.
struct HeapSettings {
    std::optional<std::uint64_t> size_bytes;  ///< SHMHEAP_MAX_SIZE
    std::optional<unsigned> mode;             ///< SHMHEAP_MODE; no bits outside 0660
    ReapHeap reap = ReapHeap::on_exit;

    bool operator==(const HeapSettings&) const = default;
};

enum class LogMode {
    direct,    ///< the component writes to the file itself
    captured,  ///< harrier does, from a pipe
};

enum class LogFormat {
    text,  ///< what the component wrote, byte for byte
    json,  ///< an object for each line
};

/// What becomes of captured output while it cannot be written.
enum class WhenLogFull {
    block,  ///< it stays in the pipe, and the component waits
    drop,   ///< it is dropped in whole lines, and counted
};

struct Rotation {
    std::uint64_t size_bytes_max = std::uint64_t{10} << 20;  ///< key max_size; not 0
    unsigned files_max = 5;                ///< key max_files: rotated ones that are kept; not 0
    std::optional<Duration> age_max = {};  ///< key max_age: for how long they are kept
    bool compress = false;

    bool operator==(const Rotation&) const = default;
};

struct Logging {
    std::optional<std::string> path;  ///< absolute; the terminal when absent
    LogMode mode = LogMode::direct;
    LogFormat format = LogFormat::text;        ///< of a captured log
    std::optional<Rotation> rotation = {};     ///< of a captured log
    WhenLogFull on_full = WhenLogFull::block;  ///< of a captured log
    Place place = {};                          ///< of the path
};

struct Descriptor {
    std::string name;  ///< [A-Za-z0-9_-]{1,64}
    std::vector<std::string>
        command;                    ///< argv, never empty; {"/bin/sh","-c",text} with shell: true
    std::string executable;         ///< absolute path of what is to be executed
    std::string working_directory;  ///< absolute
    /// On top of harrier's own environment; no value means that the variable is removed.
    std::map<std::string, std::optional<std::string>> environment;
    std::vector<Dependency> depends_on;
    Restart restart;
    SuccessExits success_exits;  ///< key success_exit_codes
    std::vector<StopStep> stop_sequence{
        {}};  ///< never empty; also keys stop_signal, stop_grace_period
    KillMode kill_mode = KillMode::group;
    SupervisorLoss on_supervisor_loss = SupervisorLoss::kill;
    ComponentType type = ComponentType::simple;
    NotifyAccess notify_access = NotifyAccess::main;
    Readiness ready;
    std::optional<HealthCheck> healthcheck;
    std::optional<Duration> watchdog;  ///< how often it has to say that it lives
    int watchdog_signal = SIGABRT;     ///< what it gets first when it does not
    HeapSettings heap;
    Logging logging;
    std::vector<shmheap::port::Connection> connections;  ///< those of its ports
    Place place;                                         ///< of the component's key
};

/// A connection as it was written.
struct Connection {
    shmheap::port::Connection value = {};
    Place place = {};
    Place from_place = {};
    Place to_place = {};
};

/// Whether there is something to wait for between its start and its being ready.
inline bool announces_readiness(const Descriptor& descriptor) {
    return descriptor.type == ComponentType::notify || descriptor.ready.log_line ||
           descriptor.ready.fd;
}

/// Whether it is given a socket to send word to.
inline bool has_notify_socket(const Descriptor& descriptor) {
    return descriptor.type == ComponentType::notify || descriptor.watchdog;
}

struct Application {
    std::string name;                    ///< [A-Za-z0-9_-]{1,64}
    std::vector<Descriptor> components;  ///< in the order of the files
    std::vector<Connection> connections = {};
};

}  // namespace launcher
