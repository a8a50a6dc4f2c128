#include "harness/report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>

#include "harness/machine.hpp"

namespace bench {
namespace {

constexpr std::string_view own_subject = "harrier";

/// Digits that a measurement can bear.
std::string in_digits(double value) {
    std::ostringstream text;
    const int decimals = std::abs(value) < 10 ? 2 : std::abs(value) < 1000 ? 1 : 0;
    text << std::fixed << std::setprecision(decimals) << value;
    return text.str();
}

std::string ratio(const Row& peer, const std::vector<Row>& rows) {
    if (peer.subject == own_subject || peer.value == 0) return "";
    const auto own = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
        return row.workload == peer.workload && row.subject == own_subject;
    });
    return own == rows.end() ? "" : in_digits(own->value / peer.value);
}

boost::json::value in_json(std::optional<double> faults) {
    return faults ? boost::json::value(*faults) : boost::json::value(nullptr);
}

std::string note(const Row& row) {
    std::string text;
    if (row.dropped > 0) text = std::to_string(row.dropped) + " dropped";
    if (!row.quiet) text = "machine not quiet";
    return text;
}

}  // namespace

void print_json(std::ostream& out, std::string_view bench, const std::vector<Row>& rows) {
    boost::json::object machine;
    for (const auto& [name, value] : describe_machine())
        machine[name] = value;
    boost::json::array list;
    for (const Row& row : rows) {
        list.push_back(boost::json::object{{"workload", row.workload},
                                           {"subject", row.subject},
                                           {"value", row.value},
                                           {"unit", row.unit},
                                           {"page_faults_per_operation", in_json(row.faults)},
                                           {"samples", row.samples},
                                           {"dropped", row.dropped},
                                           {"quiet", row.quiet}});
    }
    out << boost::json::object{{"bench", bench},
                               {"machine", std::move(machine)},
                               {"rows", std::move(list)}}
        << "\n";
}

void print_table(std::ostream& out, const std::vector<Row>& rows) {
    for (const auto& [name, value] : describe_machine())
        out << "# " << name << ": " << value << "\n";
    out << "| workload | subject | value | unit | harrier ÷ peer | faults per op | samples | note "
           "|\n"
        << "| --- | --- | ---: | --- | ---: | ---: | ---: | --- |\n";
    for (const Row& row : rows) {
        out << "| " << row.workload << " | " << row.subject << " | " << in_digits(row.value)
            << " | " << row.unit << " | " << ratio(row, rows) << " | "
            << (row.faults ? in_digits(*row.faults) : "not counted") << " | " << row.samples
            << " | " << note(row) << " |\n";
    }
}

}  // namespace bench
