// Loads the shared library at run time, uses it, and unloads it again while it still has a heap:
//   loader LIBRARY
// The exit status is 0 when everything was as it should be, else the number of the claim that was
// not.
#include <dlfcn.h>

#include <cstring>

namespace {

using Allocate = void* (*)(std::size_t);
using Free = void (*)(void*);

}  // namespace

int main(int count, char** words) {
    if (count != 2) return 98;
    void* library = ::dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return 1;
    const auto allocate = reinterpret_cast<Allocate>(::dlsym(library, "shmheap_alloc_hybrid"));
    const auto free = reinterpret_cast<Free>(::dlsym(library, "shmheap_free"));
    const auto is_shared =
        reinterpret_cast<int (*)(const void*)>(::dlsym(library, "shmheap_is_shared"));
    if (allocate == nullptr || free == nullptr || is_shared == nullptr) return 2;
    void* before = allocate(1'000);
    if (before == nullptr || is_shared(before) != 1) return 3;
    std::memset(before, 1, 1'000);
    if (::dlclose(library) != 0) return 4;
    // Nothing of this would work if the library were gone.
    std::memset(before, 2, 1'000);
    void* after = allocate(1'000);
    if (after == nullptr || is_shared(after) != 1) return 5;
    free(before);
    free(after);
    return ::dlopen(words[1], RTLD_NOW | RTLD_NOLOAD) != nullptr ? 0 : 6;
}
