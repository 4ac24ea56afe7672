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

struct init_options {
    bool bare;
};

static const struct option_row rows[] = {
    FLAG_ROW(struct init_options, bare, "bare", 0,
             "without campaigns and members: for a group's own"),
    ROWS_END,
};

/* Whether a file of the example is written: of a bare workspace, what belongs to no example. */
static bool is_wanted(const struct example_file *file, bool bare)
{
    return !bare || !(text_starts(file->path, TEXT("campaigns/")) ||
                      text_equal(file->path, TEXT("config/members.csv")));
}

static bool make_folder(const char *path, struct error *err)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return true;
    return error_at(err, FAULT_CREATE, (struct place){.path = text_of(path)},
                    "cannot be created: %s", strerror(errno));
}

static bool write_example(struct session *session, const char *folder, bool bare, struct error *err)
{
    static const char *const folders[] = {"config", "campaigns", "templates"};
    struct arena *arena = &session->arena;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (!make_folder(arena_printf(arena, "%s/%s", folder, folders[i]).at, err))
            return false;
    for (size_t i = 0; i < example_file_count; i++) {
        const char *path =
            arena_printf(arena, "%s/%.*s", folder, TEXT_ARGS(example_files[i].path)).at;
        if (is_wanted(&example_files[i], bare) &&
            !file_write(path, example_files[i].content, 0644, err))
            return false;
    }
    return file_write(arena_printf(arena, "%s/.gitignore", folder).at, TEXT("/var/\n"), 0644, err);
}

/* Nothing of a person's is ever written over. */
static bool check_free(struct session *session, const char *folder, bool bare, struct error *err)
{
    for (size_t i = 0; i < example_file_count; i++) {
        struct text path =
            arena_printf(&session->arena, "%s/%.*s", folder, TEXT_ARGS(example_files[i].path));
        if (is_wanted(&example_files[i], bare) && access(path.at, F_OK) == 0)
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

static void say_example(const char *folder, uint64_t members)
{
    session_sayf(
        "%s is a workspace with two campaigns and %llu sample members. Try:\n\n"
        "  cd %s\n"
        "  broadside check\n"
        "  broadside plan expand-linked-learning\n"
        "  broadside preview expand-linked-learning --out var/preview\n\n"
        "Then put your relay and your name into config/broadside.yaml. Begin with\n"
        "`broadside init DIR --bare` where nobody but your own members may be written to.\n",
        folder, (unsigned long long)members, folder);
}

static void say_bare(const char *folder)
{
    session_sayf("%s is a workspace without campaigns and members. Then:\n\n"
                 "  cd %s\n"
                 "  put your relay and your name into config/broadside.yaml\n"
                 "  put your words for the example's into templates/, above all the closing ones\n"
                 "  broadside import members.csv\n"
                 "  write a campaign into campaigns/NAME.yaml\n"
                 "  broadside check\n",
                 folder, folder);
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const char *folder = words[0];
    const struct init_options *options = given;
    struct import_counts counts = {0};
    if (!check_free(session, folder, options->bare, err) || !make_folder(folder, err) ||
        !write_example(session, folder, options->bare, err) ||
        (!options->bare && !import_sample(session, folder, &counts, err)))
        return (int)err->fault;
    if (session->json)
        session_sayf("{\"folder\":\"%s\",\"members\":%llu}\n", folder,
                     (unsigned long long)counts.added);
    else if (options->bare)
        say_bare(folder);
    else
        say_example(folder, counts.added);
    return 0;
}

const struct command command_init = {
    .name = "init",
    .arguments = "DIR",
    .summary = "a working example workspace",
    .details = "Two campaigns in English and Spanish, a template, a configuration and 24 sample "
               "members at\nexample domains. Nothing that is there already is written over.",
    .rows = rows,
    .options_size = sizeof(struct init_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
