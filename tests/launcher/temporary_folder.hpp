/// A folder of a test's own, removed with everything in it when the test ends, however it ends.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace launcher::test {

class TemporaryFolder {
public:
    explicit TemporaryFolder(const std::string& parent = "/tmp")
        : path_(parent + "/harrier-test-XXXXXX") {
        REQUIRE(mkdtemp(path_.data()) != nullptr);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + '/' + name;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(*this / name, std::ios::binary);
        std::stringstream content;
        content << file.rdbuf();
        return content.str();
    }
    void write(const std::string& name, const std::string& content) const {
        std::ofstream(*this / name, std::ios::binary) << content;
    }

private:
    std::string path_;
};

}  // namespace launcher::test
