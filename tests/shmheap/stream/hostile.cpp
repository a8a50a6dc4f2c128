// Ends that speak nonsense, another version, or nothing: always an error value, never a harm.
#include <poll.h>
#include <sys/socket.h>

#include <optional>
#include <thread>

#include "fixture.hpp"
#include "heap_core.hpp"
#include "stream/assembly.hpp"
#include "stream/channel.hpp"
#include "stream/listener.hpp"
#include "stream/ring.hpp"
#include "stream/seeker.hpp"
#include "stream/wire.hpp"

using namespace std::chrono_literals;
using namespace stream_test;
using namespace shmheap::stream;
using shmheap::Consumer;

namespace {

/// A socket that waits for its peer, unlike Channel.
void send_raw(int fd, std::span<const std::byte> bytes) {
    CHECK(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
}

template <class Packet>
void send_packet(int fd, const Packet& packet) {
    send_raw(fd, bytes_of(packet));
}

/// Receives and forgets one packet.
void skip_packet(int fd) {
    std::vector<std::byte> room(packet_size_max);
    CHECK(::recv(fd, room.data(), room.size(), 0) > 0);
}

HelloPacket hello() {
    return {.head = head_of<HelloPacket>(PacketKind::hello),
            .protocol = {stream_magic, stream_version, 0},
            .announcement = {}};
}

AnswerPacket answer() {
    return {.head = head_of<AnswerPacket>(PacketKind::answer),
            .protocol = {stream_magic, stream_version, 0},
            .attachment = {.heap = {}, .slot = 0, .code = ECANCELED}};
}

MessagePacket message(std::uint64_t length, std::size_t following, std::uint32_t flags = 0) {
    return {.head = head_of<MessagePacket>(PacketKind::message, following, 1),
            .sequence = 0,
            .time_stamp_ns = 0,
            .stream_id = 0,
            .length = length,
            .payload_type = 0,
            .flags = flags};
}

/// A producer that says what it is told to: accepts one consumer at a time in a thread of its own.
class FakeProducer {
public:
    template <class Speech>
    FakeProducer(const std::string& path, int times, Speech speech)
        : listener_(Listener::bind(path).value()), thread_([this, times, speech] {
              for (int time = 0; time < times; ++time) {
                  pollfd descriptor = {.fd = listener_.fd(), .events = POLLIN, .revents = 0};
                  ::poll(&descriptor, 1, -1);
                  auto socket = listener_.accept();
                  if (socket && *socket) speech((*socket)->get());
              }
          }) {}
    ~FakeProducer() { thread_.join(); }

private:
    Listener listener_;
    std::thread thread_;
};

/// What a consumer is told after a producer has greeted it and said `speech`.
template <class Speech>
int told_after(Speech speech, const shmheap::ConsumerOptions& options = {}) {
    const Folder folder;
    const std::string path = folder / "samples";
    const FakeProducer producer(path, 1, [&](int fd) {
        send_packet(fd, hello());
        skip_packet(fd);
        speech(fd);
    });
    auto consumer = Consumer::connect(path, options, soon());
    REQUIRE(consumer.has_value());
    return consumer->receive(soon()).error().code;
}

/// What a consumer is told by connect when a producer says `speech` as its hello.
template <class Speech>
int told_by_connect(Speech speech, int times = 1) {
    const Folder folder;
    const std::string path = folder / "samples";
    const FakeProducer producer(path, times, speech);
    return Consumer::connect(path, {}, soon()).error().code;
}

}  // namespace

TEST_CASE("a consumer refuses a hello that is none") {
    CHECK(told_by_connect([](int fd) { send_raw(fd, bytes_of(std::string("hello"))); }) == EPROTO);
    CHECK(told_by_connect([](int fd) { send_packet(fd, answer()); }) == EPROTO);
    CHECK(told_by_connect([](int fd) {
              auto packet = hello();
              packet.protocol.magic ^= 1;
              send_packet(fd, packet);
          }) == EPROTO);
    CHECK(told_by_connect([](int fd) {
              auto packet = hello();
              packet.head.size += 1;
              send_packet(fd, packet);
          }) == EPROTO);
    CHECK(told_by_connect([](int fd) {
              auto packet = hello();
              packet.announcement.name_size = 5;  // and nothing follows
              send_packet(fd, packet);
          }) == EPROTO);
    CHECK(told_by_connect([](int fd) {
              auto packet = hello();
              packet.protocol.refusal = 0xffffffff;
              send_packet(fd, packet);
          }) == EPROTO);
}

TEST_CASE("a consumer tells what a refusal says") {
    CHECK(told_by_connect([](int fd) {
              auto packet = hello();
              packet.protocol.refusal = EBUSY;
              send_packet(fd, packet);
          }) == EBUSY);
}

TEST_CASE("who ends every connection without a word is no producer") {
    CHECK(told_by_connect([](int) {}, 3) == EPROTO);
}

TEST_CASE("a consumer and a producer of different versions both tell") {
    CHECK(told_by_connect([](int fd) {
              auto packet = hello();
              packet.protocol.version += 1;
              send_packet(fd, packet);
              skip_packet(fd);  // the consumer answers, so that the producer learns of it
          }) == EPROTO);

    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    auto socket = Seeker(setup.path).connect(soon());
    REQUIRE(socket.has_value());
    REQUIRE(producer->attend().has_value());
    auto packet = answer();
    packet.protocol.version += 1;
    send_packet(socket->get(), packet);
    CHECK(producer->send(bytes_of(std::string("x")), {}, soon()).error().code == EPROTO);
    CHECK(producer->send(bytes_of(std::string("x")), {}, at_once).error().code == ETIMEDOUT);
}

TEST_CASE("a consumer gives up a connection on which nonsense comes") {
    CHECK(told_after([](int fd) { send_packet(fd, hello()); }) == EPROTO);
    CHECK(told_after([](int fd) { send_packet(fd, message(10, 0, 0x80)); }) == EPROTO);
    CHECK(told_after([](int fd) {
              const ChunkPacket chunk = {.head = head_of<ChunkPacket>(PacketKind::chunk),
                                         .offset = 0};
              send_packet(fd, chunk);
          }) == EPROTO);
    CHECK(told_after([](int fd) {
              // In the ring, but there is none.
              send_packet(fd, message(10, 0, flag_in_ring));
          }) == EPROTO);
    CHECK(told_after([](int fd) {
              std::vector<std::byte> packet(packet_size_max + 1);
              const PacketHead head = {.kind = PacketKind::message,
                                       .size = static_cast<std::uint32_t>(packet.size()),
                                       .number = 1};
              std::memcpy(packet.data(), &head, sizeof(head));
              send_raw(fd, packet);
          }) == EPROTO);
}

namespace {

/// What a consumer is told when the owner of a heap that it has attached publishes `entry` there.
/// `head` is what the ring then says of how far it was taken; nothing: the truth.
int told_of_entry(const RingEntry& entry, std::optional<std::uint64_t> head = {}) {
    const HeapFolder setup;
    const std::string path = setup.folder / "fake";
    const HeapPlace place = {setup.heap->uuid(), setup.folder.path(), setup.heap->name(), 1};
    const FakeProducer producer(path, 1, [&](int fd) {
        HelloPacket packet = hello();
        packet.announcement = announce(place);
        const std::string text = place.directory + place.name;
        packet.head = head_of<HelloPacket>(PacketKind::hello, text.size());
        std::vector<std::byte> whole(sizeof(packet) + text.size());
        std::memcpy(whole.data(), &packet, sizeof(packet));
        std::memcpy(whole.data() + sizeof(packet), text.data(), text.size());
        send_raw(fd, whole);
        AnswerPacket answered{};
        CHECK(::recv(fd, &answered, sizeof(answered), 0) == sizeof(answered));
        OpenPacket open = {
            .head = head_of<OpenPacket>(PacketKind::open), .heap = place.uuid, .number = 0};
        const auto forge = [&](const shmheap::detail::RingPlace& ring, std::uint64_t number) {
            open.number = number;
            CHECK(ring.control->claim.load() == place.claim);
            ring.control->head.store(head.value_or(number));
            RingSteps<>::publish(ring.cells[RingSteps<>::cell_index(number)], number, entry);
        };
        auto& core = shmheap::detail::core_of(*setup.heap);
        CHECK(core.open_ring(answered.attachment.slot, forge).has_value());
        send_packet(fd, open);
    });
    auto consumer = Consumer::connect(path, {}, soon());
    REQUIRE(consumer.has_value());
    CHECK(consumer->attached());
    return consumer->receive(soon()).error().code;
}

}  // namespace

TEST_CASE("what a ring says is believed only as far as the heap allows") {
    const std::uint64_t past_the_end = ~std::uint64_t{0} - 3;
    const auto no_such_slot = shmheap::ring_kind(0, 0, 0xffffff);
    CHECK(told_of_entry({.offset = past_the_end, .length = 8, .kind = no_such_slot}) == EPROTO);
    CHECK(told_of_entry({.offset = past_the_end, .length = 8}) == EPROTO);
    CHECK(told_of_entry({.offset = 0, .length = 8}) == EPROTO);
    CHECK(told_of_entry({.offset = shmheap::payload_offset, .length = 1UL << 40}) == EPROTO);
    // Within the heap, but no lease was issued.
    CHECK(told_of_entry({.offset = shmheap::payload_offset, .length = 0}) == ESTALE);
    // Bytes that never came, and flags that nobody has heard of.
    CHECK(told_of_entry({.kind = shmheap::ring_kind(0, shmheap::ring_flag_copied, 0)}) == EPROTO);
    CHECK(told_of_entry({.kind = shmheap::ring_kind(0, 0x80, 0)}) == EPROTO);
    // Taken already, says the ring, and so the end is all that comes.
    CHECK(told_of_entry({}, ~std::uint64_t{0}) == EPIPE);
}

TEST_CASE("a producer sends nonsense away and serves the next consumer") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    {
        auto garbage = Seeker(setup.path).connect(soon());
        REQUIRE(garbage.has_value());
        REQUIRE(producer->attend().has_value());
        send_raw(garbage->get(), bytes_of(std::string("no packet at all")));
        CHECK(producer->attend().has_value());
        CHECK(producer->stats().refused == 1);
    }
    {
        // Dies between hello and attach.
        auto silent = Seeker(setup.path).connect(soon());
        REQUIRE(silent.has_value());
        REQUIRE(producer->attend().has_value());
    }
    shmheap::Result<shmheap::Message> received = shmheap::fail(ENOMSG, "receive");
    std::thread consuming([&] {
        auto consumer = Consumer::connect(setup.path, {}, soon());
        if (consumer) received = consumer->receive(soon());
    });
    CHECK(producer->send(buffer_of(*setup.heap, "served"), {}, soon()).has_value());
    consuming.join();
    REQUIRE(received.has_value());
    CHECK(text_of(received->bytes()) == "served");
    CHECK(producer->stats().consumers == 1);
}

TEST_CASE(
    "a consumer cannot claim to have taken more than was sent, nor a slot that is not its own") {
    const HeapFolder setup;
    auto producer = setup.listen();
    REQUIRE(producer.has_value());
    auto liar = Seeker(setup.path).connect(soon());
    REQUIRE(liar.has_value());
    REQUIRE(producer->attend().has_value());
    auto packet = answer();
    packet.attachment = {.heap = setup.heap->uuid(), .slot = 0xffffffff, .code = 0};
    send_packet(liar->get(), packet);
    // A slot that nobody has: the bytes go through the socket.
    CHECK(producer->send(buffer_of(*setup.heap, "bytes"), {}, soon()).value() ==
          shmheap::Delivery::copied);
    const TakenPacket taken = {.head = head_of<TakenPacket>(PacketKind::taken), .count = 2};
    send_packet(liar->get(), taken);
    CHECK(producer->attend().error().code == EPIPE);
    CHECK(producer->stats().lost == 1);
}

TEST_CASE("the pieces of a copied message must follow one another exactly") {
    const std::vector<std::byte> bytes(100);
    const auto chunk = [](std::uint64_t number, std::uint64_t offset) {
        return ChunkPacket{.head = {PacketKind::chunk, 0, number}, .offset = offset};
    };
    Assembly assembly;
    CHECK(assembly.append(chunk(1, 0), bytes).error().code == EPROTO);
    CHECK(assembly.begin(message(99, 0), bytes, 1000).error().code == EPROTO);

    REQUIRE(assembly.begin(message(250, 0), bytes, 1000).has_value());
    CHECK(assembly.append(chunk(2, 100), bytes).error().code == EPROTO);
    CHECK(assembly.append(chunk(1, 50), bytes).error().code == EPROTO);
    CHECK(assembly.append(chunk(1, 100), {}).error().code == EPROTO);
    CHECK(assembly.append(chunk(1, 100), bytes).has_value());
    CHECK(assembly.append(chunk(1, 200), bytes).error().code == EPROTO);  // 50 too many
    CHECK_FALSE(assembly.complete());
    CHECK(assembly.append(chunk(1, 200), std::span(bytes).first(50)).has_value());
    CHECK(assembly.complete());
    CHECK(assembly.finish().bytes.size() == 250);
    CHECK_FALSE(assembly.complete());

    // However long a message claims to be, no more is kept than was asked for.
    REQUIRE(assembly.begin(message(~std::uint64_t{0}, 0), bytes, 1000).has_value());
    CHECK(assembly.oversized());
    CHECK(assembly.append(chunk(1, 100), bytes).has_value());
    CHECK(assembly.finish().bytes.empty());
}
