/// The receiving side: an attachment to another process's heap (or to one of our own). The whole
/// heap is mapped from a read-only descriptor; a client can write nothing but its own lane and
/// ring.
///
/// Thread-safety: every function may be called from any thread. Of two concurrent accepts of one
/// reference exactly one wins. In a forked child an inherited Client is abandoned: accept and
/// release say ECHILD, what was mapped stays readable, and the parent keeps its leases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

class Client;

namespace detail {
class ClientCore;
/// The inside of a public client, for the library's own parts.
ClientCore& core_of(Client& client);
/// What a Received keeps, likewise; nullptr: nothing.
struct HeldBlock;
}  // namespace detail

class Client {
public:
    /// Attaches the heap of that name ("heap-2286") in `directory` (empty: what SHMHEAP_DIR says,
    /// else /dev/shm). shared_ptr, since a received block keeps its attachment alive.
    /// Errors: ENOENT, EACCES, EUSERS (every client slot is taken by a live client), EPROTO (no
    /// heap, damaged, or of another version), EOWNERDEAD, ENOSPC (no room for the lane), ENOMEM.
    static Result<std::shared_ptr<Client>> attach(std::string_view name,
                                                  const std::string& directory = {});

    /// Detaches: releases what is still held and gives the slot back.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Tell it to the owner, who issues to it. Opaque.
    [[nodiscard]] std::uint32_t slot() const;
    [[nodiscard]] const Uuid& heap_uuid() const;

    /// Takes a lease up. The bytes stay readable and unchanged by the allocator until release().
    /// Errors: ESTALE (revoked, accepted already, or of another client or generation), EXDEV
    /// (another heap's), EPROTO (out of range), ECHILD.
    Result<std::span<const std::byte>> accept(const Reference& reference);

    /// Ends a lease that accept() took up; the bytes must not be touched afterwards.
    /// Errors: ESTALE (not held), EXDEV, EPROTO, ECHILD.
    Status release(const Reference& reference);

    /// Whether the owner still lives, by its lock. Two system calls. False also when the process
    /// closed our descriptor (close_range) and the file has lost its name, too.
    [[nodiscard]] bool owner_lives() const;

private:
    friend detail::ClientCore& detail::core_of(Client& client);
    explicit Client(std::unique_ptr<detail::ClientCore> core);

    std::unique_ptr<detail::ClientCore> core_;
};

/// A received block: accepted once, released when the last copy of the handle goes. Copies share
/// the lease (shared_ptr, since one delivery may have several local readers).
class Received {
public:
    Received() = default;

    /// Errors: those of Client::accept.
    static Result<Received> accept(std::shared_ptr<Client> client, const Reference& reference);

    /// Takes up what another client of the same heap has accepted by `reference`, still holds, and
    /// has lent to this one. What is had by it stays when that client dies.
    /// Errors: EAGAIN (256 blocks are had in this way), ESTALE (it does not hold it any more),
    /// EXDEV (another heap's), EPROTO (out of range), ECHILD.
    static Result<Received> claim(std::shared_ptr<Client> client, const Reference& reference);

    /// What was received, valid while a copy of this handle lives; and whether there is anything.
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    explicit operator bool() const { return static_cast<bool>(held_); }

    /// For the library's own parts.
    [[nodiscard]] const std::shared_ptr<const detail::HeldBlock>& held() const { return held_; }

private:
    std::shared_ptr<const detail::HeldBlock> held_;
    std::span<const std::byte> bytes_;
};

}  // namespace shmheap
