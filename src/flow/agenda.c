/* Agenda: every active campaign with a schedule, and its slots. */
#include "flow/agenda.h"

#include "base/file.h"
#include "store/occasion.h"

#include "base/banned.h"

static bool is_scheduled(const struct campaign *campaign)
{
    return campaign->status == STATUS_ACTIVE && campaign->schedule.place.path.length > 0;
}

/* Two files with one id would take turns at its slots. */
static void check_id(const struct agenda *agenda, const struct agenda_entry *entry,
                     struct findings *findings)
{
    for (size_t i = 0; i < agenda->count; i++)
        if (text_equal(agenda->at[i].campaign.id, entry->campaign.id))
            findings_error(findings, FAULT_FILE, entry->campaign.place,
                           "id: %.*s is the id of %.*s, too; each file needs its own",
                           TEXT_ARGS(entry->campaign.id), TEXT_ARGS(agenda->at[i].path));
}

static void read_entry(struct agenda *agenda, struct arena *arena,
                       const struct workspace *workspace, struct text path,
                       struct findings *findings)
{
    struct agenda_entry *entry = &agenda->at[agenda->count];
    struct text content;
    struct error err;
    unsigned errors = findings->errors;
    *entry = (struct agenda_entry){.path = path};
    if (!file_read_inside(arena, workspace->root, path, DOCUMENT_BYTES, &content, &err)) {
        findings_take(findings, &err);
        return;
    }
    if (!campaign_read(arena, content, path, findings, &entry->campaign) ||
        !is_scheduled(&entry->campaign))
        return;
    check_id(agenda, entry, findings);
    if (!slots_of(arena, &entry->campaign.schedule, &entry->slots, &err))
        findings_error(findings, FAULT_FILE, entry->campaign.schedule.place, "%s", err.message);
    agenda->count += findings->errors == errors;
}

bool agenda_read(struct agenda *agenda, struct arena *arena, const struct workspace *workspace,
                 struct findings *findings, struct error *err)
{
    struct text_list names;
    if (!workspace_campaign_names(workspace, arena, &names, err))
        return false;
    *agenda = (struct agenda){.at = arena_array(arena, struct agenda_entry, names.count)};
    for (size_t i = 0; i < names.count; i++)
        read_entry(agenda, arena, workspace,
                   arena_printf(arena, "campaigns/%.*s.yaml", TEXT_ARGS(names.at[i])), findings);
    return true;
}

/* A campaign that is new has not missed what came before it, except, perhaps, its very last slot.
 */
static void forgive_the_past(struct slots_due *due)
{
    if (due->due)
        due->missed_count = 0;
    else if (due->missed_count > 1)
        due->missed_count = 1;
}

bool agenda_due(const struct agenda_entry *entry, struct store *store, int64_t now_ms,
                struct agenda_due *ret_due, struct error *err)
{
    int64_t since_ms = now_ms - entry->slots.max_late_ms - AGENDA_LOOK_BACK_MS, newest_ms = 0;
    bool any = false;
    *ret_due = (struct agenda_due){0};
    if (store != NULL && !occasion_newest(store, entry->campaign.id, &any, &newest_ms, err))
        return false;
    if (any && newest_ms - AGENDA_AHEAD_MS > now_ms) {
        ret_due->ahead = true;
        ret_due->ahead_ms = newest_ms;
        return true;
    }
    slots_due(&entry->slots, any ? newest_ms : since_ms, now_ms, &ret_due->slots);
    if (!any)
        forgive_the_past(&ret_due->slots);
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct agenda_line *x = a, *y = b;
    if (x->slot.due_ms != y->slot.due_ms)
        return x->slot.due_ms < y->slot.due_ms ? -1 : 1;
    return text_compare(x->entry->campaign.id, y->entry->campaign.id);
}

void agenda_calendar(const struct agenda *agenda, struct arena *arena, int64_t from_ms,
                     int64_t to_ms, size_t limit, struct agenda_line **ret_lines, size_t *ret_count)
{
    struct agenda_line *lines = arena_array(arena, struct agenda_line, limit * 2 + 1);
    size_t count = 0;
    must(limit > 0 && limit <= AGENDA_LINES);
    for (size_t i = 0; i < agenda->count; i++) {
        struct agenda_line line = {&agenda->at[i], {.due_ms = from_ms}};
        size_t end = count + limit; /* no campaign alone needs more lines than are shown */
        while (count < end && slots_next(&line.entry->slots, line.slot.due_ms, &line.slot) &&
               line.slot.due_ms <= to_ms)
            lines[count++] = line;
        qsort(lines, count, sizeof(lines[0]), by_time);
        count = count < limit ? count : limit;
    }
    *ret_lines = lines;
    *ret_count = count;
}
