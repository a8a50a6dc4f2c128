#include "points.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

namespace crash {
namespace {

void add_points_of(const std::filesystem::path& path, std::vector<Point>& found) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    static const std::regex pattern("CRASH_POINT\\((\\w+)\\);");
    for (std::sregex_iterator each(text.begin(), text.end(), pattern), end; each != end; ++each)
        found.push_back({(*each)[1], std::filesystem::relative(path, SOURCE_FOLDER)});
}

std::vector<Point> read_points() {
    std::vector<Point> found;
    for (const char* folder : {"shmheap", "reaper", "launcher"}) {
        const std::filesystem::recursive_directory_iterator files(
            std::filesystem::path(SOURCE_FOLDER) / folder);
        for (const auto& entry : files) {
            const auto extension = entry.path().extension();
            if (extension == ".cpp" || extension == ".hpp") add_points_of(entry.path(), found);
        }
    }
    const auto by_name = [](const Point& one, const Point& other) { return one.name < other.name; };
    std::sort(found.begin(), found.end(), by_name);
    REQUIRE(!found.empty());
    REQUIRE(found.size() <= points_max);
    for (std::size_t index = 1; index < found.size(); ++index)
        REQUIRE(found[index - 1].name != found[index].name);
    return found;
}

}  // namespace

const std::vector<Point>& points() {
    static const std::vector<Point> all = read_points();
    return all;
}

std::size_t index_of(std::string_view name) {
    const auto& all = points();
    const auto place = std::lower_bound(
        all.begin(), all.end(), name,
        [](const Point& point, std::string_view wanted) { return point.name < wanted; });
    if (place == all.end() || place->name != name) {
        std::fprintf(stderr, "crash point %s is not in the sources\n", std::string(name).c_str());
        std::abort();
    }
    return static_cast<std::size_t>(place - all.begin());
}

}  // namespace crash
