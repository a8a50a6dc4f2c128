/// What every fuzz target has: the function that libFuzzer calls, and input that is taken apart
/// from its beginning. A claim that is not true ends the program, which is what libFuzzer and the
/// replaying program (replay.cpp) look for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

inline void require(bool claim, const char* words) {
    if (claim) return;
    std::fprintf(stderr, "not true: %s\n", words);
    std::abort();
}

/// Values from the front of an input; zeros when it is used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const std::byte*>(data), size) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    template <class Value>
    Value take() {
        Value value{};
        const auto bytes = take_bytes(sizeof value);
        std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }
    std::span<const std::byte> take_bytes(std::size_t count) {
        const auto bytes = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(bytes.size());
        return bytes;
    }

private:
    std::span<const std::byte> rest_;
};

/// A folder that is there for the life of the process and removed at its normal end.
class Folder {
public:
    Folder() { require(::mkdtemp(path_.data()) != nullptr, "a folder can be made"); }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = "/dev/shm/harrier-fuzz-XXXXXX";
};

}  // namespace fuzz
