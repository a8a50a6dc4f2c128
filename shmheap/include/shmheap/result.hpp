/// What every function of Harrier that can fail returns: a value, or an Error that says which
/// system error it was, what was being done, and on what. Nothing here throws (but for memory),
/// and values may be passed between threads freely.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>

namespace shmheap {

/// A failure, complete enough for a message to a person.
struct Error {
    int code = 0;              ///< a positive errno value
    const char* doing = "";    ///< what was being done, in words: "map heap"; static storage
    std::string subject = {};  ///< on what: a file name, a path, a component

    /// "map heap heap-2286: Cannot allocate memory"
    [[nodiscard]] std::string message() const {
        std::string text = doing;
        if (!subject.empty()) text += " " + subject;
        return text + ": " + std::generic_category().message(code);
    }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// A failure with a code that is already at hand.
[[nodiscard]] inline tl::unexpected<Error> fail(int code, const char* doing,
                                                std::string_view subject = {}) {
    return tl::unexpected<Error>(Error{code, doing, std::string(subject)});
}

}  // namespace shmheap
