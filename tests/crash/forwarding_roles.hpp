/// The three of the forwarding scenarios (scenario_forwarding.cpp): an owner's block goes through a
/// forwarder to a reader, over two streams, again and again. Each is a process of its own.
///
/// They take turns, so that a run comes by the same points every time: nobody ever waits in a
/// stream, only for its turn.
#pragma once

#include <unistd.h>

#include <array>
#include <string>

#include "world.hpp"

namespace crash {

constexpr std::size_t block_bytes = 20 * kib;
constexpr std::uint32_t rounds_of_work = 21;  // the first one goes as a copy
constexpr std::uint32_t kept_round = 2;       // whose block the reader keeps

enum class Role : std::uint32_t { owner, forwarder, reader };

/// What a role is told: that it is its turn, or that somebody is no more.
enum class Order : std::uint32_t { go, over };

/// What a role has after it took back what it could.
struct Finding {
    std::uint64_t blocks;    ///< in its heap; of the reader: that it holds
    std::uint64_t leases;    ///< on its heap
    std::uint64_t clients;   ///< of its heap
    std::uint64_t attached;  ///< to the owner's heap
    std::uint64_t used;      ///< bytes
};

struct Cast {
    Role victim;
    Role recoverer;  ///< who is not the victim; of a dead owner the launcher
};

/// The channels of one run, made before its processes, and where the sockets lie.
struct Stage {
    std::array<Channel, 3> inbox;     ///< by role
    std::array<Channel, 3> findings;  ///< by role
    Channel names;                    ///< of the owner's heap, for the forwarder and the reader
    Event listening;
    heap_test::Folder sockets;
    Cast cast;
    bool is_over = false;  ///< told, and not acted upon yet

    explicit Stage(const Cast& of) : cast(of) {}

    [[nodiscard]] std::string path(Role of) const {
        return sockets.path() + (of == Role::owner ? "/first" : "/second");
    }
    void tell(Role role, Order order) const {
        (void)inbox[static_cast<std::size_t>(role)].send(order);
    }
    /// False: somebody is no more.
    [[nodiscard]] bool awaits_turn(Role role) {
        Order order = Order::over;
        is_over = !inbox[static_cast<std::size_t>(role)].receive(order) || order == Order::over;
        return !is_over;
    }
    /// Until the role is told that somebody is no more, unless it was while it worked.
    void await_over(Role role) {
        while (!is_over)
            (void)awaits_turn(role);
        is_over = false;
    }
    void report(Role role, const Finding& finding) const {
        (void)findings[static_cast<std::size_t>(role)].send(finding);
    }
    /// In the process of that role, so that its death is noticed by whoever waits for its answer.
    void belongs_to(Role role) {
        for (std::size_t each = 0; each < findings.size(); ++each) {
            if (each != static_cast<std::size_t>(role)) findings[each].close_sender();
        }
    }
    /// The victim's work begins here. It ends by _exit(), which is its death at the latest.
    void enter(Role role) const {
        if (cast.victim == role) play(Part::victim);
    }
    void leave(Role role) const {
        if (cast.victim == role) ::_exit(0);
    }
    void recover(Role role) const {
        if (cast.victim != Role::owner && cast.recoverer == role) play(Part::recoverer);
    }
};

/// What each role does; bodies for World::guarded.
int own(const World& world, Stage& stage);
int forward(const World& world, Stage& stage);
int read(const std::string& owners_heap, Stage& stage);

}  // namespace crash
