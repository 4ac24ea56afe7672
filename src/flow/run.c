/* Run: plans the editions of due slots, notes the missed ones, dispatches. */
#include "flow/run.h"

#include "flow/guard.h"
#include "flow/plan.h"
#include "store/occasion.h"

#include "base/banned.h"

void run_events_add(struct run_events *events, struct run_event event)
{
    if (events->count == events->capacity) {
        size_t capacity = events->capacity > 0 ? events->capacity * 2 : 16;
        struct run_event *more = arena_array(events->arena, struct run_event, capacity);
        if (events->count > 0)
            memcpy(more, events->at, events->count * sizeof(more[0]));
        events->at = more;
        events->capacity = capacity;
    }
    events->at[events->count++] = event;
}

/* What is planned and noted for one campaign. */
struct running {
    const struct run_options *options;
    const struct agenda_entry *entry;
    struct run_events *events;
};

static void say(const struct running *running, enum run_outcome outcome, const char *slot,
                const struct error *err)
{
    char line[ERROR_LINE];
    struct arena *arena = running->events->arena;
    run_events_add(running->events, (struct run_event){
                                        .outcome = outcome,
                                        .campaign = running->entry->campaign.id,
                                        .slot = arena_text(arena, text_of(slot)),
                                        .reason = arena_text(arena, text_of(error_line(err, line))),
                                        .fault = err->fault,
                                    });
}

/* ---- Missed slots ---- */

/* "6 h 5 min" */
static struct text lateness(struct arena *arena, int64_t ms)
{
    long long minutes = ms / 60000;
    if (minutes >= 2 * 24 * 60)
        return arena_printf(arena, "%lld days", minutes / (24 * 60));
    if (minutes >= 60)
        return arena_printf(arena, "%lld h %lld min", minutes / 60, minutes % 60);
    return arena_printf(arena, "%lld min", minutes);
}

static struct text reason_of(const struct running *running, const struct agenda_due *due,
                             const struct slot *slot)
{
    struct arena *arena = running->events->arena;
    int64_t late_ms = running->options->now_ms - slot->due_ms;
    if (late_ms > running->entry->slots.max_late_ms)
        return arena_printf(arena, "missed by %.*s, more than max_late allows",
                            TEXT_ARGS(lateness(arena, late_ms)));
    return arena_printf(arena, "overtaken by %s, which was missed less", due->slots.slot.name);
}

static bool note(const struct running *running, const struct slot *slot,
                 enum occasion_outcome outcome, struct text reason, bool *ret_new,
                 struct error *err)
{
    const struct occasion occasion = {.campaign = running->entry->campaign.id,
                                      .slot = text_of(slot->name),
                                      .due_ms = slot->due_ms,
                                      .outcome = outcome,
                                      .reason = reason,
                                      .noted_ms = running->options->now_ms};
    return occasion_note(running->options->workspace->store, &occasion, ret_new, err);
}

/* The oldest first, so that a run that dies in between leaves none out. */
static bool skip_missed(const struct running *running, const struct agenda_due *due,
                        struct error *err)
{
    for (size_t i = due->slots.missed_count; i-- > 0;) {
        const struct slot *slot = &due->slots.missed[i];
        struct text reason = reason_of(running, due, slot);
        bool known, is_new;
        if (!occasion_is_known(running->options->workspace->store, running->entry->campaign.id,
                               text_of(slot->name), &known, err))
            return false;
        if (known)
            continue;
        if (!note(running, slot, OCCASION_SKIPPED, reason, &is_new, err))
            return false;
        if (is_new)
            run_events_add(running->events,
                           (struct run_event){
                               .outcome = RUN_SKIPPED,
                               .campaign = running->entry->campaign.id,
                               .slot = arena_text(running->events->arena, text_of(slot->name)),
                               .reason = reason,
                           });
    }
    return true;
}

/* ---- Due slots ---- */

/* False, with the reason as an event, when this campaign cannot be planned now. */
static bool write_edition(const struct running *running, struct plan *plan, const char *slot,
                          struct edition_planned *ret_planned)
{
    const struct run_options *options = running->options;
    struct text name = text_of(slot);
    struct error err;
    bool good = guard_set(plan, running->events->arena, options->workspace, name, true, &err) &&
                plan_expected(plan, &err) &&
                plan_write(plan, options->workspace, name, options->now_ms, ret_planned, &err);
    if (!good)
        say(running, err.fault == FAULT_REFUSED ? RUN_REFUSED : RUN_FAILED, slot, &err);
    return good;
}

static bool plan_edition(const struct running *running, const char *slot,
                         struct edition_planned *ret_planned, struct text *ret_hold)
{
    const struct run_options *options = running->options;
    FINDINGS(findings);
    struct plan plan;
    struct error err;
    bool planned = false;
    bool made = plan_make(&plan, running->events->arena, options->workspace, running->entry->path,
                          options->now_ms, &findings, &err);
    if (made)
        planned = write_edition(running, &plan, slot, ret_planned);
    else
        say(running, RUN_FAILED, slot, &err);
    *ret_hold = plan.hold;
    plan_close(&plan);
    return planned;
}

static bool plan_slot_due(const struct running *running, const struct slot *slot, struct error *err)
{
    struct store *store = running->options->workspace->store;
    struct edition_planned planned = {0};
    struct text hold = {0};
    bool known, is_new;
    if (!occasion_is_known(store, running->entry->campaign.id, text_of(slot->name), &known, err))
        return false;
    if (!known && !plan_edition(running, slot->name, &planned, &hold))
        return true;
    if (!note(running, slot, OCCASION_PLANNED, TEXT(""), &is_new, err))
        return false;
    if (known || planned.existed)
        return true;
    run_events_add(running->events,
                   (struct run_event){
                       .outcome = planned.held ? RUN_HELD : RUN_PLANNED,
                       .campaign = running->entry->campaign.id,
                       .slot = arena_text(running->events->arena, text_of(slot->name)),
                       .reason = planned.held ? hold : TEXT(""),
                       .fault = planned.held ? FAULT_REFUSED : FAULT_NONE,
                       .edition_id = planned.edition_id,
                       .count = planned.counts.selected,
                   });
    return true;
}

static void doubt_clock(const struct running *running, const struct agenda_due *due)
{
    char now[CIVIL_ISO], ahead[CIVIL_ISO];
    struct error err;
    error_set(&err, FAULT_REFUSED,
              "the clock says %s, but its slot of %s was handled already: set the clock right, or "
              "let `run --trust-clock` forget that slot",
              civil_iso(running->options->now_ms, now), civil_iso(due->ahead_ms, ahead));
    say(running, RUN_REFUSED, "", &err);
}

static bool run_entry(const struct running *running, struct error *err)
{
    const struct run_options *options = running->options;
    struct store *store = options->workspace->store;
    struct agenda_due due;
    if (options->trust_clock &&
        !occasion_forget(store, running->entry->campaign.id, options->now_ms, err))
        return false;
    if (!agenda_due(running->entry, store, options->now_ms, &due, err))
        return false;
    if (due.ahead)
        doubt_clock(running, &due);
    return skip_missed(running, &due, err) &&
           (!due.slots.due || plan_slot_due(running, &due.slots.slot, err));
}

bool run_plan(const struct run_options *options, const struct agenda *agenda,
              struct run_events *events, struct error *err)
{
    must(options->workspace->store != NULL && options->workspace->configured);
    for (size_t i = 0; i < agenda->count; i++) {
        const struct running running = {options, &agenda->at[i], events};
        if (!run_entry(&running, err))
            return false;
    }
    return true;
}

/* ---- Dispatching ---- */

bool run_edition_moved(const struct run_edition *edition)
{
    const struct edition *before = &edition->before, *after = &edition->after;
    return before->state != after->state || before->sent != after->sent ||
           before->failed != after->failed || before->unknown != after->unknown ||
           before->skipped != after->skipped;
}

enum { LOOK_AGAIN_MS = 50 };

static void pause_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = LOOK_AGAIN_MS * 1000000L};
    nanosleep(&moment, NULL);
}

bool run_dispatch(const struct dispatch_options *options, bool *ret_dispatched,
                  struct dispatch_report *ret_report, struct error *err)
{
    int64_t begun_ms = clock_steady_ms(options->clock);
    *ret_dispatched = false;
    *ret_report = (struct dispatch_report){0};
    for (;;) {
        bool any;
        if (!edition_any_running(options->workspace->store, &any, err))
            return false;
        if (!any)
            return true;
        *ret_dispatched = true;
        if (!dispatch_run(options, ret_report, err))
            return false;
        bool waited = clock_steady_ms(options->clock) - begun_ms >= RUN_HANDOVER_MS;
        if (!ret_report->busy || waited || (options->stop != NULL && *options->stop))
            return true;
        pause_a_moment();
    }
}
