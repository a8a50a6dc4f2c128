#include "launcher/observe/folder_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace launcher {

FolderWatch::FolderWatch() : notifier_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

void FolderWatch::watch_folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    inotify_add_watch(notifier_.get(), folder.c_str(),
                      IN_MODIFY | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO);
}

void FolderWatch::clear() {
    std::array<char, 4096> events;
    while (read(notifier_.get(), events.data(), events.size()) > 0) {
    }
}

}  // namespace launcher
