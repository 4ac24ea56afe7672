/* Bytes: a growing run of bytes. The catcher shares no code with src/, so that it can bear witness
 * about it. */
#ifndef CATCHER_BYTES_H
#define CATCHER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    char *at;
    size_t length;
    size_t room;
};

/* Memory that runs out ends the program with a line on stderr; these never fail. */
void bytes_append(struct bytes *bytes, const void *at, size_t length);
void bytes_say(struct bytes *bytes, const char *string);
void bytes_format(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Appends one JSON string with its quotes; what is not UTF-8 becomes U+FFFD. */
void bytes_json(struct bytes *bytes, const char *at, size_t length);
void bytes_drop_front(struct bytes *bytes, size_t length);
/* The run as a C string, without changing its length. */
const char *bytes_string(struct bytes *bytes);
void bytes_free(struct bytes *bytes);

/* calloc and realloc that do not come back empty-handed. */
void *memory_zeroed(size_t count, size_t size);
void *memory_resized(void *old, size_t size);
/* Prints `catcher: …` and leaves with that status. */
_Noreturn void die(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
