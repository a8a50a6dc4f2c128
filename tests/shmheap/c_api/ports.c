/* Uses every function of port.h: the component `source` in this process, the component `meter` in
 * another one, and a component `late` that is never there. The two tell each other by letters how
 * far they are. Prints what is wrong and ends with the number of failed claims, at most 100. */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <poll.h>

#include "claims.h"
#include "shmheap/shmheap.h"

/* Long enough for any machine; no test that passes waits for it. */
#define SOON ((int64_t)30 * 1000 * 1000 * 1000)

static char run_directory[] = "/tmp/harrier-c-api-XXXXXX";

static struct shmheap_port_options options_of(const char* component) {
    const struct shmheap_port_options options = {
        .size = sizeof(options),
        .component = component,
        .run_directory = run_directory,
        .connections = "source.out>meter.in:block:8 source.out>late.in:drop-newest:8"};
    return options;
}

static int readable(int fd) {
    struct pollfd descriptor = {.fd = fd, .events = POLLIN};
    return poll(&descriptor, 1, 30000) == 1;
}

/* ---- the meter ------------------------------------------------------------------------------ */

static void check_input_errors(void) {
    shmheap_input* input = NULL;
    shmheap_message* message = NULL;
    char text[130];
    struct shmheap_consumer_stats stats = {.size = sizeof(stats)};
    struct shmheap_connection connection = {.size = sizeof(connection)};
    struct shmheap_port_options options = options_of("meter");
    CHECK(shmheap_input_open(NULL, &options, &input) == -EINVAL);
    CHECK(shmheap_input_open("in", &options, NULL) == -EINVAL);
    CHECK(shmheap_input_open("out", &options, &input) == -ENOTCONN);
    options.connections = "source.out";
    CHECK(shmheap_input_open("in", &options, &input) == -EINVAL);
    options.size = 0;
    CHECK(shmheap_input_open("in", &options, &input) == -EINVAL);
    CHECK(input == NULL);
    CHECK(shmheap_input_receive(NULL, 0, &message) == -EINVAL);
    CHECK(shmheap_input_origin(NULL, text, sizeof(text)) == -EINVAL);
    CHECK(shmheap_input_fd(NULL) == -EINVAL);
    CHECK(shmheap_input_connected(NULL) == -EINVAL);
    CHECK(shmheap_input_get_stats(NULL, &stats) == -EINVAL);
    CHECK(shmheap_input_get_connection(NULL, 0, &connection) == -EINVAL);
    shmheap_input_close(NULL);
}

static void check_input_counts(const shmheap_input* input) {
    struct shmheap_consumer_stats stats = {.size = sizeof(stats)};
    struct shmheap_connection connection = {.size = sizeof(connection)};
    CHECK(shmheap_input_get_stats(input, &stats) == 0);
    CHECK(stats.messages == 1 && stats.bytes == 5 && stats.shared == 1 && stats.copied == 0);
    CHECK(shmheap_input_get_connection(input, 0, &connection) == 0);
    CHECK(strcmp(connection.name, "source.out -> meter.in") == 0);
    CHECK(connection.connected == 1 && connection.messages == 1 && connection.bytes == 5);
    CHECK(connection.shared == 1 && connection.copied == 0 && connection.reserved[2] == 0);
    CHECK(connection.peers == 1 && connection.refused == 0 && connection.skipped == 0);
    CHECK(shmheap_input_get_connection(input, 1, &connection) == -ENOENT);
    CHECK(shmheap_input_get_connection(input, 0, NULL) == -EINVAL);
}

static void meter(int channel) {
    shmheap_input* input = NULL;
    shmheap_message* message = NULL;
    char text[130] = "?";
    const struct shmheap_port_options options = options_of("meter");
    need(shmheap_input_open("in", &options, &input) == 0, "open input");
    CHECK(shmheap_input_origin(input, text, sizeof(text)) == 0 && text[0] == '\0');
    CHECK(shmheap_input_receive(input, 0, &message) == -ETIMEDOUT);
    CHECK(shmheap_input_receive(input, 0, NULL) == -EINVAL);
    say_step(channel, 'm');
    CHECK(readable(shmheap_input_fd(input)));
    need(shmheap_input_receive(input, SOON, &message) == 0, "receive");
    CHECK(shmheap_input_connected(input) == 1);
    CHECK(shmheap_message_is_shared(message) == 1);
    CHECK(memcmp(shmheap_message_data(message), "block", 5) == 0);
    CHECK(shmheap_input_origin(input, text, sizeof(text)) == 10);
    CHECK(strcmp(text, "source.out") == 0);
    CHECK(shmheap_input_origin(input, text, 10) == -ERANGE);
    check_input_counts(input);
    await_step(channel, 'r');
    shmheap_message_release(message);
    need(shmheap_input_receive(input, SOON, &message) == 0, "receive the end");
    struct shmheap_message_info info = {.size = sizeof(info)};
    CHECK(shmheap_message_get_info(message, &info) == 0);
    CHECK((info.flags & SHMHEAP_END_OF_STREAM) != 0 && info.sequence == 1);
    CHECK(shmheap_message_size(message) == 0);
    shmheap_message_release(message);
    await_step(channel, 'e');
    shmheap_input_close(input);
}

static int run_meter(int channel) {
    await_step(channel, 'b');
    check_input_errors();
    meter(channel);
    say(channel, &failures, sizeof(failures));
    return 0;
}

/* ---- the source ----------------------------------------------------------------------------- */

static void check_output_errors(void) {
    shmheap_output* output = NULL;
    struct shmheap_producer_stats stats = {.size = sizeof(stats)};
    struct shmheap_connection connection = {.size = sizeof(connection)};
    struct shmheap_port_options options = options_of("source");
    CHECK(shmheap_output_open(NULL, &options, &output) == -EINVAL);
    CHECK(shmheap_output_open("out", &options, NULL) == -EINVAL);
    CHECK(shmheap_output_open("in", &options, &output) == -ENOTCONN);
    CHECK(shmheap_output_open("out", &options, &output) == -EADDRINUSE);
    CHECK(shmheap_output_open("out", NULL, &output) == -ENOTCONN); /* nobody launched us */
    CHECK(output == NULL);
    CHECK(shmheap_output_send(NULL, "x", 1, NULL, 0) == -EINVAL);
    CHECK(shmheap_output_abandon(NULL) == -EINVAL);
    CHECK(shmheap_output_send_message(NULL, NULL, NULL, 0) == -EINVAL);
    CHECK(shmheap_output_drain(NULL, 0) == -EINVAL);
    CHECK(shmheap_output_attend(NULL) == -EINVAL);
    CHECK(shmheap_output_fd(NULL) == -EINVAL);
    CHECK(shmheap_output_connected(NULL) == -EINVAL);
    CHECK(shmheap_output_get_stats(NULL, &stats) == -EINVAL);
    CHECK(shmheap_output_get_connection(NULL, 0, &connection) == -EINVAL);
    shmheap_output_close(NULL);
}

static struct shmheap_connection connection_of(const shmheap_output* output, size_t number) {
    struct shmheap_connection connection = {.size = sizeof(connection)};
    CHECK(shmheap_output_get_connection(output, number, &connection) == 0);
    return connection;
}

static void check_output_counts(const shmheap_output* output) {
    struct shmheap_producer_stats stats = {.size = sizeof(stats)};
    struct shmheap_connection connection = connection_of(output, 0);
    CHECK(strcmp(connection.name, "source.out -> meter.in") == 0);
    CHECK(connection.connected == 1 && connection.messages == 1 && connection.bytes == 5);
    CHECK(connection.shared == 1 && connection.lost == 0 && connection.unreleased == 0);
    CHECK(connection.dropped == 0 && connection.peers == 1 && connection.refused == 0);
    CHECK(connection.blocked == 0 && connection.timed_out > 0); /* before the meter was there */
    connection = connection_of(output, 1);
    CHECK(strcmp(connection.name, "source.out -> late.in") == 0);
    CHECK(connection.connected == 0 && connection.messages == 0 && connection.dropped == 2);
    CHECK(shmheap_output_get_connection(output, 2, &connection) == -ENOENT);
    CHECK(shmheap_output_get_connection(output, 0, NULL) == -EINVAL);
    CHECK(shmheap_output_get_stats(output, &stats) == 0);
    CHECK(stats.messages == 1 && stats.bytes == 5 && stats.shared == 1);
    CHECK(stats.dropped == 2 && stats.timed_out > 0);
    CHECK(shmheap_output_get_stats(output, NULL) == -EINVAL);
}

static void attend_until_step(shmheap_output* output, int channel, char step) {
    struct pollfd descriptors[2] = {{.fd = channel, .events = POLLIN},
                                    {.fd = shmheap_output_fd(output), .events = POLLIN}};
    while (poll(descriptors, 2, 30000) > 0 && descriptors[0].revents == 0)
        CHECK(shmheap_output_attend(output) == 0);
    await_step(channel, step);
}

static void send_all(shmheap_output* output, int channel) {
    const struct shmheap_message_info last = {.size = sizeof(last), .flags = SHMHEAP_END_OF_STREAM};
    const struct shmheap_message_info nonsense = {.size = sizeof(nonsense), .flags = 1u << 31};
    char* block = shmheap_alloc(shmheap_process(), 5);
    need(block != NULL, "alloc");
    memcpy(block, "block", 5);
    CHECK(shmheap_output_connected(output) == 0);
    CHECK(shmheap_output_send(output, block, 5, NULL, 0) == -ETIMEDOUT);
    CHECK(shmheap_output_abandon(output) == 0);
    CHECK(shmheap_output_send(output, block, 5, &nonsense, 0) == -EINVAL);
    CHECK(shmheap_output_send(output, NULL, 5, NULL, 0) == -EINVAL);
    say_step(channel, 'b');
    attend_until_step(output, channel, 'm');
    CHECK(shmheap_output_send(output, block, 5, NULL, SOON) == 0);
    shmheap_free(block);
    CHECK(shmheap_output_drain(output, 1000) == -ETIMEDOUT);
    check_output_counts(output);
    say_step(channel, 'r');
    CHECK(shmheap_output_drain(output, SOON) == 0);
    CHECK(shmheap_output_send(output, NULL, 0, &last, SOON) == 0);
    say_step(channel, 'e');
}

static int run_source(void) {
    int channel = -1;
    int failures_there = 0;
    shmheap_output* output = NULL;
    struct shmheap_stats stats = {.size = sizeof(stats)};
    const pid_t partner = fork_partner(run_meter, &channel);
    const struct shmheap_port_options options = options_of("source");
    need(shmheap_process() != NULL, "heap");
    need(shmheap_output_open("out", &options, &output) == 0, "open output");
    send_all(output, channel);
    hear(channel, &failures_there, sizeof(failures_there));
    failures += failures_there;
    CHECK(waitpid(partner, NULL, 0) == partner);
    check_output_errors();
    shmheap_output_close(output);
    CHECK(shmheap_collect(shmheap_process()) >= 0);
    CHECK(shmheap_get_stats(shmheap_process(), &stats) == 0);
    CHECK(stats.blocks_live == 0 && stats.leases_live == 0);
    return failures;
}

static int remove_one(const char* path, const struct stat* status, int type, struct FTW* place) {
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

int main(void) {
    need(mkdtemp(run_directory) != NULL, "mkdtemp");
    const int result = run_in_own_directory(run_source);
    need(nftw(run_directory, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0, "remove");
    return result;
}
