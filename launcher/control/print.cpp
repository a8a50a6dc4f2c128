#include "launcher/control/print.hpp"

#include <cerrno>
#include <cstdio>

#include "shmheap/result.hpp"

namespace launcher {

void complain(const std::string& message) {
    std::fputs(("harrier: " + message + '\n').c_str(), stderr);
}

bool flush_out() {
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
    const int code = errno != 0 ? errno : EIO;
    complain(shmheap::Error{code, "write to", "standard output"}.message() +
             "; what it shows is cut short");
    return false;
}

bool write_out(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return flush_out();
}

}  // namespace launcher
