/* Mailbox marker: shows mails of a Maildir as seen while the next ones are read and taken. */
#include "mailbox/mailbox_marker.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "base/banned.h"
#include "base/memory.h"
#include "mailbox/mailbox.h"

struct names {
    size_t count;
    char at[MARKER_NAMES][MAILBOX_UID + 1];
};

/* Two lists: one is being filled while the other is worked through. Nothing is allocated in the
 * thread, so that the process may fork at any moment. */
struct mailbox_marker {
    int folder;
    bool threaded, leaving;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t given, taken;
    struct names *filling, *working;
};

static void mark(const struct mailbox_marker *marker, const char *uid)
{
    enum { FOLDER_SLASH = sizeof("new/") - 1, SEEN = sizeof(":2,S") };
    char from[MAILBOX_UID + FOLDER_SLASH + 1], to[MAILBOX_UID + FOLDER_SLASH + SEEN];
    snprintf(from, sizeof(from), "new/%s", uid);
    snprintf(to, sizeof(to), "cur/%s:2,S", uid);
    (void)renameat(marker->folder, from, marker->folder, to);
}

/* --- The thread --- */

/* False when there is nothing to do any more. */
static bool take_names(struct mailbox_marker *marker)
{
    pthread_mutex_lock(&marker->mutex);
    while (marker->filling->count == 0 && !marker->leaving)
        pthread_cond_wait(&marker->given, &marker->mutex);
    struct names *names = marker->filling;
    marker->filling = marker->working;
    marker->working = names;
    pthread_cond_signal(&marker->taken);
    pthread_mutex_unlock(&marker->mutex);
    return names->count > 0;
}

static void *live(void *self)
{
    struct mailbox_marker *marker = self;
    while (take_names(marker)) {
        for (size_t i = 0; i < marker->working->count; i++)
            mark(marker, marker->working->at[i]);
        marker->working->count = 0;
    }
    return NULL;
}

/* --- Who hands over --- */

/* Signals are for the thread that started us. */
static bool start(struct mailbox_marker *marker)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_create(&marker->thread, NULL, live, marker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

struct mailbox_marker *mailbox_marker_open(int folder)
{
    struct mailbox_marker *marker = memory_take(sizeof(*marker));
    marker->folder = folder;
    marker->filling = memory_take(sizeof(*marker->filling));
    marker->working = memory_take(sizeof(*marker->working));
    pthread_mutex_init(&marker->mutex, NULL);
    pthread_cond_init(&marker->given, NULL);
    pthread_cond_init(&marker->taken, NULL);
    marker->threaded = start(marker);
    return marker;
}

void mailbox_marker_close(struct mailbox_marker *marker)
{
    if (marker == NULL)
        return;
    pthread_mutex_lock(&marker->mutex);
    marker->leaving = true;
    pthread_cond_signal(&marker->given);
    pthread_mutex_unlock(&marker->mutex);
    if (marker->threaded)
        pthread_join(marker->thread, NULL);
    pthread_cond_destroy(&marker->taken);
    pthread_cond_destroy(&marker->given);
    pthread_mutex_destroy(&marker->mutex);
    memory_free(marker->filling);
    memory_free(marker->working);
    memory_free(marker);
}

static void hand_over(struct mailbox_marker *marker, struct text uid)
{
    pthread_mutex_lock(&marker->mutex);
    while (marker->filling->count == MARKER_NAMES)
        pthread_cond_wait(&marker->taken, &marker->mutex);
    struct names *names = marker->filling;
    snprintf(names->at[names->count++], sizeof(names->at[0]), "%.*s", TEXT_ARGS(uid));
    pthread_cond_signal(&marker->given);
    pthread_mutex_unlock(&marker->mutex);
}

void mailbox_marker_add(struct mailbox_marker *marker, struct text uid)
{
    char name[MAILBOX_UID + 1];
    if (marker->threaded) {
        hand_over(marker, uid);
        return;
    }
    snprintf(name, sizeof(name), "%.*s", TEXT_ARGS(uid));
    mark(marker, name);
}
