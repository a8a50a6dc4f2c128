// The launcher takes its run directory and gives it up, and dies somewhere in it. The next instance
// of the same name gets it, empty, and leaves nothing.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "launcher/supervise/run_directory.hpp"
#include "scenario.hpp"

namespace crash {
namespace {

namespace fs = std::filesystem;
using launcher::RunDirectory;

constexpr const char* application = "crash";
constexpr int instances = 12;

std::set<std::string> names_in(const std::string& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.insert(entry.path().filename());
    return names;
}

/// What components leave in a run directory.
void fill(const std::string& path) {
    std::ofstream(path + "/socket").put('x');
    fs::create_directories(path + "/folder/below");
}

int be_instances() {
    for (int each = 0; each < instances; ++each) {
        const auto directory = RunDirectory::acquire(application);
        if (!directory) return 1;
        if (names_in(directory->path()) != std::set<std::string>{"lock"}) return 2;
        if (!RunDirectory::is_alive(directory->path())) return 3;
        fill(directory->path());
    }
    return 0;
}

void play_instance(World& world) {
    ::setenv("XDG_RUNTIME_DIR", world.folder().c_str(), 1);
    const std::string path = launcher::run_directory_path(application);
    world.run(Part::victim, be_instances);
    world.outcome = fs::exists(path + "/lock") ? "lock file left"
                    : fs::exists(path)         ? "directory left"
                                               : "nothing left";
    world.check(!RunDirectory::is_alive(path), "a dead instance is taken for alive");
    world.run(Part::recoverer, be_instances);
    world.check(!RunDirectory::is_alive(path), "a dead instance is taken for alive");
    world.check(be_instances() == 0, "the last instance fails");
    world.check(!fs::exists(path), "the run directory is left");
    fs::remove(fs::path(path).parent_path());
}

}  // namespace

const Scenario instance = {"instance", "launcher that starts and ends", "launcher that follows it",
                           play_instance};

}  // namespace crash
