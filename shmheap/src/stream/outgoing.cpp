#include "stream/outgoing.hpp"

#include <filesystem>

#include "client_core.hpp"
#include "os/crash_point.hpp"
#include "os/random_number.hpp"

namespace shmheap::stream {
namespace {

tl::unexpected<Error> nonsense() {
    return fail(EPROTO, "understand the consumer");
}

std::vector<std::byte> with_text(std::span<const std::byte> packet, const HeapPlace& place) {
    std::vector<std::byte> whole(packet.begin(), packet.end());
    for (const std::string* text : {&place.directory, &place.name}) {
        const auto bytes = std::as_bytes(std::span(*text));
        whole.insert(whole.end(), bytes.begin(), bytes.end());
    }
    return whole;
}

HelloPacket hello(std::uint32_t refusal, const HeapPlace& place) {
    return {
        .head = head_of<HelloPacket>(PacketKind::hello, place.directory.size() + place.name.size()),
        .protocol = {stream_magic, stream_version, refusal},
        .announcement = announce(place)};
}

ForeignPacket foreign_packet(const HeapPlace& place) {
    return {.head = head_of<ForeignPacket>(PacketKind::foreign,
                                           place.directory.size() + place.name.size()),
            .announcement = announce(place)};
}

/// Where the working directory is unknown, the path stays relative.
std::string absolute(const std::string& directory) {
    std::error_code unchanged;
    const auto path = std::filesystem::absolute(directory, unchanged);
    return unchanged ? directory : path.string();
}

}  // namespace

HeapPlace place_of(const Heap& heap) {
    return {.uuid = heap.uuid(),
            .directory = absolute(heap.directory()),
            .name = heap.name(),
            .claim = os::random_number().value_or(0)};  // 0: then nobody can attach
}

HeapPlace place_of(Client& client) {
    const detail::ClientCore& core = detail::core_of(client);
    return {.uuid = core.uuid(), .directory = absolute(core.directory()), .name = core.name()};
}

Result<Outgoing> Outgoing::greet(os::UniqueFd socket, const Heap* heap) {
    Outgoing outgoing(std::move(socket));
    HeapPlace place;
    if (heap != nullptr) place = place_of(*heap);
    outgoing.announced_ = place;
    const HelloPacket packet = hello(0, place);
    const Status sent = outgoing.channel_.send(with_text(bytes_of(packet), place));
    if (!sent) return tl::unexpected(sent.error());
    return outgoing;
}

void Outgoing::refuse(os::UniqueFd socket, int code) {
    const HelloPacket packet = hello(static_cast<std::uint32_t>(code), {});
    // Who has gone already need not be told.
    (void)Channel(std::move(socket)).send(bytes_of(packet));
}

Status Outgoing::read() {
    while (true) {
        const auto packet = channel_.receive();
        if (!packet) {
            if (packet.error().code == EAGAIN) return {};
            return tl::unexpected(packet.error());
        }
        if (auto taken = take(*packet); !taken) return taken;
    }
}

Status Outgoing::take(std::span<const std::byte> packet) {
    const PacketKind kind = parse<PacketHead>(packet)->kind;
    if (!connected_) return kind == PacketKind::answer ? take_answer(packet) : nonsense();
    if (kind == PacketKind::taken) return take_count(packet);
    if (kind == PacketKind::wake) return {};  // has served its purpose
    const auto attached = parse_whole<AttachedPacket>(packet);
    if (kind == PacketKind::attached && attached) return take_attachment(attached->attachment);
    return nonsense();
}

Status Outgoing::take_answer(std::span<const std::byte> packet) {
    // The protocol stands in the same place in every version; what follows it may not.
    const auto head = parse<PacketHead>(packet);
    const auto protocol = parse<Protocol>(packet.subspan(sizeof(*head)));
    if (!protocol || protocol->magic != stream_magic) return nonsense();
    other_version_ = protocol->version != stream_version;
    const auto answer = parse_whole<AnswerPacket>(packet);
    if (other_version_ || !answer) return nonsense();
    connected_ = true;
    return take_attachment(answer->attachment);
}

Status Outgoing::take_attachment(const Attachment& attachment) {
    // Else an answer to an announcement that another one has overtaken, which says nothing any
    // more.
    if (foreign_.take_answer(attachment) || attachment.heap != announced_.uuid) return {};
    offered_ = attachment.code == 0 && announced_.claim != 0;
    slot_ = attachment.slot;
    return {};
}

Status Outgoing::open_ring(Heap& heap, const RingSetup& setup) {
    if (ring_ || !offered_ || !announced(heap)) return {};
    auto ring = OutgoingRing::open(heap, {.slot = slot_, .claim = announced_.claim}, setup);
    if (!ring) {
        offered_ = false;  // whose slot that is, it is not this consumer's: bytes will do
        return {};
    }
    const OpenPacket packet = {.head = head_of<OpenPacket>(PacketKind::open),
                               .heap = announced_.uuid,
                               .number = ring->number()};
    const Status sent = channel_.send(bytes_of(packet));
    if (sent) ring_.emplace(std::move(*ring));
    return sent || sent.error().code == EAGAIN ? Status() : sent;
}

Status Outgoing::take_count(std::span<const std::byte> packet) {
    const auto taken = parse_whole<TakenPacket>(packet);
    if (!taken || taken->count < copied_taken_ || taken->count > copied_sent_) return nonsense();
    copied_taken_ = taken->count;
    return {};
}

Status Outgoing::announce_heap(const Heap& heap) {
    const HeapPlace place = place_of(heap);
    const HeapPacket packet = {
        .head = head_of<HeapPacket>(PacketKind::heap, place.directory.size() + place.name.size()),
        .announcement = announce(place)};
    auto sent = channel_.send(with_text(bytes_of(packet), place));
    if (!sent) return sent;
    announced_ = place;
    offered_ = false;
    wake(true);
    ring_.reset();  // what lies in it is taken before the new heap is attached
    return {};
}

Status Outgoing::announce_foreign(const std::shared_ptr<Client>& client) {
    if (!foreign_.has_room()) return {};
    const HeapPlace place = place_of(*client);
    auto sent = channel_.send(with_text(bytes_of(foreign_packet(place)), place));
    if (!sent) return sent;
    CRASH_POINT(foreign_heap_told);
    foreign_.ask(client);
    wake(true);
    CRASH_POINT(foreign_heap_asked);
    return {};
}

void Outgoing::forget_foreign() {
    while (const auto heap = foreign_.gone()) {
        HeapPlace nameless;
        nameless.uuid = *heap;
        if (!channel_.send(bytes_of(foreign_packet(nameless)))) return;
        CRASH_POINT(foreign_heap_forgotten);
        foreign_.forget(*heap);
    }
}

Status Outgoing::send_first(MessagePacket packet, std::span<const std::byte> bytes) {
    packet.head = head_of<MessagePacket>(PacketKind::message, bytes.size(), message_number_ + 1);
    if (ring_) packet.flags |= flag_in_ring;
    auto sent = channel_.send(bytes_of(packet), bytes);
    if (sent) ++message_number_;
    return sent;
}

Status Outgoing::send_chunk(std::uint64_t offset, std::span<const std::byte> bytes) {
    const ChunkPacket packet = {
        .head = head_of<ChunkPacket>(PacketKind::chunk, bytes.size(), message_number_),
        .offset = offset};
    return channel_.send(bytes_of(packet), bytes);
}

void Outgoing::wake(bool anything) {
    if (!ring_ || !ring_->wake_consumer(anything)) return;
    const WakePacket packet = {.head = head_of<WakePacket>(PacketKind::wake)};
    // A socket without room for it is one that the consumer has something to read from.
    (void)channel_.send(bytes_of(packet));
}

Remains Outgoing::end() {
    (void)read();  // what it said last counts; that it has ended is known
    Remains remains;
    if (ring_) remains = ring_->end();
    remains.lost += copied_sent_ - copied_taken_;
    ring_.reset();
    return remains;
}

}  // namespace shmheap::stream
