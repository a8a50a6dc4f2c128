// The public face of ClientCore; nothing is decided here.
#include "shmheap/client.hpp"

#include "client_core.hpp"
#include "environment.hpp"
#include "held_block.hpp"

namespace shmheap {

detail::ClientCore& detail::core_of(Client& client) {
    return *client.core_;
}

Client::Client(std::unique_ptr<detail::ClientCore> core) : core_(std::move(core)) {}
Client::~Client() = default;

Result<std::shared_ptr<Client>> Client::attach(std::string_view name,
                                               const std::string& directory) {
    std::string path = directory;
    if (path.empty()) {
        path = detail::environment_text("SHMHEAP_DIR").value_or(os::default_shm_directory);
    }
    auto opened = os::ShmDirectory::open(path);
    if (!opened) return tl::unexpected(opened.error());
    auto core = detail::ClientCore::attach(*opened, name);
    if (!core) return tl::unexpected(core.error());
    return std::shared_ptr<Client>(new Client(std::move(*core)));
}

std::uint32_t Client::slot() const {
    return core_->handle();
}
const Uuid& Client::heap_uuid() const {
    return core_->uuid();
}

Result<std::span<const std::byte>> Client::accept(const Reference& reference) {
    return core_->accept(reference);
}

Status Client::release(const Reference& reference) {
    return core_->release(reference);
}
bool Client::owner_lives() const {
    return core_->owner_lives();
}

Result<Received> Received::accept(std::shared_ptr<Client> client, const Reference& reference) {
    auto bytes = client->accept(reference);
    if (!bytes) return tl::unexpected(bytes.error());
    Received received;
    received.bytes_ = *bytes;
    received.held_ =
        std::make_shared<detail::HeldBlock>(std::move(client), reference, std::nullopt);
    return received;
}

Result<Received> Received::claim(std::shared_ptr<Client> client, const Reference& reference) {
    detail::ClaimTicket ticket;
    auto bytes = detail::core_of(*client).claim(reference, ticket);
    if (!bytes) return tl::unexpected(bytes.error());
    Received received;
    received.bytes_ = *bytes;
    received.held_ = std::make_shared<detail::HeldBlock>(std::move(client), reference, ticket);
    return received;
}

}  // namespace shmheap
