/// A descriptor of a named file that an application may close behind our back (close_range), after
/// which its number may stand for a stranger's file: so its identity is looked at before each use,
/// and the file is opened anew by its name if need be. Not thread-safe; move-only.
#pragma once

#include <sys/stat.h>

#include <string>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace shmheap::os {

class IdentifiedFile {
public:
    /// Takes the descriptor over. `flags` are those of open(2) for opening it anew.
    /// Errors: what fstat(2) says.
    static Result<IdentifiedFile> adopt(UniqueFd fd, std::string directory, std::string name,
                                        int flags);

    /// The file as it is now; fd() is valid until control returns to the application.
    /// Errors: ESTALE when the descriptor is gone and the name does not lead to the file any more;
    /// others (EMFILE) when that could not be found out.
    Result<struct stat> look();

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const struct stat& identity() const { return identity_; }

private:
    IdentifiedFile(UniqueFd fd, const struct stat& identity, std::string directory,
                   std::string name, int flags)
        : fd_(std::move(fd)),
          identity_(identity),
          directory_(std::move(directory)),
          name_(std::move(name)),
          flags_(flags) {}

    UniqueFd fd_;
    struct stat identity_;
    std::string directory_;
    std::string name_;
    int flags_;
};

}  // namespace shmheap::os
