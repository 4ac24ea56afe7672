/* Watching: which files of a workspace a person is changing. */
#include "proof/watching.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

enum { PATH_ROOM = 4096 };

static const uint32_t of_files =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR;
static const uint32_t of_database = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;

static bool is_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void add_folder(struct watching *watching, const char *path, int depth, int *room)
{
    DIR *folder = *room > 0 && depth < WATCHING_DEPTH ? opendir(path) : NULL;
    if (folder == NULL)
        return;
    inotify_add_watch(watching->descriptor, path, of_files);
    --*room;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char below[PATH_ROOM];
        bool own = depth == 0 && strcmp(entry->d_name, "var") == 0;
        snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && !own && is_folder(below))
            add_folder(watching, below, depth + 1, room);
    }
    closedir(folder);
}

void watching_renew(struct watching *watching)
{
    char var[PATH_ROOM];
    int room = WATCHING_FOLDERS;
    add_folder(watching, watching->root, 0, &room);
    snprintf(var, sizeof(var), "%s/var", watching->root);
    watching->var = inotify_add_watch(watching->descriptor, var, of_database);
}

bool watching_open(struct watching *watching, const char *root, struct error *err)
{
    *watching = (struct watching){.root = root, .var = -1};
    watching->descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watching->descriptor < 0)
        return error_set(err, FAULT_CREATE, "the files cannot be watched: %s", strerror(errno));
    watching_renew(watching);
    return true;
}

void watching_close(struct watching *watching)
{
    if (watching->descriptor >= 0)
        close(watching->descriptor);
    watching->descriptor = -1;
}

/* What editors put beside a file while they write it. */
static bool is_leftover(struct text name)
{
    return name.length == 0 || name.at[0] == '.' || text_ends(name, TEXT("~")) ||
           text_ends(name, TEXT(".swp")) || text_ends(name, TEXT(".tmp")) ||
           text_equal(name, TEXT("4913"));
}

/* A write ahead log grows when members change; reading leaves it alone. */
static void take_event(const struct watching *watching, const struct inotify_event *event,
                       struct watching_news *news)
{
    struct text name = event->len > 0 ? text_of(event->name) : (struct text){0};
    if (event->wd == watching->var)
        news->members |= text_ends(name, TEXT("-wal")) || text_ends(name, TEXT(".db"));
    else if (!is_leftover(name) && !((event->mask & IN_CREATE) && !(event->mask & IN_ISDIR)))
        news->files = true;
}

static void take_events(const struct watching *watching, struct watching_news *news)
{
    _Alignas(struct inotify_event) char room[16 * 1024];
    ssize_t length;
    while ((length = read(watching->descriptor, room, sizeof(room))) > 0) {
        for (char *at = room; at < room + length;) {
            const struct inotify_event *event = (const void *)at;
            take_event(watching, event, news);
            at += sizeof(*event) + event->len;
        }
    }
}

struct watching_news watching_read(struct watching *watching)
{
    struct watching_news news = {0};
    struct pollfd quiet = {.fd = watching->descriptor, .events = POLLIN};
    take_events(watching, &news);
    for (int i = 0; i < 4 && (news.files || news.members) && poll(&quiet, 1, WATCHING_QUIET_MS) > 0;
         i++)
        take_events(watching, &news);
    if (news.files || watching->var < 0)
        watching_renew(watching);
    return news;
}
