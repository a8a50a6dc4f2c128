// Sizes, escaping, and the two reports: what a record looks like to people and to programs.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <cstring>

#include "reaper/escape.hpp"
#include "reaper/report_json.hpp"
#include "reaper/report_text.hpp"
#include "reaper/size_text.hpp"

namespace {

using namespace reaper;
namespace json = boost::json;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;

std::string automatic(std::uint64_t bytes) {
    return size_text(bytes, SizeFormat::automatic);
}

FileRecord heap_record() {
    FileRecord record;
    record.name = "heap-2286";
    record.format = Format::heap;
    record.verdict = Verdict::live;
    record.status.st_size = 63019418;
    record.status.st_blocks = 8;
    record.status.st_mode = S_IFREG | 0640;
    record.status.st_uid = 4000000001;
    record.status.st_gid = 4000000002;
    record.heap.creator_pid = 2286;
    record.heap.committed_bytes = 60 * mib;
    record.heap.used_bytes = 32 * kib;
    std::strcpy(record.heap.component_bytes.data(), "siggen");
    record.holders = {.owner = true, .clients = 1};
    return record;
}

std::string text_of(const FileRecord& record, SizeFormat sizes = SizeFormat::automatic) {
    TextReport report(sizes, true);
    report.add_file(record);
    return std::string(report.text());
}

json::object json_of(const FileRecord& record) {
    JsonReport report("/dev/shm", {.size_bytes = 8 * gib, .free_bytes = 7 * gib});
    report.add_file(record);
    report.finish();
    return json::parse(std::string(report.text())).as_object();
}

TEST_CASE("sizes have one decimal and a binary unit, and small ones are whole bytes") {
    CHECK(automatic(0) == "0");
    CHECK(automatic(1023) == "1023");
    CHECK(automatic(kib) == "1.0K");
    CHECK(automatic(32 * kib) == "32.0K");
    CHECK(automatic(63019418) == "60.1M");
    CHECK(automatic(8267812044) == "7.7G");
    CHECK(automatic(std::uint64_t{1} << 40) == "1.0T");
    CHECK(automatic(~std::uint64_t{0}) == "16.0E");
}

TEST_CASE("a size that rounds up to 1024 takes the next unit") {
    CHECK(automatic(mib - 1) == "1.0M");
    CHECK(automatic(mib - 100) == "1023.9K");
}

TEST_CASE("sizes of a fixed format are bare integers") {
    CHECK(size_text(63019418, SizeFormat::bytes) == "63019418");
    CHECK(size_text(63019418, SizeFormat::kibibytes) == "61542");
    CHECK(size_text(0, SizeFormat::kibibytes) == "0");
}

TEST_CASE("percentages have one decimal, and there is none of nothing") {
    CHECK(percent_text(32 * kib, 60 * mib) == "0.1%");
    CHECK(percent_text(987, 1000) == "98.7%");
    CHECK(percent_text(0, 0) == "0.0%");
    CHECK(percent_text(5, 5) == "100.0%");
}

TEST_CASE("whatever a terminal could act on is escaped, and two names never look the same") {
    CHECK(escape("heap-2286") == "heap-2286");
    CHECK(escape("a b~") == "a b~");
    CHECK(escape("\x1b[31mred\n") == "\\x1b[31mred\\x0a");
    CHECK(escape(std::string_view("\0\x7f\x80\xff", 4)) == "\\x00\\x7f\\x80\\xff");
    CHECK(escape("\\x1b") == "\\\\x1b");
}

TEST_CASE("a heap is shown line by line as the contract says") {
    CHECK(text_of(heap_record()) ==
          "\n"
          "heap-2286\n"
          "  type:        heap\n"
          "  file size:   60.1M\n"
          "  heap size:   60.0M\n"
          "  heap used:   32.0K (0.1%)\n"
          "  creator:     2286\n"
          "  component:   siggen\n"
          "  orphaned:    false\n"
          "  refcount:    2\n"
          "  user:        4000000001\n"
          "  group:       4000000002\n"
          "  mode:        640\n");
}

TEST_CASE("the directory comes first, with its size and what is free") {
    TextReport report(SizeFormat::automatic, false);
    report.add_directory("/dev/shm", {.size_bytes = 8267812044, .free_bytes = 8160437862});
    CHECK(report.text() == "/dev/shm\n  size: 7.7G\n  free: 7.6G (98.7%)\n");
}

TEST_CASE("a heap without a component's name has no such line") {
    auto record = heap_record();
    record.heap.component_bytes[0] = '\0';
    CHECK(text_of(record).find("component") == std::string::npos);
}

TEST_CASE("sizes are bare integers with a fixed format, here and in the head") {
    const auto text = text_of(heap_record(), SizeFormat::bytes);
    CHECK(text.find("  file size:   63019418\n") != std::string::npos);
    CHECK(text.find("  heap used:   32768 (0.1%)\n") != std::string::npos);
    TextReport report(SizeFormat::kibibytes, false);
    report.add_directory("/x", {.size_bytes = 4096, .free_bytes = 2048});
    CHECK(report.text() == "/x\n  size: 4\n  free: 2 (50.0%)\n");
}

TEST_CASE("a damaged heap shows its type, the reason and nothing of what it claims") {
    auto record = heap_record();
    record.format = Format::damaged;
    record.verdict = Verdict::damaged;
    record.reason = "layout version 7 is not known";
    CHECK(text_of(record) ==
          "\n"
          "heap-2286\n"
          "  type:        heap (damaged)\n"
          "  reason:      layout version 7 is not known\n"
          "  file size:   60.1M\n"
          "  allocated:   4.0K\n"
          "  user:        4000000001\n"
          "  group:       4000000002\n"
          "  mode:        640\n");
    record.damaged_redhawk = true;
    CHECK(type_text(record) == "REDHAWK heap (damaged)");
}

TEST_CASE("a heap that nobody can judge is orphaned: unknown, with the reason") {
    auto record = heap_record();
    record.verdict = Verdict::foreign;
    record.reason = "its locks cannot be queried";
    const auto text = text_of(record);
    CHECK(text.find("  orphaned:    unknown\n  reason:      its locks cannot be queried\n") !=
          std::string::npos);
    CHECK(json_of(record)["files"].at(0).at("orphaned").is_null());
}

TEST_CASE("a REDHAWK heap's refcount never counts its dead creator") {
    FileRecord record;
    record.format = Format::redhawk;
    record.redhawk = {.creator_pid = 5, .attached = 2, .heap_bytes = 8192, .used_bytes = 1584};
    record.verdict = Verdict::live;
    CHECK(type_text(record) == "REDHAWK heap");
    CHECK(reference_count(record) == 2);
    record.verdict = Verdict::orphaned;
    CHECK(reference_count(record) == 1);
    record.redhawk.attached = 0;
    CHECK(reference_count(record) == 0);
}

TEST_CASE("the JSON document has a version, the directory and one object for each file") {
    auto document = json_of(heap_record());
    CHECK(document["version"].as_int64() == json_version);
    CHECK(document["directory"].as_string() == "/dev/shm");
    CHECK(document["size"].as_int64() == 8 * gib);
    CHECK(document["free"].as_int64() == 7 * gib);
    auto& file = document["files"].at(0).as_object();
    CHECK(file["name"].as_string() == "heap-2286");
    CHECK(file["type"].as_string() == "heap");
    CHECK(file["verdict"].as_string() == "live");
    CHECK(file["file_size"].as_int64() == 63019418);
    CHECK(file["allocated"].as_int64() == 4096);
    CHECK(file["heap_size"].as_int64() == 60 * mib);
    CHECK(file["heap_used"].as_int64() == 32 * kib);
    CHECK(file["creator"].as_int64() == 2286);
    CHECK(file["component"].as_string() == "siggen");
    CHECK(file["orphaned"].as_bool() == false);
    CHECK(file["refcount"].as_int64() == 2);
    CHECK(file["uid"].as_int64() == 4000000001);
    CHECK(file["mode"].as_string() == "640");
}

TEST_CASE("the birth of a heap is null in JSON when it is unknown") {
    FileRecord record = heap_record();
    CHECK(json_of(record).at("files").at(0).at("created_at").is_null());
    record.heap.created_at_ns = 1'000'000'000;
    CHECK(json_of(record)
              .at("files")
              .at(0)
              .at("created_at")
              .as_string()
              .starts_with("1970-01-01T00:00:01"));
}

TEST_CASE("the JSON document is valid whatever a name consists of, and when there is no file") {
    auto record = heap_record();
    record.name = "\"\xff\n\\";
    std::strcpy(record.heap.component_bytes.data(), "\xc3(\x1b");
    auto document = json_of(record);
    CHECK(document["files"].at(0).at("name").as_string() == "\"\\xff\\x0a\\\\");
    CHECK(document["files"].at(0).at("component").as_string() == "\\xc3(\\x1b");

    JsonReport empty("/dev/shm", {});
    empty.finish();
    CHECK(json::parse(std::string(empty.text())).at("files").as_array().empty());
}

}  // namespace
