/*
 * Agenda: every active campaign with a schedule, and which of its slots are due, were missed, or
 * are to come.
 *
 * Nothing is decided twice: a slot is handled once its edition exists or it was noted as skipped.
 * So two processes, a crash in between and a clock set back all come to the same end.
 */
#ifndef FLOW_AGENDA_H
#define FLOW_AGENDA_H

#include "campaign/slots.h"
#include "flow/workspace.h"

struct agenda_entry {
    struct text path; /* of the campaign, inside the workspace */
    struct campaign campaign;
    struct slots slots;
};

struct agenda {
    struct agenda_entry *at;
    size_t count;
};

enum {
    /* A campaign without any remembered slot looks back by max_late and so much more. */
    AGENDA_LOOK_BACK_MS = 24 * 60 * 60 * 1000,
    /* A slot remembered for the future by more than this is no small correction of the clock. */
    AGENDA_AHEAD_MS = 26 * 60 * 60 * 1000,
};

/*
 * Reads all campaign files. Mistakes of a file go to `findings` and cost only that campaign. False
 * only when the folder cannot be read. Everything lives in `arena`.
 */
bool agenda_read(struct agenda *agenda, struct arena *arena, const struct workspace *workspace,
                 struct findings *findings, struct error *err);

struct agenda_due {
    struct slots_due slots;
    /* The clock stands far before a slot that was handled already: nothing is due, somebody should
     * look. */
    bool ahead;
    int64_t ahead_ms; /* when that slot was due */
};

/* What is due of one entry. Without a store nothing is remembered. */
bool agenda_due(const struct agenda_entry *entry, struct store *store, int64_t now_ms,
                struct agenda_due *ret_due, struct error *err);

/* One line of a calendar. */
struct agenda_line {
    const struct agenda_entry *entry;
    struct slot slot;
};

enum { AGENDA_LINES = 1000 };

/* The slots after `from_ms` up to `to_ms`, in their order, at most `limit`, in `arena`. */
void agenda_calendar(const struct agenda *agenda, struct arena *arena, int64_t from_ms,
                     int64_t to_ms, size_t limit, struct agenda_line **ret_lines,
                     size_t *ret_count);

#endif
