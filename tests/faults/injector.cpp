#include "injector.hpp"

#include <csignal>
#include <cstring>

namespace fault_test {
namespace {

struct Plan {
    bool armed = false;
    int calls_left = 0;
    int code = 0;
    Lasting lasting = Lasting::once;
    const char* failed = nullptr;
};

thread_local Plan plan;

}  // namespace

Injection::Injection(int nth, int code, Lasting lasting) {
    plan = {true, nth, code, lasting, nullptr};
}

void Injection::disarm() {
    plan.armed = false;
}

std::string Injection::failed_call() const {
    return plan.failed != nullptr ? plan.failed : "";
}

int failure_of(const char* call) {
    if (!plan.armed) return 0;
    if (plan.failed != nullptr) {
        const bool again = plan.lasting == Lasting::on && std::strcmp(call, plan.failed) == 0;
        return again ? plan.code : 0;
    }
    if (--plan.calls_left > 0) return 0;
    plan.failed = call;
    if (plan.code == death) ::raise(SIGKILL);
    return plan.code;
}

}  // namespace fault_test
