/// What other frameworks leave in shared memory: how a file of theirs is told by its name and its
/// content, and whether its owner lives by that framework's own rule. One recogniser for each
/// framework, in its own file, which names the source of what it knows; `all` is the table.
///
/// Recognisers only read: they take no lock (whoever tries a lock that is free holds it for a
/// moment, and the framework may then fail to), follow no link, and map nothing. Whatever a file
/// says is input. One thread for each Witnesses.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "os/shm_directory.hpp"
#include "reaper/foreign/control_segments.hpp"
#include "reaper/foreign/file_locks.hpp"
#include "reaper/process_table.hpp"

namespace reaper::foreign {

enum class Life {
    dead,     ///< proven by the framework's own rule
    alive,    ///< by the same
    unknown,  ///< the rule decides nothing here, or there is none
    held,     ///< its owner has it mapped or open as long as it lives: whoever holds it decides
};

struct Finding {
    std::string_view kind;  ///< the framework, as --foreign takes it: "fastdds"
    std::string_view type;  ///< "Fast DDS segment"
    Life owner = Life::unknown;
    std::string evidence;  ///< why: one line, escaped
    /// Of Life::held: the file whose holders count, if it is not this one.
    std::optional<struct stat> held_file;
    std::string held_name;  ///< the name of that
    /// The files beside it that tell whether its owner lives: without them nobody could any more.
    std::vector<std::string> judged_by;
    bool tells_of_others = false;  ///< other files may be judged by this one: it has to go last
};

/// Where frameworks keep what they lock outside of shared memory.
struct Places {
    std::string iceoryx_locks = "/tmp";
    std::string iceoryx2_root = "/tmp/iceoryx2";
};

/// iceoryx2's nodes on this machine, as one user has to see them.
struct Iceoryx2Nodes {
    unsigned dead = 0;  ///< of this user's
    unsigned alive = 0;
    unsigned unknown = 0;
};

/// What recognisers ask about the world; each is looked up when it is needed first.
struct Witnesses {
    ProcessTable processes;
    FileLocks locks;
    std::optional<ControlSegments> control_segments;
    std::map<uid_t, Iceoryx2Nodes> iceoryx2_nodes;
    Places places;

    /// Whether torch_shm_manager runs, or may run where we do not see it.
    bool has_torch_manager();

    /// What was found out about who lives is looked up anew when it is needed next.
    void forget_living();

    std::optional<bool> torch_manager = {};  ///< what has_torch_manager found out
};

/// A regular file that can be read and is no heap.
struct Subject {
    const shmheap::os::ShmDirectory& directory;
    std::string_view name;
    int fd;
    const struct stat& status;
    std::span<const std::byte> head;  ///< its first bytes, a page at least if it is that long
    Witnesses& witnesses;

    [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(status.st_size); }
};

struct Recogniser {
    std::string_view kind;
    std::optional<Finding> (*recognise)(const Subject&);
};

std::optional<Finding> recognise_fast_dds(const Subject& subject);
std::optional<Finding> recognise_iceoryx(const Subject& subject);
std::optional<Finding> recognise_iceoryx2(const Subject& subject);
std::optional<Finding> recognise_pytorch(const Subject& subject);
std::optional<Finding> recognise_ray(const Subject& subject);
std::optional<Finding> recognise_open_mpi(const Subject& subject);
std::optional<Finding> recognise_postgresql(const Subject& subject);
std::optional<Finding> recognise_pulseaudio(const Subject& subject);
std::optional<Finding> recognise_chromium(const Subject& subject);
std::optional<Finding> recognise_python(const Subject& subject);
std::optional<Finding> recognise_boost(const Subject& subject);

/// In the order in which they are asked: those whose names say less come last.
inline constexpr std::array all{
    Recogniser{"fastdds", recognise_fast_dds},
    Recogniser{"iceoryx", recognise_iceoryx},
    Recogniser{"iceoryx2", recognise_iceoryx2},
    Recogniser{"pytorch", recognise_pytorch},
    Recogniser{"ray", recognise_ray},
    Recogniser{"openmpi", recognise_open_mpi},
    Recogniser{"postgresql", recognise_postgresql},
    Recogniser{"pulseaudio", recognise_pulseaudio},
    Recogniser{"chromium", recognise_chromium},
    Recogniser{"python", recognise_python},
    Recogniser{"boost", recognise_boost},
};

/// The first recogniser's finding; no value: nobody's that we know.
std::optional<Finding> recognise(const Subject& subject);

/// "dead", "alive" or "unknown"; static storage.
const char* to_string(Life life);

/// By the pid of the process that made the file, which a process that was born later, or that is
/// a zombie, does not stand for, and one that does not map the file stands for unknown (judge.hpp).
void judge_by_pid(const Subject& subject, pid_t pid, Finding& finding);

/// By a lock that its owner keeps as long as it lives, on a file that it removes at its end.
/// `lock_file` is open, of `status`, and shown as `file`. A free one of another user than the
/// subject's proves nothing, since anybody may have made it.
void judge_by_lock(const Subject& subject, int lock_file, const struct stat& status,
                   std::string_view file, Finding& finding);

/// A number at `offset` of the head; no value beyond its end.
template <class Number>
std::optional<Number> number_at(std::span<const std::byte> head, std::size_t offset);

extern template std::optional<std::uint32_t> number_at(std::span<const std::byte>, std::size_t);
extern template std::optional<std::uint64_t> number_at(std::span<const std::byte>, std::size_t);

/// Whether the bytes from `begin` to `end` exist and are zero.
bool is_zero(std::span<const std::byte> head, std::size_t begin, std::size_t end);

}  // namespace reaper::foreign
