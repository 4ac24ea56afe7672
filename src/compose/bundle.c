/* Bundle: the exact set of files an edition is made of. */
#include "compose/bundle.h"

#include <dirent.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/nearest.h"

#include "base/banned.h"

/*
 * Serialized: this line, then each entry as "PATH-LENGTH BYTES-LENGTH\n" PATH BYTES "\n". Lengths
 * make every byte possible in both; a new form gets a new line.
 */
static const struct text format = TEXT_INIT("broadside bundle 1\n");

enum { ENTRY_HEAD = 64 };

struct entry {
    struct text path, bytes;
};

struct bundle {
    struct arena *arena;
    const char *root;                     /* NULL: read back, nothing is on disk */
    struct entry entries[BUNDLE_ENTRIES]; /* by path */
    size_t count;
    size_t total;
};

static struct bundle *bundle_new(struct arena *arena, const char *root)
{
    struct bundle *bundle = arena_new(arena, struct bundle);
    bundle->arena = arena;
    bundle->root = root;
    return bundle;
}

struct bundle *bundle_record(struct arena *arena, const char *root)
{
    return bundle_new(arena, root);
}

/* The index of the first entry not before `path`. */
static size_t position_of(const struct bundle *bundle, struct text path)
{
    size_t low = 0, high = bundle->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (text_compare(bundle->entries[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry *find(struct bundle *bundle, struct text path)
{
    size_t at = position_of(bundle, path);
    bool found = at < bundle->count && text_equal(bundle->entries[at].path, path);
    return found ? &bundle->entries[at] : NULL;
}

static void insert(struct bundle *bundle, struct text path, struct text bytes)
{
    size_t at = position_of(bundle, path);
    must(bundle->count < BUNDLE_ENTRIES);
    memmove(&bundle->entries[at + 1], &bundle->entries[at],
            (bundle->count - at) * sizeof(struct entry));
    bundle->entries[at] = (struct entry){arena_text(bundle->arena, path), bytes};
    bundle->count++;
    bundle->total += bytes.length;
}

static struct place place_of(struct text path)
{
    return (struct place){.path = path};
}

/* A path that was refused for what it is keeps its refusal, whether or not something is there. */
static bool is_absent(const struct bundle *bundle, struct text path)
{
    ARENA(scratch);
    if (text_starts(path, TEXT("/")) || text_contains(path, TEXT("..")))
        return false;
    struct text whole = arena_printf(&scratch, "%s/%.*s", bundle->root, TEXT_ARGS(path));
    return access(whole.at, F_OK) != 0;
}

/*
 * What must never reach a reader by a slip of the pen: the database and the key in var/, the
 * members and the configuration in config/, and everything hidden, as .git is.
 */
static bool is_private(struct text path)
{
    struct text rest = path, step;
    bool hidden = text_starts(path, TEXT("var/")) || text_starts(path, TEXT("config/"));
    while (!hidden && text_take_until(&rest, '/', &step))
        hidden = text_starts(step, TEXT(".")) && !text_equal(step, TEXT(".."));
    return hidden;
}

static bool record(struct bundle *bundle, struct text path, size_t cap, struct text *ret_bytes,
                   bool *ret_found, struct error *err)
{
    size_t left = BUNDLE_TOTAL - bundle->total;
    if (path.length > BUNDLE_PATH || text_starts(path, TEXT(":")))
        return error_at(err, FAULT_FILE, place_of(path), "is no name of a file");
    if (is_private(path))
        return error_at(err, FAULT_FILE, place_of(path),
                        "is private: nothing below var/ or config/, and no hidden file, is ever "
                        "sent");
    if (bundle->count == BUNDLE_ENTRIES)
        return error_at(err, FAULT_FILE, place_of(path),
                        "is one file too many: a campaign may use %d", BUNDLE_ENTRIES);
    if (!file_read_inside(bundle->arena, bundle->root, path, cap < BUNDLE_FILE ? cap : BUNDLE_FILE,
                          ret_bytes, err)) {
        *ret_found = false;
        if (!is_absent(bundle, path))
            return false;
        *err = (struct error){0};
        return true;
    }
    if (ret_bytes->length > left)
        return error_at(err, FAULT_FILE, place_of(path),
                        "is too much: all files of a campaign together may have %d MB",
                        BUNDLE_TOTAL / (1024 * 1024));
    insert(bundle, path, *ret_bytes);
    *ret_found = true;
    return true;
}

bool bundle_read(struct bundle *bundle, struct text path, size_t cap, struct text *ret_bytes,
                 bool *ret_found, struct error *err)
{
    const struct entry *entry = find(bundle, path);
    if (entry != NULL && entry->bytes.length > cap)
        return error_at(err, FAULT_FILE, place_of(path), "is larger than %zu bytes", cap);
    if (entry == NULL && bundle->root != NULL)
        return record(bundle, path, cap, ret_bytes, ret_found, err);
    *ret_found = entry != NULL;
    if (entry != NULL)
        *ret_bytes = entry->bytes;
    return true;
}

static bool read_named(struct bundle *bundle, struct text folder, const char *name, size_t cap,
                       struct error *err)
{
    struct text path = arena_printf(bundle->arena, "%.*s%s", TEXT_ARGS(folder), name), ignored;
    bool found;
    return bundle_read(bundle, path, cap, &ignored, &found, err);
}

static DIR *open_folder(const struct bundle *bundle, struct text folder)
{
    return bundle->root == NULL
               ? NULL
               : opendir(
                     arena_printf(bundle->arena, "%s/%.*s", bundle->root, TEXT_ARGS(folder)).at);
}

struct text bundle_nearest(struct bundle *bundle, struct text folder, struct text name)
{
    struct nearest nearest = nearest_to(name);
    DIR *open = open_folder(bundle, folder);
    const struct dirent *entry;
    while (open != NULL && (entry = readdir(open)) != NULL) {
        struct text stem = text_of(entry->d_name);
        size_t dot = text_find_last_byte(stem, '.');
        if (dot != TEXT_NONE && dot > 0)
            nearest_offer(&nearest, arena_text(bundle->arena, text_slice(stem, 0, dot)));
    }
    if (open != NULL)
        closedir(open);
    return nearest.name;
}

bool bundle_read_folder(struct bundle *bundle, struct text folder, struct text ending, size_t cap,
                        struct error *err)
{
    DIR *open = open_folder(bundle, folder);
    bool read = true;
    while (open != NULL && read) {
        const struct dirent *entry = readdir(open);
        if (entry == NULL)
            break;
        if (entry->d_name[0] != '.' && text_ends(text_of(entry->d_name), ending))
            read = read_named(bundle, folder, entry->d_name, cap, err);
    }
    if (open != NULL)
        closedir(open);
    return read;
}

void bundle_put(struct bundle *bundle, struct text name, struct text bytes)
{
    must(text_starts(name, TEXT(":")));
    struct entry *entry = find(bundle, name);
    struct text copy = arena_text(bundle->arena, bytes);
    if (entry == NULL) {
        insert(bundle, name, copy);
    } else {
        bundle->total += copy.length - entry->bytes.length;
        entry->bytes = copy;
    }
}

static size_t serialized_length(const struct bundle *bundle)
{
    size_t length = format.length + 1;
    for (size_t i = 0; i < bundle->count; i++)
        length += ENTRY_HEAD + bundle->entries[i].path.length + bundle->entries[i].bytes.length;
    return length;
}

bool bundle_at(const struct bundle *bundle, size_t index, struct text *ret_path,
               struct text *ret_bytes)
{
    if (index >= bundle->count)
        return false;
    *ret_path = bundle->entries[index].path;
    *ret_bytes = bundle->entries[index].bytes;
    return true;
}

struct text bundle_serialize(struct bundle *bundle)
{
    size_t room = serialized_length(bundle);
    struct buffer out = {
        .at = arena_take(bundle->arena, room), .capacity = room, .limit = room - 1};
    buffer_add(&out, format);
    for (size_t i = 0; i < bundle->count; i++) {
        const struct entry *entry = &bundle->entries[i];
        buffer_printf(&out, "%zu %zu\n", entry->path.length, entry->bytes.length);
        buffer_add(&out, entry->path);
        buffer_add(&out, entry->bytes);
        buffer_add_byte(&out, '\n');
    }
    must(!out.overflowed);
    return buffer_text(&out);
}

void bundle_digest(struct bundle *bundle, unsigned char ret_digest[DIGEST_SIZE])
{
    digest_of(bundle_serialize(bundle), ret_digest);
}

static bool take_length(struct text *rest, char end, size_t *ret_length)
{
    uint64_t number;
    size_t length = text_find_byte(text_slice(*rest, 0, ENTRY_HEAD), end);
    /* One spelling a number, so that what reads back has the digest it was kept under. */
    if (length == TEXT_NONE || (length > 1 && rest->at[0] == '0') ||
        !text_to_number(text_slice(*rest, 0, length), &number) || number > BUNDLE_TOTAL)
        return false;
    *ret_length = (size_t)number;
    *rest = text_after(*rest, length + 1);
    return true;
}

static bool take_entry(struct text *rest, struct entry *ret_entry)
{
    size_t path, bytes;
    if (!take_length(rest, ' ', &path) || !take_length(rest, '\n', &bytes) || path > BUNDLE_PATH ||
        rest->length < path + bytes + 1 || rest->at[path + bytes] != '\n')
        return false;
    *ret_entry = (struct entry){text_slice(*rest, 0, path), text_slice(*rest, path, bytes)};
    *rest = text_after(*rest, path + bytes + 1);
    return true;
}

bool bundle_parse(struct arena *arena, struct text serialized, struct bundle **ret_bundle,
                  struct error *err)
{
    struct bundle *bundle = bundle_new(arena, NULL);
    struct text rest = text_after(serialized, format.length);
    if (!text_starts(serialized, format))
        return error_set(err, FAULT_FILE,
                         "the kept content of the edition is of another version of broadside");
    while (rest.length > 0) {
        struct entry entry;
        if (bundle->count == BUNDLE_ENTRIES || !take_entry(&rest, &entry) ||
            (bundle->count > 0 &&
             text_compare(bundle->entries[bundle->count - 1].path, entry.path) >= 0))
            return error_set(err, FAULT_FILE, "the kept content of the edition is damaged");
        bundle->entries[bundle->count++] = entry;
        bundle->total += entry.bytes.length;
    }
    *ret_bundle = bundle;
    return true;
}
