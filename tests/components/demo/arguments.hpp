/// The command line of a demo component: `--name value` pairs. What cannot be understood ends the
/// program with exit status 2 and a message.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace demo {

class Arguments {
public:
    /// `known` are the names that may be given, without the dashes.
    Arguments(int count, char** values, std::initializer_list<std::string_view> known);

    /// The value of an argument, or `otherwise` if it was not given.
    [[nodiscard]] std::string text(const std::string& name, std::string otherwise = "") const;
    [[nodiscard]] std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;

private:
    [[noreturn]] void refuse(const std::string& why) const;

    std::string program_;
    std::map<std::string, std::string> values_;
};

/// The path of a file that lasts as long as the application runs: in its run directory, or in the
/// working directory when nobody launched us.
std::string run_path(const std::string& name);

}  // namespace demo
