#include "reaper/report_metrics.hpp"

#include <fmt/format.h>

#include <iterator>

#include "reaper/escape.hpp"
#include "reaper/report_text.hpp"
#include "reaper/selection.hpp"

namespace reaper {
namespace {

struct Metric {
    std::string_view name;
    std::string_view type;
    std::string_view unit;
    std::string_view help;
    std::string_view suffix = {};  ///< of its samples
};

constexpr std::array heap_metrics = {
    Metric{"shmheap_heap_size_bytes", "gauge", "bytes", "Memory that a heap has committed."},
    Metric{"shmheap_heap_used_bytes", "gauge", "bytes", "Memory in live blocks of a heap."},
    Metric{"shmheap_heap_blocks_live", "gauge", "", "Live blocks of a heap."},
    Metric{"shmheap_heap_references", "gauge", "",
           "Processes that have a heap attached; of REDHAWK's what the file says."},
    Metric{"shmheap_heap_orphaned", "gauge", "",
           "1: the owner of a heap is dead. No sample when nobody can tell."},
    Metric{"shmheap_heap_allocation_failures", "counter", "", "Allocations that a heap refused.",
           "_total"},
};

constexpr std::array verdicts = {Verdict::live,  Verdict::orphaned, Verdict::foreign,
                                 Verdict::other, Verdict::damaged,  Verdict::unreadable};

std::string label_value(std::string_view text) {
    std::string value = "\"";
    for (const char character : escape(text)) {
        if (character == '\\' || character == '"') value += '\\';
        value += character;
    }
    return value + '"';
}

void append_metadata(std::string& text, const Metric& metric) {
    fmt::format_to(std::back_inserter(text), "# TYPE {} {}\n", metric.name, metric.type);
    if (!metric.unit.empty())
        fmt::format_to(std::back_inserter(text), "# UNIT {} {}\n", metric.name, metric.unit);
    fmt::format_to(std::back_inserter(text), "# HELP {} {}\n", metric.name, metric.help);
}

std::size_t index_of(Verdict verdict) {
    std::size_t index = 0;
    while (verdicts[index] != verdict)
        ++index;
    return index;
}

}  // namespace

static_assert(heap_metrics.size() == 6);
static_assert(verdicts.size() == 6);

MetricsReport::MetricsReport(std::string_view path, const Space& space)
    : directory_(label_value(path)), space_(space) {}

void MetricsReport::add_sample(std::size_t metric, const std::string& labels, std::uint64_t value) {
    const Metric& described = heap_metrics[metric];
    fmt::format_to(std::back_inserter(samples_[metric]), "{}{}{{{}}} {}\n", described.name,
                   described.suffix, labels, value);
}

void MetricsReport::add_file(const FileRecord& record) {
    const std::size_t verdict = index_of(record.verdict);
    ++files_[verdict];
    bytes_[verdict] += record.allocated_bytes();
    const auto orphaned = orphaned_text(record);
    if (orphaned.empty()) return;
    const bool is_own = record.format == Format::heap;
    const auto labels =
        fmt::format("heap={},component={},type={}", label_value(record.name),
                    label_value(record.heap.component()), label_value(type_text(record)));
    add_sample(0, labels, heap_bytes(record));
    add_sample(1, labels, used_bytes(record));
    if (is_own) add_sample(2, labels, record.heap.blocks_live);
    add_sample(3, labels, reference_count(record));
    if (record.verdict != Verdict::foreign)
        add_sample(4, labels, record.verdict == Verdict::orphaned ? 1 : 0);
    if (is_own) add_sample(5, labels, record.heap.allocation_failures);
}

std::string MetricsReport::finish() const {
    std::string text;
    const auto add_of_directory = [&](const Metric& metric, std::uint64_t value) {
        append_metadata(text, metric);
        fmt::format_to(std::back_inserter(text), "{}{{directory={}}} {}\n", metric.name, directory_,
                       value);
    };
    add_of_directory({"shmheap_file_system_size_bytes", "gauge", "bytes",
                      "Size of the file system that the heaps lie in."},
                     space_.size_bytes);
    add_of_directory({"shmheap_file_system_free_bytes", "gauge", "bytes",
                      "What is free of the file system that the heaps lie in."},
                     space_.free_bytes);
    const auto add_of_verdicts = [&](const Metric& metric, const auto& values) {
        append_metadata(text, metric);
        for (std::size_t index = 0; index < verdicts.size(); ++index)
            fmt::format_to(std::back_inserter(text), "{}{{verdict=\"{}\"}} {}\n", metric.name,
                           to_string(verdicts[index]), values[index]);
    };
    add_of_verdicts({"shmheap_files", "gauge", "", "Files in the directory."}, files_);
    add_of_verdicts({"shmheap_files_allocated_bytes", "gauge", "bytes",
                     "Memory of the files in the directory, for each of its names."},
                    bytes_);
    for (std::size_t index = 0; index < heap_metrics.size(); ++index) {
        append_metadata(text, heap_metrics[index]);
        text += samples_[index];
    }
    return text + "# EOF\n";
}

}  // namespace reaper
