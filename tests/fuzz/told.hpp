/// What has to be true of everything that shminfo tells, whatever the files are that it tells of.
#pragma once

#include <boost/json/parse.hpp>
#include <string_view>

#include "target.hpp"

namespace fuzz {

/// Lines of printable ASCII.
inline void require_text(std::string_view text) {
    for (const char character : text)
        require(character == '\n' || (character >= ' ' && character <= '~'), "it is text");
}

/// The same with the ends of lines that CSV has.
inline void require_csv(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        require(end != std::string_view::npos, "a line of CSV has an end");
        require_text(text.substr(0, end));
        text.remove_prefix(end + 2);
    }
}

inline void require_json(std::string_view text) {
    require_text(text);
    boost::json::error_code code;
    (void)boost::json::parse({text.data(), text.size()}, code);
    require(!code, "it is a JSON document");
}

}  // namespace fuzz
