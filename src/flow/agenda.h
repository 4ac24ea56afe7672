/*
 * Agenda: every active campaign with a schedule, and which of its slots are due, were missed, or
 * are to come.
 *
 * Nothing is decided twice: a slot is handled once its edition exists or it was noted as skipped.
 * So two processes, a crash in between and a clock set back all come to the same end.
 */
#ifndef FLOW_AGENDA_H
#define FLOW_AGENDA_H

#include "calendar/slots.h"
#include "flow/almanac.h"
#include "flow/workspace.h"

struct agenda_entry {
    struct text path; /* of the campaign, inside the workspace */
    struct campaign campaign;
    struct slots slots;
};

/* Every campaign file, also those without a schedule. */
struct agenda_file {
    struct text path, id;               /* the id is empty when it could not be read */
    bool sound;                         /* it was read and has no mistake */
    const struct agenda_entry *entry;   /* NULL: nothing is scheduled, or it rests */
    const struct almanac_line *resting; /* not NULL: it was not read, nothing of it is due */
};

struct agenda {
    struct agenda_entry *at;
    size_t count;
    struct agenda_file *files;
    size_t file_count;
};

enum {
    /* A campaign without any remembered slot looks back by max_late and so much more. */
    AGENDA_LOOK_BACK_MS = 24 * 60 * 60 * 1000,
    /* A slot remembered for the future by more than this is no small correction of the clock. */
    AGENDA_AHEAD_MS = 26 * 60 * 60 * 1000,
};

/*
 * Reads all campaign files, except those of which the almanac (NULL: there is none) knows that
 * nothing is due at `now_ms`. Mistakes of a file go to `findings` and cost only that campaign.
 * False only when the folder cannot be read. Everything lives in `arena`.
 */
bool agenda_read(struct agenda *agenda, struct arena *arena, const struct workspace *workspace,
                 const struct almanac *almanac, int64_t now_ms, struct findings *findings,
                 struct error *err);

/* After what was due is done: notes in the almanac how long each file may rest. `real_ms` is the
 * time by the clock of the file system. */
bool agenda_rest(const struct agenda *agenda, struct arena *arena,
                 const struct workspace *workspace, int64_t now_ms, int64_t real_ms,
                 struct error *err);

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
