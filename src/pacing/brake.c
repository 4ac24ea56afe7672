/* Brake: what a dispatcher learns from the answers it gets. */
#include "pacing/brake.h"

#include <string.h>

#include "base/banned.h"
#include "base/file.h"
#include "base/memory.h"
#include "campaign/throttling.h"
#include "pacing/breaker.h"
#include "store/breaker.h"
#include "store/edition.h"

enum { THROTTLING_SIZE = 256 * 1024, LOOK_MS = 1000, COMPLAINTS_MS = 10000 };

struct watched {
    int64_t edition_id;
    struct breaker breaker;
    bool changed;
    int64_t looked_ms; /* steady; when complaints were counted */
};

struct brake {
    struct limits_options options;
    struct limits *limits;
    struct arena arena;
    struct throttling throttling;
    struct watched *watched;
    size_t count;
    int64_t saved_ms;
};

static bool read_throttling(struct brake *brake, const char *root, struct error *err)
{
    FINDINGS(findings);
    struct text text;
    struct error absent;
    if (!file_read_inside(&brake->arena, root, TEXT(THROTTLING_PATH), THROTTLING_SIZE, &text,
                          &absent))
        return true;
    throttling_read(&brake->arena, text, TEXT(THROTTLING_PATH), &findings, &brake->throttling);
    return findings_clean(&findings, err);
}

bool brake_open(const struct limits_options *options, const char *root, struct brake **ret_brake,
                struct error *err)
{
    struct brake *brake = memory_take(sizeof(*brake));
    brake->options = *options;
    *ret_brake = brake;
    return read_throttling(brake, root, err) && limits_open(options, &brake->limits, err);
}

const struct gate *brake_gate(const struct brake *brake)
{
    return limits_gate(brake->limits);
}

/* ---- Slower ---- */

/* What a reply asks for. Before RCPT it speaks of the relay, and the loop rests by itself. */
static void heed(struct brake *brake, const struct send_result *result)
{
    const struct throttling_reply *row = NULL;
    bool temporary = result->reply.code >= 400 && result->reply.code < 500;
    bool wish = result->action == VERDICT_SLOW_DOWN;
    if (result->fate != SEND_READY || (!temporary && !wish))
        return;
    row = throttling_find(&brake->throttling, &result->reply);
    if (row != NULL && row->slow == THROTTLING_RELAY)
        limits_slow_down(brake->limits, 0, &result->reply, row->rest_ms);
    else if (row != NULL && row->slow == THROTTLING_DOMAIN)
        limits_slow_down(brake->limits, result->item->domain, &result->reply, row->rest_ms);
    else if (row == NULL && wish && result->stage >= STAGE_RCPT)
        limits_slow_down(brake->limits, result->item->domain, &result->reply, 0);
}

/* ---- The breaker ---- */

static bool load(struct brake *brake, struct watched *watched, struct error *err)
{
    ARENA(scratch);
    struct text results;
    struct breaker *breaker = &watched->breaker;
    size_t window = (size_t)brake->options.config->breaker.window;
    if (!breaker_read(brake->options.store, &scratch, watched->edition_id, &results,
                      &breaker->complaints_forgiven, err))
        return false;
    if (results.length > window)
        results = text_after(results, results.length - window);
    for (size_t i = 0; i < results.length; i++)
        breaker_note(breaker, &brake->options.config->breaker, (enum breaker_result)results.at[i]);
    return true;
}

/* NULL on failure. */
static struct watched *watch(struct brake *brake, int64_t edition_id, struct error *err)
{
    for (size_t i = brake->count; i-- > 0;)
        if (brake->watched[i].edition_id == edition_id)
            return &brake->watched[i];
    brake->watched = memory_grow(brake->watched, (brake->count + 1) * sizeof(*brake->watched));
    struct watched *watched = &brake->watched[brake->count];
    *watched = (struct watched){.edition_id = edition_id};
    if (!load(brake, watched, err))
        return NULL;
    brake->count++;
    return watched;
}

/* The oldest first. */
static bool save(struct brake *brake, struct watched *watched, struct error *err)
{
    const struct breaker *breaker = &watched->breaker;
    size_t window = (size_t)brake->options.config->breaker.window;
    char results[BREAKER_WINDOW];
    if (!watched->changed)
        return true;
    for (size_t i = 0; i < breaker->count; i++)
        results[i] = (char)breaker->results[(breaker->next + window - breaker->count + i) % window];
    watched->changed = false;
    return breaker_write(brake->options.store, watched->edition_id,
                         text_from(results, breaker->count), breaker->complaints_forgiven, err);
}

static bool note(struct brake *brake, const struct send_result *result, struct error *err)
{
    enum breaker_result what = BREAKER_FINE;
    if (result->fate == SEND_READY || result->fate == SEND_UNKNOWN || result->reply.code == 0)
        return true;
    if (result->fate == SEND_FAILED)
        what = result->action == VERDICT_SUPPRESS ? BREAKER_BOUNCED
               : result->action == VERDICT_ALERT  ? BREAKER_REFUSED
                                                  : BREAKER_OTHER;
    struct watched *watched = watch(brake, result->item->edition, err);
    if (watched == NULL)
        return false;
    breaker_note(&watched->breaker, &brake->options.config->breaker, what);
    watched->changed = true;
    return true;
}

/* Counting what came home asks the database, so only now and then. */
static bool count_complaints(struct brake *brake, struct watched *watched, int64_t *ret_sent,
                             int64_t *ret_complaints, struct error *err)
{
    ARENA(scratch);
    struct edition *edition;
    int64_t now_ms = clock_steady_ms(brake->options.clock);
    *ret_sent = 0;
    *ret_complaints = watched->breaker.complaints_forgiven;
    if (watched->looked_ms != 0 && now_ms < watched->looked_ms + COMPLAINTS_MS)
        return true;
    watched->looked_ms = now_ms;
    if (!edition_read(brake->options.store, &scratch, watched->edition_id, &edition, err) ||
        !breaker_complaints(brake->options.store, watched->edition_id, ret_complaints, err))
        return false;
    *ret_sent = edition != NULL ? edition->sent : 0;
    return true;
}

static bool judge(struct brake *brake, struct watched *watched, struct error *err)
{
    char why[BREAKER_WHY];
    int64_t sent, complaints;
    bool changed;
    if (!watched->changed)
        return true;
    if (!count_complaints(brake, watched, &sent, &complaints, err))
        return false;
    if (!breaker_trips(&watched->breaker, &brake->options.config->breaker, sent, complaints, why))
        return true;
    log_error(brake->options.log, "edition %lld is paused: %s", (long long)watched->edition_id,
              why);
    return edition_pause(brake->options.store, watched->edition_id, text_of(why), &changed, err) &&
           save(brake, watched, err);
}

static bool save_now_and_then(struct brake *brake, bool now, struct error *err)
{
    int64_t now_ms = clock_steady_ms(brake->options.clock);
    if (!now && now_ms < brake->saved_ms + LOOK_MS)
        return true;
    brake->saved_ms = now_ms;
    for (size_t i = 0; i < brake->count; i++)
        if (!save(brake, &brake->watched[i], err))
            return false;
    return limits_save(brake->limits, now, err);
}

bool brake_learn(struct brake *brake, const struct send_result *results, size_t count,
                 struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        heed(brake, &results[i]);
        if (!note(brake, &results[i], err))
            return false;
    }
    for (size_t i = 0; i < brake->count; i++)
        if (!judge(brake, &brake->watched[i], err))
            return false;
    return save_now_and_then(brake, false, err);
}

void brake_close(struct brake *brake)
{
    struct error ignored; /* what cannot be saved is learned again */
    if (brake == NULL)
        return;
    if (brake->limits != NULL)
        save_now_and_then(brake, true, &ignored);
    limits_close(brake->limits);
    memory_free(brake->watched);
    arena_free(&brake->arena);
    memory_free(brake);
}
