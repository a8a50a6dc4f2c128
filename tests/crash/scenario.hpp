/// The scenarios: one kind of victim at work, who recovers, and what must hold then. Each has a
/// file of its own.
#pragma once

#include <array>

#include "world.hpp"

namespace crash {

struct Scenario {
    const char* name;
    const char* victim;     ///< what it is and does, for the table
    const char* recoverer;  ///< likewise
    /// One run, from the first process to the last, with all that is checked.
    void (*play)(World& world);
};

extern const Scenario birth;              ///< heaps are made and ended
extern const Scenario birth_over_orphan;  ///< at a name that a dead process left
extern const Scenario growth;             ///< memory is taken and given back
extern const Scenario prefault;           ///< a helper thread makes it present
extern const Scenario client;             ///< a client dies, the owner takes back
extern const Scenario successor;          ///< a client dies, another takes its slot
extern const Scenario lender;             ///< an owner dies that had leased blocks
extern const Scenario reaping;            ///< the launcher dies while it reaps
extern const Scenario sweeping;           ///< the launcher dies while it sweeps
extern const Scenario cleaning;           ///< shmclean dies
extern const Scenario listening;          ///< a producer dies around the name of its stream
extern const Scenario instance;           ///< the launcher dies around its run directory
extern const Scenario forwarding_owner;   ///< an owner dies whose blocks were sent on
extern const Scenario forwarder;          ///< who sends them on dies, the owner takes back
extern const Scenario reader;             ///< who reads them dies, likewise
extern const Scenario reader_of_stub;     ///< and who sent them on may die of that

inline constexpr std::array scenarios = {
    &birth,   &birth_over_orphan, &growth,   &prefault,  &client,   &successor,        &lender,
    &reaping, &sweeping,          &cleaning, &listening, &instance, &forwarding_owner, &forwarder,
    &reader,  &reader_of_stub};

}  // namespace crash
