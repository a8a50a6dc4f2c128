#include "reaper/holders.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "os/allocated_bytes.hpp"
#include "os/directory_stream.hpp"
#include "os/error.hpp"
#include "reaper/lack.hpp"

namespace reaper {
namespace {

using shmheap::os::DirectoryStream;
using shmheap::os::next_entry;
using shmheap::os::open_directory_stream;

constexpr std::string_view deleted_suffix = " (deleted)";

/// "8:1" as a device number.
std::optional<dev_t> to_device(std::string_view text, int base) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return {};
    const auto major_number = to_number(text.substr(0, colon), base);
    const auto minor_number = to_number(text.substr(colon + 1), base);
    if (!major_number || !minor_number) return {};
    return makedev(static_cast<unsigned>(*major_number), static_cast<unsigned>(*minor_number));
}

/// Calls `use` with the number and the device of each mount of a mountinfo text.
template <class Use>
void for_each_mount(std::string_view text, Use use) {
    while (!text.empty()) {
        auto line = take_line(text);
        const auto mount = to_number(take_word(line));
        (void)take_word(line);  // the parent
        const auto device = to_device(take_word(line), 10);
        if (mount && device) use(*mount, *device);
    }
}

/// The device of a file system has two numbers where it has subvolumes (btrfs): one that stat
/// gives, and one by which maps and mountinfo call it.
shmheap::Result<dev_t> device_of_mount(const shmheap::os::ShmDirectory& directory,
                                       dev_t otherwise) {
    struct statx extended {};
    std::string text;
    if (::statx(directory.fd(), "", AT_EMPTY_PATH, STATX_MNT_ID, &extended) != 0 ||
        (extended.stx_mask & STATX_MNT_ID) == 0) {
        return otherwise;
    }
    const auto read = read_proc_at(AT_FDCWD, "/proc/self/mountinfo", text);
    if (read == ProcRead::lacking) return shmheap::os::error("read", "/proc/self/mountinfo");
    if (read != ProcRead::done) return otherwise;
    for_each_mount(text, [&](long mount, dev_t device) {
        if (mount == static_cast<long>(extended.stx_mnt_id)) otherwise = device;
    });
    return otherwise;
}

/// A line of /proc/PID/maps, as far as it is of use.
struct Mapping {
    std::string_view range;
    dev_t device = 0;
    ino_t inode = 0;
    std::string_view path;
};

Mapping parse_mapping(std::string_view line) {
    Mapping mapping{.range = take_word(line), .device = 0, .inode = 0, .path = {}};
    (void)take_word(line);  // permissions
    (void)take_word(line);  // offset
    const auto device = to_device(take_word(line), 16);
    const auto inode = to_number(take_word(line));
    if (!device || !inode) return mapping;
    mapping.device = *device;
    mapping.inode = static_cast<ino_t>(*inode);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    mapping.path = line;
    return mapping;
}

/// The walk: what it looks for, what it has found, and buffers that it uses again and again.
class Walk {
public:
    Walk(int proc, dev_t device, dev_t mount_device)
        : proc_(proc), device_(device), mount_device_(mount_device) {}

    HeldFiles run(const DirectoryStream& processes);

private:
    /// These are false when we may not, or could not, look at all there is.
    bool look_at(pid_t pid, const std::string& tables);
    bool look_at_threads(pid_t pid);
    bool look_at_mappings(pid_t pid, const std::string& tables);
    bool look_at_descriptors(pid_t pid, const std::string& tables);
    bool look_at_descriptor(pid_t pid, int fds, const std::string& tables, const char* number);
    bool learn_mounts(const std::string& tables);

    std::optional<bool> is_on_device(const std::string& tables, const char* number);
    bool is_no_gap(ProcRead read);
    bool is_no_gap();

    HeldFile& file_of(ino_t inode, std::string_view path);
    void describe(HeldFile& file, const struct stat& status) const;
    void describe_mapped(HeldFile& file, const std::string& tables, std::string_view range) const;
    Holder& holder_of(HeldFile& file, pid_t pid);

    const int proc_;
    const dev_t device_;        // as stat gives it
    const dev_t mount_device_;  // as maps and mountinfo give it
    HeldFiles held_;
    std::unordered_set<long> mounts_;  // numbers of the mounts of the device, in all namespaces
    std::unordered_set<std::string> namespaces_;  // of mounts, that are in there
    std::string text_;
    bool is_empty_ = false;  // the process that was looked at last has no memory
};

HeldFiles Walk::run(const DirectoryStream& processes) {
    held_.view = proc_view();
    std::vector<pid_t> pids;
    while (const dirent* entry = next_entry(processes)) {
        if (const auto pid = to_number(entry->d_name)) pids.push_back(static_cast<pid_t>(*pid));
    }
    if (errno != 0) {
        held_.view = ProcView::unknown;
        if (is_lack(errno)) held_.lack = errno;
    }
    std::unordered_set<pid_t> of_unknown_mounts;
    for (const pid_t pid : pids)
        if (!learn_mounts(std::to_string(pid))) of_unknown_mounts.insert(pid);
    for (const pid_t pid : pids) {
        bool could_look = look_at(pid, std::to_string(pid));
        // A first thread that ended before the others shows nothing; a kernel thread never does.
        if (could_look && is_empty_) could_look = look_at_threads(pid);
        if (!could_look || of_unknown_mounts.contains(pid)) ++held_.unreadable;
    }
    for (auto& [inode, file] : held_.by_inode)
        std::sort(file.holders.begin(), file.holders.end(),
                  [](const Holder& left, const Holder& right) { return left.pid < right.pid; });
    return std::move(held_);
}

/// Whether nothing is missed by what could not be read: a process that has ended holds nothing.
bool Walk::is_no_gap(ProcRead read) {
    if (read == ProcRead::lacking) held_.lack = errno;
    return read == ProcRead::done || read == ProcRead::gone;
}

/// The same of a system call that failed.
bool Walk::is_no_gap() {
    if (is_lack(errno)) held_.lack = errno;
    return errno == ENOENT || errno == ESRCH;
}

/// Numbers of mounts are unique among all namespaces, and a descriptor may come from another one
/// than its holder's. False when they could not be learned for want of descriptors or memory; for
/// other reasons the process cannot be looked into either, or has ended.
bool Walk::learn_mounts(const std::string& tables) {
    std::array<char, 64> space;
    const ssize_t size =
        ::readlinkat(proc_, (tables + "/ns/mnt").c_str(), space.data(), space.size());
    if (size <= 0) return size == 0 || is_no_gap() || !is_lack(errno);
    const std::string name(space.data(), static_cast<std::size_t>(size));
    if (namespaces_.contains(name)) return true;
    const auto read = read_proc_at(proc_, (tables + "/mountinfo").c_str(), text_);
    if (!is_no_gap(read)) return read != ProcRead::lacking;
    if (read == ProcRead::gone) return true;
    namespaces_.insert(name);
    for_each_mount(text_, [this](long mount, dev_t device) {
        if (device == mount_device_) mounts_.insert(mount);
    });
    return true;
}

bool Walk::look_at(pid_t pid, const std::string& tables) {
    if (!look_at_mappings(pid, tables)) return false;
    return is_empty_ || look_at_descriptors(pid, tables);
}

bool Walk::look_at_threads(pid_t pid) {
    const std::string tasks = std::to_string(pid) + "/task";
    struct stat status {};
    constexpr nlink_t links_of_one_thread = 3;
    if (::fstatat(proc_, tasks.c_str(), &status, 0) != 0) return is_no_gap();
    if (status.st_nlink <= links_of_one_thread) return true;
    const auto threads = open_directory_stream(proc_, tasks.c_str());
    if (!threads) return is_no_gap();
    while (const dirent* entry = next_entry(threads)) {
        if (!to_number(entry->d_name)) continue;
        if (!look_at(pid, tasks + "/" + entry->d_name)) return false;
        if (!is_empty_) return true;
    }
    return errno == 0 || is_no_gap();
}

bool Walk::look_at_mappings(pid_t pid, const std::string& tables) {
    is_empty_ = true;
    const auto read = read_proc_at(proc_, (tables + "/maps").c_str(), text_);
    if (read != ProcRead::done) return is_no_gap(read);
    is_empty_ = text_.empty();
    std::string_view rest = text_;
    while (!rest.empty()) {
        const auto mapping = parse_mapping(take_line(rest));
        if (mapping.device != mount_device_ || mapping.inode == 0) continue;
        HeldFile& file = file_of(mapping.inode, mapping.path);
        if (!file.size) describe_mapped(file, tables, mapping.range);
        holder_of(file, pid).maps = true;
    }
    return true;
}

bool Walk::look_at_descriptors(pid_t pid, const std::string& tables) {
    const auto descriptors = open_directory_stream(proc_, (tables + "/fd").c_str());
    if (!descriptors) return is_no_gap();
    bool could_look = true;
    while (const dirent* entry = next_entry(descriptors)) {
        if (!to_number(entry->d_name)) continue;
        if (!look_at_descriptor(pid, ::dirfd(descriptors.get()), tables, entry->d_name))
            could_look = false;
    }
    return (errno == 0 || is_no_gap()) && could_look;
}

bool Walk::look_at_descriptor(pid_t pid, int fds, const std::string& tables, const char* number) {
    std::array<char, 4096> target;
    const ssize_t size = ::readlinkat(fds, number, target.data(), target.size());
    if (size < 0) return is_no_gap();
    // Sockets, pipes and the like have no path.
    if (size == 0 || target.front() != '/') return true;
    const auto is_ours = is_on_device(tables, number);
    if (!is_ours) return false;
    if (!*is_ours) return true;
    struct stat status {};
    if (::fstatat(fds, number, &status, 0) != 0) return is_no_gap();
    if (status.st_dev != device_ || S_ISDIR(status.st_mode)) return true;
    HeldFile& file =
        file_of(status.st_ino, std::string_view(target.data(), static_cast<std::size_t>(size)));
    describe(file, status);
    holder_of(file, pid).open = true;
    return true;
}

/// Whether the mount through which a descriptor was opened is of our file system; no value when
/// that could not be read.
std::optional<bool> Walk::is_on_device(const std::string& tables, const char* number) {
    const std::string name = tables + "/fdinfo/" + number;
    const auto read = read_proc_at(proc_, name.c_str(), text_);
    if (!is_no_gap(read)) return {};
    if (read == ProcRead::gone) return false;
    constexpr std::string_view key = "mnt_id:";
    const auto at = text_.find(key);
    if (at == std::string::npos) return false;
    std::string_view value = std::string_view(text_).substr(at + key.size());
    // In no table: one of the kernel's own, or one that was taken away. It is not asked.
    return mounts_.contains(to_number(take_word(value)).value_or(-1));
}

HeldFile& Walk::file_of(ino_t inode, std::string_view path) {
    const auto [entry, is_new] = held_.by_inode.try_emplace(inode);
    if (!is_new) return entry->second;
    // A file may be called so. That is settled where its number of names can be asked for.
    entry->second.deleted = path.ends_with(deleted_suffix);
    if (entry->second.deleted) path.remove_suffix(deleted_suffix.size());
    entry->second.path = path;
    return entry->second;
}

void Walk::describe(HeldFile& file, const struct stat& status) const {
    const bool was_misread = file.deleted && status.st_nlink != 0;
    if (was_misread) file.path += deleted_suffix;
    file.deleted = status.st_nlink == 0;
    file.size = {static_cast<std::uint64_t>(status.st_size), shmheap::os::allocated_bytes(status)};
}

/// What is mapped can be asked for by those with privileges over all processes.
void Walk::describe_mapped(HeldFile& file, const std::string& tables,
                           std::string_view range) const {
    const auto dash = std::min(range.find('-'), range.size());
    const auto first = to_number(range.substr(0, dash), 16);
    const auto end = to_number(range.substr(std::min(dash + 1, range.size())), 16);
    if (!first || !end) return;
    const auto name = fmt::format("{}/map_files/{:x}-{:x}", tables, *first, *end);
    struct stat status {};
    if (::fstatat(proc_, name.c_str(), &status, 0) == 0) describe(file, status);
}

Holder& Walk::holder_of(HeldFile& file, pid_t pid) {
    if (!file.holders.empty() && file.holders.back().pid == pid) return file.holders.back();
    Holder& holder = file.holders.emplace_back();
    holder.pid = pid;
    std::string name = read_proc(pid, "comm").value_or("");
    if (name.ends_with('\n')) name.pop_back();
    holder.name = std::move(name);
    return holder;
}

const char* view_text(ProcView view) {
    switch (view) {
        case ProcView::everyone:
            return "";
        case ProcView::pid_namespace:
            return "processes outside of this pid namespace are not seen";
        case ProcView::other_namespace:
            return "/proc is that of another pid namespace, whose processes these are";
        case ProcView::not_hidden:
            return "processes of other users are hidden from this one (hidepid)";
        case ProcView::nobody:
            return "/proc cannot be read: no process was looked into";
        case ProcView::unknown:
            return "it is not known whether processes are hidden";
    }
    return "";
}

}  // namespace

bool HeldFile::is_only_looked_at() const {
    return std::all_of(holders.begin(), holders.end(), [](const Holder& holder) {
        return !holder.maps && (holder.name == "shmclean" || holder.name == "shminfo");
    });
}

const HeldFile* HeldFiles::find(ino_t inode) const {
    const auto found = by_inode.find(inode);
    return found == by_inode.end() ? nullptr : &found->second;
}

bool HeldFiles::is_complete() const {
    return unreadable == 0 && view == ProcView::everyone;
}

shmheap::Result<HeldFiles> find_held_files(const shmheap::os::ShmDirectory& directory) {
    struct stat status {};
    if (::fstat(directory.fd(), &status) != 0)
        return shmheap::os::error("inspect", directory.path());
    const auto processes = open_directory_stream(AT_FDCWD, "/proc");
    if (!processes) {
        if (is_lack(errno)) return shmheap::os::error("open directory", "/proc");
        HeldFiles nothing;
        nothing.view = ProcView::nobody;
        return nothing;
    }
    const auto mount_device = device_of_mount(directory, status.st_dev);
    if (!mount_device) return tl::unexpected(mount_device.error());
    Walk walk(::dirfd(processes.get()), status.st_dev, *mount_device);
    return walk.run(processes);
}

std::string blind_spot_text(const HeldFiles& held) {
    std::string text;
    if (held.unreadable != 0) {
        text = fmt::format("{} process{} not readable", held.unreadable,
                           held.unreadable == 1 ? "" : "es");
        if (held.lack != 0) {
            text += fmt::format(" (\"{}\"); {}", std::generic_category().message(held.lack),
                                lack_remedy(held.lack));
        } else if (::geteuid() != 0) {
            text += "; root can look into every process";
        }
    }
    if (held.unreadable == 0 && held.lack != 0) {
        text = fmt::format("the processes could not be looked through (\"{}\"); {}",
                           std::generic_category().message(held.lack), lack_remedy(held.lack));
    }
    const std::string_view view = view_text(held.view);
    if (!text.empty() && !view.empty()) text += "; ";
    return text.append(view);
}

}  // namespace reaper
