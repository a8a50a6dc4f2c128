// A heap file that somebody changes (changed_heap.hpp) while shminfo reads it with its streams,
// clients and blocks: whatever is in it, and whenever it comes there, what is told is text for a
// terminal, CSV and a JSON document, and a heap whose owner holds its lock is never called
// orphaned.
#include <dirent.h>

#include "changed_heap.hpp"
#include "reaper/report_csv.hpp"
#include "reaper/report_json.hpp"
#include "reaper/report_text.hpp"
#include "reaper/scan.hpp"
#include "told.hpp"

namespace {

constexpr int looks = 4;

reaper::FileRecord look_at(const fuzz::ChangedHeap& heap) {
    reaper::Scanner scanner(heap.directory(), reaper::Scanner::Streams::look_at);
    reaper::FileRecord record;
    fuzz::require(scanner.look({fuzz::heap_name, DT_REG}, record), "the file is there");
    return record;
}

void look(const fuzz::ChangedHeap& heap) {
    const auto record = look_at(heap);
    fuzz::require(record.verdict != reaper::Verdict::orphaned, "who holds his lock lives");
    reaper::DetailReader reader(heap.directory(), {.clients = true, .blocks = true});
    const auto details = reader.read(record);
    reaper::TextReport text(reaper::SizeFormat::automatic, true);
    text.add_file(record);
    text.add_connections(record);
    text.add_details(details);
    fuzz::require_text(text.text());
    reaper::JsonReport json("/", {}, reaper::Scanner::Streams::look_at);
    json.add_file(record, details);
    json.finish();
    fuzz::require_json(json.text());
    using Table = reaper::CsvReport::Table;
    for (const Table table : {Table::files, Table::clients, Table::blocks}) {
        reaper::CsvReport csv(table, true);
        csv.add_file(record, details);
        fuzz::require_csv(csv.text());
    }
}

const fuzz::ChangedHeap& heap_made_once() {
    static const fuzz::ChangedHeap heap(fuzz::ChangedHeap::Locks::held);
    static const bool has_stream = look_at(heap).streams.size() == 1;
    fuzz::require(has_stream, "what nobody changed is a heap with a stream");
    return heap;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& heap = heap_made_once();
    fuzz::while_it_changes(heap, {data, size}, [&heap] {
        for (int each = 0; each < looks; ++each)
            look(heap);
    });
    return 0;
}
