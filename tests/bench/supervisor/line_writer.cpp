// The component whose output bench_supervisor has captured:
//     line_writer COUNT
// prints that many numbered lines of 64 bytes as any program does: through stdio, which hands them
// on in blocks of 4 KiB when stdout is no terminal.
#include <cstdio>
#include <cstdlib>

int main(int argument_count, char** arguments) {
    if (argument_count < 2) return 2;
    const unsigned long count = std::strtoul(arguments[1], nullptr, 10);
    char line[] = "000000000000000 twelve bytes of text, and again: 01234567890123\n";
    static_assert(sizeof line == 64 + 1);
    for (unsigned long i = 0; i < count; ++i) {
        for (unsigned long rest = i, at = 15; at-- > 0; rest /= 10)
            line[at] = static_cast<char>('0' + rest % 10);
        if (std::fwrite(line, sizeof line - 1, 1, stdout) != 1) return 1;
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
}
