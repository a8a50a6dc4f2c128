/* What a producer's options change: its depth, what it does when there is no room, its patience,
 * and its name. Producer and consumer are in this process, which attaches its own heap. Prints what
 * is wrong and ends with the number of failed claims, at most 100. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>

#include "claims.h"
#include "shmheap/shmheap.h"

/* Long enough for any machine; no test that passes waits for it. */
#define SOON ((int64_t)30 * 1000 * 1000 * 1000)
#define OPTIONS_SIZE .size = sizeof(struct shmheap_producer_options)
#define MILLISECOND ((int64_t)1000 * 1000)

static char path[128];

struct pair {
    shmheap_producer* producer;
    shmheap_consumer* consumer;
};

static struct pair connect_pair(struct shmheap_producer_options options) {
    struct pair pair = {NULL, NULL};
    shmheap_message* message = NULL;
    need(shmheap_producer_listen(path, &options, &pair.producer) == 0, "listen");
    need(shmheap_consumer_expect(path, NULL, &pair.consumer) == 0, "expect");
    struct pollfd descriptors[2] = {{.fd = shmheap_producer_fd(pair.producer), .events = POLLIN},
                                    {.fd = shmheap_consumer_fd(pair.consumer), .events = POLLIN}};
    while (shmheap_producer_connected(pair.producer) == 0) {
        need(poll(descriptors, 2, 30000) > 0, "the other end");
        CHECK(shmheap_producer_attend(pair.producer) == 0);
        CHECK(shmheap_consumer_receive(pair.consumer, 0, &message) == -ETIMEDOUT);
    }
    return pair;
}

/* Both ends gone, nothing may be held. */
static void close_pair(struct pair pair) {
    struct shmheap_stats stats = {.size = sizeof(stats)};
    shmheap_consumer_close(pair.consumer);
    shmheap_producer_close(pair.producer);
    CHECK(shmheap_collect(shmheap_process()) >= 0);
    CHECK(shmheap_get_stats(shmheap_process(), &stats) == 0);
    CHECK(stats.blocks_live == 0 && stats.leases_live == 0);
}

/* Sends a block of the heap that bears the number, and frees it at once. */
static int send_number(struct pair pair, int number, int64_t timeout_ns) {
    int* block = shmheap_alloc(shmheap_process(), sizeof(number));
    need(block != NULL, "alloc");
    *block = number;
    const int sent = shmheap_producer_send(pair.producer, block, sizeof(number), NULL, timeout_ns);
    shmheap_free(block);
    return sent;
}

/* The number that comes next, or the negative error. */
static int receive_number(struct pair pair) {
    shmheap_message* message = NULL;
    const int code = shmheap_consumer_receive(pair.consumer, 0, &message);
    if (code != 0) return code;
    int number = -1;
    CHECK(shmheap_message_size(message) == sizeof(number));
    memcpy(&number, shmheap_message_data(message), sizeof(number));
    shmheap_message_release(message);
    return number;
}

static struct shmheap_producer_stats stats_of(struct pair pair) {
    struct shmheap_producer_stats stats = {.size = sizeof(stats)};
    CHECK(shmheap_producer_get_stats(pair.producer, &stats) == 0);
    return stats;
}

static void check_drop_oldest(void) {
    const struct pair pair = connect_pair((struct shmheap_producer_options){
        OPTIONS_SIZE, .depth = 2, .when_full = SHMHEAP_DROP_OLDEST});
    for (int number = 0; number < 5; ++number)
        CHECK(send_number(pair, number, SHMHEAP_FOREVER) == SHMHEAP_SHARED);
    CHECK(stats_of(pair).dropped == 3 && stats_of(pair).blocked == 0);
    CHECK(receive_number(pair) == 3);
    CHECK(receive_number(pair) == 4);
    CHECK(receive_number(pair) == -ETIMEDOUT);
    close_pair(pair);
}

static void check_drop_newest(void) {
    const struct pair pair = connect_pair((struct shmheap_producer_options){
        OPTIONS_SIZE, .depth = 2, .when_full = SHMHEAP_DROP_NEWEST});
    CHECK(send_number(pair, 0, SHMHEAP_FOREVER) == SHMHEAP_SHARED);
    CHECK(send_number(pair, 1, SHMHEAP_FOREVER) == SHMHEAP_SHARED);
    CHECK(send_number(pair, 2, SHMHEAP_FOREVER) == SHMHEAP_DROPPED);
    CHECK(shmheap_producer_send_bytes(pair.producer, "x", 1, NULL, SHMHEAP_FOREVER) ==
          SHMHEAP_DROPPED);
    CHECK(stats_of(pair).dropped == 2 && stats_of(pair).messages == 2);
    CHECK(receive_number(pair) == 0);
    CHECK(send_number(pair, 4, SHMHEAP_FOREVER) == SHMHEAP_SHARED);
    CHECK(receive_number(pair) == 1);
    CHECK(receive_number(pair) == 4);
    struct shmheap_consumer_stats received = {.size = sizeof(received)};
    CHECK(shmheap_consumer_get_stats(pair.consumer, &received) == 0);
    CHECK(received.skipped == 2);
    close_pair(pair);
}

static void check_deadline(void) {
    const struct pair pair = connect_pair((struct shmheap_producer_options){
        OPTIONS_SIZE, .depth = 1, .when_full = SHMHEAP_DEADLINE, .patience_ns = 2 * MILLISECOND});
    CHECK(send_number(pair, 0, SHMHEAP_FOREVER) == SHMHEAP_SHARED);
    CHECK(send_number(pair, 1, SHMHEAP_FOREVER) == -ETIMEDOUT);
    CHECK(stats_of(pair).timed_out == 1 && stats_of(pair).blocked == 1);
    CHECK(stats_of(pair).dropped == 0);
    CHECK(receive_number(pair) == 0);
    CHECK(send_number(pair, 1, SHMHEAP_FOREVER) == SHMHEAP_SHARED);
    CHECK(receive_number(pair) == 1);
    close_pair(pair);
}

static void check_block(void) {
    const struct pair pair =
        connect_pair((struct shmheap_producer_options){OPTIONS_SIZE, .depth = 1, .patience_ns = 1});
    CHECK(send_number(pair, 0, SOON) == SHMHEAP_SHARED);
    CHECK(send_number(pair, 1, MILLISECOND) == -ETIMEDOUT);
    CHECK(send_number(pair, 1, 0) == -ETIMEDOUT);
    CHECK(stats_of(pair).timed_out == 2 && stats_of(pair).blocked == 1);
    CHECK(receive_number(pair) == 0);
    close_pair(pair);
}

/* Who knows of no options but their size gets the defaults. */
static void check_defaults(void) {
    const struct pair pair =
        connect_pair((struct shmheap_producer_options){.size = sizeof(uint64_t), .depth = 1});
    for (int number = 0; number < 1024; ++number)
        CHECK(send_number(pair, number, 0) == SHMHEAP_SHARED);
    CHECK(send_number(pair, 1024, 0) == -ETIMEDOUT);
    close_pair(pair);
}

/* Whether shminfo shows a connection of that name, and depth. */
static int is_shown(const char* name, const char* depth) {
    static char shown[4096];
    FILE* shminfo = popen(SHMINFO_PROGRAM " --connections", "r");
    need(shminfo != NULL, "popen");
    shown[fread(shown, 1, sizeof(shown) - 1, shminfo)] = '\0';
    CHECK(pclose(shminfo) == 0);
    return strstr(shown, name) == shown && strstr(shown, depth) != NULL;
}

static void check_name(void) {
    const struct pair pair = connect_pair(
        (struct shmheap_producer_options){OPTIONS_SIZE, .depth = 7, .name = "one -> two"});
    CHECK(is_shown("one -> two\n", "lag:         0 of 7\n"));
    close_pair(pair);
}

static void check_nobody(void) {
    const struct shmheap_producer_options options = {.size = sizeof(options),
                                                     .when_full = SHMHEAP_DROP_OLDEST};
    struct pair pair = {NULL, NULL};
    need(shmheap_producer_listen(path, &options, &pair.producer) == 0, "listen");
    CHECK(send_number(pair, 0, SHMHEAP_FOREVER) == SHMHEAP_DROPPED);
    CHECK(stats_of(pair).dropped == 1 && stats_of(pair).messages == 0);
    close_pair(pair);
}

static int run(void) {
    snprintf(path, sizeof(path), "%s/stream", getenv("SHMHEAP_DIR"));
    need(shmheap_process() != NULL, "heap");
    check_drop_oldest();
    check_drop_newest();
    check_deadline();
    check_block();
    check_defaults();
    check_name();
    check_nobody();
    return failures;
}

int main(void) {
    return run_in_own_directory(run);
}
