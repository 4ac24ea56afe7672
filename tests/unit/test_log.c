/* Log: a file that never grows beyond its bounds. */
#include "base/log.h"
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

static long long size_of(const char *folder, const char *name)
{
    char path[256];
    struct stat status;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return stat(path, &status) == 0 ? (long long)status.st_size : -1;
}

static void remove_all(const char *folder)
{
    char path[256];
    static const char *const names[] = {"log", "log.1", "log.2", "log.3", "log.4", "log.5"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int main(void)
{
    char folder[] = "/tmp/broadside-log-XXXXXX", path[256], line[512];
    int64_t now_ms = 1796115601000;
    struct clock clock = clock_fixed(&now_ms);
    struct log log = log_to_stderr(&clock, LOG_ERROR), other = log;
    struct error err;
    if (mkdtemp(folder) == NULL)
        return EXIT_FAILURE;
    snprintf(path, sizeof(path), "%s/log", folder);
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    check("it opens", log_open(&log, path, &err) && log_open(&other, path, &err));
    for (size_t i = 0; i < (size_t)6 * LOG_FILE / sizeof(line); i++)
        log_info(&log, "%s", line);
    check("the file is within its bounds", size_of(folder, "log") <= LOG_FILE + LOG_LINE);
    check("so is the one before", size_of(folder, "log.1") > LOG_FILE - LOG_LINE &&
                                      size_of(folder, "log.1") <= LOG_FILE + LOG_LINE);
    check("some are kept", size_of(folder, "log.4") > 0);
    check("and no more", size_of(folder, "log.5") < 0);
    other.size = LOG_FILE;
    long long before = size_of(folder, "log");
    log_info(&other, "one");
    check("who finds it moved follows", size_of(folder, "log") == before);
    log_info(&other, "two");
    check("to the new file", size_of(folder, "log") > before);
    BUFFER(lines, LOG_LINES);
    before = size_of(folder, "log");
    log_later(&other, &lines, LOG_INFO, "three");
    log_later(&other, &lines, LOG_INFO, "four");
    log_later(&other, &lines, LOG_DEBUG, "nobody asked");
    check("lines of a turn wait", size_of(folder, "log") == before);
    log_write(&other, &lines);
    const char *stamp = "2026-12-01T00:00:01Z info ";
    check("and are written together",
          size_of(folder, "log") == before + 2 * (long long)strlen(stamp) + 6 + 5);
    check("once", lines.length == 0);
    log_close(&log);
    log_close(&other);
    remove_all(folder);
    return check_done();
}
