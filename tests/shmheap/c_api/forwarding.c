/* Sends on what it has received: another process, which it forks off before it has a heap, owns the
 * blocks; this one receives them, sends them on, and is their consumer, too. Prints what is wrong
 * and ends with the number of failed claims, at most 100. */
#define _GNU_SOURCE
#include <errno.h>

#include "stream_claims.h"

static char first_path[128];
static char path[128];

static int run_owner(int channel) {
    shmheap_producer* producer = NULL;
    struct shmheap_stats stats = {.size = sizeof(stats)};
    await_step(channel, 'o');
    need(shmheap_producer_listen(first_path, NULL, &producer) == 0, "listen");
    CHECK(send_block(producer, "first") == SHMHEAP_SHARED);
    CHECK(send_block(producer, "again") == SHMHEAP_SHARED);
    await_step(channel, 'l');
    CHECK(shmheap_producer_drain(producer, SOON) == 0);
    CHECK(shmheap_collect(shmheap_process()) >= 0);
    CHECK(shmheap_get_stats(shmheap_process(), &stats) == 0);
    CHECK(stats.blocks_live == 0 && stats.leases_live == 0);
    shmheap_producer_close(producer);
    say(channel, &failures, sizeof(failures));
    return 0;
}

/* What was received is sent on and received again; returns how it went. */
static int send_on(shmheap_consumer* from, shmheap_producer* producer, shmheap_consumer* consumer,
                   const char* text) {
    const struct shmheap_message_info info = {
        .size = sizeof(info), .sequence = 40, .flags = SHMHEAP_SEQUENCE_SET};
    shmheap_message* message = receive(from);
    const int way = shmheap_producer_send_message(producer, message, &info, SOON);
    shmheap_message_release(message);
    message = receive(consumer);
    CHECK(shmheap_message_is_shared(message) == way);
    CHECK(info_of(message).sequence == 40);
    CHECK(shmheap_message_size(message) == strlen(text));
    CHECK(memcmp(shmheap_message_data(message), text, strlen(text)) == 0);
    shmheap_message_release(message);
    CHECK(shmheap_producer_attend(producer) == 0);
    return way;
}

static void check_sending_on(int channel) {
    shmheap_producer* producer = NULL;
    shmheap_consumer* consumer = NULL;
    shmheap_consumer* from = NULL;
    shmheap_message* none = NULL;
    int failures_there = 0;
    struct shmheap_producer_stats sent = {.size = sizeof(sent)};
    struct shmheap_consumer_stats received = {.size = sizeof(received)};
    say_step(channel, 'o');
    need(shmheap_producer_listen(path, NULL, &producer) == 0, "listen");
    need(shmheap_consumer_expect(path, NULL, &consumer) == 0, "expect");
    while (shmheap_producer_connected(producer) == 0) {
        CHECK(shmheap_producer_attend(producer) == 0);
        CHECK(shmheap_consumer_receive(consumer, 0, &none) == -ETIMEDOUT);
    }
    need(shmheap_consumer_connect(first_path, NULL, SOON, &from) == 0, "connect");
    CHECK(send_on(from, producer, consumer, "first") == SHMHEAP_COPIED);
    CHECK(send_on(from, producer, consumer, "again") == SHMHEAP_SHARED);
    CHECK(shmheap_producer_get_stats(producer, &sent) == 0);
    CHECK(sent.messages == 2 && sent.shared == 1 && sent.copied == 1 && sent.forwarded == 1);
    CHECK(shmheap_consumer_get_stats(consumer, &received) == 0);
    CHECK(received.shared == 1 && received.copied == 1 && received.forwarded == 1);
    say_step(channel, 'l');
    hear(channel, &failures_there, sizeof(failures_there));
    failures += failures_there;
    shmheap_consumer_close(from);
    shmheap_consumer_close(consumer);
    shmheap_producer_close(producer);
}

static int run(void) {
    int channel = -1;
    snprintf(path, sizeof(path), "%s/stream", getenv("SHMHEAP_DIR"));
    snprintf(first_path, sizeof(first_path), "%s/first", getenv("SHMHEAP_DIR"));
    const pid_t owner = fork_partner(run_owner, &channel);
    need(shmheap_process() != NULL, "heap");
    check_sending_on(channel);
    CHECK(waitpid(owner, NULL, 0) == owner);
    return failures;
}

int main(void) {
    return run_in_own_directory(run);
}
