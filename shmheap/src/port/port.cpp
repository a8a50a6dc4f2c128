// Passes every call on to the inside of the port.
#include "shmheap/port.hpp"

#include "port/input_core.hpp"
#include "port/output_core.hpp"

namespace shmheap {

Output::Output(std::unique_ptr<detail::OutputCore> core) : core_(std::move(core)) {}
Output::~Output() = default;
Output::Output(Output&& other) noexcept = default;
Output& Output::operator=(Output&& other) noexcept = default;

Result<Output> Output::open(std::string_view port) {
    return open(port, PortOptions::from_environment());
}

Result<Output> Output::open(std::string_view port, const PortOptions& options) {
    auto core = detail::OutputCore::open(port, options);
    if (!core) return tl::unexpected(core.error());
    return Output(std::move(*core));
}

Status Output::send(const Buffer& buffer, const MessageInfo& info, Deadline deadline) {
    return core_->send(buffer, info, deadline);
}
Status Output::send(const Message& message, const MessageInfo& info, Deadline deadline) {
    return core_->send(message, info, deadline);
}
void Output::abandon() {
    core_->abandon();
}
Status Output::drain(Deadline deadline) {
    return core_->drain(deadline);
}
Status Output::attend() {
    return core_->attend();
}
int Output::fd() const {
    return core_->fd();
}
bool Output::connected() const {
    return core_->connected();
}
ProducerStats Output::stats() const {
    return core_->stats();
}
std::vector<OutputConnection> Output::connections() const {
    return core_->connections();
}

Input::Input(std::unique_ptr<detail::InputCore> core) : core_(std::move(core)) {}
Input::~Input() = default;
Input::Input(Input&& other) noexcept = default;
Input& Input::operator=(Input&& other) noexcept = default;

Result<Input> Input::open(std::string_view port) {
    return open(port, PortOptions::from_environment());
}

Result<Input> Input::open(std::string_view port, const PortOptions& options) {
    auto core = detail::InputCore::open(port, options);
    if (!core) return tl::unexpected(core.error());
    return Input(std::move(*core));
}

Result<Message> Input::receive(Deadline deadline) {
    return core_->receive(deadline);
}
std::string Input::origin() const {
    return core_->origin();
}
int Input::fd() const {
    return core_->fd();
}
bool Input::connected() const {
    return core_->connected();
}
ConsumerStats Input::stats() const {
    return core_->stats();
}
std::vector<InputConnection> Input::connections() const {
    return core_->connections();
}

}  // namespace shmheap
