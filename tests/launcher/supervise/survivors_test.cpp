/// Which processes of an earlier harrier are adopted, and what is said of records that are broken.
#include "launcher/supervise/survivors.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "launcher/kept_path.hpp"
#include "launcher/supervise/fingerprint.hpp"
#include "os/process_id.hpp"
#include "os/unique_fd.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

/// A component "a" that is to be kept, whose recorded leader is a child of the test.
class Past {
public:
    TemporaryFolder folder;
    Application application{.name = "app", .components = {}};
    KeptFiles files{folder.path()};
    std::vector<Event> events;
    pid_t child = -1;

    Past() {
        add("a");
        child = fork();
        if (child == 0) {
            alarm(100);  // should the test fail
            for (;;)
                pause();
        }
        record("a", recorded());
    }
    Past(const Past&) = delete;
    Past& operator=(const Past&) = delete;
    ~Past() {
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
    }

    void add(const std::string& name) {
        Descriptor descriptor;
        descriptor.name = name;
        descriptor.on_supervisor_loss = SupervisorLoss::keep;
        application.components.push_back(std::move(descriptor));
    }

    KeptRecord recorded(const std::string& tag = "app/uuid/a/3") const {
        const auto start_ticks = shmheap::os::process_start_ticks(child);
        REQUIRE(start_ticks);
        return {.tag = tag,
                .pid = child,
                .start_ticks = *start_ticks,
                .fingerprint = fingerprint_of(application.components.front())};
    }
    void record(const std::string& name, const KeptRecord& record) const {
        REQUIRE(files.write(name, record));
    }

    Survivors find() {
        auto found = find_survivors(application, folder.path(),
                                    [this](const Event& event) { events.push_back(event); });
        REQUIRE(found);
        return *std::move(found);
    }
};

TEST_CASE("who cannot be looked for is not taken for dead") {
    const Past past;
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const shmheap::os::UniqueFd lowest(dup(0));
    REQUIRE(lowest);
    // No descriptor is left for the record, or only one for its process and none to look at that.
    for (const rlim_t left : {0, 1}) {
        const rlimit tight{.rlim_cur = static_cast<rlim_t>(lowest.get()) + 1 + left,
                           .rlim_max = before.rlim_max};
        REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
        const auto found =
            find_survivors(past.application, past.folder.path(), [](const Event&) {});
        REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
        CHECK_FALSE(found);
    }
}

TEST_CASE("a leader that lives is a survivor, with the instance it is of") {
    Past past;
    const Survivors found = past.find();
    REQUIRE(found.size() == 1);
    CHECK(found.at("a").record == past.recorded());
    CHECK(instance_of(found) == "uuid");
    CHECK(past.events.empty());
}

TEST_CASE("a survivor that was started with another description is told from one that was not") {
    Past past;
    CHECK_FALSE(past.find().at("a").is_changed);
    Descriptor& descriptor = past.application.components.front();
    descriptor.restart.policy = RestartPolicy::always;
    CHECK_FALSE(past.find().at("a").is_changed);
    descriptor.environment["X"] = "y";
    CHECK(past.find().at("a").is_changed);
    past.record("a", past.recorded());
    CHECK_FALSE(past.find().at("a").is_changed);
}

TEST_CASE("a zombie is none") {
    Past past;
    kill(past.child, SIGKILL);
    siginfo_t info{};
    REQUIRE(waitid(P_PID, static_cast<id_t>(past.child), &info, WEXITED | WNOWAIT) == 0);
    CHECK(past.find().empty());
}

TEST_CASE("another process that has got the pid is none") {
    Past past;
    KeptRecord record = past.recorded();
    --record.start_ticks;
    past.record("a", record);
    CHECK(past.find().empty());
}

TEST_CASE("a record that is not of this component is none") {
    Past past;
    for (const char* tag :
         {"other/uuid/a/3", "app/uuid/b/3", "app/uuid/a/0", "app/uuid/a", "app/uuid/a/3/4", "/"}) {
        past.record("a", past.recorded(tag));
        CAPTURE(tag);
        CHECK(past.find().empty());
    }
}

TEST_CASE("who is not to be kept any more, or not in the file, is none") {
    Past past;
    past.application.components[0].on_supervisor_loss = SupervisorLoss::kill;
    CHECK(past.find().empty());
    past.application.components.clear();
    CHECK(past.find().empty());
}

TEST_CASE("all survivors are of one instance") {
    Past past;
    past.add("b");
    past.record("b", past.recorded("app/other/b/1"));
    CHECK(names_of(past.find()) == std::set<std::string>{"a"});
    past.record("b", past.recorded("app/uuid/b/1"));
    CHECK(names_of(past.find()) == std::set<std::string>{"a", "b"});
}

TEST_CASE("a record that cannot be understood is told by its file and what is done") {
    Past past;
    past.folder.write("kept-a.record", "harrier-kept 2\ntag app/u");
    CHECK(past.find().empty());
    REQUIRE(past.events.size() == 1);
    CHECK(past.events[0].kind == EventKind::leftover);
    CHECK(past.events[0].component == "a");
    REQUIRE(past.events[0].fields.size() == 3);
    CHECK(past.events[0].fields[0].second == kept_path(past.folder.path(), "a", kept_record));
    CHECK(past.events[0].fields[2].second == "ended and started anew");
}

}  // namespace
}  // namespace launcher::test
