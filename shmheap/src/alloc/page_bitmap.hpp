/// Which pages of one superblock are free: a bit for each, set when it is. A view of words that
/// somebody else owns and protects.
#pragma once

#include <cstdint>

namespace shmheap::detail {

class PageBitmap {
public:
    static constexpr std::uint32_t bits_per_word = 64;
    static constexpr std::uint32_t no_run = ~0U;

    /// `pages` is a multiple of bits_per_word.
    PageBitmap(std::uint64_t* words, std::uint32_t pages) : words_(words), pages_(pages) {}

    void set_all_free();

    struct Wanted {
        std::uint32_t pages;
        std::uint32_t alignment;  ///< of the first page, counted with `base`
        std::uint32_t base;       ///< number of the superblock's first page
    };
    /// First fit: the first page of such a run, or no_run. `longest` then becomes the length of the
    /// longest free run there is.
    [[nodiscard]] std::uint32_t find(const Wanted& wanted, std::uint32_t& longest) const;

    /// Length of the longest free run.
    [[nodiscard]] std::uint32_t longest_free() const;

    /// Turns a run that is all taken free, or the other way round.
    void flip(std::uint32_t first, std::uint32_t pages, bool becomes_free);

    /// Length of the free run that a free run and its neighbours are part of.
    [[nodiscard]] std::uint32_t free_around(std::uint32_t first, std::uint32_t pages) const;

private:
    [[nodiscard]] std::uint32_t free_begin(std::uint32_t page) const;
    [[nodiscard]] std::uint32_t free_end(std::uint32_t page) const;

    std::uint64_t* words_;
    std::uint32_t pages_;
};

}  // namespace shmheap::detail
