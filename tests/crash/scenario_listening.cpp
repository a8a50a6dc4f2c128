// A producer listens and ends, and dies somewhere in it. The next one at the same path gets the
// name, and leaves nothing of its own or of the dead one's in the directory.
#include "scenario.hpp"
#include "shmheap/stream.hpp"

namespace crash {
namespace {

constexpr int producers = 12;

int listen_and_end(const std::string& path) {
    for (int each = 0; each < producers; ++each) {
        if (!shmheap::Producer::listen(path)) return 1;
    }
    return 0;
}

void play_listening(World& world) {
    const std::string path = world.folder() + "/stream";
    world.run(Part::victim, [&] { return listen_and_end(path); });
    const auto names = world.names();
    world.outcome = names.empty()              ? "no socket"
                    : names.contains("stream") ? "socket left"
                                               : "socket left before it had its name";
    world.check(names.size() <= 1, std::to_string(names.size()) + " sockets left");
    world.run(Part::recoverer, [&] { return listen_and_end(path); });
    world.check(listen_and_end(path) == 0, "the last producer cannot listen");
}

}  // namespace

const Scenario listening = {"listening", "producer that listens", "producer that follows it",
                            play_listening};

}  // namespace crash
