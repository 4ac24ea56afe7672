/* The file: made, refused, kept as it is. */
#include "store/statement.h"
#include "store_world.h"

static void is_private(void)
{
    struct world world = world_open();
    struct stat status;
    char path[96];
    snprintf(path, sizeof(path), "%s/broadside.db", world.folder);
    check_number("nobody else may read the database",
                 stat(path, &status) == 0 ? (int)(status.st_mode & 0777) : -1, 0600);
    snprintf(path, sizeof(path), "%s/broadside.db-wal", world.folder);
    check_number("nor its log", stat(path, &status) == 0 ? (int)(status.st_mode & 0777) : -1, 0600);
    world_close(&world);
}

static void every_query_prepares(void)
{
    struct world world = world_open();
    struct error err;
    store_begin(world.store, &err);
    for (int i = 0; i < QUERY_COUNT; i++) {
        if (strncmp(query_names[i], "fragment_", 9) == 0 ||
            strncmp(query_names[i], "seen_", 5) == 0)
            continue;
        if (i == QUERY_ROLLBACK || i == QUERY_COMMIT)
            continue;
        struct statement *s = statement_of(world.store, (enum query_name)i);
        if (!check(query_names[i], statement_done(s, &err)))
            fprintf(stderr, "    %s\n", err.message);
    }
    store_rollback(world.store);
    world_close(&world);
}

static void write_file(const struct world *world, const char *name, const char *bytes, size_t size)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/%s", world->folder, name);
    FILE *file = fopen(path, "w");
    must(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static void remove_file(const struct world *world, const char *name)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/%s", world->folder, name);
    must(unlink(path) == 0);
}

static void set_pragma(const struct world *world, const char *pragma)
{
    char command[256];
    snprintf(command, sizeof(command),
             "python3 -c \"import sqlite3;c=sqlite3.connect('%s/broadside.db');c.execute('%s');"
             "c.commit()\"",
             world->folder, pragma);
    must(system(command) == 0);
}

static void refuses(void)
{
    static const struct {
        const char *promise, *pragma, *says;
        enum fault fault;
    } cases[] = {
        {"a database of a newer version is refused", "PRAGMA user_version=99", "newer version",
         FAULT_FILE},
        {"a database of another program is refused", "PRAGMA application_id=7", "another program",
         FAULT_FILE},
        {"a database that lost its version is refused", "PRAGMA user_version=0", "damaged",
         FAULT_FILE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world = world_open();
        struct store *store;
        store_close(world.store);
        world.store = NULL;
        set_pragma(&world, cases[i].pragma);
        bool opened = store_open(world.folder, STORE_WRITE, &store, &world.err);
        check(cases[i].promise, !opened && world.err.fault == cases[i].fault &&
                                    strstr(world.err.message, cases[i].says) != NULL);
        world_close(&world);
    }
}

static void refuses_garbage(void)
{
    struct world world = world_open();
    struct store *store;
    store_close(world.store);
    world.store = NULL;
    char garbage[5000], found[5000];
    memset(garbage, 'x', sizeof(garbage));
    write_file(&world, "broadside.db", garbage, sizeof(garbage));
    /* Else SQLite would heal the file from its log. */
    remove_file(&world, "broadside.db-wal");
    remove_file(&world, "broadside.db-shm");
    check("what is no database is refused",
          !store_open(world.folder, STORE_WRITE, &store, &world.err) &&
              world.err.fault == FAULT_FILE && strstr(world.err.message, "backup") != NULL);
    char path[96];
    snprintf(path, sizeof(path), "%s/broadside.db", world.folder);
    FILE *file = fopen(path, "r");
    size_t length = fread(found, 1, sizeof(found), file);
    fclose(file);
    check("and left as it is",
          length == sizeof(found) && memcmp(found, garbage, sizeof(found)) == 0);
    world_close(&world);
}

static void refuses_places(void)
{
    struct store *store;
    struct error err;
    check("a folder that is not there cannot be written",
          !store_open("/tmp/broadside-no-such-folder", STORE_WRITE, &store, &err) &&
              err.fault == FAULT_CREATE);
    check("reading says so when there is no database yet",
          !store_open("/tmp/broadside-no-such-folder", STORE_READ, &store, &err) &&
              err.fault == FAULT_FILE && strstr(err.message, "no database yet") != NULL);
}

static void keeps_what_it_has(void)
{
    struct world world = world_open();
    struct store *reader;
    int64_t count = 0;
    world_people(&world, 3, "news");
    store_close(world.store);
    world_must(&world, store_open(world.folder, STORE_WRITE, &world.store, &world.err));
    check("members are there after closing and opening",
          member_count(world.store, &count, &world.err) && count == 3);
    check("a reader reads beside the writer",
          store_open(world.folder, STORE_READ, &reader, &world.err) &&
              member_count(reader, &count, &world.err) && count == 3);
    bool changed;
    check("a reader cannot write", !edition_pause(reader, 1, TEXT("x"), &changed, &world.err) &&
                                       world.err.fault == FAULT_CREATE);
    store_close(reader);
    world_close(&world);
}

static void locks(void)
{
    struct world world = world_open();
    struct store *other;
    struct lock *mine, *theirs;
    struct lock_holder holder;
    bool alive;
    world_must(&world, store_open(world.folder, STORE_WRITE, &other, &world.err));
    check("nobody dispatches at first",
          lock_find(other, &holder, &alive, &world.err) && holder.pid == 0 && !alive);
    check("the first takes the lock",
          lock_take(world.store, NOW, &mine, &world.err) && mine != NULL);
    check("the second does not", lock_take(other, NOW, &theirs, &world.err) && theirs == NULL);
    check("and learns who has it", lock_find(other, &holder, &alive, &world.err) && alive &&
                                       holder.pid == getpid() && holder.since_ms == NOW);
    check("its holder may checkpoint", store_checkpoint(world.store, mine, true, &world.err));
    lock_release(mine);
    check("a released lock is free", lock_take(other, NOW, &theirs, &world.err) && theirs != NULL);
    lock_release(theirs);
    check("who held it last stays known",
          lock_find(other, &holder, &alive, &world.err) && !alive && holder.pid == getpid());
    store_close(other);
    world_close(&world);
}

static void keeps_ballast(void)
{
    struct world world = world_open();
    struct stat status;
    char path[96];
    snprintf(path, sizeof(path), "%s/ballast", world.folder);
    check("ballast is really written", store_ballast_keep(world.store, &world.err) &&
                                           stat(path, &status) == 0 &&
                                           status.st_blocks * 512 >= STORE_BALLAST);
    store_ballast_drop(world.store);
    check("and gone when it is needed", stat(path, &status) != 0);
    world_close(&world);
}

int main(void)
{
    is_private();
    every_query_prepares();
    refuses();
    refuses_garbage();
    refuses_places();
    keeps_what_it_has();
    locks();
    keeps_ballast();
    return check_done();
}
