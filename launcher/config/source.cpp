// Opens without blocking and asks the descriptor, not the name, what it is: the name may change
// its meaning between two looks.
#include "launcher/config/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "launcher/utf8.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {
namespace {

std::string reason(int error_number) {
    return std::generic_category().message(error_number);
}

std::string_view file_kind(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

/// The content, or what is wrong in words.
tl::expected<std::string, std::string> read_regular_file(const std::string& file) {
    using Failure = tl::unexpected<std::string>;
    const shmheap::os::UniqueFd fd(
        ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!fd) return Failure("cannot be opened: " + reason(errno));
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return Failure("cannot be examined: " + reason(errno));
    if (!S_ISREG(status.st_mode)) {
        return Failure(fmt::format("is {}, expected a YAML file", file_kind(status.st_mode)));
    }
    std::string text;
    std::array<char, 64UL * 1024> chunk{};
    while (text.size() <= source_bytes_max) {
        const ssize_t count = ::read(fd.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return Failure("cannot be read: " + reason(errno));
        if (count == 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return Failure("is larger than 1 MiB, the most that is read");
}

/// Tells the first byte that a text file would not have. (yaml-cpp takes byte 4 for the end of the
/// file and stops silently, and turns what is not UTF-8 into question marks.)
std::optional<Diagnostic> find_binary(const std::string& file, std::string_view text) {
    Place place{file, 1, 1};
    std::size_t at = 0;
    while (at < text.size()) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool is_control =
            (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
        const std::size_t length = is_control ? 0 : character_length(text.substr(at));
        if (length == 0) {
            return Diagnostic{place, "",
                              fmt::format("is not a text file: byte 0x{:02x} {}", byte,
                                          is_control ? "is a control character" : "is not UTF-8")};
        }
        place.column += static_cast<int>(length);
        if (byte == '\n') place = Place{file, place.line + 1, 1};
        at += length;
    }
    return std::nullopt;
}

/// By one name, however the way to it was written, so that a description that is read again is the
/// same; but where a link makes ".." lead elsewhere the way stays as it is.
std::string folder_of(const std::filesystem::path& absolute) {
    const std::filesystem::path folder = absolute.parent_path();
    const std::filesystem::path normal = absolute.lexically_normal().parent_path();
    std::error_code error;
    const bool is_same = std::filesystem::equivalent(folder, normal, error);
    return (is_same && !error ? normal : folder).string();
}

}  // namespace

std::optional<Source> make_source(const std::string& file, std::string text,
                                  Diagnostics& diagnostics) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    if (auto binary = find_binary(file, text)) {
        diagnostics.add(std::move(*binary));
        return std::nullopt;
    }
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(file, error);
    if (error) {
        diagnostics.add({Place{file}, "", "the current directory is unknown: " + error.message()});
        return std::nullopt;
    }
    return Source{file, folder_of(absolute), std::move(text)};
}

std::optional<Source> read_source(const std::string& file, Diagnostics& diagnostics) {
    auto text = read_regular_file(file);
    if (text) return make_source(file, std::move(*text), diagnostics);
    diagnostics.add({Place{file}, "", std::move(text.error())});
    return std::nullopt;
}

}  // namespace launcher
