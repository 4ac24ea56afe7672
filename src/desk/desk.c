/* Desk: opening the workspace for a command, and saying everything that is wrong with it. */
#include "desk/desk.h"

#include "base/banned.h"
#include "desk/report.h"
#include "mail/address.h"
#include "store/edition.h"

/* Several mistakes are all shown at once; a single one is the error itself. */
static int say_failure(struct session *session, struct findings *findings, struct error *err)
{
    if (findings->errors < 2)
        return (int)err->fault;
    int status = report_problems(session, findings);
    *err = (struct error){0};
    return status;
}

int desk_open(struct session *session, enum workspace_need need, bool with_config,
              struct workspace *workspace, struct error *err)
{
    FINDINGS(findings);
    struct text overrides[OPTION_LIST_MAXIMUM];
    for (size_t i = 0; i < session->overrides.count; i++)
        overrides[i] = text_of(session->overrides.items[i]);
    if (!workspace_open(workspace, &session->arena, session->folder, need, with_config, overrides,
                        session->overrides.count, &findings, err))
        return say_failure(session, &findings, err);
    if (findings.warnings > 0)
        report_problems(session, &findings);
    return 0;
}

int desk_campaign(struct session *session, const struct workspace *workspace, const char *name,
                  struct campaign *ret_campaign, struct text *ret_path, struct error *err)
{
    FINDINGS(findings);
    struct text path;
    if (!workspace_campaign(workspace, &session->arena, name, &findings, ret_campaign, &path, err))
        return say_failure(session, &findings, err);
    if (ret_path != NULL)
        *ret_path = path;
    return 0;
}

bool desk_campaign_id(struct session *session, const struct workspace *workspace, const char *word,
                      struct text *ret_id, struct error *err)
{
    FINDINGS(findings);
    struct edition *editions;
    size_t count = 0;
    struct campaign campaign;
    struct text path;
    *ret_id = text_of(word);
    if (workspace->store != NULL &&
        !edition_list(workspace->store, &session->arena, *ret_id, &editions, &count, err))
        return false;
    if (count > 0)
        return true;
    if (workspace_campaign(workspace, &session->arena, word, &findings, &campaign, &path, err))
        *ret_id = campaign.id;
    else if (findings.errors == 0)
        return false;
    /* A campaign with a mistake is one, too. */
    *err = (struct error){0};
    return true;
}

bool desk_log(struct session *session, const struct workspace *workspace, struct error *err)
{
    struct text file = workspace->config.log.file;
    if (file.length == 0)
        return true;
    const char *root = text_starts(file, TEXT("/")) ? "" : workspace->root;
    const char *path =
        arena_printf(&session->arena, "%s%s%.*s", root, root[0] != '\0' ? "/" : "", TEXT_ARGS(file))
            .at;
    return log_open(&session->log, path, err);
}

bool desk_member(struct session *session, const struct workspace *workspace, const char *name,
                 struct member **ret_member, struct error *err)
{
    if (!member_find(workspace->store, &session->arena, &workspace->key, text_of(name), ret_member,
                     err))
        return false;
    return *ret_member != NULL ||
           error_set(err, FAULT_USAGE,
                     "nobody has the key or the address \"%s\"; `broadside members find TEXT` "
                     "searches",
                     name);
}

bool desk_address(struct session *session, const char *word, struct text *ret_address,
                  struct error *err)
{
    struct address address;
    if (!address_parse(&session->arena, text_of(word), ADDRESS_UTF8_LOCAL, &address, err)) {
        err->fault = FAULT_USAGE;
        return error_within(err, "\"%s\" is no address", word);
    }
    *ret_address = address.whole;
    return true;
}

const char *desk_time(int64_t wall_ms, char text[DESK_TIME])
{
    struct civil civil = civil_of(wall_ms);
    if (wall_ms == 0)
        snprintf(text, DESK_TIME, "-");
    else
        snprintf(text, DESK_TIME, "%04d-%02d-%02d %02d:%02d", civil.year % 10000, civil.month,
                 civil.day, civil.hour, civil.minute);
    return text;
}
