// The other end of the README's component: checks every buffer, and that none was copied.
#include <algorithm>
#include <cstdio>
#include <shmheap/port.hpp>

int main() {
    auto in = shmheap::Input::open("in");
    if (!in) return 1;
    for (unsigned i = 0;; ++i) {
        auto message = in->receive();
        if (!message) return 1;
        if (message->info().end_of_stream) break;
        if (message->delivery() != shmheap::Delivery::shared) return 1;
        if (message->bytes().size() != 64U * 1024U) return 1;
        if (std::ranges::count(message->bytes(), std::byte(i)) != 64 * 1024) return 1;
    }
    std::printf("%llu buffers\n", static_cast<unsigned long long>(in->stats().shared));
}
