/* Uses every function of shmheap.h about heaps and leases: an owner in this process, a client in
 * another one, which it forks off before it has a heap, and talks to through a pair of sockets.
 * Prints what is wrong and ends with the number of failed claims, at most 100. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>

#include "claims.h"
#include "shmheap/shmheap.h"

/* ---- the client's process ------------------------------------------------------------------- */

static void check_attach_errors(const char* name) {
    shmheap_client* client = NULL;
    CHECK(shmheap_attach("heap-none", &client) == -ENOENT);
    CHECK(shmheap_attach(NULL, &client) == -EINVAL);
    CHECK(shmheap_attach(name, NULL) == -EINVAL);
    CHECK(client == NULL);
    CHECK(shmheap_client_slot(NULL) == 0);
    shmheap_detach(NULL);
}

static void check_acceptance(shmheap_client* client, const struct shmheap_ref* reference) {
    const void* data = NULL;
    size_t bytes = 0;
    struct shmheap_ref strange = *reference;
    strange.bytes[0] ^= 1; /* the uuid of another heap */
    CHECK(shmheap_accept(client, &strange, &data, &bytes) == -EXDEV);
    CHECK(shmheap_release(client, reference) == -ESTALE);
    CHECK(shmheap_accept(client, reference, &data, &bytes) == 0);
    CHECK(bytes == 5 && memcmp(data, "bytes", 5) == 0);
    CHECK(shmheap_is_shared(data) == 0);
    CHECK(shmheap_accept(client, reference, &data, &bytes) == -ESTALE);
    CHECK(shmheap_accept(NULL, reference, &data, &bytes) == -EINVAL);
    CHECK(shmheap_accept(client, NULL, &data, &bytes) == -EINVAL);
    CHECK(shmheap_release(NULL, reference) == -EINVAL);
    CHECK(shmheap_release(client, NULL) == -EINVAL);
}

static int run_client(int channel) {
    char name[64];
    struct shmheap_ref reference;
    shmheap_client* client = NULL;
    hear(channel, name, sizeof(name));
    check_attach_errors(name);
    need(shmheap_attach(name, &client) == 0, "attach");
    const uint32_t slot = shmheap_client_slot(client);
    say(channel, &slot, sizeof(slot));

    hear(channel, &reference, sizeof(reference));
    check_acceptance(client, &reference);
    say(channel, "h", 1); /* held */
    char byte;
    hear(channel, &byte, 1);
    CHECK(shmheap_release(client, &reference) == 0);
    CHECK(shmheap_release(client, &reference) == -ESTALE);

    hear(channel, &reference, sizeof(reference)); /* a revoked one */
    const void* data = NULL;
    size_t bytes = 0;
    CHECK(shmheap_accept(client, &reference, &data, &bytes) == -ESTALE);

    hear(channel, &reference, sizeof(reference)); /* one that detach is to release */
    CHECK(shmheap_accept(client, &reference, &data, &bytes) == 0);
    shmheap_detach(client);
    say(channel, &failures, sizeof(failures));
    hear(channel, &byte, 1);
    return failures;
}

/* ---- the owner's process -------------------------------------------------------------------- */

static void check_allocation(shmheap* heap) {
    char* block = shmheap_alloc(heap, 0);
    CHECK(block != NULL && shmheap_is_shared(block) == 1);
    shmheap_free(block);
    block = shmheap_alloc(heap, 100000);
    CHECK(block != NULL && ((uintptr_t)block & 4095) == 0);
    if (block != NULL) memset(block, 1, 100000);
    shmheap_free(block);
    block = shmheap_alloc_aligned(heap, 10, 65536);
    CHECK(block != NULL && ((uintptr_t)block & 65535) == 0);
    shmheap_free(block);
    errno = 0;
    CHECK(shmheap_alloc_aligned(heap, 10, 48) == NULL && errno == EINVAL);
    errno = 0;
    CHECK(shmheap_alloc(heap, SIZE_MAX / 2) == NULL && errno == ENOMEM);
    CHECK(shmheap_alloc(NULL, 1) == NULL && errno == EINVAL);
    CHECK(shmheap_alloc_aligned(NULL, 1, 64) == NULL && errno == EINVAL);
    block = shmheap_alloc_hybrid(10);
    CHECK(block != NULL && shmheap_is_shared(block) == 1);
    shmheap_free(block);
    shmheap_free(NULL);
    CHECK(shmheap_is_shared(NULL) == 0);
    CHECK(shmheap_is_shared(&failures) == 0);
}

static void* free_elsewhere(void* block) {
    shmheap_free(block);
    return NULL;
}

static void check_free_in_another_thread(shmheap* heap) {
    pthread_t thread;
    void* block = shmheap_alloc(heap, 1000);
    need(pthread_create(&thread, NULL, free_elsewhere, block) == 0, "thread");
    pthread_join(thread, NULL);
}

static struct shmheap_stats stats_of(shmheap* heap) {
    struct shmheap_stats stats;
    memset(&stats, 0, sizeof(stats));
    CHECK(shmheap_collect(heap) >= 0);
    stats.size = sizeof(stats);
    CHECK(shmheap_get_stats(heap, &stats) == 0);
    return stats;
}

static void check_stats(shmheap* heap) {
    struct shmheap_stats stats = stats_of(heap);
    CHECK(stats.size == sizeof(stats));
    CHECK(stats.blocks_live == 0 && stats.leases_live == 0);
    CHECK(stats.heap_used == 0 && stats.file_size > 0);
    CHECK(stats.alloc_failures >= 1);
    CHECK(stats.reserved[0] == 0 && stats.reserved[7] == 0);

    /* A caller that was built when the structure was shorter. */
    memset(&stats, 0xff, sizeof(stats));
    stats.size = offsetof(struct shmheap_stats, heap_size);
    CHECK(shmheap_get_stats(heap, &stats) == 0);
    CHECK(stats.file_size != UINT64_MAX && stats.heap_size == UINT64_MAX);
    /* And one that was built when it was longer. */
    stats.size = sizeof(stats) + 64;
    CHECK(shmheap_get_stats(heap, &stats) == 0 && stats.reserved[7] == 0);
    stats.size = 0;
    CHECK(shmheap_get_stats(heap, &stats) == -EINVAL);
    CHECK(shmheap_get_stats(heap, NULL) == -EINVAL);
    CHECK(shmheap_get_stats(NULL, &stats) == -EINVAL);
    CHECK(shmheap_collect(NULL) == -EINVAL);
}

static void check_issue_errors(shmheap* heap, const char* block, uint32_t slot) {
    struct shmheap_ref reference;
    CHECK(shmheap_issue(heap, block, 0, 5, slot ^ 0x40000000, &reference) == -ENOTCONN);
    CHECK(shmheap_issue(heap, block + 1, 0, 5, slot, &reference) == -EINVAL);
    CHECK(shmheap_issue(heap, block, 60, 5, slot, &reference) == -EINVAL);
    CHECK(shmheap_issue(heap, &reference, 0, 5, slot, &reference) == -EINVAL);
    CHECK(shmheap_issue(NULL, block, 0, 5, slot, &reference) == -EINVAL);
    CHECK(shmheap_issue(heap, block, 0, 5, slot, NULL) == -EINVAL);
    CHECK(shmheap_revoke(heap, NULL) == -EINVAL);
    CHECK(shmheap_revoke(NULL, &reference) == -EINVAL);
}

static void check_leases(shmheap* heap, int channel, uint32_t slot) {
    char byte;
    struct shmheap_ref reference;
    char* block = shmheap_alloc(heap, 64);
    need(block != NULL, "alloc");
    memcpy(block, "some bytes", 10);
    check_issue_errors(heap, block, slot);

    CHECK(shmheap_issue(heap, block, 5, 5, slot, &reference) == 0);
    say(channel, &reference, sizeof(reference));
    hear(channel, &byte, 1);
    CHECK(shmheap_revoke(heap, &reference) == -EBUSY);
    shmheap_free(block); /* stays until its lease ends */
    CHECK(stats_of(heap).blocks_live == 1 && stats_of(heap).leases_live == 1);
    CHECK(stats_of(heap).clients == 1);
    say(channel, "r", 1); /* release it */

    block = shmheap_alloc(heap, 64);
    CHECK(shmheap_issue(heap, block, 0, 64, slot, &reference) == 0);
    CHECK(shmheap_revoke(heap, &reference) == 0);
    CHECK(shmheap_revoke(heap, &reference) == -ESTALE);
    say(channel, &reference, sizeof(reference));
    CHECK(shmheap_issue(heap, block, 0, 64, slot, &reference) == 0);
    shmheap_free(block);
    say(channel, &reference, sizeof(reference));
}

static void check_lane(shmheap* heap) {
    shmheap_client* client = NULL;
    struct shmheap_ref reference;
    char* block = shmheap_alloc(heap, 64);
    need(shmheap_attach(shmheap_name(heap), &client) == 0, "attach own heap");
    const uint32_t slot = shmheap_client_slot(client);
    int issued = 0;
    while (issued < 100000 && shmheap_issue(heap, block, 0, 1, slot, &reference) == 0)
        ++issued;
    CHECK(issued == 1024);
    CHECK(shmheap_issue(heap, block, 0, 1, slot, &reference) == -EAGAIN);
    CHECK(stats_of(heap).leases_live == 1024);
    shmheap_detach(client);
    CHECK(shmheap_collect(heap) == 1024);
    CHECK(shmheap_issue(heap, block, 0, 1, slot, &reference) == -ENOTCONN);
    shmheap_free(block);
}

static int run_owner(void) {
    int channel = -1;
    const pid_t client = fork_partner(run_client, &channel);
    char name[64] = {0};
    uint32_t slot = 0;
    int failures_there = 0;
    shmheap* heap = shmheap_process();
    need(heap != NULL, "shmheap_process");
    CHECK(shmheap_process() == heap);
    CHECK(shmheap_name(NULL) == NULL);
    CHECK(strncmp(shmheap_name(heap), "heap-", 5) == 0);
    check_allocation(heap);
    check_free_in_another_thread(heap);
    check_stats(heap);

    strncpy(name, shmheap_name(heap), sizeof(name) - 1);
    say(channel, name, sizeof(name));
    hear(channel, &slot, sizeof(slot));
    check_leases(heap, channel, slot);
    hear(channel, &failures_there, sizeof(failures_there));
    failures += failures_there;
    const struct shmheap_stats stats = stats_of(heap);
    CHECK(stats.blocks_live == 0 && stats.leases_live == 0 && stats.clients == 0);
    say(channel, "e", 1); /* end */
    CHECK(waitpid(client, NULL, 0) == client);
    check_lane(heap);
    return failures;
}

int main(void) {
    return run_in_own_directory(run_owner);
}
