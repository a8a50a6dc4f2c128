/// Files of /proc: read whole, and taken apart word by word. What a process does meanwhile cannot
/// be an error: a file that cannot be read is no value. What we lack ourselves (lack.hpp) is told
/// apart. No state; from any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace reaper {

enum class ProcRead { done, gone, refused, lacking };

/// Reads a file below the open directory `proc` into `text`, whose former content goes. `gone`:
/// the process has ended; `refused`: we may not look, or the file is larger than 16 MiB; `lacking`:
/// errno is one of those in lack.hpp.
ProcRead read_proc_at(int proc, const char* name, std::string& text);

/// The text of a file of a process; no value when it cannot be read.
std::optional<std::string> read_proc(pid_t pid, const char* file);

/// The next word of `text`, which loses it; empty at the end.
std::string_view take_word(std::string_view& text);

/// The next line of `text` without its end; `text` loses both.
std::string_view take_line(std::string_view& text);

/// No value when the word is anything but a number.
std::optional<long> to_number(std::string_view word, int base = 10);

/// Which processes /proc shows to us.
enum class ProcView {
    everyone,         ///< who is not in it does not exist
    pid_namespace,    ///< those of our pid namespace; there may be others outside of it
    other_namespace,  ///< it was mounted for another pid namespace than ours
    not_hidden,       ///< others are hidden from this user (hidepid)
    nobody,           ///< it cannot be read
    unknown,          ///< descriptors or memory were lacking to find it out
};

ProcView proc_view();

}  // namespace reaper
