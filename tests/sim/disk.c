/* Disk: a sqlite3_vfs in memory. Locks are kept, because others look into the ledger too. */
#include "disk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

enum { DISK_FILES = 16, DISK_PATH = 160, DISK_SECTOR = 512, DISK_REGIONS = 8, DISK_HANDLES = 8 };

/* Not safe yet: bytes, or with `cuts` only a new length. */
struct change {
    size_t offset, length, bytes_at;
    bool cuts;
};

struct handle;

struct file {
    char path[DISK_PATH]; /* empty: free */
    bool nameless;        /* goes away when it is closed */
    struct buffer seen, safe;
    struct change *changes;
    size_t change_count, change_room;
    struct buffer written; /* the bytes of changes */
    struct handle *handles[DISK_HANDLES];
    void *regions[DISK_REGIONS];
};

struct handle {
    sqlite3_file base; /* SQLite knows only this */
    struct file *file;
    int lock;
    unsigned shared, exclusive; /* bits of the shared memory's locks */
};

static struct file files[DISK_FILES];
static unsigned failures;

/* ---- Files ---- */

static struct file *find(const char *path)
{
    for (size_t i = 0; i < DISK_FILES; i++)
        if (files[i].path[0] != '\0' && strcmp(files[i].path, path) == 0)
            return &files[i];
    return NULL;
}

static struct file *create(const char *path)
{
    for (size_t i = 0; i < DISK_FILES; i++) {
        struct file *file = &files[i];
        if (file->path[0] != '\0')
            continue;
        *file = (struct file){0};
        snprintf(file->path, sizeof(file->path), "%s", path);
        file->seen = file->safe = BUFFER_INIT(64 << 20);
        file->written = BUFFER_INIT(256 << 20);
        return file;
    }
    bool room_for_one_more_file = false;
    must(room_for_one_more_file);
    return NULL;
}

static void drop_regions(struct file *file)
{
    for (size_t i = 0; i < DISK_REGIONS; i++) {
        memory_free(file->regions[i]);
        file->regions[i] = NULL;
    }
}

static void destroy(struct file *file)
{
    for (size_t i = 0; i < DISK_HANDLES; i++)
        must(file->handles[i] == NULL);
    drop_regions(file);
    buffer_free(&file->seen);
    buffer_free(&file->safe);
    buffer_free(&file->written);
    memory_free(file->changes);
    *file = (struct file){0};
}

/* Writes into `bytes`, which grows with zeros. */
static void put_at(struct buffer *bytes, size_t offset, struct text text)
{
    if (offset + text.length > bytes->length)
        buffer_add_repeated(bytes, 0, offset + text.length - bytes->length);
    memcpy(bytes->at + offset, text.at, text.length);
}

static void cut_to(struct buffer *bytes, size_t length)
{
    if (length < bytes->length)
        buffer_cut(bytes, length);
    else
        buffer_add_repeated(bytes, 0, length - bytes->length);
}

static void note_change(struct file *file, struct change change)
{
    if (file->change_count == file->change_room) {
        file->change_room = file->change_room * 2 + 64;
        file->changes = memory_grow(file->changes, file->change_room * sizeof(*file->changes));
    }
    file->changes[file->change_count++] = change;
}

static struct text bytes_of(const struct file *file, const struct change *change)
{
    return text_from(file->written.at + change->bytes_at, change->length);
}

static void forget_changes(struct file *file)
{
    file->change_count = 0;
    buffer_clear(&file->written);
}

static void make_safe(struct file *file)
{
    for (size_t i = 0; i < file->change_count; i++) {
        const struct change *change = &file->changes[i];
        if (change->cuts)
            cut_to(&file->safe, change->offset);
        else
            put_at(&file->safe, change->offset, bytes_of(file, change));
    }
    forget_changes(file);
}

/* ---- Power ---- */

enum tearing { TEAR_ALL, TEAR_NONE, TEAR_BEHIND, TEAR_ANY, TEARINGS };

static void save_sectors(struct file *file, const struct change *change, enum tearing how)
{
    struct text rest = bytes_of(file, change);
    for (size_t offset = change->offset; rest.length > 0; rest = text_after(rest, DISK_SECTOR)) {
        struct text sector = text_slice(rest, 0, DISK_SECTOR);
        if (how == TEAR_NONE || sim_below(2) == 0)
            put_at(&file->safe, offset, sector);
        offset += sector.length;
    }
}

static void lose_power(struct file *file)
{
    enum tearing how = (enum tearing)sim_below(TEARINGS);
    size_t kept = how == TEAR_ALL ? 0 : file->change_count;
    if (how == TEAR_BEHIND && kept > 0)
        kept = sim_below(kept + 1);
    for (size_t i = 0; i < kept; i++) {
        const struct change *change = &file->changes[i];
        bool whole = how == TEAR_NONE || (how == TEAR_BEHIND && i + 1 < kept);
        if (!change->cuts)
            save_sectors(file, change, whole ? TEAR_NONE : TEAR_ANY);
        else if (whole || sim_below(2) == 0)
            cut_to(&file->safe, change->offset);
    }
    forget_changes(file);
    buffer_clear(&file->seen);
    buffer_add(&file->seen, buffer_text(&file->safe));
}

void disk_lose_power(void)
{
    for (size_t i = 0; i < DISK_FILES; i++)
        if (files[i].path[0] != '\0')
            lose_power(&files[i]);
}

/* ---- For the simulator ---- */

void disk_clear(void)
{
    for (size_t i = 0; i < DISK_FILES; i++)
        if (files[i].path[0] != '\0')
            destroy(&files[i]);
}

void disk_put(const char *path, struct text bytes)
{
    struct file *file = create(path);
    buffer_add(&file->seen, bytes);
    buffer_add(&file->safe, bytes);
}

struct text disk_get(const char *path)
{
    const struct file *file = find(path);
    return file != NULL ? buffer_text(&file->seen) : TEXT("");
}

bool disk_is_safe(const char *path)
{
    const struct file *file = find(path);
    return file == NULL || file->change_count == 0;
}

unsigned disk_failures(void)
{
    unsigned count = failures;
    failures = 0;
    return count;
}

static bool fails(uint32_t in_a_million)
{
    bool failed = sim_fault(in_a_million);
    failures += failed;
    return failed;
}

/* ---- What SQLite asks of a file ---- */

static struct handle *handle_of(sqlite3_file *base)
{
    return (struct handle *)base;
}

static int close_file(sqlite3_file *base)
{
    struct handle *handle = handle_of(base);
    struct file *file = handle->file;
    for (size_t i = 0; i < DISK_HANDLES; i++)
        if (file->handles[i] == handle)
            file->handles[i] = NULL;
    if (file->nameless)
        destroy(file);
    return SQLITE_OK;
}

static int read_file(sqlite3_file *base, void *at, int size, sqlite3_int64 offset)
{
    struct text seen = buffer_text(&handle_of(base)->file->seen);
    struct text part = text_slice(text_after(seen, (size_t)offset), 0, (size_t)size);
    memset(at, 0, (size_t)size);
    if (part.length > 0)
        memcpy(at, part.at, part.length);
    return part.length == (size_t)size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *base, const void *at, int size, sqlite3_int64 offset)
{
    struct file *file = handle_of(base)->file;
    struct text bytes = text_from(at, (size_t)size);
    if (sim_step("disk write"))
        return SQLITE_IOERR_WRITE;
    if (fails(sim.moods.commit_fails / 16))
        return sim_below(2) == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    put_at(&file->seen, (size_t)offset, bytes);
    note_change(file, (struct change){.offset = (size_t)offset,
                                      .length = bytes.length,
                                      .bytes_at = file->written.length});
    buffer_add(&file->written, bytes);
    return SQLITE_OK;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 length)
{
    struct file *file = handle_of(base)->file;
    if (sim_step("disk truncate"))
        return SQLITE_IOERR_TRUNCATE;
    cut_to(&file->seen, (size_t)length);
    note_change(file, (struct change){.offset = (size_t)length, .cuts = true});
    return SQLITE_OK;
}

/* A sync that failed may have happened, wholly. What did not is tried again by the next. */
static int sync_file(sqlite3_file *base, int flags)
{
    struct file *file = handle_of(base)->file;
    (void)flags;
    if (sim_step("disk sync"))
        return SQLITE_IOERR_FSYNC;
    bool failed = fails(sim.moods.commit_fails / 2);
    if (!failed || sim_below(2) == 0)
        make_safe(file);
    return failed || sim_step("disk synced") ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int size_file(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    *ret_size = (sqlite3_int64)handle_of(base)->file->seen.length;
    return SQLITE_OK;
}

static int lock_file(sqlite3_file *base, int lock)
{
    struct handle *own = handle_of(base);
    int others = SQLITE_LOCK_NONE;
    for (size_t i = 0; i < DISK_HANDLES; i++) {
        struct handle *other = own->file->handles[i];
        if (other != NULL && other != own && other->lock > others)
            others = other->lock;
    }
    if (lock <= own->lock)
        return SQLITE_OK;
    if ((lock == SQLITE_LOCK_SHARED && others >= SQLITE_LOCK_PENDING) ||
        (lock == SQLITE_LOCK_RESERVED && others >= SQLITE_LOCK_RESERVED) ||
        (lock == SQLITE_LOCK_EXCLUSIVE && others >= SQLITE_LOCK_SHARED))
        return SQLITE_BUSY;
    own->lock = lock;
    return SQLITE_OK;
}

static int unlock_file(sqlite3_file *base, int lock)
{
    handle_of(base)->lock = lock;
    return SQLITE_OK;
}

static int is_reserved(sqlite3_file *base, int *ret_reserved)
{
    struct handle *own = handle_of(base);
    *ret_reserved = 0;
    for (size_t i = 0; i < DISK_HANDLES; i++)
        if (own->file->handles[i] != NULL && own->file->handles[i]->lock >= SQLITE_LOCK_RESERVED)
            *ret_reserved = 1;
    return SQLITE_OK;
}

static int control_file(sqlite3_file *base, int what, void *with)
{
    (void)base, (void)what, (void)with;
    return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *base)
{
    (void)base;
    return DISK_SECTOR;
}

static int characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- Shared memory: the index of the log ---- */

static int map_region(sqlite3_file *base, int region, int size, int extend, void volatile **ret)
{
    struct file *file = handle_of(base)->file;
    must(region < DISK_REGIONS);
    if (file->regions[region] == NULL && extend)
        file->regions[region] = memory_take((size_t)size);
    *ret = file->regions[region];
    return SQLITE_OK;
}

static int lock_region(sqlite3_file *base, int first, int count, int flags)
{
    struct handle *own = handle_of(base);
    unsigned bits = ((1u << count) - 1) << first;
    if (flags & SQLITE_SHM_UNLOCK) {
        own->shared &= ~bits;
        own->exclusive &= ~bits;
        return SQLITE_OK;
    }
    for (size_t i = 0; i < DISK_HANDLES; i++) {
        const struct handle *other = own->file->handles[i];
        if (other == NULL || other == own)
            continue;
        unsigned in_the_way = other->exclusive | (flags & SQLITE_SHM_EXCLUSIVE ? other->shared : 0);
        if (in_the_way & bits)
            return SQLITE_BUSY;
    }
    if (flags & SQLITE_SHM_EXCLUSIVE)
        own->exclusive |= bits;
    else
        own->shared |= bits;
    return SQLITE_OK;
}

static void barrier(sqlite3_file *base)
{
    (void)base;
}

static int unmap_regions(sqlite3_file *base, int last)
{
    struct handle *own = handle_of(base);
    unsigned others = 0;
    (void)last;
    own->shared = own->exclusive = 0;
    for (size_t i = 0; i < DISK_HANDLES; i++)
        others += own->file->handles[i] != NULL && own->file->handles[i] != own;
    if (others == 0)
        drop_regions(own->file);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_region,
    .xShmLock = lock_region,
    .xShmBarrier = barrier,
    .xShmUnmap = unmap_regions,
};

/* ---- What SQLite asks of a disk ---- */

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                     int *ret_flags)
{
    static unsigned nameless;
    struct handle *handle = handle_of(base);
    char own[DISK_PATH];
    (void)vfs;
    snprintf(own, sizeof(own), "(nameless %u)", nameless++);
    struct file *file = path != NULL ? find(path) : NULL;
    if (file == NULL)
        file = create(path != NULL ? path : own);
    file->nameless = path == NULL;
    *handle = (struct handle){.base.pMethods = &methods, .file = file};
    for (size_t i = 0; i < DISK_HANDLES; i++)
        if (file->handles[i] == NULL) {
            file->handles[i] = handle;
            break;
        }
    if (ret_flags != NULL)
        *ret_flags = flags;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync)
{
    struct file *file = find(path);
    (void)vfs, (void)sync;
    if (file == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    destroy(file);
    return SQLITE_OK;
}

static int has_access(sqlite3_vfs *vfs, const char *path, int how, int *ret_there)
{
    (void)vfs, (void)how;
    *ret_there = find(path) != NULL;
    return SQLITE_OK;
}

static int full_path(sqlite3_vfs *vfs, const char *path, int room, char *ret_path)
{
    (void)vfs;
    snprintf(ret_path, (size_t)room, "%s", path);
    return SQLITE_OK;
}

static int randomness(sqlite3_vfs *vfs, int size, char *at)
{
    (void)vfs;
    for (int i = 0; i < size; i++)
        at[i] = (char)sim_below(256);
    return size;
}

static int sleep_us(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    sim.steady_ms += microseconds / 1000 + 1;
    sim.wall_ms += microseconds / 1000 + 1;
    return microseconds;
}

static int julian(sqlite3_vfs *vfs, sqlite3_int64 *ret_ms)
{
    (void)vfs;
    *ret_ms = 210866760000000 + sim.wall_ms; /* since noon of the first day of 4714 BC */
    return SQLITE_OK;
}

static int last_error(sqlite3_vfs *vfs, int size, char *words)
{
    (void)vfs, (void)size, (void)words;
    return 0;
}

void disk_install(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 2,
        .szOsFile = sizeof(struct handle),
        .mxPathname = DISK_PATH - 8,
        .zName = "sim",
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = has_access,
        .xFullPathname = full_path,
        .xRandomness = randomness,
        .xSleep = sleep_us,
        .xGetLastError = last_error,
        .xCurrentTimeInt64 = julian,
    };
    must(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}
