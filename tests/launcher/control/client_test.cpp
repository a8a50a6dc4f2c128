/// A client whose harrier hangs up on him.
#include "launcher/control/client.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>

#include "launcher/control/socket.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {
namespace {

using shmheap::os::UniqueFd;

TEST_CASE("who is hung up on before he has asked still reads what he was told") {
    const TemporaryFolder folder;
    const auto listening = listen_for_control(folder.path());
    REQUIRE(listening);
    for (const std::string_view told : {std::string_view("{\"ok\":false}\n"), std::string_view()}) {
        auto client = Client::connect(folder.path());
        REQUIRE(client);
        {
            const UniqueFd accepted(accept(listening->get(), nullptr, nullptr));
            REQUIRE(send(accepted.get(), told.data(), told.size(), 0) ==
                    static_cast<ssize_t>(told.size()));
        }
        const auto answer = client->ask({{"request", "status"}}, Clock::now());
        CHECK(answer.has_value() == !told.empty());
        if (!answer) CHECK(answer.error().code == EPIPE);
    }
}

}  // namespace
}  // namespace launcher::test
