#include "reaper/verify_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "os/error.hpp"
#include "reaper/escape.hpp"
#include "reaper/redhawk_heap.hpp"
#include "reaper/report_json.hpp"

namespace reaper {
namespace {

namespace json = boost::json;

/// Of REDHAWK's format everything that can be checked is checked when it is read.
shmheap::Result<FileVerification> verify_redhawk(int fd) {
    struct stat status {};
    shmheap::FileHead head;
    if (::fstat(fd, &status) != 0) return shmheap::os::error("inspect");
    if (auto read = shmheap::read_head(fd, head); !read) return tl::unexpected(read.error());
    auto redhawk = inspect_redhawk(fd, head.content(), static_cast<std::uint64_t>(status.st_size));
    if (!redhawk) return tl::unexpected(redhawk.error());
    FileVerification verification{.is_heap = redhawk->content != shmheap::Content::other,
                                  .findings = {}};
    if (redhawk->content == shmheap::Content::damaged)
        verification.findings.push_back({"REDHAWK heap", redhawk->damage, {}});
    return verification;
}

}  // namespace

shmheap::Result<FileVerification> verify_file(const shmheap::os::ShmDirectory& directory,
                                              const std::string& name) {
    const auto file = directory.open_regular_file(name, O_RDONLY);
    if (!file && file.error().code == ENODEV) return FileVerification{};
    if (!file) return tl::unexpected(file.error());
    struct stat status {};
    if (::fstat(file->get(), &status) != 0) return shmheap::os::error("inspect", name);
    auto own = shmheap::verify(file->get());
    if (!own) return tl::unexpected(own.error());
    if (!own->is_heap) return verify_redhawk(file->get());
    FileVerification verification{.is_heap = true, .findings = std::move(own->findings)};
    if (status.st_nlink > 1)
        verification.findings.push_back(
            {"file", "has more than one name", std::to_string(status.st_nlink)});
    return verification;
}

std::string verification_text(std::string_view name, const FileVerification& verification) {
    if (verification.findings.empty()) return fmt::format("{}: consistent\n", escape(name));
    std::string text;
    for (const shmheap::Finding& finding : verification.findings) {
        text += fmt::format("{}: {}: {}", escape(name), finding.place, escape(finding.rule));
        text += finding.found.empty() ? "\n" : fmt::format(" ({})\n", finding.found);
    }
    return text;
}

std::string verification_json(std::string_view name, const FileVerification& verification) {
    json::array findings;
    for (const shmheap::Finding& finding : verification.findings) {
        findings.push_back(json::object{
            {"place", finding.place}, {"rule", escape(finding.rule)}, {"found", finding.found}});
    }
    return json::serialize(json::object{{"version", json_version},
                                        {"name", escape(name)},
                                        {"consistent", verification.findings.empty()},
                                        {"findings", std::move(findings)}}) +
           "\n";
}

}  // namespace reaper
