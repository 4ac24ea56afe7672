/*
 * A store to test with: a folder of its own below /tmp, a key, members by name. Everything it
 * promises to set up aborts the test when it fails.
 */
#ifndef UNIT_STORE_WORLD_H
#define UNIT_STORE_WORLD_H

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "mail/token.h"
#include "store/edition.h"
#include "store/import.h"
#include "store/ledger.h"
#include "store/lock.h"
#include "store/member.h"
#include "store/store.h"
#include "store/suppression.h"

#include "check.h"

enum { NOW = 1000000000 };

struct world {
    char folder[64];
    struct token_key key;
    struct store *store;
    struct error err;
    struct arena arena;
    int64_t now_ms;
};

static inline void world_must(const struct world *world, bool good)
{
    if (!good)
        fprintf(stderr, "the test's world: %s\n", world->err.message);
    must(good);
}

static inline struct world world_open(void)
{
    struct world world = {.folder = "/tmp/broadside-store-XXXXXX", .now_ms = NOW};
    static const unsigned char secret[TOKEN_KEY] = {7};
    must(mkdtemp(world.folder) != NULL);
    token_key_set(&world.key, secret);
    world_must(&world, store_open(world.folder, STORE_WRITE, &world.store, &world.err));
    return world;
}

static inline int world_remove(const char *path, const struct stat *status, int type,
                               struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static inline void world_close(struct world *world)
{
    store_close(world->store);
    arena_free(&world->arena);
    nftw(world->folder, world_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Reads CSV out of a string. */
static inline bool world_import(struct world *world, const char *csv, struct import import,
                                struct import_counts *ret_counts)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/members.csv", world->folder);
    FILE *file = fopen(path, "w");
    must(file != NULL && fputs(csv, file) >= 0 && fclose(file) == 0);
    import.fd = open(path, O_RDONLY | O_CLOEXEC);
    import.path = TEXT("members.csv");
    import.key = &world->key;
    import.now_ms = world->now_ms;
    bool good = import_members(world->store, &import, ret_counts, &world->err);
    close(import.fd);
    return good;
}

/* `count` members m0, m1 … subscribed to `topic`, of domains d0.example, d1.example, d2.example in
 * turn. */
static inline void world_people(struct world *world, unsigned count, const char *topic)
{
    BUFFER(csv, 1 << 24);
    struct import_counts counts;
    buffer_add_string(&csv, "key,email,first_name,topics\n");
    for (unsigned i = 0; i < count; i++)
        buffer_printf(&csv, "m%u,m%u@d%u.example,Name %u,%s\n", i, i, i % 3, i, topic);
    world_must(world, world_import(world, buffer_string(&csv), (struct import){0}, &counts));
    must(counts.rejected == 0);
}

static inline struct member *world_member(struct world *world, const char *key)
{
    struct member *member;
    world_must(world, member_find(world->store, &world->arena, &world->key, text_of(key), &member,
                                  &world->err));
    must(member != NULL);
    return member;
}

/* Plans campaign "letter" for topic "news". */
static inline int64_t world_plan(struct world *world, const char *slot, struct edition_order order)
{
    static const struct text topics[] = {TEXT_INIT("news")};
    struct selection selection = {
        .topic = topics[0], .topics = topics, .topic_count = 1, .now_ms = world->now_ms};
    struct edition_planned planned;
    order.campaign = order.campaign.length > 0 ? order.campaign : TEXT("letter");
    order.slot = text_of(slot);
    order.selection = order.selection != NULL ? order.selection : &selection;
    order.content_hash = TEXT("hash");
    order.content = TEXT("content");
    order.now_ms = world->now_ms;
    world_must(world, edition_plan(world->store, &order, &planned, &world->err));
    return planned.edition_id;
}

static inline struct edition world_edition(struct world *world, int64_t id)
{
    struct edition *edition;
    world_must(world, edition_read(world->store, &world->arena, id, &edition, &world->err));
    must(edition != NULL);
    return *edition;
}

static inline bool world_audit(struct world *world, int64_t id)
{
    struct audit audit;
    world_must(world, ledger_audit(world->store, id, &audit, &world->err));
    return audit.holds;
}

#endif
