#include "launcher/control/handover.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/serializer.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "launcher/config/source.hpp"
#include "os/error.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

using shmheap::fail;
using shmheap::Result;
using shmheap::os::UniqueFd;

constexpr std::size_t piece_bytes_max = std::size_t{64} << 10;

LaunchText restore_launch(const json::object& carried) {
    return {.name = json::value_to<std::string>(carried.at("name")),
            .command = json::value_to<std::vector<std::string>>(carried.at("command")),
            .settings = json::value_to<std::vector<std::string>>(carried.at("settings")),
            .folder = json::value_to<std::string>(carried.at("folder"))};
}

Result<std::string> read_all(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0) return shmheap::os::error("read hand-over");
    const bool is_record = S_ISREG(status.st_mode) && status.st_size > 0 &&
                           static_cast<std::uint64_t>(status.st_size) <= record_bytes_max;
    if (!is_record) return fail(EBADMSG, "read hand-over");
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count =
            pread(fd, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return shmheap::os::error("read hand-over");
        if (count == 0) return fail(EBADMSG, "read hand-over");
        done += static_cast<std::size_t>(count);
    }
    return text;
}

shmheap::Status write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return shmheap::os::error("write hand-over");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

tl::expected<std::vector<NamedText>, std::vector<Diagnostic>> read_texts(
    const std::vector<std::string>& files) {
    Diagnostics diagnostics;
    std::vector<NamedText> texts;
    for (const std::string& file : files) {
        auto source = read_source(file, diagnostics);
        if (source) texts.emplace_back(file, std::move(source->text));
    }
    if (!diagnostics.empty()) return tl::unexpected(diagnostics.take());
    return texts;
}

tl::expected<Described, std::vector<Diagnostic>> read_description(const Description& description) {
    Described described;
    auto loaded = load_texts(description.texts, process_environment);
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    described.application = std::move(*loaded);
    for (const LaunchText& each : description.launched) {
        auto launched = read_launch(each, process_environment);
        if (!launched) return tl::unexpected(std::move(launched.error()));
        described.launched.push_back(std::move(*launched));
    }
    return described;
}

json::object carry(const Description& description) {
    json::array texts;
    for (const auto& [file, text] : description.texts)
        texts.push_back(json::array{file, text});
    json::array launched;
    for (const LaunchText& each : description.launched)
        launched.push_back({{"name", each.name},
                            {"command", json::value_from(each.command)},
                            {"settings", json::value_from(each.settings)},
                            {"folder", each.folder}});
    return {{"texts", std::move(texts)}, {"launched", std::move(launched)}};
}

Description restore_description(const json::object& carried) {
    Description description;
    for (const json::value& each : carried.at("texts").as_array())
        description.texts.emplace_back(each.at(0).as_string(), each.at(1).as_string());
    for (const json::value& each : carried.at("launched").as_array())
        description.launched.push_back(restore_launch(each.as_object()));
    return description;
}

json::object carry(const CarriedOutput& output) {
    return {{"read_end", output.read_end},
            {"write_end", output.write_end},
            {"partial", output.partial},
            {"kept", json::value_from(output.kept)},
            {"ends", json::value_from(output.ends)}};
}

CarriedOutput restore_output(const json::object& carried) {
    return {.read_end = carried.at("read_end").to_number<int>(),
            .write_end = carried.at("write_end").to_number<int>(),
            .partial = json::value_to<std::string>(carried.at("partial")),
            .kept = json::value_to<std::vector<std::string>>(carried.at("kept")),
            .ends = json::value_to<std::vector<std::uint64_t>>(carried.at("ends"))};
}

Result<UniqueFd> write_record(json::object record) {
    record["version"] = handover_version;
    UniqueFd file(memfd_create("harrier-handover", MFD_CLOEXEC));
    if (!file) return shmheap::os::error("make hand-over");
    json::serializer serializer;
    serializer.reset(&record);
    const auto buffer = std::make_unique<char[]>(piece_bytes_max);
    for (std::size_t written = 0; !serializer.done();) {
        const std::string_view piece = serializer.read(buffer.get(), piece_bytes_max);
        written += piece.size();
        if (written > record_bytes_max) return fail(EFBIG, "write hand-over");
        if (const auto done = write_all(file.get(), piece); !done)
            return tl::unexpected(done.error());
    }
    return file;
}

Result<json::object> read_record(int fd) {
    const auto text = read_all(fd);
    if (!text) return tl::unexpected(text.error());
    json::parse_options options;
    options.allow_invalid_utf8 = true;  // what components print is bytes
    boost::system::error_code error;
    json::value record = json::parse(*text, error, {}, options);
    const json::object* object = error ? nullptr : record.if_object();
    const json::value* version = object == nullptr ? nullptr : object->if_contains("version");
    if (version == nullptr) return fail(EBADMSG, "read hand-over");
    if (*version != handover_version)
        return fail(ENOTSUP, "read hand-over of version", json::serialize(*version));
    return std::move(record.as_object());
}

shmheap::Status close_on_exec(const std::vector<int>& descriptors, bool closes) {
    for (const int fd : descriptors) {
        if (fcntl(fd, F_SETFD, closes ? FD_CLOEXEC : 0) != 0)
            return shmheap::os::error("hand over descriptor", std::to_string(fd));
    }
    return {};
}

}  // namespace launcher
