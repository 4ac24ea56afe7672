/* import: members in, from a CSV file. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/progress.h"
#include "store/import.h"
#include "store/lock.h"

struct import_options {
    const char *topic, *rejects;
    bool dry_run, strict;
};

static const struct option_row rows[] = {
    FLAG_ROW(struct import_options, dry_run, "dry-run", 'n', "count only, change nothing"),
    STRING_ROW(struct import_options, topic, "topic", 't', "TOPIC",
               "subscribe every member of the file to TOPIC, too"),
    FLAG_ROW(struct import_options, strict, "strict", 0, "one bad row rejects the whole file"),
    STRING_ROW(struct import_options, rejects, "rejects", 0, "FILE",
               "where rejected rows go; FILE.csv.rejected.csv when not given"),
    ROWS_END,
};

/* The rejected rows, written as they come; the file is made with the first one. */
struct rejects {
    const char *path;
    int fd;
    struct buffer line;
};

static bool open_rejects(struct rejects *rejects, struct error *err)
{
    static const struct text head = TEXT_INIT("line,reason,row\r\n");
    if (rejects->fd >= 0)
        return true;
    rejects->fd = open(rejects->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (rejects->fd < 0)
        return error_at(err, FAULT_CREATE, (struct place){.path = text_of(rejects->path)},
                        "rejected rows cannot be written: %s; name another place by --rejects",
                        strerror(errno));
    return write(rejects->fd, head.at, head.length) == (ssize_t)head.length ||
           error_set(err, FAULT_WRITE, "%s: %s", rejects->path, strerror(errno));
}

static void add_quoted(struct buffer *out, struct text text)
{
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '"')
            buffer_add_byte(out, '"');
        buffer_add_byte(out, text.at[i]);
    }
    buffer_add_byte(out, '"');
}

static bool write_reject(struct rejects *rejects, uint64_t line, const char *reason,
                         struct text row, struct error *err)
{
    if (!open_rejects(rejects, err))
        return false;
    buffer_clear(&rejects->line);
    buffer_printf(&rejects->line, "%llu,", (unsigned long long)line);
    add_quoted(&rejects->line, text_of(reason));
    buffer_add_byte(&rejects->line, ',');
    add_quoted(&rejects->line, text_trim(row));
    buffer_add_string(&rejects->line, "\r\n");
    if (write(rejects->fd, rejects->line.at, rejects->line.length) == (ssize_t)rejects->line.length)
        return true;
    return error_set(err, FAULT_WRITE, "%s cannot be written: %s", rejects->path, strerror(errno));
}

struct run {
    struct session *session;
    struct rejects rejects;
    struct progress progress;
    uint64_t shown; /* rejected rows named on stderr */
};

enum { REJECTS_SHOWN = 5 };

static bool reject(void *self, uint64_t line, const char *reason, struct text row,
                   struct error *err)
{
    struct run *run = self;
    if (run->shown++ < REJECTS_SHOWN)
        log_warning(&run->session->log, "line %llu is rejected: %s", (unsigned long long)line,
                    reason);
    return write_reject(&run->rejects, line, reason, row, err);
}

static void doubt(void *self, struct text column, struct text guess)
{
    struct run *run = self;
    log_warning(&run->session->log,
                "the column \"%.*s\" becomes an attribute of that name; did you mean \"%.*s\"?",
                TEXT_ARGS(column), TEXT_ARGS(guess));
}

static void advance(void *self, uint64_t rows_read, uint64_t bytes)
{
    struct run *run = self;
    (void)rows_read;
    progress_update(&run->progress, bytes);
}

static void say_json(const struct import_counts *counts, const struct rejects *rejects)
{
    const struct {
        const char *name;
        uint64_t count;
    } fields[] = {
        {"rows", counts->rows},         {"added", counts->added},
        {"changed", counts->changed},   {"unchanged", counts->unchanged},
        {"rejected", counts->rejected}, {"subscribed", counts->subscribed},
        {"kept_out", counts->kept_out}, {"suppressed", counts->suppressed},
    };
    BUFFER(out, 4096);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_put_number(&writer, fields[i].name, (long long)fields[i].count);
    }
    json_put_string(&writer, "rejects", rejects->fd >= 0 ? rejects->path : NULL);
    json_end_object(&writer);
    session_say_line(&out);
}

static void say_plain(const struct import_counts *counts, const struct rejects *rejects,
                      bool dry_run)
{
    char added[GROUPED], changed[GROUPED], unchanged[GROUPED], other[GROUPED];
    session_sayf("%s%s added, %s changed, %s unchanged\n", dry_run ? "would be: " : "",
                 grouped(counts->added, added), grouped(counts->changed, changed),
                 grouped(counts->unchanged, unchanged));
    if (counts->kept_out > 0)
        session_sayf("%s not subscribed again: they unsubscribed before\n",
                     grouped(counts->kept_out, other));
    if (counts->suppressed > 0)
        session_sayf("%s are suppressed and get nothing; `broadside suppress list` says why\n",
                     grouped(counts->suppressed, other));
    if (counts->added > 0 && counts->subscribed + counts->kept_out == 0)
        session_sayf("they subscribe to no topic, so no campaign reaches them; a column \"topics\" "
                     "or --topic TOPIC says which\n");
    if (counts->rejected > 0 && rejects->fd >= 0)
        session_sayf("%s rejected: %s has each line and reason; mend those lines and import the "
                     "file again\n",
                     grouped(counts->rejected, other), rejects->path);
    else if (counts->rejected > 0)
        session_sayf("%s rejected\n", grouped(counts->rejected, other));
}

static bool open_input(const char *path, int *ret_fd, struct error *err)
{
    struct stat status;
    *ret_fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (*ret_fd < 0)
        return error_at(err, FAULT_FILE, (struct place){.path = text_of(path)},
                        "cannot be opened: %s", strerror(errno));
    if (fstat(*ret_fd, &status) == 0 && S_ISDIR(status.st_mode))
        return error_at(err, FAULT_FILE, (struct place){.path = text_of(path)}, "is a folder");
    return true;
}

static uint64_t size_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
}

static const char *rejects_path(struct session *session, const struct import_options *options,
                                const char *input, const struct workspace *workspace)
{
    if (options->rejects != NULL)
        return options->rejects;
    if (strcmp(input, "-") == 0)
        return arena_printf(&session->arena, "%s/stdin.rejected.csv", workspace->var).at;
    return arena_printf(&session->arena, "%s.rejected.csv", input).at;
}

static bool import(struct run *run, const struct workspace *workspace,
                   const struct import_options *options, const char *path, int fd,
                   struct import_counts *ret_counts, struct error *err)
{
    struct import import = {
        .path = text_of(path),
        .fd = fd,
        .key = &workspace->key,
        .topic = text_of(options->topic),
        .dry_run = options->dry_run,
        .strict = options->strict,
        .now_ms = clock_wall_ms(run->session->clock),
        .reject = options->dry_run ? NULL : reject,
        .doubt = doubt,
        .progress = advance,
        .self = run,
    };
    struct lock *lock = NULL;
    if (!lock_take(workspace->store, import.now_ms, &lock, err))
        return false;
    import.lock = lock;
    bool done = import_members(workspace->store, &import, ret_counts, err);
    struct error ignored; /* what is left in the log is moved by the next dispatcher */
    if (lock != NULL)
        store_checkpoint(workspace->store, lock, true, &ignored);
    lock_release(lock);
    return done;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct import_options *options = given;
    WORKSPACE(workspace);
    struct import_counts counts = {0};
    int fd = -1, status = desk_open(session, WORKSPACE_WRITER, false, &workspace, err);
    if (status != 0)
        return status;
    if (!open_input(words[0], &fd, err))
        return (int)err->fault;
    struct run run = {.session = session,
                      .rejects = {.path = rejects_path(session, options, words[0], &workspace),
                                  .fd = -1,
                                  .line = BUFFER_INIT(1024 * 1024)}};
    run.progress = progress_begin(session->clock, "importing", size_of(fd), session->quiet);
    bool done = import(&run, &workspace, options, words[0], fd, &counts, err);
    progress_end(&run.progress);
    if (done && session->json)
        say_json(&counts, &run.rejects);
    else if (done)
        say_plain(&counts, &run.rejects, options->dry_run);
    buffer_free(&run.rejects.line);
    if (run.rejects.fd >= 0)
        close(run.rejects.fd);
    if (fd != STDIN_FILENO)
        close(fd);
    if (!done)
        return (int)err->fault;
    return counts.rejected > 0 ? FAULT_SOME_FAILED : 0;
}

const struct command command_import = {
    .name = "import",
    .arguments = "FILE.csv",
    .summary = "members in, from a CSV file",
    .details =
        "UTF-8, a header line. Known columns: key email first_name last_name kind organization "
        "role\nlanguage timezone topics tags; every other column is an attribute that templates "
        "can use.\nImporting again updates. It never re-subscribes who unsubscribed and never "
        "lifts a suppression.\nA bad row is rejected alone, with its line and reason. \"-\" reads "
        "standard input.",
    .rows = rows,
    .options_size = sizeof(struct import_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
