/*
 * Slots: the moments a schedule means, as instants with names.
 *
 * A slot is named by what the clock of the schedule's zone shows when it is due,
 * "2026-12-01T09:00"; two slots never share a name, as zone_instant() gives each instant once.
 * Times that a clock change swallows are due together, once, when the gap ends; a time that comes
 * twice is due the first time.
 */
#ifndef CALENDAR_SLOTS_H
#define CALENDAR_SLOTS_H

#include "calendar/cron.h"
#include "calendar/schedule.h"
#include "calendar/zone.h"

struct slots {
    const struct zone *zone;
    bool once;                 /* `at` instead of `cron` */
    struct cron cron;          /* unless once */
    int64_t at_ms;             /* when once: on the wall */
    int64_t from_ms, until_ms; /* instants; slots are due within them, both included */
    int64_t max_late_ms;
};

enum { SLOT_NAME = 32, SLOTS_MISSED = 32 };

struct slot {
    int64_t due_ms; /* instant */
    char name[SLOT_NAME];
};

/* What a schedule means; the zone lives in `arena`. Fails where the schedule's own check would. */
bool slots_of(struct arena *arena, const struct schedule *schedule, struct slots *ret_slots,
              struct error *err);

/* The first slot after an instant, the last one up to an instant. */
bool slots_next(const struct slots *slots, int64_t after_ms, struct slot *ret_slot);
bool slots_newest(const struct slots *slots, int64_t now_ms, struct slot *ret_slot);

/* What is due now, and what is not to be sent any more. */
struct slots_due {
    bool due;
    struct slot slot; /* when `due` */
    /* Missed slots, newest first: behind `since_ms`, too late or overtaken by a newer one. At most
     * SLOTS_MISSED are listed. */
    struct slot missed[SLOTS_MISSED];
    size_t missed_count; /* listed */
    bool more_missed;    /* there were older ones, too */
};

/* Slots in (since_ms, now_ms]: the newest is due unless it is later than max_late; all others are
 * missed. */
void slots_due(const struct slots *slots, int64_t since_ms, int64_t now_ms,
               struct slots_due *ret_due);

#endif
