/*
 * Workspace: a folder with config/, campaigns/ and templates/, and var/ for what Broadside
 * remembers.
 *
 * var/ is made on first use, mode 0700: the database, the log, the outbox of previews, and
 * secret.key, the 32 bytes that sign tokens. The key never enters the database; without it no link
 * and no return path that was sent can be proved, so a database without its key is refused, not
 * given a new one.
 */
#ifndef FLOW_WORKSPACE_H
#define FLOW_WORKSPACE_H

#include "base/arena.h"
#include "base/finding.h"
#include "campaign/campaign.h"
#include "campaign/config.h"
#include "mail/token.h"
#include "store/store.h"

enum workspace_need {
    WORKSPACE_FILES,  /* no database */
    WORKSPACE_READER, /* the database if there is one; `store` is NULL when nothing was ever stored
                       */
    WORKSPACE_WRITER, /* makes var/, the key and the database */
};

struct workspace {
    const char *root;
    const char *var;      /* root/var */
    struct config config; /* when `configured` */
    bool configured;
    struct token_key key; /* when `store` is not NULL */
    struct store *store;
};

/*
 * Opens. `with_config` reads and checks config/broadside.yaml (its mistakes go to `findings`);
 * without, the file must only be there, so that members can be looked after while it is broken.
 * FAULT_CONFIG when there is no workspace at `root`. Texts live in `arena`.
 */
bool workspace_open(struct workspace *workspace, struct arena *arena, const char *root,
                    enum workspace_need need, bool with_config, const struct text *overrides,
                    size_t override_count, struct findings *findings, struct error *err);
/* Wipes the key. Fine on a workspace that failed to open or is all zero. */
void workspace_close(struct workspace *workspace);

/*
 * Reads campaigns/NAME.yaml; a name that is no file is looked for among the ids, and the path of
 * the file is its name, too. FAULT_FILE, with the nearest name, when there is none. The campaign's
 * own mistakes go to `findings`. `ret_path` is inside the workspace: "campaigns/NAME.yaml".
 */
bool workspace_campaign(const struct workspace *workspace, struct arena *arena, const char *name,
                        struct findings *findings, struct campaign *ret_campaign,
                        struct text *ret_path, struct error *err);

/* The names of all campaign files, without ending, sorted; at most WORKSPACE_CAMPAIGNS. */
enum { WORKSPACE_CAMPAIGNS = 1000 };
bool workspace_campaign_names(const struct workspace *workspace, struct arena *arena,
                              struct text_list *ret_names, struct error *err);

#endif
