/* Store: what we remember, in one SQLite file. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "store/lock.h"
#include "store/statement.h"

#include "base/banned.h"

enum { APPLICATION_ID = 0x42726F61 /* "Broa" */ };

static const char file_name[] = "broadside.db";

struct store {
    sqlite3 *engine;
    struct statement *statements;
    enum store_mode mode;
    int log_frames; /* pages in the log */
    struct arena arena;
    const char *folder, *path;
};

void *store_engine(const struct store *store)
{
    return store->engine;
}

const char *store_folder(const struct store *store)
{
    return store->folder;
}

struct statement *store_statements(const struct store *store)
{
    return store->statements;
}

/* What SQLite's codes mean for a person. */
static const struct {
    int code;
    enum fault fault;
    const char *message;
} meanings[] = {
    {SQLITE_FULL, FAULT_WRITE, "the disk is full: free some space, then run again"},
    {SQLITE_IOERR, FAULT_WRITE,
     "the disk failed to read or write: look at its free space and its health, then run again"},
    {SQLITE_READONLY, FAULT_CREATE, "the database cannot be written: look at its permissions"},
    {SQLITE_PERM, FAULT_CREATE, "the database cannot be opened: look at its permissions"},
    {SQLITE_CANTOPEN, FAULT_CREATE,
     "the database cannot be opened: look at the permissions of its folder"},
    {SQLITE_CORRUPT, FAULT_FILE, "the database is damaged: restore a backup; nothing was changed"},
    {SQLITE_NOTADB, FAULT_FILE,
     "this is no database, or a damaged one: restore a backup; nothing was changed"},
    {SQLITE_BUSY, FAULT_REMAINS, "another process keeps the database locked: run again later"},
    {SQLITE_PROTOCOL, FAULT_REMAINS,
     "another process keeps the database locked: run again later"}, /* stopped in its recovery */
    {SQLITE_LOCKED, FAULT_REMAINS, "another process keeps the database locked: run again later"},
};

bool store_fail(struct store *store, int code, struct error *err)
{
    struct place place = {.path = text_of(store->path)};
    if ((code & 0xff) == SQLITE_NOMEM)
        memory_gone();
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].code == (code & 0xff))
            return error_at(err, meanings[i].fault, place, "%s (SQLite: %s)", meanings[i].message,
                            sqlite3_errstr(code));
    return error_at(err, FAULT_BUG, place, "unexpected answer of the database: %s (%s)",
                    sqlite3_errmsg(store->engine), sqlite3_errstr(code));
}

/* SQL without parameters and rows: pragmas, migrations. */
static bool execute(struct store *store, const char *sql, struct error *err)
{
    int code = sqlite3_exec(store->engine, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || store_fail(store, code, err);
}

static bool read_pragma(struct store *store, const char *sql, int64_t *ret_number,
                        struct error *err)
{
    return statement_read_int(statement_made(store, text_of(sql)), 0, ret_number, err);
}

/* Made before SQLite sees it, so that nobody else can read it at any moment; the log and the shared
 * memory file take over its mode. */
static bool make_file(struct store *store, struct error *err)
{
    int fd = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_at(err, FAULT_CREATE, (struct place){.path = text_of(store->path)},
                        "cannot create the database: %s", strerror(errno));
    close(fd);
    return true;
}

/* Frames of the log, as of the last commit on this connection: a log that was checkpointed begins
 * again at its head, so the size of its file says nothing. Taking the hook also keeps SQLite's own
 * checkpointing off. */
static int note_log(void *self, sqlite3 *engine, const char *name, int frames)
{
    (void)engine, (void)name;
    ((struct store *)self)->log_frames = frames;
    return SQLITE_OK;
}

static bool connect_engine(struct store *store, struct error *err)
{
    /* Nobody asks how much memory SQLite uses, and counting takes a lock for every allocation. Once
     * it has begun it refuses; then it was told before. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = store->mode == STORE_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    int code = sqlite3_open_v2(store->path, &store->engine,
                               flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code != SQLITE_OK)
        return store_fail(store, code, err);
    sqlite3_busy_timeout(store->engine, STORE_BUSY_MS);
    sqlite3_db_config(store->engine, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(store->engine, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->engine, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_wal_hook(store->engine, note_log, store);
    store->statements = statements_open(store);
    return true;
}

bool store_cache(struct store *store, int kilobytes, struct error *err)
{
    char cache[64];
    snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", kilobytes);
    return execute(store, cache, err);
}

/* Sorting may go to a temporary file: with temp_store=MEMORY, planning a million members would hold
 * them all. */
static bool configure(struct store *store, struct error *err)
{
    static const char per_connection[] = "PRAGMA synchronous = FULL;"
                                         "PRAGMA foreign_keys = ON;"
                                         "PRAGMA temp_store = FILE;"
                                         "PRAGMA mmap_size = 0;"
                                         "PRAGMA cell_size_check = ON;";
    return execute(store, per_connection, err) && store_cache(store, STORE_CACHE_KB, err);
}

/* Whose file it is. A new one (no page, or a first page without tables) has version 0. */
static bool read_version(struct store *store, int64_t *ret_version, struct error *err)
{
    struct place place = {.path = text_of(store->path)};
    int64_t application, version, tables;
    if (!read_pragma(store, "PRAGMA application_id", &application, err) ||
        !read_pragma(store, "PRAGMA user_version", &version, err) ||
        !read_pragma(store, "SELECT count(*) FROM sqlite_schema", &tables, err))
        return false;
    bool is_new = application == 0 && version == 0 && tables == 0;
    if (application != APPLICATION_ID && !is_new)
        return error_at(err, FAULT_FILE, place,
                        "this database belongs to another program; move it away or choose another "
                        "workspace; nothing was changed");
    if (version > MIGRATION_COUNT)
        return error_at(err, FAULT_FILE, place,
                        "the database is of a newer version of broadside (%d, this one knows %d): "
                        "use that one; nothing was changed",
                        (int)version, (int)MIGRATION_COUNT);
    if (!is_new && (version < 1 || tables == 0))
        return error_at(err, FAULT_FILE, place,
                        "the database is damaged: restore a backup; nothing was changed");
    *ret_version = version;
    return true;
}

static bool migrate_from(struct store *store, int64_t version, struct error *err)
{
    char mark[96];
    for (int64_t step = version; step < MIGRATION_COUNT; step++)
        if (!execute(store, migration_texts[step], err))
            return false;
    snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, (int)MIGRATION_COUNT);
    return execute(store, mark, err);
}

/* The version is read again inside the transaction: two processes may start at once. */
static bool migrate(struct store *store, struct error *err)
{
    int64_t version;
    if (!read_version(store, &version, err))
        return false;
    if (version == MIGRATION_COUNT)
        return true;
    if (store->mode == STORE_READ)
        return error_at(err, FAULT_FILE, (struct place){.path = text_of(store->path)},
                        "the database is of an older version: import or send once to bring it up "
                        "to date");
    if ((version == 0 && !execute(store, "PRAGMA journal_mode = WAL", err)) ||
        !store_begin(store, err))
        return false;
    bool good = read_version(store, &version, err) && migrate_from(store, version, err);
    return store_end(store, good, err);
}

bool store_exists(const char *folder)
{
    ARENA(scratch);
    struct stat status;
    const char *path = arena_printf(&scratch, "%s/%s", folder, file_name).at;
    return lstat(path, &status) == 0 && status.st_size > 0;
}

bool store_open(const char *folder, enum store_mode mode, struct store **ret_store,
                struct error *err)
{
    struct store *store = memory_take(sizeof(*store));
    store->mode = mode;
    store->folder = arena_string(&store->arena, text_of(folder));
    store->path = arena_printf(&store->arena, "%s/%s", folder, file_name).at;
    bool good = true;
    if (mode == STORE_WRITE)
        good = make_file(store, err);
    else if (!store_exists(folder))
        good = error_at(err, FAULT_FILE, (struct place){.path = text_of(store->path)},
                        "there is no database yet: import members first");
    good = good && connect_engine(store, err) && configure(store, err) && migrate(store, err);
    if (!good) {
        store_close(store);
        return false;
    }
    *ret_store = store;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    statements_close(store->statements);
    must(sqlite3_close(store->engine) == SQLITE_OK);
    arena_free(&store->arena);
    memory_free(store);
}

bool store_checkpoint(struct store *store, const struct lock *lock, bool all, struct error *err)
{
    must(lock != NULL);
    if (!all && store->log_frames < STORE_WAL_FRAMES)
        return true;
    /* PASSIVE waits for nobody; TRUNCATE would wait for readers as long as the busy timeout. */
    sqlite3_busy_timeout(store->engine, all ? STORE_CHECKPOINT_MS : STORE_BUSY_MS);
    int mode = all ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int code = sqlite3_wal_checkpoint_v2(store->engine, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(store->engine, STORE_BUSY_MS);
    if (code == SQLITE_OK)
        store->log_frames = 0;
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || store_fail(store, code, err);
}
