// Files that nobody would write in earnest: each is refused quickly, at a place, in words, and
// without much memory.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <vector>

#include "config_support.hpp"
#include "launcher/config/source.hpp"
#include "launcher/config/yaml_tree.hpp"

using support::check_mistakes;
using support::load_text;
using support::TemporaryFolder;

namespace {

constexpr std::size_t levels = 100'000;

std::string repeated(std::string_view piece, std::size_t count) {
    std::string text;
    text.reserve(piece.size() * count);
    for (std::size_t i = 0; i < count; ++i) {
        text += piece;
    }
    return text;
}

launcher::Loaded load_file(const std::string& file) {
    const std::vector<std::string> files{file};
    return launcher::load(files, support::lookup);
}

}  // namespace

TEST_CASE("an empty file, a comment and nothing at all are told to be empty") {
    for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "~\n", "\xEF\xBB\xBF"}) {
        CAPTURE(text);
        const auto mistakes = support::mistakes(load_text(text));
        REQUIRE(mistakes.size() == 1);
        CHECK(mistakes.front().ends_with(": the file is empty"));
    }
}

TEST_CASE("a file of 10 MB is refused unread") {
    const TemporaryFolder folder;
    const std::string file = folder.write("big.yaml", repeated("# harmless\n", 950'000));
    check_mistakes(load_file(file), {file + ":1:1: is larger than 1 MiB, the most that is read"});
}

TEST_CASE("a file of exactly 1 MiB is read") {
    const TemporaryFolder folder;
    std::string text = "components: {a: {command: [sleep, 1]}}\n";
    text += "#" + std::string(launcher::source_bytes_max - text.size() - 1, 'x');
    CHECK(load_file(folder.write("limit.yaml", text)).has_value());
    const std::string over = folder.write("over.yaml", text + "x");
    check_mistakes(load_file(over), {over + ":1:1: is larger than 1 MiB, the most that is read"});
}

TEST_CASE("what is no regular file is named for what it is, without waiting for it") {
    const TemporaryFolder folder;
    check_mistakes(load_file(folder.path()),
                   {folder.path() + ":1:1: is a directory, expected a YAML file"});
    const std::string fifo = folder.at("fifo.yaml");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    check_mistakes(load_file(fifo), {fifo + ":1:1: is a FIFO, expected a YAML file"});
    check_mistakes(load_file("/dev/null"), {"/dev/null:1:1: is a device, expected a YAML file"});
    const std::string none = folder.at("none.yaml");
    check_mistakes(load_file(none), {none + ":1:1: cannot be opened: No such file or directory"});
}

TEST_CASE("every file that cannot be read is told") {
    const TemporaryFolder folder;
    const std::vector<std::string> files{folder.at("x.yaml"), folder.path()};
    const auto loaded = launcher::load(files, support::lookup);
    check_mistakes(loaded, {files[0] + ":1:1: cannot be opened: No such file or directory",
                            files[1] + ":1:1: is a directory, expected a YAML file"});
}

TEST_CASE("a binary file is told at its first byte that is no text") {
    check_mistakes(load_text(std::string("a: 1\nb: \0\n", 10)),
                   {"t.yaml:2:4: is not a text file: byte 0x00 is a control character"});
    check_mistakes(load_text("\x7f"
                             "ELF\x02\x01\x01"),
                   {"t.yaml:1:1: is not a text file: byte 0x7f is a control character"});
    check_mistakes(load_text("a: 1\n\xc3\xa4: \xff\n"),
                   {"t.yaml:2:5: is not a text file: byte 0xff is not UTF-8"});
    check_mistakes(load_file("/proc/self/exe"),
                   {"/proc/self/exe:1:1: is larger than 1 MiB, the most that is read"});
}

TEST_CASE("bytes that are not UTF-8 are refused: cut, overlong, surrogate, beyond the last") {
    for (const char* bytes :
         {"\x80", "\xc3", "\xc3(", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe2\x82",
          "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe\xff"}) {
        CAPTURE(bytes);
        const auto mistakes = support::mistakes(load_text(std::string("a: ") + bytes));
        REQUIRE(mistakes.size() == 1);
        CHECK(mistakes.front().starts_with("t.yaml:1:4: is not a text file: byte 0x"));
    }
    CHECK(launcher::Diagnostics{}.empty());
    launcher::Diagnostics diagnostics;
    CHECK(launcher::make_source("t.yaml", "\xc2\x80 \xe0\xa0\x80 \xed\x9f\xbf \xf4\x8f\xbf\xbf",
                                diagnostics));
    CHECK(diagnostics.empty());
}

TEST_CASE("100,000 levels of nesting of any kind end at the limit") {
    check_mistakes(load_text(repeated("- ", levels)),
                   {"t.yaml:1:65: nested more than 32 levels deep"});
    check_mistakes(load_text(repeated("? ", levels)),
                   {"t.yaml:1:65: nested more than 32 levels deep"});
    check_mistakes(load_text(repeated("[", levels)),
                   {"t.yaml:1:1001: nested too deeply: 1000 brackets are open"});
    check_mistakes(load_text(repeated("{a: ", levels)),
                   {"t.yaml:1:4001: nested too deeply: 1000 brackets are open"});
    check_mistakes(load_text(repeated("[\n", levels)),
                   {"t.yaml:1001:1: nested too deeply: 1000 brackets are open"});
    check_mistakes(load_text(repeated("[", levels) + repeated("]", levels)),
                   {"t.yaml:1:1001: nested too deeply: 1000 brackets are open"});
    check_mistakes(load_text(repeated("{a: ", 900) + repeated("}", 900)),
                   {"t.yaml:1:126: a: nested more than 32 levels deep"});
}

TEST_CASE("maps nested by indentation end at the limit") {
    std::string text;
    for (std::size_t level = 0; level < 1'400; ++level) {
        text += std::string(level, ' ') + "a:\n";
    }
    check_mistakes(load_text(text), {"t.yaml:32:32: a: nested more than 32 levels deep"});
}

TEST_CASE("an alias bomb is defused by counting every copy") {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level <= 9; ++level) {
        const std::string below = "*a" + std::to_string(level - 1);
        text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
        text += repeated(", " + below, 9) + "]\n";
    }
    const auto mistakes = support::mistakes(load_text(text));
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().starts_with("t.yaml:5:"));
    CHECK(mistakes.front().ends_with("more than 100000 values, counting every alias and anchor"));
}

TEST_CASE("a few large texts, aliased often, are counted by their bytes") {
    const std::string text =
        "a: &a " + std::string(500'000, 'x') + "\nb: [" + repeated("*a, ", 50'000) + "]\n";
    const auto mistakes = support::mistakes(load_text(text));
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front() ==
          "t.yaml:2:29: b: more than 4 MiB of text, counting every alias and anchor");
}

/// Files f0, f1, … of one text, as much as one may be, and the mistakes in all of them together.
std::vector<std::string> mistakes_in_many(const std::string& text, int count) {
    std::vector<launcher::NamedText> texts;
    for (int i = 0; i < count; ++i)
        texts.emplace_back("f" + std::to_string(i), text);
    return support::mistakes(launcher::load_texts(texts, support::lookup));
}

TEST_CASE("many files are counted together: their bytes, their values, their text") {
    const std::string fits = "components: {a: {command: [sleep, 1]}} #";
    const std::string large = fits + std::string(launcher::source_bytes_max - fits.size(), 'x');
    CHECK(mistakes_in_many(large, 8).empty());
    CHECK(mistakes_in_many(large, 9) ==
          std::vector<std::string>{"f8:1:1: the files have more than 8 MiB together"});
    const std::string values =
        "components: {a: {command: [" + repeated("x,", launcher::tree_values_max - 10) + "x]}}";
    CHECK(mistakes_in_many(values, 5) ==
          std::vector<std::string>{
              "f4:1:1: the files have more than 400000 values or 16 MiB of text together"});
    const std::string bytes =
        "components: {a: {command: [&x " + std::string(500'000, 'x') + repeated(", *x", 6) + "]}}";
    const auto told = mistakes_in_many(bytes, 5);
    REQUIRE(told.size() == 1);
    CHECK(told.front().ends_with("or 16 MiB of text together"));
}

TEST_CASE("defaults that would be multiplied beyond reason are refused") {
    std::string text =
        "defaults:\n  logging: {path: " + std::string(200'000, 'x') + "}\ncomponents:\n";
    for (int i = 0; i < 1'000; ++i) {
        text += "  c" + std::to_string(i) + ": {command: [sleep, 1]}\n";
    }
    check_mistakes(load_text(text),
                   {"t.yaml:1:1: defaults: too large to stand under each of 1000 components"});
}

TEST_CASE("more components than processes can be is refused") {
    std::string text = "components:\n";
    for (int i = 0; i < 10'001; ++i) {
        text += "  c" + std::to_string(i) + ": {}\n";
    }
    check_mistakes(load_text(text),
                   {"t.yaml:1:1: components: 10001 components, the most is 10000"});
}

TEST_CASE("a map of very many keys is read in time that grows with it") {
    std::string text = "components: {a: {command: [sleep, 1], environment: {";
    for (int i = 0; i < 40'000; ++i) {
        text += "V" + std::to_string(i) + ": x, ";
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto loaded = load_text(text + "}}}\n");
    REQUIRE(loaded.has_value());
    CHECK(loaded->components.front().environment.size() == 40'000);
    // Comparing each key with each other would take minutes.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("a long run of any one token is answered") {
    constexpr std::size_t bytes = 128UL * 1024;
    for (const char* piece :
         {"[",  "{",  "]",  "}", "- ",    "? ",    ": ",   "&a ",   "*a ",     "! ",  "|",
          ">",  "\"", "'",  "%", "@",     "`",     "#",    ", ",    "a: ",     "[a,", "{a: b, ",
          "\n", "\r", "\t", " ", "---\n", "...\n", "a:\n", "- a\n", "<<: x\n", "${"}) {
        CAPTURE(piece);
        const std::string_view token = piece;
        const auto loaded = load_text(repeated(token, bytes / token.size()));
        REQUIRE_FALSE(loaded.has_value());
        CHECK_FALSE(loaded.error().empty());
    }
}
