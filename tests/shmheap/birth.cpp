// Claims about the birth of a heap: whole and locked from its first moment, with the right mode,
// under the right name, and with nothing left where it fails.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "file/cleaner.hpp"
#include "file/inspect.hpp"
#include "os/process_id.hpp"
#include "os/shm_directory.hpp"
#include "support.hpp"

using namespace heap_test;
using shmheap::Heap;

namespace {

std::string own_name() {
    return "heap-" + std::to_string(::getpid());
}

std::string own_name_in_namespace() {
    return own_name() + "." + std::to_string(shmheap::os::own_process_id().pid_namespace);
}

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

/// The umask of this process is changed for a while.
struct Umask {
    explicit Umask(mode_t mask) : before(::umask(mask)) {}
    ~Umask() { ::umask(before); }
    mode_t before;
};

int error_of(const shmheap::HeapOptions& options) {
    const auto heap = Heap::create(options);
    return heap ? 0 : heap.error().code;
}

/// Looks at a name as a tool does: 0 when it stands for a whole heap whose owner holds its lock.
int look_at(const std::string& folder, const std::string& name) {
    const auto directory = shmheap::os::ShmDirectory::open(folder);
    if (!directory) return 1;
    const auto file = directory->open_file(name, O_RDONLY);
    if (!file) return 2;
    struct stat status {};
    if (::fstat(file->get(), &status) != 0 || status.st_nlink != 1) return 3;
    shmheap::FileHead head;
    const auto seen = shmheap::inspect(file->get(), status, head);
    if (!seen || seen->content != shmheap::Content::heap) return 4;
    const auto holders = shmheap::find_holders(file->get());
    return holders && holders->owner ? 0 : 5;
}

/// Looks at each name as soon as it appears, and says so, until `count` have come.
int look_at_births(int watch, const std::string& folder, int count, const Event& looked) {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    while (count > 0) {
        const ssize_t size = ::read(watch, buffer.data(), buffer.size());
        if (size <= 0) return 90;
        for (ssize_t at = 0; at < size;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const std::string name = buffer.data() + at + sizeof event;
            at += static_cast<ssize_t>(sizeof event + event.len);
            if (const int wrong = look_at(folder, name); wrong != 0) return wrong;
            looked.tell();
            --count;
        }
    }
    return 0;
}

}  // namespace

TEST_CASE("a heap is whole and locked at the first moment at which its name can be seen") {
    constexpr int births = 300;
    const Folder folder;
    const UniqueFd watch(::inotify_init1(IN_CLOEXEC));
    REQUIRE(::inotify_add_watch(watch.get(), folder.path().c_str(), IN_CREATE | IN_MOVED_TO) >= 0);
    const Event looked;
    Child onlooker([&] { return look_at_births(watch.get(), folder.path(), births, looked); });
    for (int birth = 0; birth < births; ++birth) {
        const auto heap = make_heap(folder);
        REQUIRE(looked.wait());
    }
    CHECK(onlooker.wait() == exited(0));
}

TEST_CASE("a heap's file has mode 0640, less the umask") {
    const Folder folder;
    SUBCASE("a usual umask") {
        const Umask umask(0022);
        CHECK(mode_of(folder / make_heap(folder)->name()) == 0640);
    }
    SUBCASE("a strict umask") {
        const Umask umask(0077);
        CHECK(mode_of(folder / make_heap(folder)->name()) == 0600);
    }
    SUBCASE("a group that may attach") {
        const Umask umask(0002);
        auto options = options_in(folder);
        options.mode = 0660;
        const auto heap = Heap::create(options);
        REQUIRE(heap);
        CHECK(mode_of(folder / (*heap)->name()) == 0660);
    }
}

TEST_CASE("options that make no sense are refused and leave nothing behind") {
    const Folder folder;
    auto options = options_in(folder);
    SUBCASE("mode bits for others") {
        options.mode = 0644;
    }
    SUBCASE("execute bits") {
        options.mode = 0740;
    }
    SUBCASE("set-user-id") {
        options.mode = 04640;
    }
    SUBCASE("a superblock that is no power of two") {
        options.superblock_size = 3 * mib;
    }
    SUBCASE("a superblock too small") {
        options.superblock_size = 128 * kib;
    }
    SUBCASE("a superblock too large") {
        options.superblock_size = 128 * mib;
    }
    SUBCASE("no superblock") {
        options.superblock_size = 0;
    }
    SUBCASE("a component name too long") {
        options.component.assign(72, 'c');
    }
    SUBCASE("a tag too long") {
        options.tag.assign(248, 't');
    }
    CHECK(error_of(options) == EINVAL);
    CHECK(folder.names().empty());
}

TEST_CASE("a heap may be told to grow to any size; what exceeds the address space is cut") {
    const Folder folder;
    for (const std::uint64_t size : {~std::uint64_t{0}, std::uint64_t{1} << 62, 16 * 1024 * mib}) {
        const auto heap = Heap::create(options_in(folder, size));
        REQUIRE_MESSAGE(heap.has_value(), heap.error().message());
        void* block = (*heap)->allocate(100);
        CHECK(block != nullptr);
        shmheap::deallocate(block);
    }
}

TEST_CASE("the longest names are kept in the header") {
    const Folder folder;
    auto options = options_in(folder);
    options.component.assign(71, 'c');
    options.tag.assign(247, 't');
    const auto heap = Heap::create(options);
    REQUIRE(heap);
    const UniqueFd file(::open((folder / (*heap)->name()).c_str(), O_RDONLY));
    struct stat status {};
    REQUIRE(::fstat(file.get(), &status) == 0);
    shmheap::FileHead head;
    const auto seen = shmheap::inspect(file.get(), status, head);
    REQUIRE(seen);
    CHECK(seen->heap.component() == options.component);
    CHECK(seen->heap.tag() == options.tag);
    CHECK(seen->heap.creator_pid == ::getpid());
    CHECK(seen->heap.uuid == (*heap)->uuid());
}

TEST_CASE("a directory that is none, or that does not exist, gives an error and no file") {
    const Folder folder;
    auto options = options_in(folder);
    options.directory = folder / "nowhere";
    CHECK(error_of(options) == ENOENT);
    std::ofstream(folder / "file") << "no directory";
    options.directory = folder / "file";
    CHECK(error_of(options) == ENOTDIR);
    CHECK(folder.names() == std::vector<std::string>{"file"});
}

TEST_CASE("the heaps of one process get the names heap-PID, heap-PID.NAMESPACE, heap-PID.1, ...") {
    const Folder folder;
    const auto first = make_heap(folder);
    const auto second = make_heap(folder);
    const auto third = make_heap(folder);
    const auto fourth = make_heap(folder);
    CHECK(first->name() == own_name());
    CHECK(second->name() == own_name_in_namespace());
    CHECK(third->name() == own_name() + ".1");
    CHECK(fourth->name() == own_name() + ".2");
}

TEST_CASE("a heap's end removes its own name and no other") {
    const Folder folder;
    auto first = make_heap(folder);
    const auto second = make_heap(folder);
    first.reset();
    CHECK(folder.names() == std::vector<std::string>{second->name()});

    SUBCASE("also when the name stands for another file by then") {
        auto third = make_heap(folder);
        REQUIRE(::unlink((folder / third->name()).c_str()) == 0);
        std::ofstream(folder / third->name()) << "a stranger";
        third.reset();
        CHECK(folder.names().size() == 2);
    }
}

TEST_CASE("a name that a stranger's file has is left to it") {
    const Folder folder;
    SUBCASE("a file") {
        std::ofstream(folder / own_name()) << "a stranger";
    }
    SUBCASE("a directory") {
        std::filesystem::create_directory(folder / own_name());
    }
    SUBCASE("a symbolic link") {
        REQUIRE(::symlink("x", (folder / own_name()).c_str()) == 0);
    }
    SUBCASE("a FIFO") {
        REQUIRE(::mkfifo((folder / own_name()).c_str(), 0600) == 0);
    }
    const auto heap = make_heap(folder);
    CHECK(heap->name() == own_name_in_namespace());
    CHECK(folder.names().size() == 2);
}

TEST_CASE("what a dead process left under the name is cleaned and replaced") {
    const Folder folder;
    const Event born;
    std::string left;
    {
        Child owner([&] {
            const auto heap = make_heap(folder);
            born.tell();
            ::pause();
            return 0;
        });
        REQUIRE(born.wait());
        left = "heap-" + std::to_string(owner.pid());
        CHECK(owner.kill(SIGKILL) == killed_by(SIGKILL));
    }
    CHECK(folder.names() == std::vector<std::string>{left});
    // As if the pid had come round again.
    REQUIRE(::rename((folder / left).c_str(), (folder / own_name()).c_str()) == 0);
    const auto heap = make_heap(folder);
    CHECK(heap->name() == own_name());
    CHECK(folder.names() == std::vector<std::string>{own_name()});
    CHECK(look_at(folder.path(), own_name()) == 0);
}

TEST_CASE("more heaps than one process may have are refused without a trace") {
    const Folder folder;
    std::vector<std::unique_ptr<Heap>> heaps;
    int code = 0;
    while (code == 0 && heaps.size() < 1'000) {
        auto heap = Heap::create(options_in(folder, 4 * mib));
        if (heap) {
            heaps.push_back(std::move(*heap));
        } else {
            code = heap.error().code;
        }
    }
    CHECK(code == ENFILE);
    CHECK(folder.names().size() == heaps.size());
    heaps.pop_back();
    CHECK(error_of(options_in(folder, 4 * mib)) == 0);
}
