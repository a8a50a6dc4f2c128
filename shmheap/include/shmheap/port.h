/* Named ports for C, included by shmheap.h, with the rules of stream.h for errors, structures, time
 * and threads. port.hpp tells in full what a port is.
 *
 * A component opens its outputs and inputs by the names that the description of its application
 * connects; who is at the other end, and what happens when that one is slow, the launcher says.
 * Opening never waits. Either end may crash and be started again; the other goes on with its
 * successor by itself. An output, and an input, is used by one thread at a time. */
#ifndef SHMHEAP_PORT_H
#define SHMHEAP_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "shmheap/stream.h"

#ifdef __cplusplus
#define SHMHEAP_NOEXCEPT noexcept
extern "C" {
#else
#define SHMHEAP_NOEXCEPT
#endif

/* Who opens a port, and where the others are found; NULL members mean what the launcher said in the
 * environment. The texts are read during the call only. */
struct shmheap_port_options {  /* NOLINT(readability-identifier-naming) */
    uint64_t size;             /* sizeof(struct shmheap_port_options) */
    const char* component;     /* our own name; SHMHEAP_COMPONENT */
    const char* run_directory; /* HARRIER_RUN_DIR */
    const char* connections;   /* HARRIER_CONNECTIONS: "source.out>filter.in:block:64 ..." */
};

/* Room for "source.out -> filter.in" and its end: names have at most 64 bytes. */
#define SHMHEAP_CONNECTION_NAME_SIZE 264

/* One connection of a port, as of the last call on it. */
struct shmheap_connection { /* NOLINT(readability-identifier-naming) */
    uint64_t size;          /* sizeof(struct shmheap_connection) */
    char name[SHMHEAP_CONNECTION_NAME_SIZE];
    uint64_t connected;   /* 1 if the other end is there, else 0 */
    uint64_t messages;    /* sent or received */
    uint64_t bytes;       /* of their payloads */
    uint64_t shared;      /* messages that went by a lease */
    uint64_t copied;      /* messages whose bytes went through the socket */
    uint64_t dropped;     /* of an output: messages that its policy left out */
    uint64_t lost;        /* of an output: sent to a consumer that ended before it took them up */
    uint64_t unreleased;  /* of an output: taken up by one that ended before it released them */
    uint64_t skipped;     /* of an input: sequence numbers left out between growing ones */
    uint64_t peers;       /* consumers or producers that were connected, one after another */
    uint64_t refused;     /* of an output: that came while another was connected, or nonsense */
    uint64_t blocked;     /* of an output: attempts to send that had to wait for room in the ring */
    uint64_t timed_out;   /* of an output: attempts to send that gave up at their deadline */
    uint64_t forwarded;   /* of the shared ones, those that lie in somebody else's heap */
    uint64_t reserved[3]; /* 0 */
};

/* ---- the sending end of all connections that leave a port ----------------------------------- */

typedef struct shmheap_output shmheap_output;

/* Opens the port of that name. `options` may be NULL: what the launcher said.
 * Errors: -ENOTCONN (no connection leaves a port of this name), -EINVAL (NULL, or a description
 * that is none), -EADDRINUSE (another process has opened it), -E2BIG, -ENOMEM, and those of
 * shmheap_producer_listen. */
int shmheap_output_open(const char* port, const struct shmheap_port_options* options,
                        shmheap_output** out) SHMHEAP_NOEXCEPT;

/* Sends a block over every connection, as shmheap_producer_send does over one; `block` may be NULL
 * if `bytes` is 0. Connections with the policy `block` wait for their consumer or its successor,
 * those with `deadline` for no longer than this call, the others never. Returns 0.
 * Errors: -ETIMEDOUT: a `block` connection has not got the message. Keep the block and send it
 * again, and whoever has got it does not get it twice; or call shmheap_output_abandon before the
 * block is freed. -EPROTO (a consumer of another version was sent away; send again), -EINVAL (NULL,
 * unknown flags), -E2BIG, -ENOMEM, -ECHILD, what the sockets say. */
int shmheap_output_send(shmheap_output* output, const void* block, size_t bytes,
                        const struct shmheap_message_info* info,
                        int64_t timeout_ns) SHMHEAP_NOEXCEPT;

/* Sends a received message on over every connection, as shmheap_producer_send_message does over
 * one. Returns 0. Errors: as above; after -ETIMEDOUT the same message is sent again. */
int shmheap_output_send_message(shmheap_output* output, const shmheap_message* message,
                                const struct shmheap_message_info* info,
                                int64_t timeout_ns) SHMHEAP_NOEXCEPT;

/* Gives up the message that could not be sent to everybody: it counts as dropped for those who have
 * not got it. Does nothing if there is none. -EINVAL for NULL. */
int shmheap_output_abandon(shmheap_output* output) SHMHEAP_NOEXCEPT;

/* Waits until every consumer that is connected has released what was sent to it. Errors:
 * -ETIMEDOUT, -EPIPE (one ended before it was done; told once), -EINVAL (NULL), -ECHILD. */
int shmheap_output_drain(shmheap_output* output, int64_t timeout_ns) SHMHEAP_NOEXCEPT;

/* As the functions of a producer, for all connections: does what is due without sending; the
 * descriptor that says when; 1 if every consumer is there. */
int shmheap_output_attend(shmheap_output* output) SHMHEAP_NOEXCEPT;
int shmheap_output_fd(const shmheap_output* output) SHMHEAP_NOEXCEPT;
int shmheap_output_connected(const shmheap_output* output) SHMHEAP_NOEXCEPT;

/* The sums over all connections. Errors: as of shmheap_producer_get_stats. */
int shmheap_output_get_stats(const shmheap_output* output,
                             struct shmheap_producer_stats* stats) SHMHEAP_NOEXCEPT;

/* One connection; they are numbered from 0 on. Errors: -ENOENT (there are not so many), -EINVAL
 * (NULL, or a size that does not even hold the member `size`), -ENOMEM. */
int shmheap_output_get_connection(const shmheap_output* output, size_t number,
                                  struct shmheap_connection* connection) SHMHEAP_NOEXCEPT;

/* Ends all connections; what was sent stays readable. NULL is allowed. */
void shmheap_output_close(shmheap_output* output) SHMHEAP_NOEXCEPT;

/* ---- the receiving end of all connections that lead to a port ------------------------------- */

typedef struct shmheap_input shmheap_input;

/* Opens the port of that name. `options` may be NULL: what the launcher said.
 * Errors: -ENOTCONN (no connection leads to a port of this name), -EINVAL (NULL, or a description
 * that is none), -E2BIG, -ENOMEM, and those of shmheap_consumer_expect. */
int shmheap_input_open(const char* port, const struct shmheap_port_options* options,
                       shmheap_input** out) SHMHEAP_NOEXCEPT;

/* The next message, of whichever connection has one, each in its turn; released by
 * shmheap_message_release. When a producer ends, its successor is waited for. The end of a stream
 * is a message, no error, and says nothing of the other connections.
 * Errors: -ETIMEDOUT, -EMSGSIZE, -EPROTO, -ESTALE and -EBUSY as of a consumer; -EINVAL (NULL),
 * -ENOMEM, -ECHILD, what the sockets say. */
int shmheap_input_receive(shmheap_input* input, int64_t timeout_ns,
                          shmheap_message** out) SHMHEAP_NOEXCEPT;

/* Writes "source.out", the output from which the last message came ("" before the first), with its
 * end; returns its length. Errors: -ERANGE (it takes more than `size` bytes; 130 always suffice),
 * -EINVAL (NULL), -ENOMEM. */
int shmheap_input_origin(const shmheap_input* input, char* text, size_t size) SHMHEAP_NOEXCEPT;

/* As the functions of a consumer, for all connections: the descriptor that says when to receive; 1
 * if every producer is there. */
int shmheap_input_fd(const shmheap_input* input) SHMHEAP_NOEXCEPT;
int shmheap_input_connected(const shmheap_input* input) SHMHEAP_NOEXCEPT;

/* The sums over all connections. Errors: as of shmheap_consumer_get_stats. */
int shmheap_input_get_stats(const shmheap_input* input,
                            struct shmheap_consumer_stats* stats) SHMHEAP_NOEXCEPT;

/* As shmheap_output_get_connection. */
int shmheap_input_get_connection(const shmheap_input* input, size_t number,
                                 struct shmheap_connection* connection) SHMHEAP_NOEXCEPT;

/* Ends all connections; messages that were received stay readable. NULL is allowed. */
void shmheap_input_close(shmheap_input* input) SHMHEAP_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#undef SHMHEAP_NOEXCEPT

#endif
