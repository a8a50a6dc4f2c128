/// What the two tools have in common: options, exit statuses, and where output goes (data to
/// stdout, messages to stderr). Used by the main thread only.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "shmheap/result.hpp"

namespace reaper {

enum ExitStatus : int {
    exit_done = 0,
    exit_not_done = 1,
    exit_usage = 2,
    exit_found = 3,  ///< a condition is true, or damage was found (shminfo)
};

/// $SHMHEAP_DIR, then /dev/shm.
std::string default_directory();

struct CommonOptions {
    std::string directory = default_directory();
    bool json = false;
};

/// Adds --dir, --json, --version and -h, --help.
void add_common_options(CLI::App& app, CommonOptions& options);

/// Of the options that are there, flags take no value but for one: CLI11 would read `--dry-run=0`
/// as no dry run.
void refuse_values_of_flags(CLI::App& app, const CLI::Option* but = nullptr);

/// A value is the exit status of a program that has nothing more to do: help was asked for, or the
/// usage was wrong, of which one line on stderr tells.
std::optional<int> parse(CLI::App& app, int argc, char** argv);

/// "shminfo: MESSAGE" on stderr.
void complain(std::string_view program, std::string_view message);

/// Complains of wrong usage, and says where the right one stands. The exit status.
int refuse_usage(std::string_view program, std::string_view message);

/// "shminfo: cannot open directory /nowhere: No such file or directory; REMEDY" on stderr.
void complain_of_directory(std::string_view program, const shmheap::Error& error);

/// Writes to stdout. Whether that worked is known for certain after flush_out only.
void write_out(std::string_view text);

/// Whether everything that was written has arrived, with a complaint when not (a full disk).
bool flush_out(std::string_view program);

/// Runs a tool's body and turns whatever a library throws into a complaint.
int run_tool(const char* program, int (*body)(int argc, char** argv), int argc, char** argv);

}  // namespace reaper
