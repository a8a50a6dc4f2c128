/// Workloads between two processes, over any Way of handing a block over with
///     struct Message;                        // trivially copyable; what goes through the ring
///     struct Notice;                         // what the receiver tells the sender before it
///     starts class Sender { Sender(const WorkloadSpec&); void open(const Notice&); Message send();
///     }; class Receiver { Receiver(const Sender&, Notice&); void take(const Message&); };
/// The sender is made first; the receiver in a process forked from it.
#pragma once

#include <sys/mman.h>

#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "alloc/workload.hpp"
#include "harness/partner.hpp"
#include "harness/ring.hpp"
#include "harness/worker.hpp"

namespace bench {

template <class Way>
class Handover final : public Workload {
public:
    explicit Handover(const WorkloadSpec& spec)
        : sender_(spec),
          shared_(map_shared()),
          partner_(Partner::Kind::process, 1, [this](auto n) { receive(n); }) {
        partner_.begin(0);  // makes the receiver
        partner_.await();
        sender_.open(shared_->notice);
    }
    ~Handover() override { munmap(shared_, sizeof(Shared)); }

    void run(std::uint64_t count) override {
        partner_.begin(count);
        for (std::uint64_t i = 0; i < count; ++i)
            shared_->ring.push(sender_.send());
        partner_.await();
    }

    [[nodiscard]] std::vector<pid_t> partners() const override { return {partner_.pid()}; }

private:
    struct Shared {
        Ring<typename Way::Message> ring;
        typename Way::Notice notice{};
    };

    static Shared* map_shared() {
        void* address = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (address == MAP_FAILED) give_up("map ring");
        return new (address) Shared;
    }

    /// In the partner.
    void receive(std::uint64_t count) {
        if (!receiver_) receiver_.emplace(sender_, shared_->notice);
        for (std::uint64_t i = 0; i < count; ++i)
            receiver_->take(shared_->ring.pop());
    }

    typename Way::Sender sender_;
    std::optional<typename Way::Receiver> receiver_;
    Shared* shared_;
    Partner partner_;  ///< last, so that it ends first
};

}  // namespace bench
