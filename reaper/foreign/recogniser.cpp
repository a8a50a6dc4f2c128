#include "reaper/foreign/recogniser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "reaper/foreign/name_pattern.hpp"
#include "reaper/judge.hpp"
#include "reaper/proc_file.hpp"

namespace reaper::foreign {

std::optional<Finding> recognise(const Subject& subject) {
    for (const Recogniser& recogniser : all) {
        if (auto finding = recogniser.recognise(subject)) {
            finding->kind = recogniser.kind;
            return finding;
        }
    }
    return {};
}

const char* to_string(Life life) {
    switch (life) {
        case Life::dead:
            return "dead";
        case Life::alive:
            return "alive";
        case Life::unknown:
        case Life::held:
            return "unknown";
    }
    return "";
}

bool Witnesses::has_torch_manager() {
    if (torch_manager) return *torch_manager;
    torch_manager = proc_view() != ProcView::everyone;
    std::error_code failed;
    std::filesystem::directory_iterator entry("/proc", failed);
    for (; !failed && entry != end(entry) && !*torch_manager; entry.increment(failed)) {
        const auto pid = leading_pid(entry->path().filename().native());
        if (!pid) continue;
        const auto comm = read_proc(*pid, "comm");
        torch_manager = comm && *comm == "torch_shm_manag\n";
    }
    if (failed) torch_manager = true;
    return *torch_manager;
}

void Witnesses::forget_living() {
    locks = {};
    torch_manager.reset();
    iceoryx2_nodes.clear();
}

void judge_by_pid(const Subject& subject, pid_t pid, Finding& finding) {
    const Facts facts{
        .format = Format::redhawk,
        .creator = subject.witnesses.processes.find_creator(pid, subject.fd, subject.status)};
    const Judgement judgement = judge(facts);
    if (judgement.verdict == Verdict::live) {
        finding.owner = Life::alive;
        finding.evidence = fmt::format("process {} made it and lives", pid);
    } else if (judgement.verdict == Verdict::orphaned) {
        finding.owner = Life::dead;
        finding.evidence = fmt::format("process {}, which made it, has ended", pid);
    } else {
        finding.owner = Life::unknown;
        finding.evidence = fmt::format("process {} made it: {}", pid, judgement.reason);
    }
}

void judge_by_lock(const Subject& subject, int lock_file, const struct stat& status,
                   std::string_view file, Finding& finding) {
    const FileLocks::Answer lock = subject.witnesses.locks.ask(lock_file, status);
    if (lock.state == FileLocks::State::free && status.st_uid != subject.status.st_uid) {
        finding.evidence = fmt::format("{} is not locked, but another user's", file);
        return;
    }
    switch (lock.state) {
        case FileLocks::State::locked:
            finding.owner = Life::alive;
            finding.evidence = fmt::format("{} is locked by process {}", file, lock.holder);
            return;
        case FileLocks::State::free:
            finding.owner = Life::dead;
            finding.evidence = fmt::format("{} is there and not locked", file);
            return;
        case FileLocks::State::unknown:
            finding.owner = Life::unknown;
            finding.evidence = fmt::format("who locks {} cannot be seen from here", file);
            return;
    }
}

template <class Number>
std::optional<Number> number_at(std::span<const std::byte> head, std::size_t offset) {
    if (head.size() < sizeof(Number) || offset > head.size() - sizeof(Number)) return {};
    Number number{};
    std::memcpy(&number, head.data() + offset, sizeof number);
    return number;
}

template std::optional<std::uint32_t> number_at(std::span<const std::byte>, std::size_t);
template std::optional<std::uint64_t> number_at(std::span<const std::byte>, std::size_t);

bool is_zero(std::span<const std::byte> head, std::size_t begin, std::size_t end) {
    if (begin > end || end > head.size()) return false;
    const auto part = head.subspan(begin, end - begin);
    return std::all_of(part.begin(), part.end(),
                       [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace reaper::foreign
