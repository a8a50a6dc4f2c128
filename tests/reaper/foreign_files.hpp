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

/// Writes the file, under its own name or another one; a payload segment of iceoryx with the rights
/// that RouDi gives it.
void lay_down(const TestDirectory& directory, const RecordedFile& file,
              const std::string& name = {}, mode_t mode = 0600);

/// Lays down a PyTorch tensor; its name. Without users its maker alone decides; with users also any
/// torch_shm_manager that runs, be it another test's.
std::string lay_tensor(const TestDirectory& directory, pid_t maker, std::uint32_t users = 0,
                       int number = 0);

}  // namespace reaper_test
