#include "launcher/control/board.hpp"

#include <boost/json/value.hpp>
#include <utility>
#include <variant>

#include "launcher/control/condition.hpp"
#include "launcher/observe/format.hpp"
#include "launcher/utf8.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

json::value describe_exit(const std::optional<Exit>& exit) {
    if (!exit) return nullptr;
    if (const auto* exited = std::get_if<Exited>(&*exit))
        return json::object{{"status", exited->status}};
    if (const auto* killed = std::get_if<Killed>(&*exit))
        return json::object{{"signal", format_signal(killed->signal)}};
    if (std::holds_alternative<Unknown>(*exit)) return json::object{{"unknown", true}};
    return json::object{{"error", with_replacements(std::get<NotStarted>(*exit).error.message())}};
}

json::value describe_process(pid_t pid, Sampler& sampler) {
    if (pid == 0) return nullptr;
    const auto sample = sampler.take(pid);
    if (!sample) return nullptr;
    json::value heap;
    if (sample->heap)
        heap = {{"size_bytes", sample->heap->size_bytes},
                {"used_bytes", sample->heap->used_bytes},
                {"leases", sample->heap->leases}};
    return {{"cpu_time_ms", sample->cpu_time_ms},
            {"age_ms", sample->age_ms},
            {"rss_bytes", sample->rss_bytes},
            {"threads", sample->threads},
            {"fds", sample->fds},
            {"heap", std::move(heap)}};
}

}  // namespace

Board::Board(std::string application_name, Supervisor& the_supervisor, Applier& the_applier,
             Upgrader& the_upgrader, Journal& the_journal, Output& the_output, EventSink sink,
             const std::string& shm_directory)
    : application(std::move(application_name)),
      supervisor(the_supervisor),
      applier(the_applier),
      upgrader(the_upgrader),
      journal(the_journal),
      output(the_output),
      emit(std::move(sink)),
      sampler_(shm_directory) {
    const auto tell = [this] {
        if (listener_) listener_();
    };
    supervisor.on_add([tell](Component& component) {
        // Another program may have said since when.
        if (component.since == std::chrono::system_clock::time_point())
            component.since = std::chrono::system_clock::now();
        component.on_enter = [tell, &component] {
            component.since = std::chrono::system_clock::now();
            tell();
        };
        component.on_reach = tell;
    });
    supervisor.on_applied(tell);
}

json::object Board::describe(const Component& component) {
    const auto now = std::chrono::system_clock::now();
    const auto since = component.since;
    const auto milliseconds = [](auto duration) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    };
    return {{"name", component.descriptor().name},
            {"transient", component.is_transient},
            {"state", to_string(component.state())},
            {"ready", is_ready(component)},
            {"healthy", component.is_healthy},
            {"said", component.status.empty() ? json::value()
                                              : json::value(with_replacements(component.status))},
            {"pid", component.pid == 0 ? json::value() : json::value(component.pid)},
            {"since_ms", milliseconds(since.time_since_epoch())},
            {"for_ms", std::max<std::int64_t>(0, milliseconds(now - since))},
            {"restarts", component.starts == 0 ? 0 : component.starts - 1},
            {"last_exit", describe_exit(component.last_exit)},
            {"process", describe_process(component.pid, sampler_)}};
}

}  // namespace launcher
