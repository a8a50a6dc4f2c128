/* Uses every function of stream.h: a producer in this process, consumers in another one, which it
 * forks off before it has a heap. The two tell each other by letters how far they are. Prints what
 * is wrong and ends with the number of failed claims, at most 100. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "stream_claims.h"

static char path[128];

static int readable(int fd, int timeout_ms) {
    struct pollfd descriptor = {.fd = fd, .events = POLLIN};
    return poll(&descriptor, 1, timeout_ms) == 1;
}

/* ---- the consumer's process ----------------------------------------------------------------- */

static void check_connect_errors(void) {
    shmheap_consumer* consumer = NULL;
    struct shmheap_consumer_options options = {.size = sizeof(options)};
    CHECK(shmheap_consumer_connect(path, NULL, 0, &consumer) == -ETIMEDOUT);
    CHECK(shmheap_consumer_connect(NULL, NULL, 0, &consumer) == -EINVAL);
    CHECK(shmheap_consumer_connect(path, NULL, 0, NULL) == -EINVAL);
    CHECK(shmheap_consumer_expect(NULL, NULL, &consumer) == -EINVAL);
    CHECK(shmheap_consumer_expect(path, NULL, NULL) == -EINVAL);
    options.flags = 1u << 31;
    CHECK(shmheap_consumer_connect(path, &options, 0, &consumer) == -EINVAL);
    options = (struct shmheap_consumer_options){.size = sizeof(options), .reserved = 1};
    CHECK(shmheap_consumer_connect(path, &options, 0, &consumer) == -EINVAL);
    options = (struct shmheap_consumer_options){.size = 0};
    CHECK(shmheap_consumer_connect(path, &options, 0, &consumer) == -EINVAL);
    CHECK(consumer == NULL);
}

static void check_null(void) {
    shmheap_message* message = NULL;
    struct shmheap_message_info info = {.size = sizeof(info)};
    struct shmheap_consumer_stats stats = {.size = sizeof(stats)};
    CHECK(shmheap_consumer_receive(NULL, 0, &message) == -EINVAL);
    CHECK(shmheap_consumer_fd(NULL) == -EINVAL);
    CHECK(shmheap_consumer_connected(NULL) == -EINVAL);
    CHECK(shmheap_consumer_attached(NULL) == -EINVAL);
    CHECK(shmheap_consumer_get_stats(NULL, &stats) == -EINVAL);
    CHECK(shmheap_message_data(NULL) == NULL && shmheap_message_size(NULL) == 0);
    CHECK(shmheap_message_is_shared(NULL) == -EINVAL);
    CHECK(shmheap_message_get_info(NULL, &info) == -EINVAL);
    shmheap_message_release(NULL);
    shmheap_consumer_close(NULL);
}

static void check_shared(shmheap_consumer* consumer) {
    shmheap_message* message = receive(consumer);
    CHECK(shmheap_message_is_shared(message) == 1);
    CHECK(shmheap_message_size(message) == 6);
    CHECK(memcmp(shmheap_message_data(message), "shared", 6) == 0);
    const struct shmheap_message_info info = info_of(message);
    CHECK(info.sequence == 0 && info.flags == SHMHEAP_SEQUENCE_SET);
    CHECK(info.stream_id == 0 && info.payload_type == 0);
    CHECK(info.time_stamp_ns > (int64_t)1700000000 * 1000 * 1000 * 1000);
    struct shmheap_message_info shorter = {.size = offsetof(struct shmheap_message_info, stream_id),
                                           .stream_id = 77};
    CHECK(shmheap_message_get_info(message, &shorter) == 0);
    CHECK(shorter.sequence == 0 && shorter.stream_id == 77);
    shorter.size = 4;
    CHECK(shmheap_message_get_info(message, &shorter) == -EINVAL);
    CHECK(shmheap_message_get_info(message, NULL) == -EINVAL);
    shmheap_message_release(message);
}

static void check_copied(shmheap_consumer* consumer) {
    shmheap_message* message = receive(consumer);
    CHECK(shmheap_message_is_shared(message) == 0);
    CHECK(shmheap_message_size(message) == 5);
    CHECK(memcmp(shmheap_message_data(message), "bytes", 5) == 0);
    const struct shmheap_message_info info = info_of(message);
    CHECK(info.sequence == 41 && info.time_stamp_ns == 123456789);
    CHECK(info.stream_id == 7 && info.payload_type == 9);
    CHECK(info.flags == (SHMHEAP_SEQUENCE_SET | SHMHEAP_END_OF_STREAM));
    shmheap_message_release(message);
}

static void check_consumer_stats(const shmheap_consumer* consumer) {
    struct shmheap_consumer_stats stats = {.size = sizeof(stats)};
    CHECK(shmheap_consumer_get_stats(consumer, &stats) == 0);
    CHECK(stats.messages == 3 && stats.shared == 1 && stats.copied == 2);
    CHECK(stats.bytes == 6 + 5 + 7 && stats.producers == 1);
    CHECK(stats.skipped == 40 && stats.reserved[7] == 0 && stats.forwarded == 0);
    stats.size = 0;
    CHECK(shmheap_consumer_get_stats(consumer, &stats) == -EINVAL);
    CHECK(shmheap_consumer_get_stats(consumer, NULL) == -EINVAL);
}

static void consume(int channel) {
    shmheap_consumer* consumer = NULL;
    shmheap_consumer* second = NULL;
    shmheap_message* message = NULL;
    need(shmheap_consumer_connect(path, NULL, SOON, &consumer) == 0, "connect");
    CHECK(shmheap_consumer_connect(path, NULL, SOON, &second) == -EBUSY);
    CHECK(shmheap_consumer_attached(consumer) == 1);
    CHECK(shmheap_consumer_receive(consumer, 0, &message) == -ETIMEDOUT);
    CHECK(shmheap_consumer_receive(consumer, 1000, &message) == -ETIMEDOUT);
    CHECK(shmheap_consumer_receive(consumer, 0, NULL) == -EINVAL);
    CHECK(message == NULL);
    say_step(channel, 'c');
    CHECK(readable(shmheap_consumer_fd(consumer), 30000));
    check_shared(consumer);
    check_copied(consumer);
    message = receive(consumer);
    CHECK(shmheap_message_is_shared(message) == 0);
    CHECK(memcmp(shmheap_message_data(message), "private", 7) == 0);
    shmheap_message_release(message);
    check_consumer_stats(consumer);
    await_step(channel, 'h');
    message = receive(consumer);
    shmheap_consumer_close(consumer);
    CHECK(memcmp(shmheap_message_data(message), "held", 4) == 0);
    say_step(channel, 'h');
    await_step(channel, 'r');
    shmheap_message_release(message);
}

/* A consumer that attaches nothing, and takes little. */
static void consume_copies(int channel) {
    shmheap_consumer* consumer = NULL;
    shmheap_message* message = NULL;
    const struct shmheap_consumer_options options = {
        .size = sizeof(options), .copied_size_max = 8, .flags = SHMHEAP_COPY_ALL};
    need(shmheap_consumer_connect(path, &options, SHMHEAP_FOREVER, &consumer) == 0, "connect");
    CHECK(shmheap_consumer_connected(consumer) == 1);
    CHECK(shmheap_consumer_attached(consumer) == 0);
    say_step(channel, 'C');
    CHECK(shmheap_consumer_receive(consumer, SOON, &message) == -EMSGSIZE);
    message = receive(consumer);
    CHECK(shmheap_message_is_shared(message) == 0 && shmheap_message_size(message) == 4);
    shmheap_message_release(message);
    message = receive(consumer);
    CHECK(shmheap_message_size(message) == 0);
    shmheap_message_release(message);
    say_step(channel, 'e');
    CHECK(shmheap_consumer_receive(consumer, SOON, &message) == -EPIPE);
    CHECK(shmheap_consumer_receive(consumer, 0, &message) == -ETIMEDOUT);
    shmheap_consumer_close(consumer);
}

static int run_consumer(int channel) {
    check_connect_errors();
    check_null();
    say_step(channel, 'b');
    consume(channel);
    consume_copies(channel);
    say(channel, &failures, sizeof(failures));
    return 0;
}

/* One that takes a message up and waits to be killed. */
static int run_victim(int channel) {
    shmheap_consumer* consumer = NULL;
    need(shmheap_consumer_expect(path, NULL, &consumer) == 0, "expect");
    CHECK(shmheap_consumer_connected(consumer) == 0);
    say_step(channel, 'e');
    receive(consumer);
    CHECK(shmheap_consumer_connected(consumer) == 1);
    say(channel, &failures, sizeof(failures));
    await_step(channel, 'n'); /* never said */
    return failures;
}

/* ---- the producer's process ----------------------------------------------------------------- */

static void check_listen_errors(void) {
    shmheap_producer* producer = NULL;
    char other[160];
    struct {
        struct shmheap_producer_options known;
        uint64_t unknown;
    } longer = {.known = {.size = sizeof(longer)}, .unknown = 1};
    CHECK(shmheap_producer_listen(NULL, NULL, &producer) == -EINVAL);
    CHECK(shmheap_producer_listen(path, NULL, NULL) == -EINVAL);
    CHECK(shmheap_producer_listen(path, NULL, &producer) == -EADDRINUSE);
    CHECK(shmheap_producer_listen(path, &longer.known, &producer) == -E2BIG);
    longer.unknown = 0;
    CHECK(shmheap_producer_listen(path, &longer.known, &producer) == -EADDRINUSE);
    longer.known.size = 7;
    CHECK(shmheap_producer_listen(path, &longer.known, &producer) == -EINVAL);
    struct shmheap_producer_options options = {.size = sizeof(options), .depth = 1025};
    CHECK(shmheap_producer_listen(path, &options, &producer) == -EINVAL);
    options = (struct shmheap_producer_options){.size = sizeof(options), .when_full = 4};
    CHECK(shmheap_producer_listen(path, &options, &producer) == -EINVAL);
    options = (struct shmheap_producer_options){.size = sizeof(options), .patience_ns = -1};
    CHECK(shmheap_producer_listen(path, &options, &producer) == -EINVAL);
    snprintf(other, sizeof(other), "%s.file", path);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    CHECK(shmheap_producer_listen(other, NULL, &producer) == -EEXIST);
    unlink(other);
    CHECK(producer == NULL);
}

static void check_send_errors(shmheap_producer* producer) {
    struct shmheap_message_info info = {.size = sizeof(info), .flags = 4};
    struct shmheap_producer_stats stats = {.size = sizeof(stats)};
    CHECK(shmheap_producer_send(producer, "x", 1, NULL, 0) == -ETIMEDOUT);
    CHECK(shmheap_producer_send_bytes(producer, "x", 1, NULL, 1000) == -ETIMEDOUT);
    CHECK(shmheap_producer_send(producer, "x", 1, &info, 0) == -EINVAL);
    info = (struct shmheap_message_info){.size = 1};
    CHECK(shmheap_producer_send_bytes(producer, "x", 1, &info, 0) == -EINVAL);
    CHECK(shmheap_producer_send(producer, NULL, 1, NULL, 0) == -EINVAL);
    CHECK(shmheap_producer_send_bytes(producer, NULL, 1, NULL, 0) == -EINVAL);
    CHECK(shmheap_producer_send(NULL, "x", 1, NULL, 0) == -EINVAL);
    CHECK(shmheap_producer_send_bytes(NULL, "x", 1, NULL, 0) == -EINVAL);
    CHECK(shmheap_producer_drain(NULL, 0) == -EINVAL);
    CHECK(shmheap_producer_send_message(NULL, NULL, NULL, 0) == -EINVAL);
    CHECK(shmheap_producer_send_message(producer, NULL, NULL, 0) == -EINVAL);
    CHECK(shmheap_producer_attend(NULL) == -EINVAL);
    CHECK(shmheap_producer_fd(NULL) == -EINVAL);
    CHECK(shmheap_producer_connected(NULL) == -EINVAL);
    CHECK(shmheap_producer_connected(producer) == 0);
    CHECK(shmheap_producer_get_stats(NULL, &stats) == -EINVAL);
    CHECK(shmheap_producer_get_stats(producer, NULL) == -EINVAL);
    shmheap_producer_close(NULL);
}

static uint64_t blocks_live(void) {
    struct shmheap_stats stats = {.size = sizeof(stats)};
    CHECK(shmheap_collect(shmheap_process()) >= 0);
    CHECK(shmheap_get_stats(shmheap_process(), &stats) == 0);
    return stats.blocks_live;
}

static void attend_until_connected(shmheap_producer* producer) {
    while (shmheap_producer_connected(producer) == 0) {
        need(readable(shmheap_producer_fd(producer), 30000), "a consumer");
        CHECK(shmheap_producer_attend(producer) == 0);
    }
}

/* Until the consumer says so; meanwhile it is looked after (a second one is told EBUSY). */
static void attend_until_step(shmheap_producer* producer, int channel, char step) {
    struct pollfd descriptors[2] = {{.fd = channel, .events = POLLIN},
                                    {.fd = shmheap_producer_fd(producer), .events = POLLIN}};
    while (poll(descriptors, 2, 30000) > 0 && descriptors[0].revents == 0)
        CHECK(shmheap_producer_attend(producer) == 0);
    await_step(channel, step);
}

static void produce(shmheap_producer* producer, int channel) {
    const struct shmheap_message_info info = {
        .size = sizeof(info),
        .sequence = 41,
        .time_stamp_ns = 123456789,
        .stream_id = 7,
        .payload_type = 9,
        .flags = SHMHEAP_SEQUENCE_SET | SHMHEAP_END_OF_STREAM};
    char private_memory[] = "private";
    attend_until_connected(producer);
    attend_until_step(producer, channel, 'c');
    CHECK(send_block(producer, "shared") == SHMHEAP_SHARED);
    CHECK(shmheap_producer_send_bytes(producer, "bytes", 5, &info, SOON) == SHMHEAP_COPIED);
    CHECK(shmheap_producer_send(producer, private_memory, 7, NULL, SOON) == SHMHEAP_COPIED);
    CHECK(shmheap_producer_drain(producer, SOON) == 0);
    CHECK(blocks_live() == 0);

    CHECK(send_block(producer, "held") == SHMHEAP_SHARED);
    CHECK(shmheap_producer_drain(producer, 0) == -ETIMEDOUT);
    say_step(channel, 'h');
    await_step(channel, 'h');
    CHECK(blocks_live() == 1);
    /* The consumer has ended, which is told once, but not the message that it holds. */
    CHECK(shmheap_producer_drain(producer, SOON) == -EPIPE);
    CHECK(shmheap_producer_drain(producer, SOON) == 0);
    CHECK(blocks_live() == 1);
    say_step(channel, 'r');
}

static void produce_copies(shmheap_producer* producer, int channel) {
    attend_until_connected(producer);
    await_step(channel, 'C');
    CHECK(send_block(producer, "more than eight") == SHMHEAP_COPIED);
    CHECK(send_block(producer, "four") == SHMHEAP_COPIED);
    CHECK(shmheap_producer_send_bytes(producer, NULL, 0, NULL, SOON) == SHMHEAP_COPIED);
    await_step(channel, 'e');
}

static void check_producer_stats(const shmheap_producer* producer) {
    struct shmheap_producer_stats stats = {.size = sizeof(stats)};
    CHECK(shmheap_producer_get_stats(producer, &stats) == 0);
    CHECK(stats.size == sizeof(stats));
    CHECK(stats.messages == 7 && stats.shared == 2 && stats.copied == 5);
    CHECK(stats.bytes == 6 + 5 + 7 + 4 + 15 + 4);
    CHECK(stats.consumers == 2 && stats.refused == 1);
    CHECK(stats.lost == 0 && stats.unreleased == 1 && stats.reserved[3] == 0);
    CHECK(stats.blocked == 0 && stats.timed_out == 0 && stats.dropped == 0);
}

static void check_forked_child(shmheap_producer* producer) {
    const pid_t child = fork();
    need(child >= 0, "fork");
    if (child == 0) {
        failures = 0;
        CHECK(shmheap_producer_send_bytes(producer, "x", 1, NULL, SOON) == -ECHILD);
        CHECK(shmheap_producer_drain(producer, SOON) == -ECHILD);
        shmheap_producer_close(producer);
        _exit(failures);
    }
    int status = 0;
    need(waitpid(child, &status, 0) == child, "waitpid");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(access(path, F_OK) == 0);
}

static void check_killed_consumer(void) {
    int channel = -1;
    int failures_there = 0;
    int status = 0;
    shmheap_producer* producer = NULL;
    const pid_t victim = fork_partner(run_victim, &channel);
    await_step(channel, 'e');
    need(shmheap_producer_listen(path, NULL, &producer) == 0, "listen");
    CHECK(send_block(producer, "taken up") == SHMHEAP_SHARED);
    hear(channel, &failures_there, sizeof(failures_there));
    failures += failures_there;
    CHECK(blocks_live() == 1);
    kill(victim, SIGKILL);
    need(waitpid(victim, &status, 0) == victim, "waitpid");
    CHECK(shmheap_producer_send_bytes(producer, "x", 1, NULL, SOON) == -EPIPE);
    CHECK(blocks_live() == 0);
    struct shmheap_producer_stats stats = {.size = sizeof(stats)};
    CHECK(shmheap_producer_get_stats(producer, &stats) == 0);
    CHECK(stats.unreleased == 1 && stats.lost == 0);
    shmheap_producer_close(producer);
}

static int run_producer(void) {
    int channel = -1;
    int failures_there = 0;
    shmheap_producer* producer = NULL;
    snprintf(path, sizeof(path), "%s/stream", getenv("SHMHEAP_DIR"));
    const pid_t partner = fork_partner(run_consumer, &channel);
    await_step(channel, 'b');
    need(shmheap_process() != NULL, "heap");
    need(shmheap_producer_listen(path, NULL, &producer) == 0, "listen");
    produce(producer, channel);
    produce_copies(producer, channel);
    check_producer_stats(producer);
    check_listen_errors(); /* which knocks, and so would be counted */
    check_forked_child(producer);
    shmheap_producer_close(producer);
    CHECK(access(path, F_OK) == -1);
    hear(channel, &failures_there, sizeof(failures_there));
    failures += failures_there;
    CHECK(waitpid(partner, NULL, 0) == partner);

    need(shmheap_producer_listen(path, NULL, &producer) == 0, "listen");
    check_send_errors(producer);
    shmheap_producer_close(producer);
    check_killed_consumer();
    return failures;
}

int main(void) {
    return run_in_own_directory(run_producer);
}
