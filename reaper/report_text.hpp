/// What shminfo shows people: see reaper/DESIGN.md for every line. Writes into a buffer; what
/// comes out of files is escaped. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "reaper/account_names.hpp"
#include "reaper/details.hpp"
#include "reaper/scan.hpp"
#include "reaper/size_text.hpp"
#include "reaper/space.hpp"
#include "reaper/space_account.hpp"

namespace reaper {

/// "heap", "REDHAWK heap (damaged)", "other".
std::string_view type_text(const FileRecord& record);

/// "false", "true", "unknown", or empty when the question does not arise.
std::string_view orphaned_text(const FileRecord& record);

/// Live processes that have the heap attached. REDHAWK's own count is never corrected after a
/// crash; of that the creator is taken away when it is known to be dead.
unsigned reference_count(const FileRecord& record);

/// Of a heap.
pid_t creator_pid(const FileRecord& record);

/// "2286 (siggen)"; the number alone when there is no name.
std::string process_text(pid_t pid, std::string_view name);

/// "maps and opens"
std::string_view holding_text(const Holder& holder);

/// "source.out -> filter.in"; where the ends have no names, the heap and the client's place in it.
std::string connection_text(const FileRecord& record, const shmheap::StreamRecord& stream);

class TextReport {
public:
    TextReport(SizeFormat sizes, bool numeric_ids) : sizes_(sizes), names_(numeric_ids) {}

    void add_directory(std::string_view path, const Space& space);
    void add_file(const FileRecord& record);
    /// Lines below those of the file that was added last.
    void add_details(const Details& details);
    /// A block for each file without a name.
    void add_deleted(const std::vector<DeletedFile>& deleted);
    /// Where the memory of the file system is.
    void add_account(const SpaceAccount& account);
    /// A block for each connection of a heap.
    void add_connections(const FileRecord& record);

    /// What was added since the last call.
    [[nodiscard]] std::string_view text() const { return text_; }
    void clear() { text_.clear(); }

private:
    void add_line(std::string_view key, std::string_view value);
    void add_size(std::string_view key, std::uint64_t bytes);
    void add_heap(const FileRecord& record);
    void add_holders(const std::vector<Holder>& holders);
    void add_clients(const std::vector<shmheap::ClientRecord>& clients);
    void add_blocks(const shmheap::BlockUsage& usage);
    void add_stream(const shmheap::StreamRecord& stream);

    SizeFormat sizes_;
    AccountNames names_;
    bool is_first_ = true;  // connection
    std::string text_;
};

}  // namespace reaper
