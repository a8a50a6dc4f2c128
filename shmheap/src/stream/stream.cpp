#include "shmheap/stream.hpp"

#include "stream/consumer_core.hpp"
#include "stream/producer_core.hpp"

namespace shmheap {

Producer::Producer(std::unique_ptr<detail::ProducerCore> core) : core_(std::move(core)) {}
Producer::~Producer() = default;
Producer::Producer(Producer&& other) noexcept = default;
Producer& Producer::operator=(Producer&& other) noexcept = default;

Result<Producer> Producer::listen(const std::string& path, const ProducerOptions& options) {
    auto core = detail::ProducerCore::listen(path, options);
    if (!core) return tl::unexpected(core.error());
    return Producer(std::move(*core));
}

Result<Delivery> Producer::send(const Buffer& buffer, const MessageInfo& info, Deadline deadline) {
    return core_->send(buffer, info, deadline);
}

Result<Delivery> Producer::send(std::span<const std::byte> bytes, const MessageInfo& info,
                                Deadline deadline) {
    return core_->send(bytes, info, deadline);
}

Result<Delivery> Producer::send(const Message& message, const MessageInfo& info,
                                Deadline deadline) {
    return core_->send(message, info, deadline);
}

Result<std::size_t> Producer::send_many(std::span<const Buffer> buffers, const MessageInfo& info,
                                        Deadline deadline) {
    return core_->send_many(buffers, info, deadline);
}

Status Producer::drain(Deadline deadline) {
    return core_->drain(deadline);
}
Status Producer::attend() {
    return core_->attend();
}
int Producer::fd() const {
    return core_->fd();
}
bool Producer::connected() const {
    return core_->connected();
}
ProducerStats Producer::stats() const {
    return core_->stats();
}

Consumer::Consumer(std::unique_ptr<detail::ConsumerCore> core) : core_(std::move(core)) {}
Consumer::~Consumer() = default;
Consumer::Consumer(Consumer&& other) noexcept = default;
Consumer& Consumer::operator=(Consumer&& other) noexcept = default;

Result<Consumer> Consumer::connect(const std::string& path, const ConsumerOptions& options,
                                   Deadline deadline) {
    auto core = detail::ConsumerCore::connect(path, options, deadline);
    if (!core) return tl::unexpected(core.error());
    return Consumer(std::move(*core));
}

Result<Consumer> Consumer::expect(const std::string& path, const ConsumerOptions& options) {
    auto core = detail::ConsumerCore::expect(path, options);
    if (!core) return tl::unexpected(core.error());
    return Consumer(std::move(*core));
}

Result<Message> Consumer::receive(Deadline deadline) {
    return core_->receive(deadline);
}
Result<std::size_t> Consumer::receive_many(std::vector<Message>& to, std::size_t count_max,
                                           Deadline deadline) {
    return core_->receive_many(to, count_max, deadline);
}
int Consumer::fd() const {
    return core_->fd();
}
bool Consumer::connected() const {
    return core_->connected();
}
bool Consumer::attached() const {
    return core_->attached();
}
ConsumerStats Consumer::stats() const {
    return core_->stats();
}

}  // namespace shmheap
