// What harrier adds to the bare system calls, beside the supervisors of others: starting, having
// and stopping components, from the SIGKILL of a component to the removal of its heap and to its
// next start, what becomes of what components print, and components that do nothing but fail.
//
// Nothing is pinned: a supervisor and its components use the processors that there are.
#include <vector>

#include "harness/program.hpp"
#include "supervisor/kills.hpp"
#include "supervisor/logs.hpp"
#include "supervisor/storm.hpp"
#include "supervisor/thousand.hpp"

namespace {

shmheap::Status measure_all(const bench::Context& context, std::vector<bench::Row>& rows) {
    for (const bench::Benchmark part :
         {&bench::measure_starts, &bench::measure_kills, &bench::measure_logs,
          &bench::measure_thousand, &bench::measure_storms}) {
        const auto status = part(context, rows);
        if (!status) return status;
    }
    return {};
}

}  // namespace

int main(int argument_count, char** arguments) {
    return bench::run_program("supervisor", measure_all, argument_count, arguments);
}
