/* Log: one line an event, on stderr and, when opened, in a file. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

static const char *const level_names[] = {"debug", "info", "warning", "error"};

struct log log_to_stderr(const struct clock *clock, enum log_level shown)
{
    return (struct log){.clock = clock, .shown = shown, .file = -1};
}

static bool open_file(struct log *log)
{
    struct stat status;
    log->file = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log->file < 0)
        return false;
    log->size = fstat(log->file, &status) == 0 ? (int64_t)status.st_size : 0;
    return true;
}

/* FILE.3 becomes FILE.4 …, and last FILE becomes FILE.1. */
static void shift_files(const char *path)
{
    char older[PATH_MAX], newer[PATH_MAX];
    for (int i = LOG_KEPT; i > 0; i--) {
        snprintf(older, sizeof(older), "%s.%d", path, i);
        if (i == 1)
            snprintf(newer, sizeof(newer), "%s", path);
        else
            snprintf(newer, sizeof(newer), "%s.%d", path, i - 1);
        int moved = rename(newer, older);
        (void)moved;
    }
}

/* Of several processes that find the file too long, one moves it, under a lock of that very file;
 * the others see that the path is another file already, and only follow. */
static void turn_over(struct log *log)
{
    struct stat ours, now;
    bool locked = flock(log->file, LOCK_EX | LOCK_NB) == 0;
    if (locked && fstat(log->file, &ours) == 0 && stat(log->path, &now) == 0 &&
        ours.st_ino == now.st_ino && ours.st_dev == now.st_dev)
        shift_files(log->path);
    close(log->file);
    open_file(log);
}

bool log_open(struct log *log, const char *path, struct error *err)
{
    log->path = path;
    if (!open_file(log))
        return error_at(err, FAULT_CREATE, (struct place){.path = text_of(path)},
                        "cannot open the log: %s", strerror(errno));
    if (log->size > LOG_FILE)
        turn_over(log);
    return true;
}

void log_close(struct log *log)
{
    if (log->file >= 0)
        close(log->file);
    log->file = -1;
}

/* A log that cannot be written must not stop a dispatch: the ledger is the record. */
static void write_whole(int fd, const char *line, size_t length)
{
    ssize_t written = write(fd, line, length);
    (void)written;
}

static void show(struct log *log, const char *line, size_t length)
{
    if (log->aside != NULL)
        log->aside(log->progress, true);
    write_whole(STDERR_FILENO, line, length);
    if (log->aside != NULL)
        log->aside(log->progress, false);
}

static void keep(struct log *log, const char *lines, size_t length)
{
    write_whole(log->file, lines, length);
    log->size += (int64_t)length;
    if (log->size > LOG_FILE)
        turn_over(log);
}

/* With its line feed; its length. */
__attribute__((format(printf, 4, 0))) static size_t format_line(const struct log *log,
                                                                enum log_level level,
                                                                char line[LOG_LINE],
                                                                const char *format, va_list args)
{
    char iso[CIVIL_ISO];
    int head = snprintf(line, LOG_LINE, "%s %s ", civil_iso(clock_wall_ms(log->clock), iso),
                        level_names[level]);
    vsnprintf(line + head, LOG_LINE - (size_t)head - 1, format, args);
    error_clean(line);
    size_t length = strlen(line);
    line[length++] = '\n';
    return length;
}

/* `lines` NULL: to the file at once. */
__attribute__((format(printf, 5, 0))) static void put(struct log *log, struct buffer *lines,
                                                      enum log_level level, enum log_level shown,
                                                      const char *format, va_list args)
{
    char line[LOG_LINE];
    bool to_file = log->file >= 0 && level >= LOG_INFO;
    if (!to_file && level < shown)
        return;
    size_t length = format_line(log, level, line, format, args);
    if (to_file && lines == NULL)
        keep(log, line, length);
    else if (to_file)
        buffer_append(lines, line, length);
    if (level >= shown)
        show(log, line, length);
}

void log_line(struct log *log, enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put(log, NULL, level, log->shown, format, args);
    va_end(args);
}

void log_in_file(struct log *log, enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    put(log, NULL, level, LOG_ERROR + 1, format, args);
    va_end(args);
}

void log_later(struct log *log, struct buffer *lines, enum log_level level, const char *format, ...)
{
    va_list args;
    if (lines->length + LOG_LINE > lines->limit)
        log_write(log, lines);
    va_start(args, format);
    put(log, lines, level, log->shown, format, args);
    va_end(args);
}

void log_write(struct log *log, struct buffer *lines)
{
    if (lines->length > 0 && log->file >= 0)
        keep(log, lines->at, lines->length);
    buffer_clear(lines);
}
