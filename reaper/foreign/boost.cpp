/// Boost.Interprocess: managed segments and message queues, whatever they are called. Its names
/// are the application's and it keeps no record of who uses a file: there is no rule by which an
/// owner could be proven dead, and a closed segment waits for the next process that opens it.
///
/// Source: Boost 1.81. detail/managed_open_or_create_impl.hpp: a 32-bit word at 0 becomes 2 when
/// the file is initialized, and what the file holds begins at 16. mem_algo/rbtree_best_fit.hpp: a
/// managed segment begins with a header (a mutex, a tree, the bytes allocated, and the size of all,
/// in this order), whose size differs with the types that it is made of. ipc/message_queue.hpp: a
/// queue begins with the distance to its index (a pointer for each message), the largest number of
/// messages and the largest size of one; after the index come the messages, each with 16 bytes
/// more.
#include "reaper/foreign/boost_segment.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {
namespace {

constexpr std::uint32_t initialized = 2;
constexpr std::size_t begin = 16;
constexpr std::size_t header_words_end = 0x100;

bool is_initialized(const Subject& subject) {
    return number_at<std::uint32_t>(subject.head, 0) == initialized &&
           is_zero(subject.head, sizeof(std::uint32_t), begin);
}

bool is_queue(const Subject& subject) {
    constexpr std::uint64_t message_header = 16;
    constexpr std::uint64_t limit = std::uint64_t{1} << 31;  // so that nothing below overflows
    const auto distance = number_at<std::uint64_t>(subject.head, begin);
    const auto messages = number_at<std::uint64_t>(subject.head, begin + 8);
    const auto message_bytes = number_at<std::uint64_t>(subject.head, begin + 16);
    if (!distance || !messages || !message_bytes) return false;
    if (*distance > limit || *messages > limit || *message_bytes >= limit) return false;
    if (*messages == 0 || *message_bytes == 0) return false;
    const std::uint64_t rounded = (*message_bytes + 7) / 8 * 8;
    const std::uint64_t each = 8 + message_header + rounded;
    return *messages <= subject.size() / each &&
           begin + *distance + *messages * each == subject.size();
}

}  // namespace

bool is_boost_segment(const Subject& subject) {
    if (!is_initialized(subject)) return false;
    for (std::size_t offset = begin; offset < header_words_end; offset += sizeof(std::uint64_t)) {
        if (number_at<std::uint64_t>(subject.head, offset) == subject.size() - begin) return true;
    }
    return false;
}

std::optional<Finding> recognise_boost(const Subject& subject) {
    Finding finding;
    if (is_boost_segment(subject)) {
        finding.type = "Boost.Interprocess segment";
    } else if (is_initialized(subject) && is_queue(subject)) {
        finding.type = "Boost.Interprocess message queue";
    } else {
        return {};
    }
    finding.evidence = "Boost.Interprocess keeps no record of who uses it";
    return finding;
}

}  // namespace reaper::foreign
