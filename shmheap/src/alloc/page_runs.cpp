#include "alloc/page_runs.hpp"

#include <algorithm>
#include <new>

#include "os/assert.hpp"

namespace shmheap::detail {

bool PageRuns::is_below(const Held& held, std::uint32_t index) {
    return held.index < index;
}

/// Of those that may have room the one whose longest free run is the shortest, so that long runs
/// are kept for those who need them; the lowest of several.
PageRuns::Held* PageRuns::tightest(std::uint32_t pages) {
    Held* found = nullptr;
    for (Held& held : held_) {
        if (held.longest_free < pages) continue;
        if (found == nullptr || held.longest_free < found->longest_free) found = &held;
    }
    return found;
}

/// A place in a superblock that is held already; held is nullptr if there is none.
PageRuns::Place PageRuns::find(std::uint32_t pages, std::uint32_t alignment) {
    const auto look = [&](Held& held) {
        const std::uint32_t base = held.index * table_->pages_per_superblock();
        return table_->bitmap(held.index).find({pages, alignment, base}, held.longest_free);
    };
    if (alignment == 1) {
        // A search that fails says how long the longest run is, so the next takes another.
        while (Held* held = tightest(pages)) {
            const std::uint32_t first = look(*held);
            if (first != PageBitmap::no_run) return {held, first};
        }
        return {};
    }
    for (Held& held : held_) {
        const std::uint32_t first = held.longest_free < pages ? PageBitmap::no_run : look(held);
        if (first != PageBitmap::no_run) return {&held, first};
    }
    return {};
}

Result<std::uint32_t> PageRuns::allocate(std::uint32_t pages, std::uint32_t alignment,
                                         Growth growth) {
    const std::uint32_t pages_each = table_->pages_per_superblock();
    if (pages > pages_each / 2) return table_->allocate_whole(pages, growth);
    Place place = find(pages, alignment);
    if (place.held == nullptr) {
        auto another = hold_another(growth);
        if (!another) return tl::unexpected(another.error());
        place = {*another, 0};
    }
    table_->bitmap(place.held->index).flip(place.first, pages, false);
    place.held->free_pages -= pages;
    return place.held->index * pages_each + place.first;
}

Result<PageRuns::Held*> PageRuns::hold_another(Growth growth) {
    try {
        held_.reserve(held_.size() + 1);
    } catch (const std::bad_alloc&) {
        return fail(ENOMEM, "describe superblock");
    }
    const auto index = table_->acquire(growth);
    if (!index) return tl::unexpected(index.error());
    const std::uint32_t pages = table_->pages_per_superblock();
    table_->bitmap(*index).set_all_free();
    const auto place = std::lower_bound(held_.begin(), held_.end(), *index, is_below);
    return &*held_.insert(place, {*index, pages, pages});
}

bool PageRuns::free(std::uint32_t first_page, std::uint32_t pages) {
    const std::uint32_t pages_each = table_->pages_per_superblock();
    const std::uint32_t index = first_page / pages_each;
    if (pages > pages_each / 2) {
        table_->free_whole(index, pages);
        return true;
    }
    const auto place = std::lower_bound(held_.begin(), held_.end(), index, is_below);
    ASSERT(place != held_.end());
    ASSERT(place->index == index);
    place->free_pages += pages;
    PageBitmap bitmap = table_->bitmap(index);
    bitmap.flip(first_page % pages_each, pages, true);
    if (place->free_pages == pages_each) {
        held_.erase(place);
        table_->release(index);
        return true;
    }
    // The run may have joined its neighbours.
    place->longest_free =
        std::max(place->longest_free, bitmap.free_around(first_page % pages_each, pages));
    return false;
}

void PageRuns::count_free(FreePages& free) const {
    for (const Held& held : held_) {
        free.pages += held.free_pages;
        // No look at those that can have no longer run.
        if (held.longest_free <= free.longest) continue;
        free.longest =
            std::max<std::uint64_t>(free.longest, table_->bitmap(held.index).longest_free());
    }
}

}  // namespace shmheap::detail
