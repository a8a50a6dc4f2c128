#include "points.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace crash {
namespace {

constexpr const char* name_characters = "abcdefghijklmnopqrstuvwxyz_0123456789";

void add_points_of(const std::filesystem::path& path, std::vector<Point>& found) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const std::string file_name = std::filesystem::relative(path, SOURCE_FOLDER);
    constexpr std::string_view opening = "CRASH_POINT(";
    constexpr std::string_view closing = ");";
    std::size_t place = text.find(opening);
    while (place != std::string::npos) {
        const std::size_t begin = place + opening.size();
        const std::size_t end = text.find_first_not_of(name_characters, begin);
        if (text.compare(end, closing.size(), closing) == 0) {
            found.push_back({text.substr(begin, end - begin), file_name});
        }
        place = text.find(opening, begin);
    }
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
