// A command that cannot be read is told once; its executable is then not looked for.
#include "launcher/config/read_command.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "launcher/config/executable.hpp"

namespace launcher {
namespace {

/// False when there is no directory to work in, which has been told.
bool read_working_directory(const ValueReader& reader, const Entry* entry, std::string& directory) {
    if (entry == nullptr) return true;
    const std::optional<std::string> text = reader.filled_text(*entry);
    if (!text) return false;
    directory = resolved(*text, entry->value.position.source->folder);
    struct stat status {};
    const int error_number = ::stat(directory.c_str(), &status) == 0 ? 0 : errno;
    if (error_number == 0 && S_ISDIR(status.st_mode)) return true;
    reader.refuse(*entry, error_number == 0
                              ? shown(directory) + " is not a directory"
                              : fmt::format("{}: {}", shown(directory),
                                            std::generic_category().message(error_number)));
    return false;
}

std::vector<std::string> read_script(const ValueReader& reader, const Entry& command) {
    if (command.value.kind == Node::Kind::list) {
        reader.refuse(command, "a list is run as it is, shell: true needs one string");
        return {};
    }
    std::optional<std::string> script = reader.filled_text(command);
    if (!script) return {};
    return {"/bin/sh", "-c", std::move(*script)};
}

/// PATH as the component will see it.
std::optional<std::string> path_of(const Descriptor& descriptor, const ReadingContext& context) {
    const auto own = descriptor.environment.find("PATH");
    return own != descriptor.environment.end() ? own->second : context.environment("PATH");
}

}  // namespace

std::vector<std::string> read_arguments(const ValueReader& reader, const Entry& command) {
    const Node& value = command.value;
    if (value.kind == Node::Kind::scalar) {
        reader.refuse(command,
                      "a string is run only with shell: true, else write a list such as "
                      "[./program, --option]");
        return {};
    }
    if (value.kind != Node::Kind::list) {
        reader.refuse_kind(command, "a list");
        return {};
    }
    std::vector<std::string> arguments;
    for (const Node& item : value.items) {
        std::optional<std::string> argument = reader.text(command.key, item);
        if (argument) arguments.push_back(std::move(*argument));
    }
    if (arguments.size() < value.items.size()) return {};  // every mistake has been told
    if (arguments.empty() || arguments.front().empty()) {
        const Node& program = arguments.empty() ? value : value.items.front();
        reader.refuse(program.position, command.key, "names no program");
        return {};
    }
    return arguments;
}

std::string read_executable(const ValueReader& reader, const Entry& command,
                            const std::string& program, const Descriptor& descriptor) {
    auto executable = find_executable(
        {program, descriptor.working_directory, path_of(descriptor, reader.context())});
    if (executable) return std::move(*executable);
    const Node& value = command.value;
    const Node& first = value.items.empty() ? value : value.items.front();
    reader.refuse(first.position, command.key, std::move(executable.error()));
    return {};
}

void read_command(const ValueReader& reader, const Entry& component, const CommandKeys& keys,
                  Descriptor& descriptor) {
    descriptor.working_directory = component.key_position.source->folder;
    const bool has_directory =
        read_working_directory(reader, keys.working_dir, descriptor.working_directory);
    if (keys.command == nullptr) {
        reader.refuse(component.key_position, component.key, "the key \"command\" is missing");
        return;
    }
    descriptor.command =
        keys.is_shell ? read_script(reader, *keys.command) : read_arguments(reader, *keys.command);
    if (has_directory && !descriptor.command.empty()) {
        descriptor.executable =
            read_executable(reader, *keys.command, descriptor.command.front(), descriptor);
    }
}

}  // namespace launcher
