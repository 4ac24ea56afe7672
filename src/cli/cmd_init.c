/* init: a working example workspace, with both sample campaigns and 24 sample members. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/example.h"
#include "desk/desk.h"
#include "store/import.h"

static bool make_folder(const char *path, struct error *err)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return true;
    return error_at(err, FAULT_CREATE, (struct place){.path = text_of(path)},
                    "cannot be created: %s", strerror(errno));
}

static bool write_example(struct session *session, const char *folder, struct error *err)
{
    static const char *const folders[] = {"config", "campaigns", "templates"};
    struct arena *arena = &session->arena;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (!make_folder(arena_printf(arena, "%s/%s", folder, folders[i]).at, err))
            return false;
    for (size_t i = 0; i < example_file_count; i++) {
        const char *path =
            arena_printf(arena, "%s/%.*s", folder, TEXT_ARGS(example_files[i].path)).at;
        if (!file_write(path, example_files[i].content, 0644, err))
            return false;
    }
    return file_write(arena_printf(arena, "%s/.gitignore", folder).at, TEXT("/var/\n"), 0644, err);
}

/* Nothing of a person's is ever written over. */
static bool check_free(struct session *session, const char *folder, struct error *err)
{
    for (size_t i = 0; i < example_file_count; i++) {
        struct text path =
            arena_printf(&session->arena, "%s/%.*s", folder, TEXT_ARGS(example_files[i].path));
        if (access(path.at, F_OK) == 0)
            return error_at(err, FAULT_USAGE, (struct place){.path = path},
                            "is there already; init writes over nothing, so name an empty folder");
    }
    return true;
}

static bool import_sample(struct session *session, const char *folder,
                          struct import_counts *ret_counts, struct error *err)
{
    WORKSPACE(workspace);
    struct text path = arena_printf(&session->arena, "%s/config/members.csv", folder);
    session->folder = folder;
    if (desk_open(session, WORKSPACE_WRITER, false, &workspace, err) != 0)
        return false;
    struct import import = {.path = path,
                            .fd = open(path.at, O_RDONLY | O_CLOEXEC),
                            .key = &workspace.key,
                            .now_ms = clock_wall_ms(session->clock)};
    if (import.fd < 0)
        return error_at(err, FAULT_FILE, (struct place){.path = path}, "cannot be opened: %s",
                        strerror(errno));
    bool done = import_members(workspace.store, &import, ret_counts, err);
    close(import.fd);
    return done;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const char *folder = words[0];
    struct import_counts counts = {0};
    (void)given;
    if (!check_free(session, folder, err) || !make_folder(folder, err) ||
        !write_example(session, folder, err) || !import_sample(session, folder, &counts, err))
        return (int)err->fault;
    if (session->json) {
        session_sayf("{\"folder\":\"%s\",\"members\":%llu}\n", folder,
                     (unsigned long long)counts.added);
        return 0;
    }
    session_sayf("%s is a workspace with two campaigns and %llu sample members. Try:\n\n"
                 "  cd %s\n"
                 "  broadside check\n"
                 "  broadside plan expand-linked-learning\n"
                 "  broadside preview expand-linked-learning --out var/preview\n\n"
                 "Then put your relay and your name into config/broadside.yaml.\n",
                 folder, (unsigned long long)counts.added, folder);
    return 0;
}

const struct command command_init = {
    .name = "init",
    .arguments = "DIR",
    .summary = "a working example workspace",
    .details = "Two campaigns in English and Spanish, a template, a configuration and 24 sample "
               "members at\nexample domains. Nothing that is there already is written over.",
    .rows = no_rows,
    .options_size = 0,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
