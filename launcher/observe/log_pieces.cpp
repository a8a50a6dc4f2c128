#include "launcher/observe/log_pieces.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "os/error.hpp"

namespace launcher {
namespace {

using shmheap::Result;
using shmheap::os::UniqueFd;

constexpr std::size_t piece_bytes = std::size_t{64} << 10;

struct CloseStream {
    void operator()(FILE* stream) const { std::fclose(stream); }
};
using Stream = std::unique_ptr<FILE, CloseStream>;

std::optional<LogPiece> open_piece(const std::string& path, bool is_compressed) {
    LogPiece piece;
    // O_NONBLOCK: a FIFO must not make us wait.
    piece.file.reset(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!piece.file || fstat(piece.file.get(), &piece.status) != 0) return std::nullopt;
    if (!S_ISREG(piece.status.st_mode)) return std::nullopt;
    piece.is_compressed = is_compressed;
    return piece;
}

/// What gzip keeps of the content at the end of the file (RFC 1952): CRC-32 and length.
struct Trailer {
    std::uint32_t crc = 0;
    std::uint32_t size = 0;
};

std::optional<Trailer> read_trailer(const LogPiece& piece) {
    std::array<unsigned char, 8> bytes{};
    const off_t at = piece.status.st_size - static_cast<off_t>(bytes.size());
    if (at < 0 || pread(piece.file.get(), bytes.data(), bytes.size(), at) != ssize_t{8})
        return std::nullopt;
    const auto number = [&bytes](std::size_t begin) {
        std::uint32_t value = 0;
        for (std::size_t i = 4; i > 0; --i)
            value = value << 8U | bytes[begin + i - 1];
        return value;
    };
    return Trailer{.crc = number(0), .size = number(4)};
}

std::uint32_t checksum(int file) {
    std::array<unsigned char, piece_bytes> chunk{};
    uLong crc = crc32(0, nullptr, 0);
    off_t at = 0;
    for (ssize_t count = 0; (count = pread(file, chunk.data(), chunk.size(), at)) > 0; at += count)
        crc = crc32(crc, chunk.data(), static_cast<uInt>(count));
    return static_cast<std::uint32_t>(crc);
}

bool is_compressed_form(const LogPiece& compressed, const LogPiece& plain) {
    const timespec& one = compressed.status.st_mtim;
    const timespec& other = plain.status.st_mtim;
    struct stat now {};  // it may have grown since it was opened
    if (fstat(plain.file.get(), &now) != 0) return false;
    const bool is_as_old = one.tv_sec == now.st_mtim.tv_sec && one.tv_nsec == now.st_mtim.tv_nsec;
    const bool was_as_old = one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
    if (!is_as_old && !was_as_old) return false;
    const auto trailer = read_trailer(compressed);
    return trailer && trailer->size == static_cast<std::uint32_t>(now.st_size) &&
           trailer->crc == checksum(plain.file.get());
}

}  // namespace

std::vector<LogPiece> open_pieces(const std::string& path, unsigned rotated_files_max) {
    std::vector<LogPiece> pieces;
    const auto add = [&pieces](std::optional<LogPiece> piece) {
        if (!piece) return false;
        const bool is_known = std::any_of(pieces.begin(), pieces.end(), [&](const LogPiece& each) {
            return is_same(each, *piece);
        });
        if (!is_known) pieces.push_back(std::move(*piece));
        return true;
    };
    add(open_piece(path, false));
    for (unsigned number = 1; number <= rotated_files_max; ++number) {
        const std::string plain = path + '.' + std::to_string(number);
        if (!add(open_piece(plain, false))) add(open_piece(plain + ".gz", true));
    }
    return pieces;
}

bool is_same(const LogPiece& one, const LogPiece& other) {
    if (one.status.st_dev == other.status.st_dev && one.status.st_ino == other.status.st_ino)
        return true;
    if (one.is_compressed == other.is_compressed) return false;
    return one.is_compressed ? is_compressed_form(one, other) : is_compressed_form(other, one);
}

Result<UniqueFd> open_content(const LogPiece& piece) {
    UniqueFd own(fcntl(piece.file.get(), F_DUPFD_CLOEXEC, 3));
    if (!own) return shmheap::os::error("read log");
    if (!piece.is_compressed) return own;
    const Stream temporary(std::tmpfile());
    UniqueFd content(temporary ? fcntl(fileno(temporary.get()), F_DUPFD_CLOEXEC, 3) : -1);
    if (!content) return shmheap::os::error("make temporary file");
    lseek(own.get(), 0, SEEK_SET);  // somebody may have read it before
    gzFile gzip = gzdopen(own.get(), "rb");
    if (gzip == nullptr) return shmheap::fail(ENOMEM, "read compressed log");
    (void)own.release();  // gzclose() closes it
    std::array<char, piece_bytes> chunk{};
    int count = 0;
    int error = 0;
    while (error == 0 && (count = gzread(gzip, chunk.data(), chunk.size())) > 0) {
        if (::write(content.get(), chunk.data(), static_cast<std::size_t>(count)) != count)
            error = errno != 0 ? errno : ENOSPC;
    }
    if (gzclose(gzip) != Z_OK || count < 0) error = error != 0 ? error : EIO;
    if (error != 0) return shmheap::fail(error, "read compressed log");
    return content;
}

}  // namespace launcher
