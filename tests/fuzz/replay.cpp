// Runs a fuzz target over files, so that what libFuzzer once found is looked at by every build and
// compiler: replay FILE-OR-FOLDER... A target that fails ends the program.
#include <fstream>
#include <iterator>
#include <vector>

#include "target.hpp"

namespace {

void replay(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int count, char** words) {
    int files = 0;
    for (int each = 1; each < count; ++each) {
        if (!std::filesystem::is_directory(words[each])) {
            replay(words[each]);
            ++files;
            continue;
        }
        for (const auto& entry : std::filesystem::directory_iterator(words[each])) {
            replay(entry.path());
            ++files;
        }
    }
    std::printf("%d inputs\n", files);
    return files > 0 ? 0 : 1;
}
