// Packets of any content to either end of a stream: the first byte says to which, and whether the
// greeting is a right one; then come packets, each with its length before it. Both ends give errors
// and go on; every block comes back.
#include <fcntl.h>
#include <sys/socket.h>

#include "stream/listener.hpp"
#include "stream/socket_path.hpp"
#include "stream/wire.hpp"
#include "stream_pair.hpp"

namespace {

using namespace shmheap::stream;

constexpr int packets_max = 16;

void send_raw(int fd, std::span<const std::byte> bytes) {
    (void)::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void send_packets(int fd, fuzz::Input& input) {
    for (int each = 0; each < packets_max && !input.empty(); ++each) {
        const std::size_t size = input.take<std::uint16_t>() % 2'048;
        const auto bytes = input.take_bytes(size);
        if (!bytes.empty()) send_raw(fd, bytes);
    }
}

HelloPacket right_hello() {
    return {.head = head_of<HelloPacket>(PacketKind::hello),
            .protocol = {stream_magic, stream_version, 0},
            .announcement = {}};
}

AnswerPacket right_answer(std::uint32_t slot) {
    return {.head = head_of<AnswerPacket>(PacketKind::answer),
            .protocol = {stream_magic, stream_version, 0},
            .attachment = {.heap = {}, .slot = slot, .code = 0}};
}

/// Nonsense comes to a consumer, from a producer that is none.
void to_consumer(const fuzz::Place& place, bool greet, fuzz::Input& input) {
    const std::string path = place.folder.path() + "/false";
    auto listener = Listener::bind(path);
    fuzz::require(listener.has_value(), "a name can be bound");
    auto consumer = shmheap::Consumer::expect(path);
    fuzz::require(consumer.has_value(), "a consumer can be made");
    (void)consumer->receive(fuzz::at_once);
    auto accepted = listener->accept();
    if (!accepted || !*accepted) return;
    if (greet) send_raw((*accepted)->get(), bytes_of(right_hello()));
    send_packets((*accepted)->get(), input);
    for (int each = 0; each < packets_max; ++each)
        (void)consumer->receive(fuzz::at_once);
}

/// Nonsense comes to a producer, from a consumer that is none.
void to_producer(const fuzz::Place& place, bool greet, fuzz::Input& input) {
    auto producer = place.listen();
    {
        auto target = SocketPath::open(place.path, O_PATH);
        auto socket = open_socket();
        fuzz::require(target && socket, "a socket can be made");
        fuzz::require(connect_socket(socket->get(), target->address(target->name())) == 0,
                      "a producer can be connected to");
        (void)producer.attend();
        if (greet) send_raw(socket->get(), bytes_of(right_answer(input.take<std::uint8_t>())));
        send_packets(socket->get(), input);
        (void)producer.attend();
        fuzz::send_some(producer, *place.heap, 3'000);
        (void)producer.attend();
    }
    for (int each = 0; each < 3; ++each)
        (void)producer.attend();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Place place;
    fuzz::Input input(data, size);
    const auto choice = input.take<std::uint8_t>();
    if ((choice & 1) != 0) {
        to_consumer(place, (choice & 2) != 0, input);
    } else {
        to_producer(place, (choice & 2) != 0, input);
    }
    fuzz::require_all_back(*place.heap);
    return 0;
}
