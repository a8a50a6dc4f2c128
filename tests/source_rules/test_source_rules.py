#!/usr/bin/env python3
"""Each rule of source_rules.py finds the breach it is there for, and leaves clean source alone."""

import tempfile
import unittest
from pathlib import Path

import source_rules

HEADER = "/// What it is.\n#pragma once\n"


class SourceRules(unittest.TestCase):
    def breaches(self, files):
        """What is found in a tree of these files, {path: text}."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return source_rules.breaches(Path(folder))

    def assert_clean(self, files):
        self.assertEqual(self.breaches(files), [])

    def assert_breach(self, files, *parts):
        """Exactly one breach is found, and its line has all the parts."""
        found = self.breaches(files)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def test_a_long_file_is_a_breach(self):
        self.assert_clean({"reaper/a.hpp": HEADER + "\n" * 448})
        self.assert_breach({"reaper/a.hpp": HEADER + "\n" * 449}, "reaper/a.hpp:1:", "451 lines")

    def function(self, lines):
        return "// A.\n" + "int member() {\n" + "    work();\n" * (lines - 2) + "}\n"

    def test_a_long_function_is_a_breach(self):
        self.assert_clean({"reaper/a.cpp": self.function(50)})
        self.assert_breach({"reaper/a.cpp": self.function(51)}, "reaper/a.cpp:2:", "member()", "51")

    def test_a_long_test_case_is_a_breach(self):
        text = self.function(51).replace("int member()", 'TEST_CASE("a, (b) {")')
        self.assert_breach({"tests/a.cpp": text}, "tests/a.cpp:2:", "51 lines")

    def test_a_recorded_exception_may_only_shrink(self):
        record = source_rules.EXCEPTIONS
        path = "reaper/a.cpp"
        self.assert_clean({path: self.function(60), record: f"{path} member 60\n"})
        self.assert_breach({path: self.function(61), record: f"{path} member 60\n"}, "61 lines, 60")
        self.assert_breach({path: self.function(55), record: f"{path} member 60\n"}, "lower it")
        self.assert_breach({path: self.function(50), record: f"{path} member 60\n"}, "remove it")
        self.assert_breach({path: self.function(9), record: f"{path} gone 60\n"}, "does not exist")

    def test_a_long_line_is_a_breach(self):
        line = "# " + "ä" * 98 + "\n"
        for path in ("scripts/run", "tests/a.py", "tests/CMakeLists.txt", "reaper/cmake/a.cmake"):
            self.assert_clean({path: line})
            self.assert_breach({path: "#\n#" + line}, f"{path}:2:", "101 columns")
        self.assert_clean({"configs/demo.yaml": "#" + line, "tests/README.md": "#" + line})

    def test_an_include_against_the_arrows_is_a_breach(self):
        include = HEADER + '#include "{}"\n'
        files = {
            "shmheap/include/shmheap/heap.hpp": HEADER,
            "reaper/reap.hpp": include.format("shmheap/heap.hpp"),
            "launcher/config/plan.hpp": include.format("reaper/reap.hpp"),
        }
        self.assert_clean(files)
        for path, target in (("shmheap/src/file/a.hpp", "reaper/reap.hpp"),
                             ("shmheap/src/file/a.hpp", "../../../launcher/config/plan.hpp"),
                             ("reaper/a.hpp", "launcher/config/plan.hpp")):
            self.assert_breach({**files, path: include.format(target)},
                               path + ":3:", "may not include")

    def test_a_lower_layer_of_shmheap_may_not_include_a_higher_one(self):
        files = {"shmheap/include/shmheap/heap.hpp": HEADER, "shmheap/src/os/fd.hpp": HEADER}
        self.assert_clean({**files, "shmheap/src/heap.cpp": '#include "os/fd.hpp"\n'})
        upward = HEADER + '#include "shmheap/heap.hpp"\n'
        self.assert_breach({**files, "shmheap/src/os/lock.hpp": upward},
                           "os/lock.hpp:3:", "lower layer")

    def test_a_quoted_include_of_nothing_is_a_breach(self):
        self.assert_breach({"reaper/a.hpp": HEADER + '#include "nowhere.hpp"\n'}, "no file of")
        self.assert_clean({"reaper/a.hpp": HEADER + '// #include "nowhere.hpp"\n'})

    def test_a_library_in_a_folder_that_has_not_got_it_is_a_breach(self):
        self.assert_clean({"launcher/a.hpp": HEADER + "#include <boost/asio.hpp>\n"})
        self.assert_breach({"shmheap/src/a.hpp": HEADER + "#include <boost/asio.hpp>\n"},
                           "shmheap/src/a.hpp:3:", "may not use <boost/asio.hpp>")
        self.assert_breach({"reaper/a.hpp": HEADER + "#include <spdlog/spdlog.h>\n"}, "a.hpp:3:")

    def test_a_second_user_of_a_library_with_one_user_is_a_breach(self):
        text = "// A.\n#include <yaml-cpp/yaml.h>\n#include <yaml-cpp/mark.h>\n"
        one = {"launcher/load.cpp": text}
        self.assert_clean(one)
        found = self.breaches({**one, "launcher/b.cpp": "// B.\n#include <yaml-cpp/yaml.h>\n"})
        self.assertIn("launcher/b.cpp:2: a second user of yaml-cpp/", found)

    def test_a_mark_of_work_put_off_is_a_breach(self):
        mark = "FIX" + "ME"
        self.assert_breach({"scripts/run": f"#!/bin/sh\n# {mark}: later\n"}, "scripts/run:2:", mark)
        self.assert_clean({"scripts/run": "#!/bin/sh\nmktemp -d /tmp/x.XXXXXX\n"})

    def test_a_file_without_an_introduction_is_a_breach(self):
        self.assert_breach({"reaper/a.cpp": "int x;\n"}, "reaper/a.cpp:1:", "no comment")
        self.assert_breach({"reaper/a.hpp": "/// A.\n// #pragma once\n"}, "no #pragma once")
        self.assert_breach({"reaper/a.hpp": HEADER + "using namespace std;\n"}, "a.hpp:3:")
        self.assert_clean({"reaper/a.hpp": HEADER, "reaper/a.cpp": "int x;\n"})

    def test_an_undocumented_public_function_is_a_breach(self):
        path = "shmheap/include/shmheap/heap.hpp"
        clean = HEADER + """
/// A.
class Heap {
public:
    Heap() = default;
    Heap(Heap&& other) noexcept;
    Heap(const Heap& other);
    bool operator==(const Heap& other) const;
    ~Heap();
    Heap& operator=(const Heap&) = delete;

    /// Says how much.
    template <class T>
    [[nodiscard]] T
    size() const;
    int shorter() const;

    int brief();  ///< in short

private:
    void hidden();
};
static_assert(sizeof(Heap) == 1);
static_assert(offsetof(Heap, a) == 0);
"""
        self.assert_clean({path: clean})
        self.assert_breach({path: clean.replace("    /// Says how much.\n", "")
                            .replace("    int shorter() const;\n", "")}, "heap.hpp:16:", "size()")
        self.assert_breach({path: clean + "\nint bare(int);\n"}, "bare()")
        self.assert_clean({"shmheap/src/inner.hpp": HEADER + "\nint bare(int);\n"})

    def test_a_type_that_is_defined_twice_is_a_breach(self):
        def defined(text, folder="reaper"):
            return {f"{folder}/{name}.hpp": f"{HEADER}{text}\n" for name in "ab"}

        for text in ("namespace reaper {\nstruct Selection { int x; };\n}",
                     "namespace reaper {\nenum class Selection : char { none };\n}",
                     "namespace reaper {\nclass Selection final : public Base {};\n}"):
            self.assert_breach(defined(text), "b.hpp:", "reaper::Selection", "a.hpp")
        for text in ("namespace reaper {\nstruct Selection;\n}",
                     "namespace reaper {\nnamespace {\nstruct Selection { int x; };\n}\n}",
                     "inline void f() {\n    struct stat status {};\n    ::fstat(0, &status);\n}",
                     "inline void f() {\n    struct Local { int x; };\n}"):
            self.assert_clean(defined(text, "reaper"))

    def test_a_braced_temporary_within_co_await_is_a_breach(self):
        for expression in ("co_await send(Message{1, 2});",
                           "co_await send({1, 2});",
                           "auto x = co_await (timer.wait() || send(1, Message{}));",
                           "co_await\n    Sleep{1};"):
            self.assert_breach({"launcher/a.cpp": f"// A.\nvoid f() {{\n{expression}\n}}\n"},
                               "launcher/a.cpp:3:", "co_await")
        for expression in ("if (co_await next()) { stop(); }",
                           "while (running && (co_await next())) { stop(); }",
                           "co_await send(message); f(Message{1});",
                           "co_await send(\"{\", '{');  // {}",
                           "co_await run([] { return 1; });"):
            self.assert_clean({"launcher/a.cpp": f"// A.\nvoid f() {{\n{expression}\n}}\n"})

    def test_digit_separators_and_raw_strings_do_not_confuse_the_reader(self):
        text = "int x = 1'000'000; auto y = R\"(co_await f({}))\"; char q = '\"'; int z{'a'};\n"
        bare = source_rules.without_comments_and_literals(text)
        self.assertEqual(len(bare), len(text))
        self.assertNotIn("co_await", bare)
        self.assertIn("int z{", bare)


if __name__ == "__main__":
    unittest.main()
