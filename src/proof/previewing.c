/* Previewing: the local page of a campaign, kept up to date while its files change. */
#include "proof/previewing.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>

#include "base/banned.h"
#include "desk/stopping.h"
#include "proof/proofing.h"
#include "proof/watching.h"
#include "web/preview.h"

enum {
    MEMBERS_FEW = 5000,     /* so many are looked at at once; more of them after the page */
    REST_MS = 400,          /* … when nothing has changed for so long */
    MEMBERS_QUIET_MS = 250, /* an import commits many times */
    TICK_MS = 20000,        /* a page that waits is let go, and asks again */
};

extern char **environ;

/* One reading of the workspace. */
struct reading {
    struct arena arena;
    struct workspace workspace;
    struct findings findings;
    struct proof proof;
    struct persona *personas;
    size_t persona_count;
    int64_t members;
};

struct previewing {
    struct session *session;
    const char *name;           /* of the campaign */
    struct reading *now, *good; /* the latest; the latest that composed: often the same */
    struct watching watching;
    struct preview preview;
    struct http *http;
    int64_t rest_due_ms;    /* when members are looked at; 0: they were */
    int64_t members_due_ms; /* when changed members are read; 0: none did */
    int64_t tick_due_ms;
};

static int64_t steady(const struct previewing *previewing)
{
    return clock_steady_ms(previewing->session->clock);
}

/* ---- reading ---- */

static void reading_close(struct reading *reading)
{
    if (reading == NULL)
        return;
    proof_close(&reading->proof);
    workspace_close(&reading->workspace);
    findings_free(&reading->findings);
    arena_free(&reading->arena);
    memory_free(reading);
}

static bool open_workspace(struct previewing *previewing, struct reading *reading,
                           struct error *err)
{
    struct session *session = previewing->session;
    struct text overrides[OPTION_LIST_MAXIMUM];
    for (size_t i = 0; i < session->overrides.count; i++)
        overrides[i] = text_of(session->overrides.items[i]);
    return workspace_open(&reading->workspace, &reading->arena, session->folder, WORKSPACE_READER,
                          true, overrides, session->overrides.count, &reading->findings, err);
}

/* Many members wait until there is time: a page that follows the keyboard cannot merge them all. */
static bool proof(struct previewing *previewing, struct reading *reading, struct text path,
                  bool everything, struct error *err)
{
    struct workspace *workspace = &reading->workspace;
    if (workspace->store != NULL && !member_count(workspace->store, &reading->members, err))
        return false;
    bool few = reading->members <= MEMBERS_FEW;
    previewing->rest_due_ms = few || everything ? 0 : steady(previewing) + REST_MS;
    return (few || everything ? proof_make : proof_files)(&reading->proof, previewing->session,
                                                          &reading->arena, workspace, path,
                                                          &reading->findings, err);
}

static bool read_all(struct previewing *previewing, struct reading *reading, bool everything,
                     struct error *err)
{
    FINDINGS(ignored);
    struct campaign campaign;
    struct text path;
    struct arena *arena = &reading->arena;
    if (!open_workspace(previewing, reading, err))
        return false;
    /* Composing reads it again, and tells its mistakes. */
    if (!workspace_campaign(&reading->workspace, arena, previewing->name, &ignored, &campaign,
                            &path, err) &&
        ignored.errors == 0)
        return false;
    previewing->preview.show.path = arena_text(&previewing->session->arena, path);
    *err = (struct error){0};
    if (!proof(previewing, reading, path, everything, err))
        return false;
    if (reading->proof.composed) {
        reading->personas = arena_array(arena, struct persona, PERSONAS_MOST);
        reading->persona_count =
            personas_of(arena, reading->proof.plan.composed, reading->personas);
    }
    return true;
}

static void show(struct previewing *previewing)
{
    const struct reading *now = previewing->now, *good = previewing->good;
    struct preview_show *to = &previewing->preview.show;
    to->root = previewing->session->folder;
    to->findings = &now->findings;
    to->broken = !now->proof.composed;
    to->version++;
    to->now_ms = clock_wall_ms(previewing->session->clock);
    if (good == NULL)
        return;
    to->composed = good->proof.plan.composed;
    to->personas = good->personas;
    to->persona_count = good->persona_count;
    if (good->proof.plan.counts.members > 0) {
        to->selected = good->proof.plan.counts.selected;
        to->members = good->proof.plan.counts.members;
    }
    to->key = good->workspace.store != NULL ? &good->workspace.key : NULL;
}

static void renew(struct previewing *previewing, bool everything)
{
    struct reading *reading = memory_take(sizeof(*reading));
    struct error err = {0};
    if (!read_all(previewing, reading, everything, &err) && reading->findings.errors == 0)
        findings_take(&reading->findings, &err);
    findings_sort(&reading->findings);
    if (previewing->now != previewing->good)
        reading_close(previewing->now);
    previewing->now = reading;
    if (reading->proof.composed) {
        reading_close(previewing->good);
        previewing->good = reading;
    }
    show(previewing);
}

/* ---- members ---- */

static const struct workspace *members_of(const struct previewing *previewing)
{
    const struct reading *now = previewing->now, *good = previewing->good;
    if (now->workspace.store != NULL)
        return &now->workspace;
    return good != NULL && good->workspace.store != NULL ? &good->workspace : NULL;
}

static bool find_member(void *self, struct arena *arena, struct text key,
                        struct recipient *ret_reader, bool *ret_found, struct error *err)
{
    const struct workspace *workspace = members_of(self);
    struct member *member = NULL;
    *ret_found = false;
    if (workspace == NULL)
        return true;
    if (!member_find(workspace->store, arena, &workspace->key, key, &member, err))
        return false;
    *ret_found = member != NULL;
    if (member != NULL)
        *ret_reader = plan_recipient(member);
    return true;
}

struct searching {
    struct arena *arena;
    struct recipient *people;
    size_t count, room;
};

static bool take_member(void *self, const struct member *member, struct error *err)
{
    struct searching *searching = self;
    (void)err;
    if (searching->count < searching->room)
        searching->people[searching->count++] = readers_copy(searching->arena, member);
    return true;
}

static bool search_members(void *self, struct arena *arena, struct text words,
                           struct recipient *ret_people, size_t room, size_t *ret_count,
                           struct error *err)
{
    const struct workspace *workspace = members_of(self);
    struct searching searching = {.arena = arena, .people = ret_people, .room = room};
    *ret_count = 0;
    if (workspace == NULL)
        return true;
    if (!member_search(workspace->store, words, 0, (int64_t)room, take_member, &searching, err))
        return false;
    *ret_count = searching.count;
    return true;
}

/* ---- the loop ---- */

static bool is_desktop(void)
{
    return getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL;
}

static void open_browser(const char *address)
{
    char program[] = "xdg-open", room[HTTP_ADDRESS];
    char *words[] = {program, room, NULL};
    pid_t child;
    posix_spawn_file_actions_t quiet;
    snprintf(room, sizeof(room), "%s", address);
    posix_spawn_file_actions_init(&quiet);
    for (int fd = 0; fd <= 2; fd++)
        posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", O_RDWR, 0);
    posix_spawnp(&child, program, &quiet, NULL, words, environ);
    posix_spawn_file_actions_destroy(&quiet);
}

static void take_news(struct previewing *previewing)
{
    struct watching_news news = watching_read(&previewing->watching);
    if (news.members)
        previewing->members_due_ms = steady(previewing) + MEMBERS_QUIET_MS;
    if (!news.files)
        return;
    renew(previewing, false);
    http_wake(previewing->http);
}

static bool is_due(const struct previewing *previewing, int64_t due_ms)
{
    return due_ms > 0 && due_ms <= steady(previewing);
}

static void do_what_is_due(struct previewing *previewing)
{
    bool members = is_due(previewing, previewing->members_due_ms);
    if (members || is_due(previewing, previewing->rest_due_ms)) {
        previewing->members_due_ms = 0;
        renew(previewing, true);
        http_wake(previewing->http);
    }
    if (is_due(previewing, previewing->tick_due_ms)) {
        previewing->tick_due_ms = steady(previewing) + TICK_MS;
        previewing->preview.release = true;
        http_wake(previewing->http);
    }
}

static int wait_ms(const struct previewing *previewing)
{
    const int64_t dues[] = {previewing->rest_due_ms, previewing->members_due_ms,
                            previewing->tick_due_ms};
    int64_t least = http_timeout_ms(previewing->http), now = steady(previewing);
    for (size_t i = 0; i < sizeof(dues) / sizeof(dues[0]); i++) {
        int64_t left = dues[i] > now ? dues[i] - now : 0;
        if (dues[i] > 0 && (least < 0 || left < least))
            least = left;
    }
    return (int)least;
}

static void serve(struct previewing *previewing)
{
    previewing->tick_due_ms = steady(previewing) + TICK_MS;
    while (*stopping_asked() == 0) {
        struct pollfd ready[] = {{.fd = http_descriptor(previewing->http), .events = POLLIN},
                                 {.fd = previewing->watching.descriptor, .events = POLLIN},
                                 {.fd = stopping_wake(), .events = POLLIN}};
        poll(ready, sizeof(ready) / sizeof(ready[0]), wait_ms(previewing));
        if (ready[1].revents != 0)
            take_news(previewing);
        do_what_is_due(previewing);
        http_work(previewing->http);
        previewing->preview.release = false;
    }
}

static void announce(struct previewing *previewing, const struct previewing_options *options)
{
    const char *address = http_address(previewing->http);
    session_sayf("%s\n", address);
    session_flush();
    if (!options->no_browser && is_desktop())
        open_browser(address);
}

static void close_all(struct previewing *previewing)
{
    http_close(previewing->http);
    watching_close(&previewing->watching);
    if (previewing->now != previewing->good)
        reading_close(previewing->now);
    reading_close(previewing->good);
}

bool previewing_run(struct session *session, const char *campaign,
                    const struct previewing_options *options, struct error *err)
{
    struct previewing previewing = {
        .session = session, .name = campaign, .watching = {.descriptor = -1}};
    previewing.preview.people = (struct preview_people){find_member, search_members, &previewing};
    previewing.preview.first = text_of(options->as);
    stopping_listen();
    /* Watched before it is read: what changes in between is not missed. */
    bool opened = watching_open(&previewing.watching, session->folder, err);
    if (opened)
        renew(&previewing, false);
    /* A mistake in the campaign can be mended while the page is open; a wrong name cannot. */
    if (opened && previewing.preview.show.path.length == 0)
        opened = findings_clean(&previewing.now->findings, err);
    previewing.http =
        opened ? http_open(options->port, preview_answer, &previewing.preview, err) : NULL;
    if (previewing.http != NULL) {
        announce(&previewing, options);
        serve(&previewing);
    }
    bool served = previewing.http != NULL;
    close_all(&previewing);
    return served;
}
