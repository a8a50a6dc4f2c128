// Claims about the SHMHEAP_* variables. Each is tried in a process of its own, since a process
// reads them once.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>

#include "support.hpp"

using namespace heap_test;
using shmheap::HeapOptions;

namespace {

using Variables = std::map<std::string, std::string>;

void set(const Variables& variables) {
    for (const auto& [name, value] : variables)
        ::setenv(name.c_str(), value.c_str(), 1);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "what cannot be understood is refused with the variable, its value and what is expected") {
    const Folder folder;
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"SHMHEAP_MAX_SIZE", "256"},
        {"SHMHEAP_MAX_SIZE", "0B"},
        {"SHMHEAP_SUPERBLOCK_SIZE", "2 MiB"},
        {"SHMHEAP_MODE", "0999"},
        {"SHMHEAP_MODE", "0666"},
        {"SHMHEAP_POLICY", "core"},
        {"SHMHEAP_PREFAULT", "yes"},
        {"SHMHEAP_BACKGROUND", "1"},
    };
    for (const auto& variable : wrong) {
        const std::string text = variable.first + "=" + variable.second;
        CAPTURE(text);
        const Spoken spoken = speaking_child([&] {
            set({{"SHMHEAP_DIR", folder.path()}, variable});
            errno = 0;
            if (shmheap::allocate(100) != nullptr || errno != EINVAL) return 1;
            void* block = shmheap::allocate_hybrid(100);
            if (block == nullptr || shmheap::is_shared(block)) return 2;
            shmheap::deallocate(block);
            return folder.names().empty() ? 0 : 3;
        });
        CHECK(spoken.ended == exited(0));
        CHECK_MESSAGE(contains(spoken.errors, text + " (expected "), spoken.errors);
    }
}

TEST_CASE("a message about a missing heap is given once") {
    const Folder folder;
    const Spoken spoken = speaking_child([&] {
        set({{"SHMHEAP_DIR", folder / "nowhere"}});
        for (int each = 0; each < 1'000; ++each)
            shmheap::deallocate(shmheap::allocate_hybrid(100));
        return 0;
    });
    CHECK(spoken.ended == exited(0));
    const auto first = spoken.errors.find("no shared memory");
    CHECK(first != std::string::npos);
    CHECK(spoken.errors.find("no shared memory", first + 1) == std::string::npos);
}

TEST_CASE("every variable says what it should") {
    CHECK(in_child([] {
              set({{"SHMHEAP_DIR", "/tmp"},
                   {"SHMHEAP_MAX_SIZE", "3GiB"},
                   {"SHMHEAP_SUPERBLOCK_SIZE", "512KiB"},
                   {"SHMHEAP_MODE", "0660"},
                   {"SHMHEAP_POLICY", "cpu"},
                   {"SHMHEAP_PREFAULT", "on-grow"},
                   {"SHMHEAP_BACKGROUND", "on"},
                   {"SHMHEAP_COMPONENT", "filter"},
                   {"SHMHEAP_TAG", "a/b/c/1"}});
              const auto options = HeapOptions::from_environment();
              if (!options) return 1;
              if (options->directory != "/tmp") return 2;
              if (options->size_max != 3 * 1024 * mib) return 3;
              if (options->superblock_size != 512 * kib) return 4;
              if (options->mode != 0660) return 5;
              if (options->policy != shmheap::Policy::cpu) return 6;
              if (options->prefault != shmheap::Prefault::on_grow) return 7;
              if (!options->background) return 8;
              if (options->component != "filter" || options->tag != "a/b/c/1") return 9;
              return 0;
          }) == exited(0));
}

TEST_CASE("an empty variable is as good as none") {
    CHECK(in_child([] {
              for (const char* name :
                   {"SHMHEAP_DIR", "SHMHEAP_MAX_SIZE", "SHMHEAP_SUPERBLOCK_SIZE", "SHMHEAP_MODE",
                    "SHMHEAP_POLICY", "SHMHEAP_PREFAULT", "SHMHEAP_BACKGROUND"})
                  ::setenv(name, "", 1);
              const auto options = HeapOptions::from_environment();
              return options && options->directory == "/dev/shm" && options->mode == 0640 ? 0 : 1;
          }) == exited(0));
}

TEST_CASE("SHMHEAP=disable turns the heap off, and hybrid allocation goes private") {
    const Folder folder;
    const Spoken spoken = speaking_child([&] {
        set({{"SHMHEAP", "disable"}, {"SHMHEAP_DIR", folder.path()}});
        errno = 0;
        if (shmheap::allocate(100) != nullptr || errno != ECANCELED) return 1;
        const auto heap = shmheap::process_heap();
        if (heap || heap.error().code != ECANCELED) return 2;
        for (const std::size_t bytes : {0UL, 1UL, 64UL, 100'000UL}) {
            void* block = shmheap::allocate_hybrid(bytes);
            if (block == nullptr || shmheap::is_shared(block)) return 3;
            stamp(block, bytes, 1);
            shmheap::deallocate(block);
        }
        if (shmheap::allocate_hybrid(~std::size_t{0}) != nullptr || errno != ENOMEM) return 4;
        return folder.names().empty() ? 0 : 5;
    });
    CHECK(spoken.ended == exited(0));
    CHECK(spoken.errors.empty());
}

TEST_CASE("the process's heap has the limit and the mode that the environment says") {
    const Folder folder;
    CHECK(in_child([&] {
              ::umask(0002);
              set({{"SHMHEAP_DIR", folder.path()},
                   {"SHMHEAP_MAX_SIZE", "8MiB"},
                   {"SHMHEAP_MODE", "0660"}});
              if (shmheap::allocate(9 * mib) != nullptr || errno != ENOMEM) return 1;
              void* block = shmheap::allocate_hybrid(9 * mib);
              if (block == nullptr || shmheap::is_shared(block)) return 2;
              stamp(block, 9 * mib, 1);
              shmheap::deallocate(block);
              struct stat status {};
              if (::stat((folder / folder.names().at(0)).c_str(), &status) != 0) return 3;
              return (status.st_mode & 0777) == 0660 ? 0 : 4;
          }) == exited(0));
}
