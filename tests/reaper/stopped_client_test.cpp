// A client that is stopped (SIGSTOP, a debugger) holds what it has: its leases stay, tools show
// since when, and they are exact again when it goes on or dies.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "file/inspect.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"
#include "shmheap/stream.hpp"
#include "support.hpp"

using namespace reaper_test;
using shmheap::os::UniqueFd;

namespace {

/// Long enough for any machine; no test that passes waits for it.
constexpr std::chrono::seconds patience(30);

shmheap::Deadline soon() {
    return std::chrono::steady_clock::now() + patience;
}

/// Carries orders to the client, each of which it confirms when it is done.
class Channel {
public:
    Channel() {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        owner_.reset(ends[0]);
        client_.reset(ends[1]);
    }

    template <class T>
    void tell(const T& order) const {
        REQUIRE(::write(owner_.get(), &order, sizeof order) == sizeof order);
        char confirmed = 0;
        REQUIRE(::read(owner_.get(), &confirmed, 1) == 1);
        REQUIRE(confirmed == 'y');
    }
    template <class T>
    [[nodiscard]] bool hear(T& order) const {
        return ::recv(client_.get(), &order, sizeof order, MSG_WAITALL) == sizeof order;
    }
    void confirm(bool done) const { (void)!::write(client_.get(), done ? "y" : "n", 1); }

private:
    UniqueFd owner_;
    UniqueFd client_;
};

/// What shminfo says of the one connection.
boost::json::object shown(const TestDirectory& directory) {
    const auto said = shminfo(directory, {"--connections", "--json"});
    REQUIRE(said.status == 0);
    const boost::json::value document = boost::json::parse(said.out);
    for (const auto& file : document.at("files").as_array()) {
        const auto& connections = file.at("connections").as_array();
        if (!connections.empty()) return connections.front().as_object();
    }
    return {};
}

std::uint64_t number(const boost::json::object& connection, const char* key) {
    return connection.at(key).to_number<std::uint64_t>();
}

/// The line about the age, as people see it.
std::string age_line(const TestDirectory& directory) {
    const auto said = shminfo(directory, {"--connections"});
    const auto begin = said.out.find("  lease age:");
    REQUIRE(begin != std::string::npos);
    return said.out.substr(begin, said.out.find('\n', begin) - begin);
}

void stop(const Child& client) {
    ::kill(client.pid(), SIGSTOP);
    await_state(client.pid(), 'T');
}

/// That an age is shown and grows, of the same lease.
void check_age_grows(const TestDirectory& directory) {
    const auto first = shown(directory);
    const std::string first_line = age_line(directory);
    while (age_line(directory) == first_line) {
    }
    const auto later = shown(directory);
    CHECK(number(later, "oldest_lease_at_ns") == number(first, "oldest_lease_at_ns"));
    CHECK(number(later, "oldest_lease_age_ns") > number(first, "oldest_lease_age_ns"));
    CHECK(number(later, "leases") == number(first, "leases"));
}

struct Scene {
    Scene() {
        shmheap::HeapOptions options;
        options.directory = directory.path();
        auto made = shmheap::Heap::create(options);
        REQUIRE(made.has_value());
        heap = std::move(*made);
    }

    /// As an owner that is careful sees it: leases, and blocks that nothing but they keep.
    void check_held(std::uint64_t leases) const {
        REQUIRE(heap->collect().has_value());
        CHECK(heap->stats().leases_live == leases);
        CHECK(heap->stats().blocks_live == leases);
    }

    /// After the client's death: who reads its /proc/PID/maps just then keeps its lock for a
    /// moment.
    void await_no_client() const {
        const auto file = directory.open().open_file(heap->name(), O_RDONLY);
        REQUIRE(file.has_value());
        const auto deadline = soon();
        while (shmheap::find_holders(file->get())->clients > 0)
            REQUIRE(std::chrono::steady_clock::now() < deadline);
    }

    TestDirectory directory;
    std::unique_ptr<shmheap::Heap> heap;
};

// ---- a stream -------------------------------------------------------------------------------

int consume(const std::string& path, const Channel& channel) {
    auto consumer = shmheap::Consumer::connect(path, {}, soon());
    std::vector<shmheap::Message> held;
    for (char order = 0; consumer && channel.hear(order);) {
        auto message = order == 'r' ? consumer->receive(soon()) : tl::unexpected(shmheap::Error{});
        if (order == 'x') held.erase(held.begin());
        if (message) held.push_back(*message);
        channel.confirm(order == 'x' || message.has_value());
    }
    return 0;
}

void send_blocks(shmheap::Producer& producer, shmheap::Heap& heap, int count) {
    for (int each = 0; each < count; ++each) {
        const auto buffer = shmheap::Buffer::allocate(heap, 1000);
        REQUIRE(buffer.has_value());
        const auto sent = producer.send(*buffer, {}, soon());
        REQUIRE(sent.has_value());
        CHECK(*sent == shmheap::Delivery::shared);
    }
}

void tell_all(const Channel& channel, const std::string& orders) {
    for (const char order : orders)
        channel.tell(order);
}

}  // namespace

TEST_CASE(
    "a consumer that is stopped keeps its leases, whose age grows, until it goes on or dies") {
    const Scene scene;
    const std::string path = scene.directory / "samples";
    const Channel channel;
    Child client([&] { return consume(path, channel); }, Child::After::runs);
    auto producer = shmheap::Producer::listen(path, {.heap = scene.heap.get(), .depth = 8});
    REQUIRE(producer.has_value());
    send_blocks(*producer, *scene.heap, 3);
    tell_all(channel, "rrr");

    stop(client);
    send_blocks(*producer, *scene.heap, 2);  // nobody takes them up
    scene.check_held(5);
    check_age_grows(scene.directory);
    const auto stopped = shown(scene.directory);
    CHECK(number(stopped, "consumer") == static_cast<std::uint64_t>(client.pid()));
    CHECK(number(stopped, "leases") == 5);
    CHECK(number(stopped, "lag") == 2);
    const auto drained = producer->drain(std::chrono::steady_clock::now());
    REQUIRE_FALSE(drained.has_value());
    CHECK(drained.error().code == ETIMEDOUT);

    ::kill(client.pid(), SIGCONT);
    tell_all(channel, "rrxxx");
    scene.check_held(2);
    const auto going_on = shown(scene.directory);
    CHECK(number(going_on, "leases") == 2);
    CHECK(number(going_on, "lag") == 0);
    CHECK(number(going_on, "oldest_lease_at_ns") > number(stopped, "oldest_lease_at_ns"));

    stop(client);
    check_age_grows(scene.directory);
    client.kill();
    scene.await_no_client();
    const auto attended = producer->attend();
    REQUIRE_FALSE(attended.has_value());
    CHECK(attended.error().code == EPIPE);
    CHECK(producer->stats().unreleased == 2);
    scene.check_held(0);
    CHECK(shown(scene.directory).empty());
}

// ---- leases without a stream ----------------------------------------------------------------

namespace {

struct Order {
    char what;
    shmheap::Reference reference;
};

int serve(const std::string& heap, const TestDirectory& directory, const Channel& channel,
          const Channel& answer) {
    auto client = shmheap::Client::attach(heap, directory.path());
    if (!client) return 1;
    answer.tell((*client)->slot());
    for (Order order{}; channel.hear(order);) {
        if (order.what == 'a') channel.confirm((*client)->accept(order.reference).has_value());
        if (order.what == 'x') channel.confirm((*client)->release(order.reference).has_value());
    }
    return 0;
}

shmheap::Reference issue_block(shmheap::Heap& heap, std::uint32_t slot) {
    void* block = heap.allocate(1000);
    REQUIRE(block != nullptr);
    const auto reference = heap.issue(block, 0, 1000, slot);
    shmheap::deallocate(block);
    REQUIRE(reference.has_value());
    return *reference;
}

}  // namespace

TEST_CASE("a client that has no stream is shown by its leases alone, also when it is stopped") {
    const Scene scene;
    const Channel channel;
    const Channel answer;
    Child client([&] { return serve(scene.heap->name(), scene.directory, channel, answer); },
                 Child::After::runs);
    std::uint32_t slot = 0;
    REQUIRE(answer.hear(slot));
    answer.confirm(true);
    CHECK(shown(scene.directory).empty());
    const auto first = issue_block(*scene.heap, slot);
    const auto second = issue_block(*scene.heap, slot);
    channel.tell(Order{'a', first});
    channel.tell(Order{'a', second});

    stop(client);
    check_age_grows(scene.directory);
    scene.check_held(2);
    const auto text = shminfo(scene.directory, {"--connections"}).out;
    CHECK(text.starts_with(scene.heap->name() + " -> client 0\n"));
    CHECK(contains(text, "\n  leases:      2\n"));
    CHECK_FALSE(contains(text, "messages:"));
    const auto since = number(shown(scene.directory), "oldest_lease_at_ns");

    ::kill(client.pid(), SIGCONT);
    channel.tell(Order{'x', first});
    scene.check_held(1);
    CHECK(number(shown(scene.directory), "leases") == 1);
    CHECK(number(shown(scene.directory), "oldest_lease_at_ns") >= since);

    stop(client);
    client.kill();
    scene.await_no_client();
    scene.check_held(0);
    CHECK(shown(scene.directory).empty());
}
