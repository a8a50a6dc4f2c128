#include "reaper/tool.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>

#include "os/shm_directory.hpp"
#include "reaper/escape.hpp"

namespace reaper {

std::string default_directory() {
    const char* set = ::secure_getenv("SHMHEAP_DIR");
    return set != nullptr && *set != '\0' ? set : shmheap::os::default_shm_directory;
}

void add_common_options(CLI::App& app, CommonOptions& options) {
    app.set_version_flag("--version", app.get_name() + " " + HARRIER_VERSION, "Print the version");
    app.add_flag("--json", options.json, "Print one JSON document; sizes are in bytes");
    app.add_option("--dir", options.directory,
                   "Directory of the heaps (default: $SHMHEAP_DIR, then /dev/shm)")
        ->type_name("DIR");
}

std::optional<int> parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_done : exit_usage;
    }
    return {};
}

void complain(std::string_view program, std::string_view message) {
    const std::string line = fmt::format("{}: {}\n", program, message);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void complain_of_directory(std::string_view program, const shmheap::Error& error) {
    complain(program, fmt::format("cannot {} {}: {}; name a directory that you may read with --dir",
                                  error.doing, escape(error.subject),
                                  std::generic_category().message(error.code)));
}

void write_out(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

bool flush_out(std::string_view program) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
    complain(program, fmt::format("cannot write to standard output: {}; what it shows is cut short",
                                  std::generic_category().message(errno)));
    return false;
}

int run_tool(const char* program, int (*body)(int argc, char** argv), int argc, char** argv) {
    try {
        return body(argc, argv);
    } catch (const std::exception& error) {
        complain(program, fmt::format("gave up: {}", error.what()));
    }
    return exit_not_done;
}

}  // namespace reaper
