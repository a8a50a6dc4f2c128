#include "launcher/control/inheritance.hpp"

#include <unistd.h>

#include <boost/json/value_to.hpp>
#include <exception>
#include <utility>

#include "launcher/supervise/carry.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

using shmheap::os::UniqueFd;
using Sentences = std::vector<std::string>;

tl::expected<json::object, Sentences> open_record(int fd) {
    const UniqueFd file(fd);
    auto record = read_record(fd);
    if (!record) return tl::unexpected(Sentences{record.error().message()});
    const auto descriptors = json::value_to<std::vector<int>>(record->at("descriptors"));
    if (const auto closed = close_on_exec(descriptors, true); !closed)
        return tl::unexpected(Sentences{closed.error().message()});
    return std::move(*record);
}

}  // namespace

tl::expected<Inheritance, Sentences> Inheritance::take(int fd) {
    try {
        auto record = open_record(fd);
        if (!record) return tl::unexpected(record.error());
        auto described =
            read_description(restore_description(record->at("description").as_object()));
        if (described) return Inheritance(std::move(*record), std::move(*described));
        Sentences mistakes;
        for (const Diagnostic& each : described.error())
            mistakes.push_back(each.text());
        return tl::unexpected(std::move(mistakes));
    } catch (const std::exception& error) {
        return tl::unexpected(Sentences{std::string("read hand-over: ") + error.what()});
    }
}

int Inheritance::number(const char* key) const {
    return record_.at(key).to_number<int>();
}

std::string Inheritance::text(const char* key) const {
    return std::string(record_.at(key).as_string());
}

rlimit Inheritance::open_files() const {
    return {.rlim_cur = record_.at("files_current").to_number<rlim_t>(),
            .rlim_max = record_.at("files_max").to_number<rlim_t>()};
}

std::string Inheritance::instance() const {
    return text("instance");
}

shmheap::Result<RunDirectory> Inheritance::run_directory(const std::string& application) {
    return RunDirectory::resume(application, UniqueFd(number("lock")));
}

std::unique_ptr<Containment> Inheritance::containment(const std::string& application) {
    const int lock = number("containment");
    if (lock < 0) return nullptr;
    return Containment::resume(application, instance(), UniqueFd(lock));
}

UniqueFd Inheritance::control() {
    return UniqueFd(number("control"));
}

void Inheritance::restore_output(const Application& application, Output& output,
                                 Console& console) const {
    console.output().append(text("held_output"));
    console.output().flush();
    console.errors().append(text("held_errors"));
    console.errors().flush();
    const json::object& outputs = record_.at("outputs").as_object();
    const auto resume = [&](const Descriptor& descriptor) {
        const json::value* const carried = outputs.if_contains(descriptor.name);
        if (carried == nullptr) return;
        const auto resumed =
            output.resume(descriptor, launcher::restore_output(carried->as_object()));
        if (!resumed) console.say(resumed.error().message());
    };
    for (const Descriptor& descriptor : application.components)
        resume(descriptor);
    for (const Descriptor& descriptor : described_.launched)
        resume(descriptor);
}

void Inheritance::restore(Journal& journal) const {
    journal.restore(record_.at("journal").as_array());
}

void Inheritance::restore(Supervisor& supervisor, ProcessHost& host) {
    const auto texts = restore_description(record_.at("description").as_object()).launched;
    std::vector<Supervisor::Launched> launched;
    for (std::size_t i = 0; i < texts.size(); ++i)
        launched.push_back({.descriptor = std::move(described_.launched[i]),
                            .text = std::make_shared<const LaunchText>(texts[i])});
    supervisor.restore(record_.at("supervisor").as_object(), std::move(launched));
    std::vector<CarriedProcess> processes;
    for (const auto& component : supervisor.components()) {
        if (component->carried) processes.push_back(*component->carried);
    }
    host.inherit(processes, json::value_to<std::vector<std::string>>(record_.at("spared")));
}

void Inheritance::tell(const EventSink& emit) const {
    Event event{.kind = EventKind::upgraded};
    emit(event.with("from", text("from")).with("to", HARRIER_VERSION));
}

void Inheritance::answer(Server& server) {
    json::object answer = make_answer(record_.at("asker_id"));
    answer["from"] = text("from");
    answer["to"] = HARRIER_VERSION;
    answer["pid"] = getpid();
    server.welcome(UniqueFd(number("asker")), answer);
}

}  // namespace launcher
