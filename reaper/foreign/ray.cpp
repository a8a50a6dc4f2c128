/// Ray, and Apache Arrow's Plasma before it: the object store's memory, plasma and six letters. The
/// store makes the file with mkstemp, unlinks it, and only then gives it a size, so a name is seen
/// for a moment, or when the store was killed within it; the memory shows as a deleted file. What
/// has a name is therefore empty, and its store has it open.
///
/// Source: Ray, src/ray/object_manager/plasma/dlmalloc.cc (create_and_mmap_buffer).
#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {

std::optional<Finding> recognise_ray(const Subject& subject) {
    if (!matches(subject.name, "plasma??????") || subject.size() != 0) return {};
    Finding finding;
    finding.type = "Ray object store";
    finding.owner = Life::held;
    finding.evidence = "its store keeps it open until it has no name";
    return finding;
}

}  // namespace reaper::foreign
