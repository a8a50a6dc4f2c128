/// Chromium and what is built on it: .org.chromium.Chromium. (.com.google.Chrome. in Chrome) and
/// six letters. It makes the file, opens it a second time for reading, and unlinks it at once;
/// whoever made it has it open all the while. A name stays when it was killed in between. Its
/// memory shows as deleted files, and that of new versions as memfds, which are in no directory.
///
/// Source: Chromium, base/memory/platform_shared_memory_region_posix.cc (Create),
/// base/files/file_util_posix.cc (CreateAndOpenFdForTemporaryFileInDir: mkstemp, so 0600). The
/// content is whatever the browser puts there: nothing tells it but name, kind and mode.
#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {

std::optional<Finding> recognise_chromium(const Subject& subject) {
    constexpr mode_t permissions = 07777;
    constexpr mode_t mode = 0600;
    if (!matches(subject.name, ".org.chromium.Chromium.??????") &&
        !matches(subject.name, ".com.google.Chrome.??????")) {
        return {};
    }
    if ((subject.status.st_mode & permissions) != mode) return {};
    Finding finding;
    finding.type = "Chromium shared memory";
    finding.owner = Life::held;
    finding.evidence = "its process keeps it open until it has no name";
    return finding;
}

}  // namespace reaper::foreign
