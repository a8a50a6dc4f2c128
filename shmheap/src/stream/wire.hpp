/// What the two ends of a stream say to each other: packets of a SOCK_SEQPACKET socket, each one a
/// structure of this file, some followed by text or bytes. Both ends are on one machine, so numbers
/// are in its byte order.
///
///   producer                                     consumer
///   Hello (version, its heap)           ──▶
///                                       ◀──      Answer (version, its slot in that heap)
///   OpenPacket (where the ring begins)  ──▶
///   MessagePacket (+ its first bytes)   ──▶      a copied message
///   ChunkPacket   (+ further bytes) …   ──▶
///                                       ◀──      TakenPacket: so many copied messages so far
///   HeapPacket (another heap)           ──▶
///                                       ◀──      AttachedPacket (its slot in that heap)
///   ForeignPacket (somebody else's heap) ──▶
///                                       ◀──      AttachedPacket (its slot in that one)
///   ForeignPacket without a name        ──▶      to be detached: nothing of it will come any more
///   WakePacket                         ◀──▶      to who sleeps on the socket
///
/// Once the ring is open, everything has its place there (ring.hpp): a shared message, and the cell
/// that follows the bytes of a copied one. HeapPacket ends the ring; without one, copied messages
/// are delivered in the order in which they come.
///
/// A ForeignPacket changes nothing else: it names a heap from which messages are to be forwarded.
///
/// A producer that already has a consumer says Hello with a refusal and closes. A MessagePacket
/// ends a copied message that is incomplete: its producer gave it up. The head of every packet,
/// and the magic and version after it, stay as they are in every version.
///
/// Whatever is received is input: parse() checks that a packet is as long as it must be, and its
/// reader what it says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "shmheap/layout.hpp"

namespace shmheap::stream {

constexpr std::uint64_t stream_magic = 0x4d41455254535248;  // "HRSTREAM"
constexpr std::uint32_t stream_version = 2;
constexpr std::size_t packet_size_max = std::size_t{64} * 1024;
constexpr std::size_t heap_name_size_max = 255;
constexpr std::size_t heap_directory_size_max = 4095;

enum class PacketKind : std::uint32_t {
    hello = 1,
    answer = 2,
    message = 3,
    chunk = 4,
    taken = 5,
    heap = 6,
    attached = 7,
    open = 8,
    wake = 9,
    foreign = 10,
};

struct PacketHead {
    PacketKind kind;
    std::uint32_t size;    ///< of the whole packet
    std::uint64_t number;  ///< of a message: counts up within a connection; 0 in other packets
};

struct Protocol {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t refusal;  ///< a positive errno: no connection; 0: welcome
};

/// Names a heap; its directory and its name follow as text. All zero: there is no heap.
struct Announcement {
    Uuid heap;
    std::uint64_t claim;  ///< the consumer puts it into the ring of its slot, as a proof
    std::uint32_t directory_size;
    std::uint32_t name_size;
};

/// The answer to an announcement.
struct Attachment {
    Uuid heap;           ///< as announced
    std::uint32_t slot;  ///< what Client::slot() says
    std::uint32_t code;  ///< 0: attached; a positive errno: send bytes
};

struct HelloPacket {
    PacketHead head;
    Protocol protocol;
    Announcement announcement;
};

struct AnswerPacket {
    PacketHead head;
    Protocol protocol;
    Attachment attachment;
};

struct HeapPacket {
    PacketHead head;
    Announcement announcement;
};

struct ForeignPacket {
    PacketHead head;
    Announcement announcement;
};

struct AttachedPacket {
    PacketHead head;
    Attachment attachment;
};

/// The ring of the consumer's slot is open; the first message in it has this number.
struct OpenPacket {
    PacketHead head;
    Uuid heap;
    std::uint64_t number;
};

struct WakePacket {
    PacketHead head;
};

constexpr std::uint32_t flag_in_ring = 1;  ///< a cell of the ring follows the bytes
constexpr std::uint32_t flag_end_of_stream = 2;

struct MessagePacket {
    PacketHead head;
    std::uint64_t sequence;
    std::int64_t time_stamp_ns;  ///< since 1970-01-01 UTC
    std::uint64_t stream_id;
    std::uint64_t length;  ///< of the payload, bytes
    std::uint32_t payload_type;
    std::uint32_t flags;
};

struct ChunkPacket {
    PacketHead head;
    std::uint64_t offset;  ///< in the payload, of the bytes that follow
};

struct TakenPacket {
    PacketHead head;
    std::uint64_t count;  ///< copied messages taken up since the connection began
};

static_assert(sizeof(PacketHead) == 16);
static_assert(sizeof(Protocol) == 16);
static_assert(sizeof(Announcement) == 32);
static_assert(sizeof(Attachment) == 24);
static_assert(offsetof(HelloPacket, protocol) == 16);
static_assert(offsetof(AnswerPacket, protocol) == 16);
static_assert(sizeof(MessagePacket) == 56);
static_assert(sizeof(ChunkPacket) == 24);
static_assert(sizeof(HelloPacket) + heap_directory_size_max + heap_name_size_max <=
              packet_size_max);

constexpr std::size_t first_bytes_max = packet_size_max - sizeof(MessagePacket);
constexpr std::size_t chunk_bytes_max = packet_size_max - sizeof(ChunkPacket);

/// The bytes of a structure that is to be sent.
template <class Packet>
std::span<const std::byte> bytes_of(const Packet& packet) {
    static_assert(std::is_trivially_copyable_v<Packet>);
    return std::as_bytes(std::span(&packet, 1));
}

/// A head for a Packet that `following` bytes follow.
template <class Packet>
PacketHead head_of(PacketKind kind, std::size_t following = 0, std::uint64_t number = 0) {
    return {kind, static_cast<std::uint32_t>(sizeof(Packet) + following), number};
}

/// A structure at the start of received bytes; nothing if they are too few.
template <class Packet>
std::optional<Packet> parse(std::span<const std::byte> bytes) {
    static_assert(std::is_trivially_copyable_v<Packet>);
    if (bytes.size() < sizeof(Packet)) return std::nullopt;
    Packet packet;
    std::memcpy(&packet, bytes.data(), sizeof(Packet));
    return packet;
}

/// As parse, and nothing if the packet is longer than the structure.
template <class Packet>
std::optional<Packet> parse_whole(std::span<const std::byte> bytes) {
    if (bytes.size() != sizeof(Packet)) return std::nullopt;
    return parse<Packet>(bytes);
}

/// Where to find a heap.
struct HeapPlace {
    Uuid uuid = {};
    std::string directory;
    std::string name;
    std::uint64_t claim = 0;
};

/// An announcement, to be followed by the directory and the name.
Announcement announce(const HeapPlace& place);

/// The heap that a received announcement names, `text` being what follows it.
/// Nothing if the two disagree or could not come from announce().
std::optional<HeapPlace> announced_place(const Announcement& announcement,
                                         std::span<const std::byte> text);

}  // namespace shmheap::stream
