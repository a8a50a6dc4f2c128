#include "reaper/tool.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <system_error>

#include "os/shm_directory.hpp"
#include "reaper/escape.hpp"
#include "reaper/lack.hpp"

namespace reaper {
namespace {

/// "the value is empty" of the first option that was given as `--option=`, which CLI11 takes for
/// one without a value: more likely it is that of a variable that is not set.
std::optional<std::string> find_empty_value(const CLI::App& app, int argc, char** argv) {
    for (int index = 1; index < argc; ++index) {
        const std::string_view text = argv[index];
        if (text == "--") break;
        if (!text.starts_with("--") || text.find('=') + 1 != text.size()) continue;
        const auto* option = app.get_option_no_throw(std::string(text.substr(0, text.size() - 1)));
        if (option == nullptr || option->get_items_expected_min() == 0) continue;
        return fmt::format("{0} the value is empty; write {0}{1}", text, option->get_type_name());
    }
    return {};
}

std::string usage_text(std::string_view message) {
    return fmt::format("{}; --help tells more", message);
}

}  // namespace

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
    // Of what the program itself finds wrong, in which values are escaped already.
    app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
        return fmt::format("{}: {}\n", failed->get_name(), usage_text(error.what()));
    });
}

void refuse_values_of_flags(CLI::App& app, const CLI::Option* but) {
    for (CLI::Option* option : app.get_options())
        if (option->get_expected_max() == 0 && option != but) option->disable_flag_override();
}

std::optional<int> parse(CLI::App& app, int argc, char** argv) {
    if (const auto empty = find_empty_value(app, argc, argv))
        return refuse_usage(app.get_name(), *empty);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        std::ostringstream shown;
        app.exit(asked, shown, shown);
        write_out(shown.str());
        return flush_out(app.get_name()) ? exit_done : exit_not_done;
    } catch (const CLI::ParseError& error) {
        return refuse_usage(app.get_name(), escape(error.what()));
    }
    return {};
}

void complain(std::string_view program, std::string_view message) {
    const std::string line = fmt::format("{}: {}\n", program, message);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

int refuse_usage(std::string_view program, std::string_view message) {
    complain(program, usage_text(message));
    return exit_usage;
}

void complain_of_directory(std::string_view program, const shmheap::Error& error) {
    const std::string_view remedy = is_lack(error.code)
                                        ? lack_remedy(error.code)
                                        : "name a directory that you may read with --dir";
    complain(program, fmt::format("cannot {} {}: {}; {}", error.doing, escape(error.subject),
                                  std::generic_category().message(error.code), remedy));
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
