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
static void check_id(const struct agenda *agenda, const struct agenda_file *file,
                     struct place place, struct findings *findings)
{
    for (size_t i = 0; i < agenda->file_count; i++)
        if (text_equal(agenda->files[i].id, file->id))
            findings_error(findings, FAULT_FILE, place,
                           "id: %.*s is the id of %.*s, too; each file needs its own",
                           TEXT_ARGS(file->id), TEXT_ARGS(agenda->files[i].path));
}

static void read_file(struct agenda *agenda, struct arena *arena, const struct workspace *workspace,
                      struct agenda_file *file, struct findings *findings)
{
    struct agenda_entry *entry = &agenda->at[agenda->count];
    struct text content;
    struct error err;
    unsigned errors = findings->errors;
    *entry = (struct agenda_entry){.path = file->path};
    if (!file_read_inside(arena, workspace->root, file->path, DOCUMENT_BYTES, &content, &err)) {
        findings_take(findings, &err);
        return;
    }
    if (!campaign_read(arena, content, file->path, findings, &entry->campaign))
        return;
    file->id = entry->campaign.id;
    check_id(agenda, file, entry->campaign.place, findings);
    bool scheduled = is_scheduled(&entry->campaign);
    if (scheduled && !slots_of(arena, &entry->campaign.schedule, &entry->slots, &err))
        findings_error(findings, FAULT_FILE, entry->campaign.schedule.place, "%s", err.message);
    file->sound = findings->errors == errors;
    if (!file->sound || !scheduled)
        return;
    file->entry = entry;
    agenda->count++;
}

static const char *full_path(struct arena *arena, const struct workspace *workspace,
                             struct text path)
{
    return arena_printf(arena, "%s/%.*s", workspace->root, TEXT_ARGS(path)).at;
}

bool agenda_read(struct agenda *agenda, struct arena *arena, const struct workspace *workspace,
                 const struct almanac *almanac, int64_t now_ms, struct findings *findings,
                 struct error *err)
{
    struct text_list names;
    if (!workspace_campaign_names(workspace, arena, &names, err))
        return false;
    *agenda = (struct agenda){.at = arena_array(arena, struct agenda_entry, names.count + 1),
                              .files = arena_array(arena, struct agenda_file, names.count)};
    for (size_t i = 0; i < names.count; i++) {
        struct agenda_file *file = &agenda->files[i];
        file->path = arena_printf(arena, "campaigns/%.*s.yaml", TEXT_ARGS(names.at[i]));
        if (almanac != NULL)
            file->resting =
                almanac_rests(almanac, full_path(arena, workspace, file->path), file->path, now_ms);
        if (file->resting != NULL)
            file->id = file->resting->id;
        else
            read_file(agenda, arena, workspace, file, findings);
        agenda->file_count++;
    }
    return true;
}

/* How long nothing of a file that was read is due; false when something still is. */
static bool rests_until(const struct agenda_file *file, struct store *store, int64_t now_ms,
                        int64_t *ret_until_ms, bool *ret_rests, struct error *err)
{
    struct agenda_due due;
    struct slot next;
    *ret_rests = file->sound;
    *ret_until_ms = INT64_MAX;
    if (!file->sound || file->entry == NULL)
        return true;
    if (!agenda_due(file->entry, store, now_ms, &due, err))
        return false;
    *ret_rests = !due.ahead && !due.slots.due && due.slots.missed_count == 0;
    if (slots_next(&file->entry->slots, now_ms, &next))
        *ret_until_ms = next.due_ms;
    return true;
}

bool agenda_rest(const struct agenda *agenda, struct arena *arena,
                 const struct workspace *workspace, int64_t now_ms, int64_t real_ms,
                 struct error *err)
{
    struct almanac almanac = {.lines = arena_array(arena, struct almanac_line, ALMANAC_LINES)};
    size_t news = 0;
    for (size_t i = 0; i < agenda->file_count; i++) {
        const struct agenda_file *file = &agenda->files[i];
        int64_t until_ms;
        bool rests;
        if (file->resting != NULL) {
            almanac.lines[almanac.count++] = *file->resting;
            continue;
        }
        if (!rests_until(file, workspace->store, now_ms, &until_ms, &rests, err))
            return false;
        size_t before = almanac.count;
        if (rests)
            almanac_note(&almanac, full_path(arena, workspace, file->path), file->path, file->id,
                         now_ms, until_ms, real_ms);
        news += almanac.count - before;
    }
    if (news > 0)
        almanac_write(&almanac, arena, workspace->var);
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
