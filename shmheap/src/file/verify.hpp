/// Whether every structure of a heap's file is consistent, in itself and with the others: header,
/// counters, client areas with their slots, lanes, rings and claims, and what must be empty. Read
/// with pread alone, as input; nothing is taken, locked or changed.
///
/// A rule is one that holds at every moment, also where a process was killed in the middle of a
/// step. Since the parts are not read in one moment, a finding counts only if it is found again
/// and again while somebody still has the file; what stands where any value may stand (payload,
/// uuid, times, pids, generations) is not judged. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

/// One thing that is not as it must be.
struct Finding {
    std::string place;  ///< "header", "client 3, lease 17"
    std::string rule;   ///< "reserved bytes are not zero": the same whenever it is found again
    std::string found;  ///< what is there instead; may be empty

    friend bool operator==(const Finding& left, const Finding& right) {
        return left.place == right.place && left.rule == right.rule;
    }
};
using Findings = std::vector<Finding>;

/// No more are told.
constexpr std::size_t findings_max = 1000;

/// Looks for damage in a file that begins as a heap of ours does, or would but for its magic
/// number. `is_heap` is false for any other, and then there are no findings. Errors: what pread(2)
/// and fstat(2) say.
struct Verification {
    bool is_heap = false;
    Findings findings;
};
Result<Verification> verify(int fd);

// ---- the parts, pure

/// Sizes that the header names and others are held against.
struct HeapExtent {
    std::uint64_t file_size = 0;
    std::uint64_t allocated_bytes = 0;
    std::uint64_t size_max = 0;
};

/// `head` is a whole FileHead::capacity, zeros where the file ends, that parse_head() took for a
/// heap.
void verify_head(std::span<const std::byte> head, const HeapExtent& extent, Findings& findings);

/// `area` has client_area_stride bytes.
void verify_area(std::uint32_t slot, std::span<const std::byte> area, const HeapExtent& extent,
                 Findings& findings);

/// Whether messages wait for the client, by what the ring says.
bool has_waiting(std::span<const std::byte> area);

/// What holds only while the client of the slot lives: the leases of the messages that wait for it.
/// Those of one that is gone are taken back, and its messages stay where they are.
void verify_waiting(std::uint32_t slot, std::span<const std::byte> area, Findings& findings);

}  // namespace shmheap
