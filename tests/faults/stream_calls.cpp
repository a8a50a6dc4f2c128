// Every system call of one end of a stream fails in turn, while the other end, in another thread,
// works as ever: after a few errors the stream goes on, and no message arrives wrong.
#include <doctest/doctest.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "every_call.hpp"
#include "shmheap/stream.hpp"

using namespace fault_test;
using namespace heap_test;
using shmheap::Consumer;
using shmheap::Producer;
using shmheap::Status;

namespace {

constexpr std::size_t message_bytes = 5'000;
/// The other end may notice the loss of a connection later than this one, and is busy until then.
constexpr Expectations stream_expectations{.patience = std::chrono::seconds(10)};

shmheap::Deadline in(std::chrono::milliseconds from_now) {
    return std::chrono::steady_clock::now() + from_now;
}

/// Long enough for what succeeds, short enough for what is to fail.
shmheap::Deadline soon() {
    return in(std::chrono::milliseconds(400));
}

Status send_one(Producer& producer, shmheap::Heap& heap, std::uint64_t mark,
                shmheap::Deadline deadline) {
    const auto buffer = shmheap::Buffer::allocate(heap, message_bytes);
    if (!buffer) return tl::unexpected(buffer.error());
    stamp(buffer->data(), message_bytes, mark);
    const auto sent = producer.send(*buffer, {.stream_id = mark}, deadline);
    return sent ? Status() : tl::unexpected(sent.error());
}

bool is_whole(const shmheap::Message& message) {
    return message.bytes().size() == message_bytes &&
           bears(message.bytes().data(), message_bytes, message.info().stream_id);
}

class Listen final : public Deed {
public:
    explicit Listen(const Folder& folder) : path_(folder / "stream"), heap_(make_heap(folder)) {}
    Status act() override {
        if (producer_) return {};
        auto producer = Producer::listen(path_, {.heap = heap_.get()});
        if (!producer) return tl::unexpected(producer.error());
        producer_ = std::move(*producer);
        return {};
    }

private:
    std::string path_;
    std::unique_ptr<shmheap::Heap> heap_;
    std::optional<Producer> producer_;
};

/// A producer that sends to whoever comes, in a thread that no fault meets.
class SendingThread {
public:
    explicit SendingThread(const Folder& folder)
        : path(folder / "stream"),
          heap_(make_heap(folder)),
          producer_(std::move(*Producer::listen(path, {.heap = heap_.get()}))),
          thread_([this](const std::stop_token& stop) {
              for (std::uint64_t mark = 0; !stop.stop_requested(); ++mark)
                  (void)send_one(producer_, *heap_, mark, in(std::chrono::milliseconds(20)));
          }) {}

    const std::string path;

private:
    std::unique_ptr<shmheap::Heap> heap_;
    Producer producer_;
    std::jthread thread_;  ///< last, so that it ends first
};

class Connect final : public Deed {
public:
    explicit Connect(const Folder& folder) : peer_(folder) {}
    Status act() override {
        if (consumer_) return {};
        auto consumer = Consumer::connect(peer_.path, {}, soon());
        if (!consumer) return tl::unexpected(consumer.error());
        consumer_ = std::move(*consumer);
        return {};
    }

private:
    SendingThread peer_;
    std::optional<Consumer> consumer_;
};

class Receive final : public Deed {
public:
    explicit Receive(const Folder& folder)
        : peer_(folder), consumer_(std::move(*Consumer::connect(peer_.path))) {}
    Status act() override {
        for (int each = 0; each < 3; ++each) {
            const auto message = consumer_.receive(soon());
            if (!message) return tl::unexpected(message.error());
            if (!is_whole(*message)) return shmheap::fail(EBADMSG, "receive");
        }
        return {};
    }

private:
    SendingThread peer_;
    Consumer consumer_;
};

/// A consumer that receives whatever comes, in a thread that no fault meets.
class ReceivingThread {
public:
    explicit ReceivingThread(std::string path)
        : thread_([path = std::move(path), this](const std::stop_token& stop) {
              std::optional<Consumer> consumer;
              while (!stop.stop_requested()) {
                  if (!consumer) {
                      auto made = Consumer::connect(path, {}, in(std::chrono::milliseconds(20)));
                      if (made) consumer = std::move(*made);
                      continue;
                  }
                  const auto message = consumer->receive(in(std::chrono::milliseconds(20)));
                  if (!message) continue;
                  ++(is_whole(*message) ? whole : broken);
              }
          }) {}

    std::atomic<std::uint64_t> whole{0};
    std::atomic<std::uint64_t> broken{0};

private:
    std::jthread thread_;
};

class Send final : public Deed {
public:
    explicit Send(const Folder& folder)
        : heap_(make_heap(folder)),
          producer_(std::move(*Producer::listen(folder / "stream", {.heap = heap_.get()}))),
          peer_(folder / "stream") {
        REQUIRE(send_one(producer_, *heap_, 0, in(std::chrono::seconds(20))));
    }
    Status act() override {
        for (std::uint64_t mark = 1; mark <= 3; ++mark) {
            if (auto sent = send_one(producer_, *heap_, mark, soon()); !sent) return sent;
        }
        if (peer_.broken != 0) return shmheap::fail(EBADMSG, "send");
        return producer_.drain(soon());
    }

private:
    std::unique_ptr<shmheap::Heap> heap_;
    Producer producer_;
    ReceivingThread peer_;
};

template <class Kind>
MakeDeed makes() {
    return [](const Folder& folder) { return std::make_unique<Kind>(folder); };
}

}  // namespace

TEST_CASE("whichever call fails, a producer listens or says why not, and listens next time") {
    make_every_call_fail(makes<Listen>());
}

TEST_CASE("whichever call fails, a consumer connects, if not at once then after a few attempts") {
    make_every_call_fail(makes<Connect>(), stream_expectations);
}

TEST_CASE("whichever call fails, a consumer receives whole messages, if need be from anew") {
    make_every_call_fail(makes<Receive>(), stream_expectations);
}

TEST_CASE("whichever call fails, a producer's messages arrive whole, if need be over a new one") {
    make_every_call_fail(makes<Send>(), stream_expectations);
}
