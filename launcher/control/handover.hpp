/// What one program of harrier hands over to the next, which takes its place in the same process
/// by execve(2): a record as JSON, in a file without a name (memfd_create(2)), and the descriptors
/// that it names, which the exec leaves open. The record has a version: whoever changes what is in
/// it, or what its numbers mean, changes that. Main thread, but for what is said otherwise.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/load.hpp"
#include "launcher/config/read_launch.hpp"
#include "launcher/observe/carried_output.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

inline constexpr int handover_version = 1;
inline constexpr std::size_t record_bytes_max = std::size_t{256} << 20;

/// What the application is described by: the bytes of its files, and what was launched besides.
struct Description {
    std::vector<NamedText> texts = {};
    std::vector<LaunchText> launched = {};
};

/// What a description says.
struct Described {
    Application application = {};
    std::vector<Descriptor> launched = {};
};

/// The files as they are now. From any thread.
[[nodiscard]] tl::expected<std::vector<NamedText>, std::vector<Diagnostic>> read_texts(
    const std::vector<std::string>& files);

/// From one thread at a time (load.hpp).
[[nodiscard]] tl::expected<Described, std::vector<Diagnostic>> read_description(
    const Description& description);

[[nodiscard]] boost::json::object carry(const Description& description);
[[nodiscard]] boost::json::object carry(const CarriedOutput& output);

/// The opposites. They throw what Boost.JSON does when that did not write it.
[[nodiscard]] Description restore_description(const boost::json::object& carried);
[[nodiscard]] CarriedOutput restore_output(const boost::json::object& carried);

/// The record in a file of its own, which is read from its beginning. From any thread. Errors:
/// EFBIG, read_record() would refuse it; what memfd_create(2) and write(2) say.
[[nodiscard]] shmheap::Result<shmheap::os::UniqueFd> write_record(boost::json::object record);

/// Errors: ENOTSUP for another version, EBADMSG for what is no record; what read(2) says.
[[nodiscard]] shmheap::Result<boost::json::object> read_record(int fd);

/// Whether execve(2) closes these. Errors: EBADF, one is not open.
shmheap::Status close_on_exec(const std::vector<int>& descriptors, bool closes);

/// The answer of a program that was asked whether it would go on with a record, and what to ask it:
/// `harrier --check-handover` with the record as its standard input. Prints one line; the rest of
/// it is who says so (pid, user, group) and the version, or why it would not.
inline constexpr const char* check_option = "--check-handover";
inline constexpr const char* would_go_on = "harrier would go on: ";
inline constexpr const char* would_not_go_on = "harrier would not go on: ";

/// Prints that answer. Returns the exit status.
int answer_check(const char* version);

/// Asks `program`, and returns its version. The answer has to be that of the process which was
/// asked, with the user and the group of this one: what it executes now it would execute in the
/// place of this one, too. From any thread; waits for five seconds at most. Errors: a sentence.
[[nodiscard]] tl::expected<std::string, std::string> ask_program(const std::string& program,
                                                                 boost::json::object record);

}  // namespace launcher
