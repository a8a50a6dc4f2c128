// A heap file that somebody changes (changed_heap.hpp) while it is verified: whatever is in it, and
// whenever it comes there, the findings are text for a terminal and a JSON document, as many in one
// as in the other. Nobody has locked it, as what is in use is read again and again, with pauses.
#include <algorithm>
#include <boost/json/parse.hpp>

#include "changed_heap.hpp"
#include "reaper/verify_file.hpp"
#include "told.hpp"

namespace {

reaper::FileVerification verify(const fuzz::ChangedHeap& heap) {
    auto verification = reaper::verify_file(heap.directory(), fuzz::heap_name);
    fuzz::require(verification.has_value(), "a file of one's own can be read");
    return std::move(*verification);
}

void look(const fuzz::ChangedHeap& heap) {
    const auto verification = verify(heap);
    const auto text = reaper::verification_text(fuzz::heap_name, verification);
    fuzz::require_text(text);
    const auto json = reaper::verification_json(fuzz::heap_name, verification);
    fuzz::require_json(json);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const auto findings = boost::json::parse(json).at("findings").as_array().size();
    fuzz::require(lines == std::max<std::size_t>(findings, 1), "each finding has a line");
}

const fuzz::ChangedHeap& heap_made_once() {
    static const fuzz::ChangedHeap heap(fuzz::ChangedHeap::Locks::free);
    static const auto verification = verify(heap);
    fuzz::require(verification.is_heap && verification.findings.empty(),
                  "what nobody changed is consistent");
    return heap;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& heap = heap_made_once();
    fuzz::while_it_changes(heap, {data, size}, [&heap] { look(heap); });
    return 0;
}
