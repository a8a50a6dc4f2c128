// How a ConsumerCore receives what its producer has received from somebody else
// (lease/FORWARDING.md): it claims what the stub stands for, then lets the stub go.
#include <algorithm>
#include <cstring>

#include "client_core.hpp"
#include "os/crash_point.hpp"
#include "stream/consumer_core.hpp"
#include "stream/foreign_heaps.hpp"

namespace shmheap::detail {

using stream::RingEntry;

namespace {

stream::MessagePacket packet_of(const RingEntry& entry, std::uint64_t length) {
    const bool is_last = (ring_flags(entry.kind) & ring_flag_end_of_stream) != 0;
    return {.head = {},
            .sequence = entry.sequence,
            .time_stamp_ns = static_cast<std::int64_t>(entry.time_stamp_ns),
            .stream_id = entry.stream_id,
            .length = length,
            .payload_type = ring_payload_type(entry.kind),
            .flags = is_last ? stream::flag_end_of_stream : 0};
}

}  // namespace

/// The producer sends bytes if the heap cannot be attached, so that is no failure here.
Status ConsumerCore::take_foreign(std::span<const std::byte> packet) {
    const auto foreign = stream::parse<stream::ForeignPacket>(packet);
    if (!foreign || attachments_unsent_.size() > stream::foreign_heaps_max) return nonsense();
    const auto place =
        stream::announced_place(foreign->announcement, packet.subspan(sizeof(*foreign)));
    if (!place) return nonsense();
    if (place->name.empty()) {
        std::erase_if(foreign_,
                      [&](const auto& client) { return client->heap_uuid() == place->uuid; });
        CRASH_POINT(foreign_heap_detached);
        return {};
    }
    stream::Attachment answer = {.heap = place->uuid, .slot = 0, .code = ECANCELED};
    if (options_.share && foreign_.size() < stream::foreign_heaps_max) {
        auto client = Client::attach(place->name, place->directory);
        if (!client) {
            answer.code = static_cast<std::uint32_t>(client.error().code);
        } else if ((*client)->heap_uuid() != place->uuid) {
            answer.code = ESTALE;
        } else {
            answer.code = 0;
            answer.slot = (*client)->slot();
            foreign_.push_back(std::move(*client));
        }
    }
    CRASH_POINT(foreign_heap_attached);
    attachments_unsent_.push_back(answer);
    flush();
    CRASH_POINT(foreign_heap_answered);
    return {};
}

/// The stub's bytes come from another process: copied once, then checked by the claim.
Result<Message> ConsumerCore::take_forwarded(const RingEntry& entry) {
    const Reference reference = {.heap = client_->heap_uuid(),
                                 .client = client_->slot(),
                                 .lane_slot = ring_lane_slot(entry.kind),
                                 .generation = entry.generation,
                                 .offset = entry.offset,
                                 .length = entry.length,
                                 .reserved = {}};
    if (reference.length != sizeof(Reference)) return nonsense();
    const auto stub = Received::accept(client_, reference);
    if (!stub) return tl::unexpected(stub.error());
    CRASH_POINT(stub_accepted);
    forwarded_untold_ = true;
    Reference lent;
    std::memcpy(&lent, stub->bytes().data(), sizeof(lent));
    const auto client = std::find_if(foreign_.begin(), foreign_.end(), [&](const auto& each) {
        return each->heap_uuid() == lent.heap;
    });
    if (client == foreign_.end()) return nonsense();
    auto received = Received::claim(*client, lent);
    CRASH_POINT(stub_followed);
    const stream::MessagePacket packet = packet_of(entry, lent.length);
    if (received) {
        ++stats_.forwarded;
        return Message(count(packet, Delivery::shared), std::move(*received));
    }
    if (received.error().code != EAGAIN) return tl::unexpected(received.error());
    if (lent.length > options_.copied_size_max) {
        return fail(EMSGSIZE, "receive from stream", seeker_.path());
    }
    auto copy = core_of(**client).copy_lent(lent);
    if (!copy) return tl::unexpected(copy.error());
    return Message(count(packet, Delivery::copied), std::move(*copy));
}

}  // namespace shmheap::detail
