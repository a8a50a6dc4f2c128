/* The C interface of shmheap, C11 or later. C++ programs have heap.hpp, client.hpp and stream.hpp;
 * a C++ file includes those or this one, for a type here has the name of the namespace there.
 *
 * A process owns a heap, in which only it allocates, and hands blocks of it to other processes by
 * leases: the owner issues a reference to one client, sends it there by any channel, and the client
 * accepts it, reads the block where it lies, and releases it. What a client that is killed held
 * comes back to the owner, and no more than that.
 *
 * Results of type int are 0 (or a count, where said so) or a negative errno value; functions that
 * return a pointer return NULL and set errno. No function throws, and every one may be called from
 * any thread, unless said otherwise. All sizes and offsets are in bytes. In a forked child the heap
 * and the attachments of the parent are abandoned: calls on them say ECHILD, freeing does nothing.
 */
#ifndef SHMHEAP_SHMHEAP_H
#define SHMHEAP_SHMHEAP_H

#include <stddef.h>
#include <stdint.h>

#include "shmheap/port.h"   /* named ports: connections that the launcher describes */
#include "shmheap/stream.h" /* streams: leases that find their way by themselves */

#ifdef __cplusplus
#define SHMHEAP_NOEXCEPT noexcept
extern "C" {
#else
#define SHMHEAP_NOEXCEPT
#endif

/* A heap that this process owns. It belongs to the library and is never freed by its user. */
typedef struct shmheap shmheap;

/* An attachment to another process's heap (or to one of our own); ended by shmheap_detach. */
typedef struct shmheap_client shmheap_client;

/* A lease on its way from owner to client. Free of positions: copy it through any channel. What it
 * holds is opaque, and checked when it is used. */
struct shmheap_ref { /* NOLINT(readability-identifier-naming) */
    unsigned char bytes[64];
};

/* After shmheap_collect, blocks_live and leases_live are exact. */
struct shmheap_stats {       /* NOLINT(readability-identifier-naming) */
    uint64_t size;           /* sizeof(struct shmheap_stats), set by the caller */
    uint64_t file_size;      /* size of the file; a part of it may hold no memory */
    uint64_t heap_size;      /* memory committed for blocks */
    uint64_t heap_used;      /* of live blocks, rounded up to their size classes */
    uint64_t blocks_live;    /* not freed yet, or leased still */
    uint64_t leases_live;    /* issued or accepted, and not ended */
    uint64_t clients;        /* live clients, this process among them if it has attached itself */
    uint64_t alloc_failures; /* since the heap was made */
    uint64_t reserved[8];    /* 0 */
};

/* The heap of this process, created now if need be, removed when the process exits. When its file
 * lost its name (somebody removed it), a new heap takes its place.
 * Errors: ECANCELED (SHMHEAP=disable, or the process is exiting), EINVAL (a SHMHEAP_* variable
 * makes no sense), ENOSPC, ENOMEM, EACCES, ENOENT, EOPNOTSUPP, EEXIST. */
shmheap* shmheap_process(void) SHMHEAP_NOEXCEPT;

/* The name to attach to: "heap-2286". Valid as long as the heap. NULL, errno = EINVAL for NULL. */
const char* shmheap_name(const shmheap* heap) SHMHEAP_NOEXCEPT;

/* A block of at least `bytes` bytes (0 counts as 1), aligned to 64, from 16 KiB on to a page. Its
 * content is undefined. Freed by shmheap_free.
 * Errors: ENOMEM (limit of the heap or of memory), ENOSPC (file system full), ECHILD, EINVAL. */
void* shmheap_alloc(shmheap* heap, size_t bytes) SHMHEAP_NOEXCEPT;

/* As shmheap_alloc; `alignment` is a power of two up to the superblock size, else EINVAL. */
void* shmheap_alloc_aligned(shmheap* heap, size_t bytes, size_t alignment) SHMHEAP_NOEXCEPT;

/* From the heap of this process if possible, else private memory, which cannot be leased
 * (shmheap_is_shared tells). Errors: ENOMEM. */
void* shmheap_alloc_hybrid(size_t bytes) SHMHEAP_NOEXCEPT;

/* Frees what the three functions above returned, from any thread. NULL is allowed. A block that is
 * leased stays until its last lease ends. Freeing a block twice ends the process. */
void shmheap_free(void* block) SHMHEAP_NOEXCEPT;

/* 1 if the address lies in a heap that this process owns, else 0: also for what a client got from
 * shmheap_accept. */
int shmheap_is_shared(const void* address) SHMHEAP_NOEXCEPT;

/* Fills in as much as stats->size says the caller knows of; what it knows beyond this version is
 * left alone. Errors: -EINVAL (NULL, or a size that does not even hold the member `size`). */
int shmheap_get_stats(shmheap* heap, struct shmheap_stats* stats) SHMHEAP_NOEXCEPT;

/* Ends the leases that clients have released, and those of dead clients, and gives unused memory
 * back. Returns how many leases ended. Errors: -EINVAL (NULL), -ECHILD. */
int shmheap_collect(shmheap* heap) SHMHEAP_NOEXCEPT;

/* Leases `bytes` bytes at `offset` of a block to one client for one delivery; `slot` is what
 * shmheap_client_slot said there. Send *out to that client, or revoke it.
 * Errors: -EAGAIN (the client holds as many leases as fit its lane: 1,024), -ENOTCONN (that client
 * is gone), -EINVAL (not the start of a live block of this heap, or beyond its end), -ENOSPC,
 * -ECHILD. */
int shmheap_issue(shmheap* heap, const void* block, size_t offset, size_t bytes, uint32_t slot,
                  struct shmheap_ref* out) SHMHEAP_NOEXCEPT;

/* Takes back a lease that was not accepted. Errors: -EBUSY (accepted), -ESTALE (ended already),
 * -EXDEV (another heap's), -EPROTO (out of range), -EINVAL (NULL), -ECHILD. */
int shmheap_revoke(shmheap* heap, const struct shmheap_ref* reference) SHMHEAP_NOEXCEPT;

/* Attaches the heap of that name, in the directory that SHMHEAP_DIR says, else /dev/shm.
 * Errors: -ENOENT, -EACCES, -EUSERS (the heap serves as many clients as it can), -EPROTO (no heap,
 * damaged, or of another version), -EOWNERDEAD (its owner is), -ENOSPC, -ENOMEM, -EINVAL (NULL). */
int shmheap_attach(const char* name, shmheap_client** out) SHMHEAP_NOEXCEPT;

/* What the owner must know to issue to this client; opaque. 0 for NULL. */
uint32_t shmheap_client_slot(const shmheap_client* client) SHMHEAP_NOEXCEPT;

/* Takes a lease up. The bytes may be read, not written, until shmheap_release. Of two concurrent
 * calls with one reference exactly one succeeds.
 * Errors: -ESTALE (revoked, accepted already, released, or another client's), -EXDEV (another
 * heap's), -EPROTO (out of range), -EINVAL (NULL), -ECHILD. */
int shmheap_accept(shmheap_client* client, const struct shmheap_ref* reference, const void** data,
                   size_t* bytes) SHMHEAP_NOEXCEPT;

/* Ends a lease that shmheap_accept took up; the bytes must not be read afterwards.
 * Errors: -ESTALE (not held), -EXDEV, -EPROTO, -EINVAL (NULL), -ECHILD. */
int shmheap_release(shmheap_client* client, const struct shmheap_ref* reference) SHMHEAP_NOEXCEPT;

/* Releases what the client still holds and ends the attachment. No other call on this client may
 * be running or follow. NULL is allowed. */
void shmheap_detach(shmheap_client* client) SHMHEAP_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#undef SHMHEAP_NOEXCEPT

#endif
