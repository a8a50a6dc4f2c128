/// One table of what shminfo knows, as RFC 4180 has it: a line of column names, then a line for
/// each row; numbers bare, text in quotes. Sizes are in bytes, times RFC 3339 UTC, what is unknown
/// is empty. Text that comes out of files is escaped as in the text report; besides, no cell begins
/// as a formula of a spreadsheet does. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reaper/account_names.hpp"
#include "reaper/details.hpp"
#include "reaper/scan.hpp"
#include "reaper/space_account.hpp"

namespace reaper {

class CsvReport {
public:
    enum class Table {
        files,
        holders,  ///< a row for each process and file
        clients,  ///< a row for each client of a heap
        blocks,   ///< a row for each block size of a heap that has such blocks
        deleted,  ///< a row for each file without a name
    };

    /// With `numeric_ids`, users and groups are numbers.
    CsvReport(Table table, bool numeric_ids);

    void add_file(const FileRecord& record, const Details& details);
    void add_deleted(const std::vector<DeletedFile>& deleted);

    [[nodiscard]] std::string_view text() const { return text_; }
    void clear() { text_.clear(); }

private:
    void add_file_row(const FileRecord& record);
    void add_holders(const FileRecord& record, const Details& details);
    void add_clients(const FileRecord& record, const Details& details);
    void add_blocks(const FileRecord& record, const Details& details);

    Table table_;
    AccountNames names_;
    std::string text_;
};

}  // namespace reaper
