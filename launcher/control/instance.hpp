/// One instance of an application: everything that is there from the moment harrier holds the
/// instance lock until it lets go. Putting it together is all that happens here: the parts know
/// their business. Main thread.
#pragma once

#include <string>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/control/inheritance.hpp"
#include "launcher/observe/console.hpp"
#include "os/unique_fd.hpp"

namespace launcher {

enum class ExitStatus {
    done = 0,    ///< every component ended as it should
    failed = 1,  ///< one failed for good, or harrier could not do its work, or was cut short
    usage = 2,   ///< wrong arguments or a bad configuration; nothing was started
};

/// Runs the application, which `files` describe, to its end, with the io_context that `console`
/// uses. A byte is written to `listening`, if there is such a descriptor, when the control socket
/// listens.
ExitStatus run_instance(Application application, const std::vector<std::string>& files,
                        asio::io_context& io, Console& console,
                        shmheap::os::UniqueFd listening = {});

/// Goes on with the one that another program of this process left.
ExitStatus run_instance(Inheritance inheritance, const std::vector<std::string>& files,
                        asio::io_context& io, Console& console);

}  // namespace launcher
