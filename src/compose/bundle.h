/*
 * Bundle: the exact set of files an edition is made of.
 *
 * Composition reads only through a bundle. At planning time it reads the workspace and remembers
 * every file it hands out; what it remembers is kept with the edition. At sending time the same
 * bundle is read back from there, so an edition never mixes two versions of a file, and whoever
 * holds the database can send it. Its digest names the content.
 *
 * Entries that are no files are generated; their names begin with ":", which no path read from disk
 * may.
 */
#ifndef COMPOSE_BUNDLE_H
#define COMPOSE_BUNDLE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "mail/token.h"

enum {
    BUNDLE_FILE = 25 * 1024 * 1024,  /* bytes of one file */
    BUNDLE_TOTAL = 25 * 1024 * 1024, /* bytes of all; base64 makes a third more of them */
    BUNDLE_ENTRIES = 512,
    BUNDLE_PATH = 1024,
};

struct bundle;

/* Reads files below `root`, each once: regular ones, no symbolic link, no "..", nothing in var/ or
 * config/, nothing hidden. `root` must live as long as `arena`. */
struct bundle *bundle_record(struct arena *arena, const char *root);

/* Reads back what bundle_serialize() gave. Borrows `serialized`. */
bool bundle_parse(struct arena *arena, struct text serialized, struct bundle **ret_bundle,
                  struct error *err);

/*
 * The bytes of a file, which live as long as the bundle. Not there: true, and *ret_found false.
 * At most `cap` bytes (and BUNDLE_FILE).
 */
bool bundle_read(struct bundle *bundle, struct text path, size_t cap, struct text *ret_bytes,
                 bool *ret_found, struct error *err);

/*
 * Reads every file of `folder` (with its "/" at the end; "" is the workspace itself) whose name
 * ends in `ending`: for templates that name others by a value, so nobody knows which before a
 * member is merged. No such folder is no error. A bundle that was read back has them already.
 */
bool bundle_read_folder(struct bundle *bundle, struct text folder, struct text ending, size_t cap,
                        struct error *err);

/* The file of `folder` whose name without its ending is nearest to `name`; empty when none is near,
 * or when the bundle was read back. Reads no file. */
struct text bundle_nearest(struct bundle *bundle, struct text folder, struct text name);

/* Adds a generated entry, or replaces it. `name` begins with ":". Copies both. */
void bundle_put(struct bundle *bundle, struct text name, struct text bytes);

/* The entries by number, sorted by path; false behind the last. */
bool bundle_at(const struct bundle *bundle, size_t index, struct text *ret_path,
               struct text *ret_bytes);

/* Everything that was read or put so far, sorted by path; in the bundle's arena. */
struct text bundle_serialize(struct bundle *bundle);

/* SHA-256 of the serialized form. */
void bundle_digest(struct bundle *bundle, unsigned char ret_digest[DIGEST_SIZE]);

#endif
