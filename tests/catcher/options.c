/* Options: how the catcher was started. One row an option gives parsing and --help. */
#include "options.h"
#include "bytes.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_DEFAULT = 10 * 1024 * 1024, SIZE_LIMIT = 64 * 1024 * 1024, THREADS_LIMIT = 64 };

enum kind { KIND_FLAG, KIND_TEXT, KIND_PAIR, KIND_NUMBER };

#define FIELD(name) offsetof(struct options, name)

static const struct row {
    const char *name;
    const char *value;
    enum kind kind;
    size_t field;
    int64_t most; /* of a number */
    const char *sentence;
} rows[] = {
    {"--listen", "HOST:PORT", KIND_TEXT, FIELD(listen), 0,
     "a loopback address; port 0 takes a free one (127.0.0.1:0)"},
    {"--port-file", "FILE", KIND_TEXT, FIELD(port_file), 0,
     "the port, written as soon as the catcher listens"},
    {"--pid-file", "FILE", KIND_TEXT, FIELD(pid_file), 0, "the process id, written then too"},
    {"--out", "DIR", KIND_TEXT, FIELD(out), 0,
     "every message as NNNNNN.eml, then its envelope as NNNNNN.json"},
    {"--ledger", "FILE", KIND_TEXT, FIELD(ledger), 0,
     "a line a message, written before its reply: time_ms, connection, Message-ID, from, to, "
     "bytes, outcome"},
    {"--trace", "FILE", KIND_TEXT, FIELD(trace), 0, "every command and reply, credentials masked"},
    {"--count-only", NULL, KIND_FLAG, FIELD(count_only), 0,
     "fast: keep no message, do not look into BDAT chunks, write the ledger once a turn"},
    {"--quiet", NULL, KIND_FLAG, FIELD(quiet), 0, "no closing line on stdout"},
    {"--no-pipelining", NULL, KIND_FLAG, FIELD(no_pipelining), 0,
     "do not offer PIPELINING, and close on a client that pipelines"},
    {"--no-chunking", NULL, KIND_FLAG, FIELD(no_chunking), 0, "do not offer CHUNKING"},
    {"--no-8bitmime", NULL, KIND_FLAG, FIELD(no_8bitmime), 0, "do not offer 8BITMIME"},
    {"--smtputf8", NULL, KIND_FLAG, FIELD(smtputf8), 0, "offer SMTPUTF8"},
    {"--size", "BYTES", KIND_NUMBER, FIELD(size), SIZE_LIMIT, "the largest message (10485760)"},
    {"--starttls", "CERT KEY", KIND_PAIR, FIELD(starttls), 0,
     "offer STARTTLS with these PEM files"},
    {"--implicit-tls", "CERT KEY", KIND_PAIR, FIELD(implicit_tls), 0, "TLS from the first byte"},
    {"--tls-fault", "NAME", KIND_TEXT, FIELD(tls_fault), 0,
     "strip-starttls, inject (a plain reply before the handshake) or truncate"},
    {"--auth", "USER:PASSWORD", KIND_TEXT, FIELD(auth), 0, "offer AUTH PLAIN LOGIN"},
    {"--require-auth", NULL, KIND_FLAG, FIELD(require_auth), 0, "refuse MAIL before AUTH"},
    {"--delay", "MS", KIND_NUMBER, FIELD(delay_ms), 3600000,
     "a round trip: what was read together is answered after MS"},
    {"--script", "FILE", KIND_TEXT, FIELD(script), 0, "faults, one rule a line; see below"},
    {"--seed", "N", KIND_NUMBER, FIELD(seed), INT64_MAX, "what the chances in the script roll (1)"},
    {"--threads", "N", KIND_NUMBER, FIELD(threads), THREADS_LIMIT,
     "not together with --script (1)"},
    {"--exit-after", "N", KIND_NUMBER, FIELD(exit_after), INT64_MAX,
     "leave with 0 once N messages were taken"},
    {"--max-seconds", "N", KIND_NUMBER, FIELD(max_seconds), 1000000,
     "leave after N seconds in any case; with 75 when --exit-after was not reached"},
};

static const char script_help[] =
    "Script: [conn N|N-M|N+|%N|*:] EVENT[,EVENT…] CONDITION… ACTION…\n"
    "  events      greeting ehlo auth starttls mail rcpt data data-end bdat bdat-end end rset "
    "noop\n"
    "              vrfy quit other any   (end: data-end or bdat-end)\n"
    "  conditions  to=GLOB from=GLOB nth=N message=N times=N p=0.02\n"
    "  actions     reply \"452 4.2.2 full\" · raw \"bytes\\r\\n\" · extra-reply \"…\" · delay MS "
    "·\n"
    "              drip [MS] · half-reply · swallow · hang · close · drop · reset ·\n"
    "              without PIPELINING · strip-starttls\n"
    "  The first rule that fits acts. # begins a comment. README.md has the whole story.\n"
    "SIGTERM and SIGINT end the catcher with status 0.\n";

static void print_help(void)
{
    puts("catcher: an SMTP server for tests. It listens on loopback only.\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", rows[i].name, rows[i].value ? rows[i].value : "");
        printf("  %-28s %s\n", left, rows[i].sentence);
    }
    putchar('\n');
    fputs(script_help, stdout);
    exit(0);
}

static const struct row *row_named(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    die(64, "unknown option %s; --help lists them", name);
}

static int64_t number_of(const struct row *row, const char *digits)
{
    char *end = NULL;
    errno = 0;
    long long value = strtoll(digits, &end, 10);
    if (!isdigit((unsigned char)digits[0]) || *end != '\0' || errno != 0 || value > row->most)
        die(64, "%s wants a number up to %lld, not %s", row->name, (long long)row->most, digits);
    return value;
}

/* Stores one option and returns how many words it took as values. */
static int store(struct options *options, const struct row *row, char **values, int count)
{
    static const int wanted[] = {
        [KIND_FLAG] = 0, [KIND_TEXT] = 1, [KIND_PAIR] = 2, [KIND_NUMBER] = 1};
    void *field = (char *)options + row->field;
    if (count < wanted[row->kind])
        die(64, "%s wants %s", row->name, row->value);
    if (row->kind == KIND_FLAG)
        *(bool *)field = true;
    else if (row->kind == KIND_NUMBER)
        *(int64_t *)field = number_of(row, values[0]);
    else
        memcpy(field, values, sizeof(char *) * (size_t)wanted[row->kind]);
    return wanted[row->kind];
}

static void check(const struct options *options)
{
    if (options->count_only && options->out != NULL)
        die(64, "--count-only keeps no messages, so --out has nothing to write");
    if (options->threads > 1 && (options->script != NULL || options->tls_fault != NULL))
        die(64, "a script counts, so it wants one thread");
    if (options->require_auth && options->auth == NULL)
        die(64, "--require-auth wants --auth");
    if (options->auth != NULL && strchr(options->auth, ':') == NULL)
        die(64, "--auth wants USER:PASSWORD");
    if (options->starttls[0] != NULL && options->implicit_tls[0] != NULL)
        die(64, "--starttls and --implicit-tls exclude each other");
}

void options_parse(struct options *options, int count, char **words)
{
    *options =
        (struct options){.listen = "127.0.0.1:0", .size = SIZE_DEFAULT, .seed = 1, .threads = 1};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--help") == 0)
            print_help();
        const struct row *row = row_named(words[i]);
        i += store(options, row, words + i + 1, count - i - 1);
    }
    if (options->threads < 1)
        options->threads = 1;
    check(options);
}
