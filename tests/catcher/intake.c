/* Intake: the acceptance ledger, the trace and the count of what the catcher took. */
#include "intake.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TRACE_LINE_LIMIT = 1024 };

static int open_to_append(const char *path)
{
    if (path == NULL)
        return -1;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        die(73, "%s: %s", path, strerror(errno));
    return file;
}

void intake_open(struct intake *intake, const struct options *options, struct tally *tally)
{
    *intake = (struct intake){.options = options, .tally = tally};
    intake->ledger = open_to_append(options->ledger);
    intake->trace = open_to_append(options->trace);
}

static void write_all(int file, struct bytes *lines)
{
    if (lines->length == 0)
        return;
    ssize_t written = write(file, lines->at, lines->length);
    /* A ledger that lies is worse than no server: stop rather than accept without a witness. */
    if (written != (ssize_t)lines->length)
        die(74, "a ledger or trace line could not be written: %s", strerror(errno));
    lines->length = 0;
}

void intake_flush(struct intake *intake)
{
    write_all(intake->ledger, &intake->ledger_lines);
    write_all(intake->trace, &intake->trace_lines);
}

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void say_recipients(struct bytes *line, const struct envelope *envelope)
{
    const char *to = envelope->to.at;
    for (size_t i = 0; i < envelope->count; i++) {
        size_t length = strlen(to);
        if (i > 0)
            bytes_append(line, ",", 1);
        bytes_append(line, to, length);
        to += length + 1;
    }
}

static void say_line(struct bytes *line, const struct message *message, int code, bool withheld)
{
    const struct envelope *envelope = message->envelope;
    const char *id = NULL;
    size_t id_length = 0;
    body_message_id(message->body, &id, &id_length);
    bytes_format(line, "%lld\t%llu\t", (long long)wall_ms(),
                 (unsigned long long)message->connection);
    bytes_append(line, id, id_length);
    bytes_append(line, "\t", 1);
    if (envelope->from.length == 0)
        bytes_append(line, "<>", 2);
    bytes_append(line, envelope->from.at, envelope->from.length);
    bytes_append(line, "\t", 1);
    say_recipients(line, envelope);
    bytes_format(line, "\t%zu\t", message->body->size);
    if (code != 0)
        bytes_format(line, "refused:%d\n", code);
    else
        bytes_say(line, withheld ? "swallowed\n" : "accepted\n");
}

void intake_note(struct intake *intake, const struct message *message, int code, bool withheld)
{
    struct tally *tally = intake->tally;
    atomic_fetch_add(code != 0  ? &tally->refused
                     : withheld ? &tally->swallowed
                                : &tally->accepted,
                     1);
    if (code == 0)
        atomic_fetch_add(&tally->bytes, message->body->size);
    if (intake->ledger < 0)
        return;
    say_line(&intake->ledger_lines, message, code, withheld);
    /* A line a write, unless speed is what the run is about: a kill between two pages of one large
     * write could leave a torn line. */
    if (!intake->options->count_only)
        write_all(intake->ledger, &intake->ledger_lines);
}

static void say_printable(struct bytes *line, const char *at, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)at[i] < ' ' || at[i] == '\\' || at[i] == 0x7f)
            bytes_format(line, "\\x%02x", (unsigned char)at[i]);
        else
            bytes_append(line, at + i, 1);
    }
}

void intake_trace(struct intake *intake, uint64_t connection, char speaker, const char *at,
                  size_t length)
{
    if (intake->trace < 0)
        return;
    bytes_format(&intake->trace_lines, "%lld\t%llu\t%c\t", (long long)wall_ms(),
                 (unsigned long long)connection, speaker);
    say_printable(&intake->trace_lines, at, length < TRACE_LINE_LIMIT ? length : TRACE_LINE_LIMIT);
    bytes_append(&intake->trace_lines, "\n", 1);
}

void intake_close(struct intake *intake)
{
    intake_flush(intake);
    if (intake->ledger >= 0)
        close(intake->ledger);
    if (intake->trace >= 0)
        close(intake->trace);
    bytes_free(&intake->ledger_lines);
    bytes_free(&intake->trace_lines);
}
