/// Puts programs into the same state before each benchmark: read from disk, not as the linker wrote
/// them. A file that was just linked lies in the page cache in small scattered pieces, and code was
/// seen to run from it at half the speed of a byte-for-byte copy of the same file.
#pragma once

namespace bench {

/// For every program beside this one and every library in ../lib. What a running program has mapped
/// stays as it is, so call it before any worker starts. Does nothing where it cannot.
void reload_programs();

}  // namespace bench
