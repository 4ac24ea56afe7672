/* Intake, files: a message as NNNNNN.eml and its envelope as NNNNNN.json. */
#include "intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_LIMIT = 4096 };

void intake_prepare(const struct options *options, struct tally *tally)
{
    if (options->out == NULL)
        return;
    if (mkdir(options->out, 0755) != 0 && errno != EEXIST)
        die(73, "%s: %s", options->out, strerror(errno));
    DIR *folder = opendir(options->out);
    if (folder == NULL)
        die(73, "%s: %s", options->out, strerror(errno));
    unsigned long last = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char *end = NULL;
        unsigned long number = strtoul(entry->d_name, &end, 10);
        if (end != entry->d_name && *end == '.' && number > last)
            last = number;
    }
    closedir(folder);
    atomic_store(&tally->file_number, last);
}

/* Under its own name only when it is whole: a reader never sees half. */
static bool write_file(const char *out, unsigned long number, const char *ending, const char *at,
                       size_t length)
{
    char hidden[PATH_LIMIT];
    char path[PATH_LIMIT];
    snprintf(hidden, sizeof hidden, "%s/.%06lu.%s", out, number, ending);
    snprintf(path, sizeof path, "%s/%06lu.%s", out, number, ending);
    int file = open(hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return false;
    bool whole = true;
    while (whole && length > 0) {
        ssize_t written = write(file, at, length);
        whole = written > 0;
        at += whole ? written : 0;
        length -= whole ? (size_t)written : 0;
    }
    whole = close(file) == 0 && whole && rename(hidden, path) == 0;
    if (!whole)
        unlink(hidden);
    return whole;
}

/* The n strings, each with a NUL behind it, as a JSON array. */
static void say_strings(struct bytes *json, const struct bytes *strings, size_t count)
{
    const char *at = strings->at;
    bytes_append(json, "[", 1);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(at);
        bytes_say(json, i > 0 ? "," : "");
        bytes_json(json, at, length);
        at += length + 1;
    }
    bytes_append(json, "]", 1);
}

static void say_envelope(struct bytes *json, const struct message *message)
{
    const struct envelope *envelope = message->envelope;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    bytes_say(json, "{\"from\":");
    bytes_json(json, envelope->from.at, envelope->from.length);
    bytes_say(json, ",\"to\":");
    say_strings(json, &envelope->to, envelope->count);
    bytes_say(json, ",\"helo\":");
    bytes_json(json, message->helo, strlen(message->helo));
    bytes_format(json, ",\"tls\":%s,\"auth\":", message->tls ? "true" : "false");
    if (message->user == NULL)
        bytes_say(json, "null");
    else
        bytes_json(json, message->user, strlen(message->user));
    bytes_say(json, ",\"params\":{\"mail\":");
    bytes_json(json, envelope->mail_parameters.at, envelope->mail_parameters.length);
    bytes_say(json, ",\"rcpt\":");
    say_strings(json, &envelope->rcpt_parameters, envelope->count);
    bytes_format(json,
                 "},\"transport\":\"%s\",\"connection\":%llu,\"bytes\":%zu,\"received_ms\":%lld}\n",
                 message->transport, (unsigned long long)message->connection, message->body->size,
                 (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

bool intake_keep(struct intake *intake, const struct message *message)
{
    const char *out = intake->options->out;
    if (out == NULL)
        return true;
    unsigned long number = atomic_fetch_add(&intake->tally->file_number, 1) + 1;
    const struct bytes *text = &message->body->text;
    struct bytes json = {0};
    say_envelope(&json, message);
    bool kept = write_file(out, number, "eml", text->at, text->length);
    if (kept && !write_file(out, number, "json", json.at, json.length)) {
        char path[PATH_LIMIT];
        snprintf(path, sizeof path, "%s/%06lu.eml", out, number);
        unlink(path);
        kept = false;
    }
    bytes_free(&json);
    return kept;
}
