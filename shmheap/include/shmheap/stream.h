/* Streams for C, included by shmheap.h, whose rules for errors and types hold here, too: int
 * results are 0 or a negative errno value. stream.hpp tells in full what a stream is.
 *
 * A producer listens under the path of a socket, a consumer connects there, in whatever order they
 * start. A block of the producer's heap is handed over by a lease and read where it lies; all else
 * is copied through the socket. The end of the peer is an error value (-EPIPE), told once, after
 * which the same call waits for the next peer. Nothing here raises a signal or polls busily.
 *
 * Ownership: listen and connect give out a handle that close takes back; receive gives out a
 * message that release takes back, and that may outlive its consumer and the producer's process.
 * Thread-safety: a producer, and a consumer, is used by one thread at a time; a message may be read
 * by several, and released by any. In a forked child they are abandoned: calls that send or receive
 * say -ECHILD, and closing lets go of the memory alone.
 * Structures: `size` is sizeof(the structure), set by the caller, so that later versions can append
 * members; zero in every other member means the default. What a caller appends that this version
 * does not know must be zero, else -E2BIG; what a result has room for beyond it is left alone.
 * Time: `timeout_ns` is nanoseconds from now; 0 tries once without waiting, SHMHEAP_FOREVER waits
 * for as long as it takes. A call that gives up for this reason says -ETIMEDOUT. */
#ifndef SHMHEAP_STREAM_H
#define SHMHEAP_STREAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SHMHEAP_NOEXCEPT noexcept
extern "C" {
#else
#define SHMHEAP_NOEXCEPT
#endif

/* As timeout_ns; every negative number means the same. */
#define SHMHEAP_FOREVER ((int64_t)-1)

/* How the bytes of a message went: what the send functions return when all is well. */
#define SHMHEAP_COPIED 0  /* through the socket */
#define SHMHEAP_SHARED 1  /* by a lease: the consumer reads the producer's memory */
#define SHMHEAP_DROPPED 2 /* nowhere: there was no room, and the producer's policy is to drop */

/* Bits of shmheap_message_info.flags. */
#define SHMHEAP_END_OF_STREAM 1u /* nothing follows, unless the application says otherwise */
#define SHMHEAP_SEQUENCE_SET 2u  /* `sequence` counts; without it the number is filled in */

/* What travels with the bytes of a message. */
struct shmheap_message_info { /* NOLINT(readability-identifier-naming) */
    uint64_t size;            /* sizeof(struct shmheap_message_info) */
    uint64_t sequence;        /* filled in: one more than that of the message before, from 0 on */
    int64_t time_stamp_ns;    /* since 1970-01-01 UTC; 0: the time of sending is filled in */
    uint64_t stream_id;       /* the application's own */
    uint32_t payload_type;    /* the application's own */
    uint32_t flags;
};

/* ---- the sending end ------------------------------------------------------------------------ */

/* It has at most one consumer at a time; others are told EBUSY meanwhile. All its work is done
 * inside the calls below. */
typedef struct shmheap_producer shmheap_producer;

/* A received message; ended by shmheap_message_release. */
typedef struct shmheap_message shmheap_message;

/* What a producer does when its consumer is slower than it is, or there is none. */
#define SHMHEAP_BLOCK 0u       /* waits, until the deadline of the call */
#define SHMHEAP_DEADLINE 1u    /* waits, but no longer than its patience */
#define SHMHEAP_DROP_OLDEST 2u /* never waits: what was sent first, not taken up yet, gives way */
#define SHMHEAP_DROP_NEWEST 3u /* never waits: what is being sent is dropped */

struct shmheap_producer_options { /* NOLINT(readability-identifier-naming) */
    uint64_t size;                /* sizeof(struct shmheap_producer_options) */
    uint32_t depth;      /* most messages sent and not taken up yet, up to 1,024; 0: 1,024 */
    uint32_t when_full;  /* SHMHEAP_BLOCK and so on */
    int64_t patience_ns; /* for SHMHEAP_DEADLINE, then -ETIMEDOUT; 0: a second */
    const char* name;    /* what shminfo calls the connection, up to 271 bytes; NULL: nothing */
};

/* Counts since shmheap_producer_listen. */
struct shmheap_producer_stats { /* NOLINT(readability-identifier-naming) */
    uint64_t size;              /* sizeof(struct shmheap_producer_stats) */
    uint64_t messages;          /* sent, to whichever consumer */
    uint64_t bytes;             /* of their payloads */
    uint64_t shared;            /* messages that went by a lease */
    uint64_t copied;            /* messages whose bytes went through the socket */
    uint64_t consumers;         /* that were connected, one after another */
    uint64_t refused;           /* that came while another was connected, or spoke nonsense */
    uint64_t lost;              /* sent to a consumer that ended before it took them up */
    uint64_t unreleased;        /* taken up by one that ended before it released them */
    uint64_t blocked;           /* sends that had to wait for room in the ring */
    uint64_t timed_out;         /* sends that gave up at their deadline */
    uint64_t dropped;           /* messages that gave way to newer ones, or were not sent */
    uint64_t forwarded;         /* of the shared ones, those that lie in somebody else's heap */
    uint64_t reserved[4];       /* 0 */
};

/* Listens under `path`, which appears when consumers can connect; the socket that a dead producer
 * left there is replaced. `options` may be NULL: the defaults.
 * Errors: -EADDRINUSE (a live producer listens there), -EEXIST (it is no socket), -ENAMETOOLONG
 * (its last component has more than 80 bytes), -EINVAL (NULL, or options that make no sense),
 * -E2BIG, -ENOMEM, and what open and bind say of the directory. */
int shmheap_producer_listen(const char* path, const struct shmheap_producer_options* options,
                            shmheap_producer** out) SHMHEAP_NOEXCEPT;

/* Sends `bytes` bytes from the start of a block that shmheap_alloc and its kin returned: by a lease
 * if the consumer has attached the heap it lies in, else (and for any other memory) as a copy. The
 * block stays the caller's, who may free it at once, but not write to it before the consumer has
 * released it. Without a consumer the call waits for one; with one that is slow, for room. `info`
 * may be NULL: the defaults. Returns SHMHEAP_SHARED, SHMHEAP_COPIED or SHMHEAP_DROPPED.
 * Errors, after each of which nothing of this message has arrived: -ETIMEDOUT; -EPIPE (the consumer
 * ended; the next call waits for another one); -EPROTO (a consumer of another version was sent
 * away); -EINVAL (NULL, or unknown flags); -E2BIG; -ENOMEM; -ECHILD; what the socket says. */
int shmheap_producer_send(shmheap_producer* producer, const void* block, size_t bytes,
                          const struct shmheap_message_info* info,
                          int64_t timeout_ns) SHMHEAP_NOEXCEPT;

/* Sends bytes from anywhere, always as a copy. `data` may be NULL if `bytes` is 0. Returns
 * SHMHEAP_COPIED or SHMHEAP_DROPPED. Errors: as above. */
int shmheap_producer_send_bytes(shmheap_producer* producer, const void* data, size_t bytes,
                                const struct shmheap_message_info* info,
                                int64_t timeout_ns) SHMHEAP_NOEXCEPT;

/* Sends a received message on: without a copy if it came by a lease of its producer's, which this
 * process then keeps until the consumer has a right of its own to the bytes. The message stays the
 * caller's, who may release it at once. As a copy if it came as one, or was itself sent on to us,
 * or as long as the consumer has not attached the heap in which it lies; the first message of each
 * heap tells it to. What is kept is let go in any call of this producer, or while this process
 * waits to receive. `info` is that of the new message. Returns and errors: as of
 * shmheap_producer_send. */
int shmheap_producer_send_message(shmheap_producer* producer, const shmheap_message* message,
                                  const struct shmheap_message_info* info,
                                  int64_t timeout_ns) SHMHEAP_NOEXCEPT;

/* Waits until the consumer has taken up and released all that was sent to it, whether it ends then
 * or not. Errors: -ETIMEDOUT, -EPIPE (it ended before; see the counts), -EINVAL, -ECHILD. */
int shmheap_producer_drain(shmheap_producer* producer, int64_t timeout_ns) SHMHEAP_NOEXCEPT;

/* Does what is due without sending: connects a consumer that has come, takes back what one that has
 * gone still held. Never waits. Errors: -EPIPE and -EPROTO as of sending, which then does not tell
 * them again; -EINVAL (NULL); -ECHILD. */
int shmheap_producer_attend(shmheap_producer* producer) SHMHEAP_NOEXCEPT;

/* A descriptor, readable whenever shmheap_producer_attend has something to do. It belongs to the
 * producer, for poll(2) and its kin only. -EINVAL for NULL. */
int shmheap_producer_fd(const shmheap_producer* producer) SHMHEAP_NOEXCEPT;

/* 1 if a consumer is connected as of the last call, else 0. -EINVAL for NULL. */
int shmheap_producer_connected(const shmheap_producer* producer) SHMHEAP_NOEXCEPT;

/* Fills in as much as stats->size says the caller knows of, as of the last call.
 * Errors: -EINVAL (NULL, or a size that does not even hold the member `size`). */
int shmheap_producer_get_stats(const shmheap_producer* producer,
                               struct shmheap_producer_stats* stats) SHMHEAP_NOEXCEPT;

/* Removes the path and ends the connection; what was sent stays readable for the consumer. NULL is
 * allowed. */
void shmheap_producer_close(shmheap_producer* producer) SHMHEAP_NOEXCEPT;

/* ---- the receiving end ---------------------------------------------------------------------- */

typedef struct shmheap_consumer shmheap_consumer;

/* Bits of shmheap_consumer_options.flags. */
#define SHMHEAP_COPY_ALL 1u /* do not attach the producer's heap: everything comes as a copy */

struct shmheap_consumer_options { /* NOLINT(readability-identifier-naming) */
    uint64_t size;                /* sizeof(struct shmheap_consumer_options) */
    uint64_t copied_size_max;     /* the most bytes accepted as a copy; 0: 256 MiB */
    uint32_t flags;
    uint32_t reserved; /* 0 */
};

/* Counts since shmheap_consumer_connect. */
struct shmheap_consumer_stats { /* NOLINT(readability-identifier-naming) */
    uint64_t size;              /* sizeof(struct shmheap_consumer_stats) */
    uint64_t messages;          /* received, from whichever producer */
    uint64_t bytes;             /* of their payloads */
    uint64_t shared;            /* messages that came by a lease */
    uint64_t copied;            /* messages whose bytes came through the socket */
    uint64_t producers;         /* that were connected, one after another */
    uint64_t skipped;           /* sequence numbers left out between growing ones */
    uint64_t forwarded;         /* of the shared ones, those that lie in somebody else's heap */
    uint64_t reserved[8];       /* 0 */
};

/* Waits until a producer listens under `path` (its directory need not exist yet) and has greeted
 * us. `options` may be NULL: the defaults.
 * Errors: -ETIMEDOUT; -EBUSY (the producer has a consumer already); -EPROTO (no producer, or one of
 * another version); -ENAMETOOLONG; -EACCES; -EINVAL (NULL, unknown flags); -E2BIG; -ENOMEM. */
int shmheap_consumer_connect(const char* path, const struct shmheap_consumer_options* options,
                             int64_t timeout_ns, shmheap_consumer** out) SHMHEAP_NOEXCEPT;

/* As shmheap_consumer_connect, but does not wait: the first shmheap_consumer_receive that finds the
 * producer connects. The descriptor tells when to try. Errors: those of connecting but -ETIMEDOUT,
 * -EBUSY and -EPROTO, which receiving then says. */
int shmheap_consumer_expect(const char* path, const struct shmheap_consumer_options* options,
                            shmheap_consumer** out) SHMHEAP_NOEXCEPT;

/* The next message. The end of a stream is a message, no error.
 * Errors: -ETIMEDOUT; -EPIPE (the producer ended, and all that it had sent was received; the next
 * call connects again, with the errors of connecting); -EMSGSIZE (a copied message beyond the limit
 * was left out); -EPROTO (nonsense was received, the connection is given up as with -EPIPE);
 * -ESTALE (a lease could not be taken up, that message is left out); -EINVAL (NULL); -ENOMEM;
 * -ECHILD. */
int shmheap_consumer_receive(shmheap_consumer* consumer, int64_t timeout_ns,
                             shmheap_message** out) SHMHEAP_NOEXCEPT;

/* A descriptor, readable whenever shmheap_consumer_receive with a timeout of 0 may do something. It
 * belongs to the consumer, for poll(2) and its kin only. -EINVAL for NULL. */
int shmheap_consumer_fd(const shmheap_consumer* consumer) SHMHEAP_NOEXCEPT;

/* 1 if a producer has greeted us and has not ended, as of the last call, else 0. -EINVAL for NULL.
 */
int shmheap_consumer_connected(const shmheap_consumer* consumer) SHMHEAP_NOEXCEPT;

/* 1 if shared messages can arrive (the producer's heap is attached), else 0. -EINVAL for NULL. */
int shmheap_consumer_attached(const shmheap_consumer* consumer) SHMHEAP_NOEXCEPT;

/* As shmheap_producer_get_stats. */
int shmheap_consumer_get_stats(const shmheap_consumer* consumer,
                               struct shmheap_consumer_stats* stats) SHMHEAP_NOEXCEPT;

/* Ends the connection; messages that were received stay readable. NULL is allowed. */
void shmheap_consumer_close(shmheap_consumer* consumer) SHMHEAP_NOEXCEPT;

/* ---- a message ------------------------------------------------------------------------------ */

/* Where the payload lies, to be read until the message is released; NULL for NULL, and maybe NULL
 * for a payload without bytes. Memory that is shared cannot be written to. */
const void* shmheap_message_data(const shmheap_message* message) SHMHEAP_NOEXCEPT;

/* How many bytes the payload has. 0 for NULL. */
size_t shmheap_message_size(const shmheap_message* message) SHMHEAP_NOEXCEPT;

/* 1 if the payload is read where the producer wrote it, 0 if it is a copy. -EINVAL for NULL. */
int shmheap_message_is_shared(const shmheap_message* message) SHMHEAP_NOEXCEPT;

/* What was sent with the payload; SHMHEAP_SEQUENCE_SET is always among the flags, so that the same
 * structure sends it on. Fills in as much as info->size says the caller knows of.
 * Errors: -EINVAL (NULL, or a size that does not even hold the member `size`). */
int shmheap_message_get_info(const shmheap_message* message,
                             struct shmheap_message_info* info) SHMHEAP_NOEXCEPT;

/* Ends the lease, or frees the copy; the payload must not be read afterwards. NULL is allowed. */
void shmheap_message_release(shmheap_message* message) SHMHEAP_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#undef SHMHEAP_NOEXCEPT

#endif
