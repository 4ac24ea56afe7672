/* Slots: cron's minutes on the wall, turned into instants by a zone. */
#include "calendar/slots.h"

#include "base/banned.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* A written end that is only a date counts to the end of that day. */
static int64_t end_of(const struct zone *zone, const struct local_time *time)
{
    int64_t wall_ms = civil_to_ms(time->civil);
    return time->whole_day ? zone_instant(zone, wall_ms + DAY_MS) - 1 : zone_instant(zone, wall_ms);
}

bool slots_of(struct arena *arena, const struct schedule *schedule, struct slots *ret_slots,
              struct error *err)
{
    struct slots slots = {.once = schedule->at.given,
                          .from_ms = INT64_MIN,
                          .until_ms = INT64_MAX,
                          .max_late_ms = schedule->max_late_ms};
    slots.zone = zone_read(arena, schedule->timezone, err);
    if (slots.zone == NULL)
        return error_within(err, "timezone");
    if (slots.once)
        slots.at_ms = civil_to_ms(schedule->at.civil);
    else if (!cron_parse(schedule->cron, &slots.cron, err))
        return error_within(err, "cron");
    if (schedule->from.given)
        slots.from_ms = zone_instant(slots.zone, civil_to_ms(schedule->from.civil));
    if (schedule->until.given)
        slots.until_ms = end_of(slots.zone, &schedule->until);
    *ret_slots = slots;
    return true;
}

/* The slot of a wall time, if it is within the schedule's life. */
static bool slot_of(const struct slots *slots, int64_t wall_ms, struct slot *ret_slot)
{
    int64_t due_ms = zone_instant(slots->zone, wall_ms);
    if (due_ms < slots->from_ms || due_ms > slots->until_ms)
        return false;
    struct civil civil = civil_of(zone_wall(slots->zone, due_ms));
    ret_slot->due_ms = due_ms;
    snprintf(ret_slot->name, sizeof(ret_slot->name), "%04d-%02d-%02dT%02d:%02d", civil.year,
             civil.month, civil.day, civil.hour, civil.minute);
    return true;
}

bool slots_next(const struct slots *slots, int64_t after_ms, struct slot *ret_slot)
{
    if (after_ms < slots->from_ms)
        after_ms = slots->from_ms - 1;
    /* Every wall time the clock has shown or passed is over: that makes a repeated hour count once,
     * and a swallowed one at all. */
    int64_t passed_ms = zone_furthest(slots->zone, after_ms), wall_ms;
    if (slots->once)
        return slots->at_ms > passed_ms && slot_of(slots, slots->at_ms, ret_slot);
    return cron_next(&slots->cron, passed_ms + 1, &wall_ms) && slot_of(slots, wall_ms, ret_slot);
}

bool slots_newest(const struct slots *slots, int64_t now_ms, struct slot *ret_slot)
{
    if (now_ms > slots->until_ms)
        now_ms = slots->until_ms;
    int64_t passed_ms = zone_furthest(slots->zone, now_ms), wall_ms;
    if (slots->once)
        return slots->at_ms <= passed_ms && slot_of(slots, slots->at_ms, ret_slot);
    return cron_previous(&slots->cron, passed_ms, &wall_ms) && slot_of(slots, wall_ms, ret_slot);
}

void slots_due(const struct slots *slots, int64_t since_ms, int64_t now_ms,
               struct slots_due *ret_due)
{
    struct slot slot;
    *ret_due = (struct slots_due){0};
    if (!slots_newest(slots, now_ms, &slot) || slot.due_ms <= since_ms)
        return;
    ret_due->due = now_ms - slot.due_ms <= slots->max_late_ms;
    ret_due->slot = slot;
    bool found = !ret_due->due || slots_newest(slots, slot.due_ms - 1, &slot);
    while (found && slot.due_ms > since_ms) {
        ret_due->more_missed = ret_due->missed_count == SLOTS_MISSED;
        if (ret_due->more_missed)
            return;
        ret_due->missed[ret_due->missed_count++] = slot;
        found = slots_newest(slots, slot.due_ms - 1, &slot);
    }
}
