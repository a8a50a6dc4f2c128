#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace demo {

Arguments::Arguments(int count, char** values, std::initializer_list<std::string_view> known)
    : program_(values[0]) {
    for (int index = 1; index < count; index += 2) {
        const std::string_view argument = values[index];
        const bool is_name = argument.starts_with("--");
        const std::string_view name = is_name ? argument.substr(2) : argument;
        if (!is_name || std::find(known.begin(), known.end(), name) == known.end()) {
            refuse("unknown argument " + std::string(argument));
        }
        if (index + 1 == count) refuse("no value for " + std::string(argument));
        values_[std::string(name)] = values[index + 1];
    }
}

std::string Arguments::text(const std::string& name, std::string otherwise) const {
    const auto found = values_.find(name);
    return found != values_.end() ? found->second : otherwise;
}

std::uint64_t Arguments::number(const std::string& name, std::uint64_t otherwise) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return otherwise;
    const std::string& text = found->second;
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size()) {
        refuse("--" + name + " is no number: " + text);
    }
    return value;
}

void Arguments::refuse(const std::string& why) const {
    std::fprintf(stderr, "%s: %s\n", program_.c_str(), why.c_str());
    std::exit(2);
}

std::string run_path(const std::string& name) {
    const char* directory = std::getenv("HARRIER_RUN_DIR");
    return (directory != nullptr ? std::string(directory) : ".") + "/" + name;
}

}  // namespace demo
