/* Workspace: which campaigns there are, by file name or by id. */
#include <dirent.h>
#include <errno.h>

#include "base/banned.h"
#include "base/file.h"
#include "base/nearest.h"
#include "flow/workspace.h"

enum { NAMES_SHOWN = 8 };

static const char folder_name[] = "campaigns";
static const struct text ending = TEXT_INIT(".yaml");

static int by_name(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

bool workspace_campaign_names(const struct workspace *workspace, struct arena *arena,
                              struct text_list *ret_names, struct error *err)
{
    struct text path = arena_printf(arena, "%s/%s", workspace->root, folder_name);
    struct place place = {.path = path};
    __attribute__((cleanup(close_folder))) DIR *folder = opendir(path.at);
    struct text_list names = {.at = arena_array(arena, struct text, WORKSPACE_CAMPAIGNS)};
    if (folder == NULL)
        return error_at(err, FAULT_FILE, place, "cannot be read: %s", strerror(errno));
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct text name = text_of(entry->d_name);
        if (!text_ends(name, ending) || text_starts(name, TEXT(".")))
            continue;
        if (names.count == WORKSPACE_CAMPAIGNS)
            return error_at(err, FAULT_FILE, place, "holds more than %d campaigns",
                            WORKSPACE_CAMPAIGNS);
        names.at[names.count++] =
            arena_text(arena, text_slice(name, 0, name.length - ending.length));
    }
    qsort(names.at, names.count, sizeof(names.at[0]), by_name);
    *ret_names = names;
    return true;
}

/* Reads one campaign file; its mistakes go to `findings`. */
static bool read_campaign(const struct workspace *workspace, struct arena *arena, struct text path,
                          struct findings *findings, struct campaign *ret_campaign,
                          struct error *err)
{
    struct text content;
    if (!file_read_inside(arena, workspace->root, path, DOCUMENT_BYTES, &content, err))
        return false;
    return campaign_read(arena, content, path, findings, ret_campaign) ||
           findings_clean(findings, err);
}

static struct text campaign_path(struct arena *arena, struct text name)
{
    return arena_printf(arena, "%s/%.*s%.*s", folder_name, TEXT_ARGS(name), TEXT_ARGS(ending));
}

/* The file, other than `except`, whose campaign has this id; a file that is broken has none. */
static bool find_by_id(const struct workspace *workspace, struct arena *arena,
                       const struct text_list *names, struct text id, struct text except,
                       struct text *ret_name)
{
    for (size_t i = 0; i < names->count; i++) {
        FINDINGS(ignored);
        struct campaign campaign;
        struct error err;
        if (!text_equal(names->at[i], except) &&
            read_campaign(workspace, arena, campaign_path(arena, names->at[i]), &ignored, &campaign,
                          &err) &&
            text_equal(campaign.id, id)) {
            *ret_name = names->at[i];
            return true;
        }
    }
    return false;
}

/* The ledger knows a campaign by its id alone: two files of one id would share their editions. */
static bool only_one(const struct workspace *workspace, struct arena *arena,
                     const struct text_list *names, const struct campaign *campaign,
                     struct text name, struct error *err)
{
    struct text other;
    if (!find_by_id(workspace, arena, names, campaign->id, name, &other))
        return true;
    return error_at(err, FAULT_FILE, campaign->place,
                    "campaigns/%.*s.yaml has the id \"%.*s\", too; give each campaign its own",
                    TEXT_ARGS(other), TEXT_ARGS(campaign->id));
}

/* The nearest name, or the only one that holds what was typed. */
static struct text guess(const struct text_list *names, struct text name)
{
    struct nearest nearest = nearest_to(name);
    struct text holding = {0};
    size_t holders = 0;
    for (size_t i = 0; i < names->count; i++) {
        nearest_offer(&nearest, names->at[i]);
        if (text_find_nocase(names->at[i], name) != TEXT_NONE) {
            holders++;
            holding = names->at[i];
        }
    }
    return nearest.name.length > 0 ? nearest.name : holders == 1 ? holding : (struct text){0};
}

static bool no_such_campaign(const struct text_list *names, struct text name, struct error *err)
{
    BUFFER(list, ERROR_MESSAGE);
    struct text nearest = guess(names, name);
    if (nearest.length > 0)
        return error_set(err, FAULT_FILE, "there is no campaign \"%.*s\"; did you mean \"%.*s\"?",
                         TEXT_ARGS(name), TEXT_ARGS(nearest));
    if (names->count == 0 || names->count > NAMES_SHOWN)
        return error_set(err, FAULT_FILE,
                         "there is no campaign \"%.*s\": neither a file campaigns/NAME.yaml nor an "
                         "id",
                         TEXT_ARGS(name));
    for (size_t i = 0; i < names->count; i++)
        buffer_printf(&list, "%s%.*s", i > 0 ? ", " : "", TEXT_ARGS(names->at[i]));
    return error_set(err, FAULT_FILE, "there is no campaign \"%.*s\"; there are %s",
                     TEXT_ARGS(name), buffer_string(&list));
}

/* The shell completes paths: campaigns/NAME.yaml is NAME. */
static struct text without_path(struct text word)
{
    static const struct text folder = TEXT_INIT("campaigns/");
    struct text name = text_starts(word, folder) ? text_after(word, folder.length) : word;
    return text_ends(name, ending) ? text_slice(name, 0, name.length - ending.length) : name;
}

bool workspace_campaign(const struct workspace *workspace, struct arena *arena, const char *name,
                        struct findings *findings, struct campaign *ret_campaign,
                        struct text *ret_path, struct error *err)
{
    struct text_list names;
    struct text wanted = without_path(text_of(name)), found = {0};
    if (!workspace_campaign_names(workspace, arena, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (text_equal(names.at[i], wanted))
            found = names.at[i];
    if (found.length == 0 && !find_by_id(workspace, arena, &names, wanted, TEXT(""), &found))
        return no_such_campaign(&names, wanted, err);
    *ret_path = campaign_path(arena, found);
    return read_campaign(workspace, arena, *ret_path, findings, ret_campaign, err) &&
           only_one(workspace, arena, &names, ret_campaign, found, err);
}
