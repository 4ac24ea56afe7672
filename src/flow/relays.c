/* Relays: which of the configured relays carries the mail. */
#include "flow/relays.h"

#include "base/banned.h"
#include "base/memory.h"
#include "flow/relaying.h"
#include "settings/secret.h"

struct choice {
    const struct relay_config *config;
    struct secret *secret;
    struct relay_target target;
    struct send_absent absent;
    struct pace pace;
    bool unusable; /* for as long as this process lives */
    bool spent;    /* it failed since the last message was settled, by whatever relay */
    struct error why;
};

struct relays {
    struct arena arena;
    struct choice choices[CONFIG_RELAYS];
    size_t count;
    struct send_absent *better[CONFIG_RELAYS]; /* than the one in use */
    struct pace unlimited;                     /* for work that keeps the limits itself */
    /* of the sending */
    const struct relays_watch *watch;
    struct send_options *options;
    struct send_report *report;
};

/* ---- Opening ---- */

static bool is_usable(const struct choice *choice)
{
    return !choice->unusable && !choice->spent;
}

static struct choice *first_usable(struct relays *relays)
{
    for (size_t i = 0; i < relays->count; i++)
        if (is_usable(&relays->choices[i]))
            return &relays->choices[i];
    return NULL;
}

static void open_pace(struct pace *pace, const struct rate_list *limits)
{
    pace_open(pace, limits->at, limits->count < PACE_LIMITS ? limits->count : PACE_LIMITS);
}

bool relays_open(const struct relay_list *list, const char *root, struct relays **ret_relays,
                 struct error *err)
{
    struct relays *relays = memory_take(sizeof(*relays));
    must(list->count > 0 && list->count <= CONFIG_RELAYS);
    for (size_t i = 0; i < list->count; i++) {
        struct choice *choice = &relays->choices[relays->count++];
        choice->config = &list->at[i];
        choice->unusable = !relaying_target(&choice->target, &choice->secret, &relays->arena,
                                            choice->config, root, &choice->why);
        choice->absent.target = &choice->target;
        open_pace(&choice->pace, &list->at[i].limits);
    }
    *ret_relays = relays;
    if (first_usable(relays) != NULL)
        return true;
    *err = relays->choices[0].why;
    relays_close(relays);
    *ret_relays = NULL;
    return false;
}

void relays_close(struct relays *relays)
{
    if (relays == NULL)
        return;
    for (size_t i = 0; i < relays->count; i++) {
        secret_close(relays->choices[i].secret);
        pace_close(&relays->choices[i].pace);
    }
    arena_free(&relays->arena);
    memory_free(relays);
}

/* ---- Words ---- */

/* What only a person can mend is an error, however well another relay does meanwhile. */
static void say_failure(struct relays *relays, const struct choice *choice,
                        const struct choice *next)
{
    bool mistake = choice->why.fault == FAULT_CONFIG || choice->unusable;
    const struct relays_watch *watch = relays->watch;
    if (next != NULL)
        log_line(relays->options->log, mistake ? LOG_ERROR : LOG_WARNING,
                 "the relay %.*s is left for %.*s: %s", TEXT_ARGS(choice->config->url),
                 TEXT_ARGS(next->config->url), choice->why.message);
    if (watch->failed != NULL)
        watch->failed(watch->self, choice->config, &choice->why);
}

static void say_unusable(struct relays *relays)
{
    for (size_t i = 0; i < relays->count; i++)
        if (relays->choices[i].unusable)
            say_failure(relays, &relays->choices[i], first_usable(relays));
}

/* All of them, each with its own reason; the gentlest fault, for it may be over by itself. */
static struct error sum_up(const struct relays *relays)
{
    BUFFER(words, ERROR_MESSAGE);
    struct error end = relays->choices[relays->count - 1].why;
    for (size_t i = 0; i < relays->count; i++) {
        const struct error *why = &relays->choices[i].why;
        end.fault = why->fault == FAULT_UNREACHABLE ? why->fault : end.fault;
        buffer_printf(&words, "%s%.*s", i > 0 ? "; " : "",
                      (int)(ERROR_MESSAGE - 64) / (int)relays->count, why->message);
    }
    if (relays->count > 1)
        error_set(&end, end.fault, "none of %zu relays can be used: %.*s", relays->count,
                  TEXT_ARGS(buffer_text(&words)));
    return end;
}

/* ---- The mail moves ---- */

/* Something went out: whoever failed before has a fresh chance, should this one fail as well. */
static void forgive(struct relays *relays, struct choice *used)
{
    for (size_t i = 0; i < relays->count; i++)
        relays->choices[i].spent = false;
    used->absent.tries = 0;
}

static void fail(struct relays *relays, struct choice *used)
{
    const struct send_options *options = relays->options;
    used->why = relays->report->end;
    used->spent = true;
    send_absent_failed(&used->absent, options->random, clock_steady_ms(options->clock));
    say_failure(relays, used, first_usable(relays));
}

static void give_back(struct relays *relays, const struct send_absent *returned)
{
    for (size_t i = 0; i < relays->count; i++) {
        struct choice *choice = &relays->choices[i];
        if (&choice->absent != returned)
            continue;
        choice->spent = false;
        log_info(relays->options->log, "the relay %.*s answers again and is used",
                 TEXT_ARGS(choice->config->url));
    }
}

/* After a run of the loop: is there another one, through another relay? */
static bool moves(struct relays *relays, struct choice *used, uint64_t settled)
{
    struct send_report *report = relays->report;
    if (report->sent + report->failed > settled)
        forgive(relays, used);
    if (report->relay_failed)
        fail(relays, used);
    else if (report->returned != NULL)
        give_back(relays, report->returned);
    else
        return false;
    if (report->relay_failed && first_usable(relays) == NULL) {
        report->end = sum_up(relays);
        log_in_file(relays->options->log, LOG_ERROR, "%s", report->end.message);
        return false;
    }
    report->end.fault = FAULT_NONE;
    report->relay_failed = false;
    report->returned = NULL;
    return !report->stopped;
}

static void prepare(struct relays *relays, struct choice *choice, const struct send_work *work)
{
    struct send_options *options = relays->options;
    must(choice != NULL);
    options->relay = choice->target;
    options->absent = relays->better;
    options->absent_count = 0;
    for (struct choice *better = relays->choices; better < choice; better++)
        if (!better->unusable)
            relays->better[options->absent_count++] = &better->absent;
    relaying_fill(options, choice->config);
    options->pace = work->keeps_limits ? &relays->unlimited : &choice->pace;
}

void relays_send(struct relays *relays, struct send_options *options, const struct send_work *work,
                 const struct relays_watch *watch, struct send_report *ret_report)
{
    uint64_t settled = 0;
    struct choice *choice;
    relays->watch = watch;
    relays->options = options;
    relays->report = ret_report;
    *ret_report = (struct send_report){0};
    say_unusable(relays);
    do {
        choice = first_usable(relays);
        settled = ret_report->sent + ret_report->failed;
        prepare(relays, choice, work);
        if (watch->use != NULL && !watch->use(watch->self, choice->config, &ret_report->end))
            return;
        send_run(options, work, ret_report);
    } while (moves(relays, choice, settled));
}
