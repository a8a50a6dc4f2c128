/// Real processes: what they inherit, how their ends are told apart, and that nothing of their
/// trees stays behind.
#include "launcher/supervise/process_host.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "launcher/supervise/exec_probe.hpp"
#include "real_host.hpp"

namespace launcher::test {
namespace {

using shmheap::os::UniqueFd;

TEST_CASE("a child inherits no descriptor but 0, 1 and 2, and reads nothing") {
    Real real;
    const UniqueFd inheritable(open("/dev/zero", O_RDONLY));
    const UniqueFd high(fcntl(inheritable.get(), F_DUPFD, 400));
    CHECK(status_of(real.run_shell("ls /proc/$$/fd; readlink /proc/$$/fd/0; :")) == 0);
    CHECK(real.log() == "0\n1\n2\n/dev/null\n");
}

TEST_CASE("a child has a clean signal mask and default dispositions, whatever harrier's are") {
    Real real;
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
    const auto hangup_before = std::signal(SIGHUP, SIG_IGN);
    const auto user_before = std::signal(SIGUSR2, [](int) {});
    CHECK(status_of(real.run({"/bin/cat", "/proc/self/status"})) == 0);
    std::signal(SIGPIPE, pipe_before);
    std::signal(SIGHUP, hangup_before);
    std::signal(SIGUSR2, user_before);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    const std::string log = real.log();
    CHECK(log.find("SigBlk:\t0000000000000000") != std::string::npos);
    CHECK(log.find("SigIgn:\t0000000000000000") != std::string::npos);
    CHECK(log.find("SigCgt:\t0000000000000000") != std::string::npos);
}

TEST_CASE("harrier's own signals are unharmed by a start") {
    Real real;
    static volatile std::sig_atomic_t received = 0;
    const auto before = std::signal(SIGUSR2, [](int) { received = 1; });
    CHECK(status_of(real.run({"/bin/true"})) == 0);
    std::raise(SIGUSR2);
    CHECK(received == 1);
    std::signal(SIGUSR2, before);
}

TEST_CASE("a child gets the limit of open files that harrier was given") {
    Real real(123);
    CHECK(status_of(real.run_shell("ulimit -Sn")) == 0);
    CHECK(real.log() == "123\n");
}

TEST_CASE("a child leads a process group of its own, in its working directory") {
    Real real;
    const Ending ending = real.run_shell("pwd; cut -d' ' -f5 /proc/$$/stat; :");
    CHECK(real.log() == real.folder.path() + '\n' + std::to_string(ending.pid) + '\n');
}

TEST_CASE("exit code 9 and signal 9 are told apart") {
    Real real;
    CHECK(status_of(real.run_shell("exit 9")) == 9);
    CHECK(signal_of(real.run_shell("kill -KILL $$")) == SIGKILL);
    CHECK(signal_of(real.run_shell("kill -TERM $$")) == SIGTERM);
    CHECK(no_children());
}

TEST_CASE("a program that cannot be executed gives its errno, says on what, and leaves no zombie") {
    Real real;
    real.folder.write("text", "no program");
    const Ending absent = real.run({real.folder / "absent"});
    REQUIRE(absent.error);
    CHECK(absent.error->message() ==
          "execute " + real.folder / "absent" + ": No such file or directory");
    CHECK(real.run({real.folder / "text"}).error.value().code == EACCES);
    CHECK(real.run({real.folder / "text/below"}).error.value().code == ENOTDIR);
    real.descriptor.working_directory = "/no/such/folder";
    const Ending lost = real.run({"/bin/true"});
    REQUIRE(lost.error);
    CHECK(lost.error->message() ==
          "change to the working directory of a: No such file or directory");
    CHECK(no_children());
}

TEST_CASE("a log that cannot be opened is one clear error, and nothing is started") {
    Real real;
    real.folder.write("file", "");
    real.descriptor.logging.path = real.folder / "file/log";
    const Ending ending = real.run_shell("touch started");
    REQUIRE(ending.error);
    CHECK(ending.error->message() == "open log " + real.folder / "file/log: Not a directory");
    CHECK_FALSE(std::filesystem::exists(real.folder / "started"));
}

TEST_CASE("a program that is just being written is tried again until it is complete") {
    Real real;
    std::filesystem::copy_file("/bin/true", real.folder / "program");
    UniqueFd writer(open((real.folder / "program").c_str(), O_WRONLY));
    REQUIRE(writer);
    real.descriptor.executable = real.folder / "program";
    real.descriptor.command = {"program"};
    SUBCASE("the writer closes it") {
        const auto ending = real.begin();
        CHECK_FALSE(ending->error);
        writer.reset();
        CHECK(status_of(real.finish(ending)) == 0);
    }
    SUBCASE("the writer never does") {
        const Ending ending = real.finish(real.begin());
        REQUIRE(ending.error);
        CHECK(ending.error->code == ETXTBSY);
    }
    CHECK(no_children());
}

// Scripts below tell through a FIFO that their grandchild runs, so that nobody has to wait a while.
constexpr const char* escaping_grandchild =
    "mkfifo ready; (setsid sh -c 'echo $$ > ready; exec sleep 1000' &); read pid < ready; exit 3";

TEST_CASE("a grandchild that fled into a session of its own is found, ended and collected") {
    Real real;
    const Ending ending = real.run_shell(escaping_grandchild);
    CHECK(status_of(ending) == 3);
    CHECK(ending.survivors == 1);
    CHECK(no_children());
}

TEST_CASE("a grandchild that is just exchanging its program for another is found all the same") {
    Real real;
    for (int round = 0; round < 100; ++round) {
        const Ending ending = real.run_shell("rm -f ready; mkfifo ready; (setsid " EXEC_FOREVER
                                             " ready &); read x < ready; exit 3");
        CHECK(status_of(ending) == 3);
        CHECK(ending.survivors == 1);
        REQUIRE(no_children());
    }
}

TEST_CASE("a descendant without an environment is found by its process group") {
    Real real;
    const Ending ending = real.run_shell(
        "mkfifo ready; (env -i sh -c 'echo $$ > ready; exec sleep 1000' &); read pid < ready");
    CHECK(ending.survivors == 1);
    CHECK(no_children());
}

TEST_CASE("a deep tree behind a killed wrapper is found to its last leaf") {
    Real real;
    const Ending ending = real.run_shell(
        "mkfifo ready; (setsid sh -c 'setsid sh -c \"sleep 1000 & sleep 1000 & echo x > ready; "
        "wait\" & wait' &); read x < ready; kill -KILL $$");
    CHECK(signal_of(ending) == SIGKILL);
    CHECK(ending.survivors == 4);
    CHECK(no_children());
}

/// Bears no tag, is in no group of ours, and has lost its parent.
constexpr const char* nobodys_grandchild =
    "mkfifo ready; env -i setsid sh -c '(echo x > ready; exec sleep 1000) &' & "
    "read x < ready; exit 3";

TEST_CASE("strays that die of their kill are not left behind, however late it is") {
    Real real;
    CHECK(status_of(real.run_shell(nobodys_grandchild)) == 3);
    CHECK_FALSE(no_children());
    std::size_t left = 1;
    asio::co_spawn(real.io, real.host->end_strays(real.host->now()),
                   [&](const std::exception_ptr& failure, std::size_t count) {
                       real.io.stop();
                       if (failure) std::rethrow_exception(failure);
                       left = count;
                   });
    real.io.run();
    CHECK(left == 0);
    CHECK(no_children());
}

TEST_CASE("what another component left to harrier is not touched") {
    Real real;
    UniqueFd ends[2];
    int raw[2];
    REQUIRE(pipe2(raw, O_CLOEXEC) == 0);
    ends[0].reset(raw[0]);
    ends[1].reset(raw[1]);
    const pid_t bystander = fork();
    if (bystander == 0) {
        char byte = 0;
        _exit(read(raw[0], &byte, 1) == 1 ? 42 : 1);
    }
    CHECK(status_of(real.run_shell(escaping_grandchild)) == 3);
    REQUIRE(write(ends[1].get(), "x", 1) == 1);
    int status = 0;
    REQUIRE(waitpid(bystander, &status, 0) == bystander);
    CHECK(WEXITSTATUS(status) == 42);
}

/// The letter that proc(5) has for how a process is: T for stopped.
char state_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string words;
    std::getline(file, words);
    return words[words.rfind(')') + 2];
}

TEST_CASE("a signal that is passed on wakes nobody, one on the way to the end does") {
    Real real;
    int looks = 0;
    real.on_look = [&](Process& process, const Report&) {
        if (looks++ > 0) return;
        process.forward(SIGSTOP);
        siginfo_t info{};
        const auto pid = static_cast<id_t>(process.pid());
        REQUIRE(waitid(P_PID, pid, &info, WSTOPPED | WEXITED | WNOWAIT) == 0);
        process.forward(SIGTERM);
        CHECK(state_of(process.pid()) == 'T');
        process.signal(SIGINT, Audience::leader);
    };
    const int signal = signal_of(real.run({"/bin/sleep", "100"}));
    CHECK((signal == SIGTERM || signal == SIGINT));
}

TEST_CASE("who goes on writing to its ready descriptor is read, and not killed for it") {
    Real real;
    real.descriptor.ready.fd = 3;
    UniqueFd go;
    real.on_look = [&](Process&, const Report& report) {
        if (!report.ready || go) return;
        go.reset(open((real.folder / "go").c_str(), O_RDWR | O_CLOEXEC));
        REQUIRE(write(go.get(), "x\n", 2) == 2);
    };
    const Ending ending = real.run_shell(
        "mkfifo go; echo up >&3; read x < go; echo again >&3; head -c 1000000 /dev/zero >&3 && "
        "exit 4");
    CHECK(status_of(ending) == 4);
}

TEST_CASE("a check that has gone over to another process group is killed all the same") {
    Real real;
    REQUIRE(mkfifo((real.folder / "ready").c_str(), 0600) == 0);
    const ExecTest test{.command = {"python3", "-c",
                                    "import os, time\n"
                                    "os.setpgid(0, os.getpgid(os.getppid()))\n"
                                    "with open('ready', 'w') as file: file.write('x')\n"
                                    "time.sleep(30)"},
                        .executable = "/usr/bin/python3"};
    const SpawnRequest request{
        .descriptor = real.descriptor, .latch = real.latch, .tag = "a/b/c/1", .environment = {}};
    std::optional<ExecProbe> probe(std::in_place, *real.host, request, test);
    const UniqueFd ready(open((real.folder / "ready").c_str(), O_RDONLY | O_CLOEXEC));
    char byte = 0;
    REQUIRE(read(ready.get(), &byte, 1) == 1);
    probe.reset();
    siginfo_t info{};
    REQUIRE(waitid(P_ALL, 0, &info, WEXITED) == 0);
    CHECK(info.si_code == CLD_KILLED);
    CHECK(info.si_status == SIGKILL);
}

TEST_CASE("descriptors do not pile up, however often something is started") {
    Real real;
    const auto count = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    real.run({"/bin/true"});
    const auto before = count();
    for (int i = 0; i < 50; ++i)
        real.run({"/bin/true"});
    real.run({"/no/such"});
    CHECK(count() == before);
    CHECK(no_children());
}

}  // namespace
}  // namespace launcher::test
