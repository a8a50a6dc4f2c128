/// Files of other frameworks for tests: those recorded in tests/data/foreign (manifest.tsv), laid
/// down again as they were, as far as their bytes were kept.
#pragma once

#include <string>
#include <vector>

#include "support.hpp"

namespace reaper_test {

struct RecordedFile {
    std::string framework;  ///< "fastdds"
    std::string name;       ///< in shared memory
    std::size_t size = 0;
    std::string head;  ///< its first bytes; what is between head and tail is zero, or not kept
    std::string tail;  ///< its last bytes; empty for a small file
};

/// All of the manifest.
std::vector<RecordedFile> recorded_files();

/// The first of a framework whose name begins with `prefix`.
RecordedFile recorded(const std::string& framework, const std::string& prefix);

/// Writes the file, under its own name or another one.
void lay_down(const TestDirectory& directory, const RecordedFile& file,
              const std::string& name = {}, mode_t mode = 0600);

}  // namespace reaper_test
