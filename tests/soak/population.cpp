#include "population.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "file/cleaner.hpp"
#include "worker.hpp"

namespace soak {
namespace {

constexpr int removal_patience_ms = 2'000;

bool is_producer(std::size_t member) {
    return member < pair_count;
}

/// Whether `name` is one that the heap of this process may have got.
bool is_heap_of(const std::string& name, pid_t pid) {
    const std::string base = "heap-" + std::to_string(pid);
    return name == base || name.starts_with(base + ".");
}

}  // namespace

Population::Population(Ledger& ledger, shmheap::os::ShmDirectory directory)
    : ledger_(ledger), directory_(std::move(directory)) {
    for (std::size_t member = 0; member < member_count; ++member)
        start(member);
}

Population::~Population() {
    for (const pid_t pid : pids_) {
        if (pid <= 0) continue;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
}

void Population::start(std::size_t member) {
    std::fflush(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
        std::perror("soak: fork");
        ++unexpected_deaths_;
        return;
    }
    if (pid > 0) {
        pids_[member] = pid;
        return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::signal(SIGINT, SIG_IGN);  // a terminal sends it to all; the first process decides
    if (is_producer(member)) {
        produce(ledger_, member, directory_.path());
    } else {
        consume(ledger_, member - pair_count, directory_.path());
    }
    ::_exit(0);
}

void Population::replace_one() {
    const std::size_t member = random_() % member_count;
    const pid_t pid = pids_[member];
    const std::uint64_t now = now_ns();
    if (!is_producer(member)) ledger_.pairs[member - pair_count].consumer_killed_at_ns = now;
    int status = 0;
    if (pid > 0) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, &status, 0);
        pids_[member] = 0;
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) tell_death(member, status);
    }
    if (is_producer(member)) {
        // Nobody knows any more what was killed for this one's predecessor.
        ledger_.pairs[member].consumer_killed_at_ns = 0;
        remove_heap_of(pid, now);
    }
    ++(is_producer(member) ? producers_killed_ : consumers_killed_);
    start(member);
}

/// What harrier does for a component that died. A lock may outlive its holder by a moment.
void Population::remove_heap_of(pid_t pid, std::uint64_t killed_at_ns) {
    const auto names = directory_.names();
    if (!names) return;
    for (const std::string& name : *names) {
        if (!is_heap_of(name, pid)) continue;
        auto cleaned = shmheap::clean(directory_, name);
        for (int each = 0; each < removal_patience_ms; ++each) {
            if (cleaned && *cleaned == shmheap::CleanResult::removed) break;
            ::usleep(1'000);
            cleaned = shmheap::clean(directory_, name);
        }
        if (cleaned && *cleaned == shmheap::CleanResult::removed)
            ledger_.heap_reclaim.add(killed_at_ns);
    }
}

void Population::end() {
    ledger_.producers_stop = true;
    for (std::size_t member = 0; member < pair_count; ++member)
        await_end(member);
    ledger_.consumers_stop = true;
    for (std::size_t member = pair_count; member < member_count; ++member)
        await_end(member);
}

void Population::await_end(std::size_t member) {
    int status = 0;
    if (pids_[member] <= 0 || ::waitpid(pids_[member], &status, 0) < 0) return;
    pids_[member] = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) tell_death(member, status);
}

void Population::tell_death(std::size_t member, int status) {
    ++unexpected_deaths_;
    std::fprintf(stderr, "soak: %s %zu died by itself: %s %d\n",
                 is_producer(member) ? "producer" : "consumer", member % pair_count,
                 WIFSIGNALED(status) ? "signal" : "exit status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

}  // namespace soak
