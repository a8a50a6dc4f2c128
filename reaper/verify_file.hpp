/// `shminfo --verify`: one file of the directory, looked at from end to end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "file/verify.hpp"
#include "reaper/scan.hpp"

namespace reaper {

struct FileVerification {
    bool is_heap = false;        ///< of ours or of REDHAWK; nothing is known of others
    shmheap::Findings findings;  ///< empty: every structure is consistent
};

/// Errors: what openat(2), fstat(2) and pread(2) say; EINVAL for a name with a '/'.
shmheap::Result<FileVerification> verify_file(const shmheap::os::ShmDirectory& directory,
                                              const std::string& name);

/// "heap-12: consistent", or a line for each finding. Escaped.
std::string verification_text(std::string_view name, const FileVerification& verification);

/// The same as a JSON document.
std::string verification_json(std::string_view name, const FileVerification& verification);

}  // namespace reaper
