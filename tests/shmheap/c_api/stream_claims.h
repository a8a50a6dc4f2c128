/* What the tests of streams in C share, besides claims.h. One thread. */
#ifndef STREAM_CLAIMS_H
#define STREAM_CLAIMS_H

#include "claims.h"
#include "shmheap/shmheap.h"

/* Long enough for any machine; no test that passes waits for it. */
#define SOON ((int64_t)30 * 1000 * 1000 * 1000)

static inline struct shmheap_message_info info_of(const shmheap_message* message) {
    struct shmheap_message_info info = {.size = sizeof(info)};
    CHECK(shmheap_message_get_info(message, &info) == 0);
    return info;
}

static inline shmheap_message* receive(shmheap_consumer* consumer) {
    shmheap_message* message = NULL;
    need(shmheap_consumer_receive(consumer, SOON, &message) == 0, "receive");
    return message;
}

/* Sends a block of the heap, and frees it at once. */
static inline int send_block(shmheap_producer* producer, const char* text) {
    char* block = shmheap_alloc(shmheap_process(), strlen(text));
    need(block != NULL, "alloc");
    memcpy(block, text, strlen(text));
    const int sent = shmheap_producer_send(producer, block, strlen(text), NULL, SOON);
    shmheap_free(block);
    return sent;
}

#endif
