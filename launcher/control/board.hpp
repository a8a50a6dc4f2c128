/// What requests are carried out on: the supervisor and what is known of its components besides
/// their state. Everything it refers to outlives it. One thread.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "launcher/control/applier.hpp"
#include "launcher/control/journal.hpp"
#include "launcher/control/sample.hpp"
#include "launcher/control/upgrader.hpp"
#include "launcher/observe/output.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher {

class Board {
public:
    Board(std::string application_name, Supervisor& the_supervisor, Applier& the_applier,
          Upgrader& the_upgrader, Journal& the_journal, Output& the_output, EventSink sink,
          const std::string& shm_directory);
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    /// Called when a component has entered a state or has become ready.
    void on_change(std::function<void()> listener) { listener_ = std::move(listener); }

    /// What `status` tells of a component, its process looked at now.
    boost::json::object describe(const Component& component);

    const std::string application;
    Supervisor& supervisor;
    Applier& applier;
    Upgrader& upgrader;
    Journal& journal;
    Output& output;
    const EventSink emit;

private:
    Sampler sampler_;
    std::function<void()> listener_;
};

}  // namespace launcher
