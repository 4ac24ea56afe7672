/* Workspace: a folder with config/, campaigns/ and templates/, and var/ for what Broadside
 * remembers. */
#include "flow/workspace.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/file.h"
#include "base/random.h"
#include "campaign/reasons.h"
#include "flow/filesystem.h"

static const char config_path[] = "config/broadside.yaml";

static struct place at_file(struct text path)
{
    return (struct place){.path = path};
}

static const char *below(struct arena *arena, const char *folder, const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name).at;
}

static bool require_config(struct arena *arena, const char *root, struct error *err)
{
    struct stat status;
    const char *path = below(arena, root, config_path);
    if (stat(path, &status) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR)
        return error_at(err, FAULT_CONFIG, at_file(text_of(path)), "cannot be read: %s",
                        strerror(errno));
    return error_at(err, FAULT_CONFIG, at_file(text_of(path)),
                    "there is no workspace here; `broadside init DIR` makes one, -C DIR names one");
}

static bool read_config(struct workspace *workspace, struct arena *arena,
                        const struct text *overrides, size_t count, struct findings *findings,
                        struct error *err)
{
    struct text content;
    if (!file_read(arena, below(arena, workspace->root, config_path), DOCUMENT_BYTES, &content,
                   err)) {
        err->fault = FAULT_CONFIG;
        return false;
    }
    workspace->configured = config_read(arena, content, text_of(config_path), overrides, count,
                                        findings, &workspace->config);
    if (!reasons_adopt(workspace->root, findings))
        return findings_clean(findings, err);
    return workspace->configured || findings_clean(findings, err);
}

static bool make_key(const char *path, unsigned char key[TOKEN_KEY], struct error *err)
{
    random_secret(key, TOKEN_KEY);
    return file_write(path, text_from((char *)key, TOKEN_KEY), 0600, err);
}

static bool read_key(struct workspace *workspace, struct arena *arena, struct error *err)
{
    unsigned char key[TOKEN_KEY];
    struct text stored;
    const char *path = below(arena, workspace->var, "secret.key");
    bool there = access(path, F_OK) == 0;
    if (!there && store_exists(workspace->var))
        return error_at(err, FAULT_CONFIG, at_file(text_of(path)),
                        "is gone, but the database is here: every link and return path that was "
                        "sent is signed with it; restore it from your backup");
    if (!there && !make_key(path, key, err))
        return false;
    if (there) {
        if (!file_read(arena, path, TOKEN_KEY, &stored, err))
            return false;
        if (stored.length != TOKEN_KEY)
            return error_at(err, FAULT_CONFIG, at_file(text_of(path)),
                            "is not the key that was written there; restore it from your backup");
        memcpy(key, stored.at, TOKEN_KEY);
        memory_wipe((char *)stored.at, stored.length);
    }
    token_key_set(&workspace->key, key);
    memory_wipe(key, sizeof(key));
    return true;
}

static bool make_var(const char *var, struct error *err)
{
    if (mkdir(var, 0700) == 0 || errno == EEXIST)
        return true;
    return error_at(err, FAULT_CREATE, at_file(text_of(var)), "cannot be created: %s",
                    strerror(errno));
}

static bool open_store(struct workspace *workspace, struct arena *arena, enum workspace_need need,
                       struct error *err)
{
    if (need == WORKSPACE_READER && !store_exists(workspace->var))
        return true;
    if (need == WORKSPACE_WRITER &&
        (!make_var(workspace->var, err) || !filesystem_check(workspace->var, err)))
        return false;
    return read_key(workspace, arena, err) &&
           store_open(workspace->var, need == WORKSPACE_WRITER ? STORE_WRITE : STORE_READ,
                      &workspace->store, err);
}

bool workspace_open(struct workspace *workspace, struct arena *arena, const char *root,
                    enum workspace_need need, bool with_config, const struct text *overrides,
                    size_t override_count, struct findings *findings, struct error *err)
{
    *workspace = (struct workspace){.root = root, .var = below(arena, root, "var")};
    if (!require_config(arena, root, err))
        return false;
    if (with_config && !read_config(workspace, arena, overrides, override_count, findings, err))
        return false;
    return need == WORKSPACE_FILES || open_store(workspace, arena, need, err);
}

void workspace_close(struct workspace *workspace)
{
    store_close(workspace->store);
    token_key_wipe(&workspace->key);
    *workspace = (struct workspace){0};
}
