/* Desk: opening the workspace for a command, and saying everything that is wrong with it. */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "desk/session.h"
#include "flow/workspace.h"
#include "store/member.h"

#define WORKSPACE(name) __attribute__((cleanup(workspace_close))) struct workspace name = {0}

/*
 * Opens the workspace of the session. Returns 0, or the exit status: then either `err` is filled,
 * or all mistakes of the configuration stand on stderr already.
 */
int desk_open(struct session *session, enum workspace_need need, bool with_config,
              struct workspace *workspace, struct error *err);

/* The same for a campaign by name or id. `ret_path` may be NULL. */
int desk_campaign(struct session *session, const struct workspace *workspace, const char *name,
                  struct campaign *ret_campaign, struct text *ret_path, struct error *err);

/*
 * The id by which the ledger knows the campaign that a person named, by file or id. What the ledger
 * knows needs no file any more; what neither knows is FAULT_FILE, with the nearest name.
 */
bool desk_campaign_id(struct session *session, const struct workspace *workspace, const char *word,
                      struct text *ret_id, struct error *err);

/* Opens the configured log file; a relative one lies in the workspace. */
bool desk_log(struct session *session, const struct workspace *workspace, struct error *err);

/* The member of that key or address, in the session's arena; FAULT_USAGE when there is none. */
bool desk_member(struct session *session, const struct workspace *workspace, const char *name,
                 struct member **ret_member, struct error *err);

/* The address in the form members have it; FAULT_USAGE otherwise. */
bool desk_address(struct session *session, const char *word, struct text *ret_address,
                  struct error *err);

/* "2026-12-01 17:00" in UTC, or "-" for 0. */
enum { DESK_TIME = 32 };
const char *desk_time(int64_t wall_ms, char text[DESK_TIME]);

#endif
