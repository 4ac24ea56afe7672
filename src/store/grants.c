/* Grants: the journal of what went out, by edition and recipient domain. */
#include "store/grants.h"

#include "store/statement.h"

#include "base/banned.h"
#include "base/memory.h"

/* Numbers of seven bits a byte, the lowest first; the last has no high bit. */
static void add_number(struct buffer *list, uint64_t number)
{
    for (; number >= 128; number >>= 7)
        buffer_add_byte(list, (char)(number | 128));
    buffer_add_byte(list, (char)number);
}

static bool take_number(struct text *rest, int64_t *ret_number)
{
    uint64_t number = 0;
    for (unsigned shift = 0; rest->length > 0 && shift < 63; shift += 7) {
        unsigned char byte = (unsigned char)rest->at[0];
        *rest = text_after(*rest, 1);
        number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *ret_number = (int64_t)number;
            return true;
        }
    }
    return false;
}

struct grant_entry {
    int64_t edition_id, domain_id, count;
};

static bool take_entry(struct text *rest, struct grant_entry *entry)
{
    return take_number(rest, &entry->edition_id) && take_number(rest, &entry->domain_id) &&
           take_number(rest, &entry->count);
}

void grants_note(struct buffer *list, int64_t edition_id, int64_t domain_id, uint32_t count)
{
    if (list->limit == 0)
        *list = BUFFER_INIT(GRANTS_ROW);
    add_number(list, (uint64_t)edition_id);
    add_number(list, (uint64_t)domain_id);
    add_number(list, count);
}

void grants_free(struct grants *grants)
{
    buffer_free(&grants->began);
    buffer_free(&grants->ended);
}

bool grants_write(struct grants *grants, struct store *store, const struct clock *clock,
                  struct text relay, struct error *err)
{
    struct text began = buffer_text(&grants->began), ended = buffer_text(&grants->ended);
    if (began.length == 0 && ended.length == 0)
        return true;
    struct statement *s = statement_of(store, QUERY_GRANTS_ADD);
    statement_int(s, 1, clock_wall_ms(clock));
    statement_int(s, 2, clock_steady_ms(clock));
    statement_text(s, 3, relay);
    statement_blob(s, 4, began.at, began.length);
    statement_blob(s, 5, ended.at, ended.length);
    if (!statement_run(s, NULL, err))
        return false;
    buffer_clear(&grants->began);
    buffer_clear(&grants->ended);
    return true;
}

struct look {
    int64_t wall_ms, steady_ms;
};

/* By one look for all of them: a moment reckoned back from an earlier one than its age was would
 * lie before the true one, and a place would be free too early. */
static int64_t ended_at(struct statement *s, struct look now)
{
    int64_t wall_ms = now.wall_ms - statement_get_int(s, 1);
    int64_t steady_ms = now.steady_ms - statement_get_int(s, 2);
    int64_t age_ms = steady_ms >= 0 && steady_ms < wall_ms ? steady_ms : wall_ms;
    return age_ms > 0 ? now.steady_ms - age_ms : now.steady_ms;
}

bool grants_read(struct store *store, const struct clock *clock, struct text relay,
                 grants_visit *visit, void *self, struct error *err)
{
    struct look now = {.wall_ms = clock_wall_ms(clock)};
    now.steady_ms = clock_steady_ms(clock); /* behind it: rather a little late */
    struct statement *s = statement_of(store, QUERY_GRANTS_READ);
    while (statement_row(s)) {
        int64_t at_ms = ended_at(s, now);
        bool ours = text_equal(statement_get_text(s, 3), relay);
        struct text ended = statement_get_blob(s, 5);
        struct grant_entry entry;
        while (take_entry(&ended, &entry))
            visit(self, entry.edition_id, entry.domain_id, (uint32_t)entry.count, at_ms, ours);
    }
    return statement_done(s, err);
}

/* ---- What a dead process left on its way ---- */

struct pending {
    struct text relay;
    struct grant_entry *entries;
    size_t count, capacity;
};

enum { RELAYS_JOURNALLED = 1000 };

/* Whoever stands in the journal; more than a configuration ever named in a day. */
static bool read_relays(struct store *store, struct arena *arena, struct text *relays,
                        size_t *ret_count, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_GRANTS_RELAYS);
    for (*ret_count = 0; *ret_count < RELAYS_JOURNALLED && statement_row(s); (*ret_count)++)
        relays[*ret_count] = statement_copy_text(s, 0, arena);
    return statement_done(s, err);
}

static void settle_entry(struct pending *pending, const struct grant_entry *entry, int64_t sign)
{
    for (size_t i = 0; i < pending->count; i++) {
        struct grant_entry *known = &pending->entries[i];
        if (known->edition_id != entry->edition_id || known->domain_id != entry->domain_id)
            continue;
        known->count += sign * entry->count;
        if (known->count <= 0)
            *known = pending->entries[--pending->count];
        return;
    }
    if (sign < 0)
        return;
    if (pending->count == pending->capacity) {
        pending->capacity = pending->capacity * 2 + 64;
        pending->entries =
            memory_grow(pending->entries, pending->capacity * sizeof(*pending->entries));
    }
    pending->entries[pending->count++] = *entry;
}

static bool read_pending(struct store *store, struct pending *pending, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_GRANTS_READ);
    while (statement_row(s)) {
        struct text began = statement_get_blob(s, 4), ended = statement_get_blob(s, 5);
        struct grant_entry entry;
        if (!text_equal(statement_get_text(s, 3), pending->relay))
            continue;
        while (take_entry(&ended, &entry))
            settle_entry(pending, &entry, -1);
        while (take_entry(&began, &entry))
            settle_entry(pending, &entry, +1);
    }
    return statement_done(s, err);
}

static bool forget_old(struct store *store, const struct clock *clock, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_GRANTS_FORGET);
    statement_int(s, 1, clock_wall_ms(clock) - GRANTS_KEPT_MS - 1000);
    statement_int(s, 2, clock_steady_ms(clock) - GRANTS_KEPT_MS - 1000);
    statement_int(s, 3, clock_steady_ms(clock));
    return statement_run(s, NULL, err);
}

static bool settle_relay(struct store *store, const struct clock *clock, struct text relay,
                         struct error *err)
{
    struct pending pending = {.relay = relay};
    struct grants grants = {0};
    bool good = read_pending(store, &pending, err);
    for (size_t i = 0; i < pending.count; i++)
        grants_note(&grants.ended, pending.entries[i].edition_id, pending.entries[i].domain_id,
                    (uint32_t)pending.entries[i].count);
    good = good && grants_write(&grants, store, clock, relay, err);
    memory_free(pending.entries);
    grants_free(&grants);
    return good;
}

bool grants_settle(struct store *store, const struct clock *clock, struct error *err)
{
    ARENA(scratch);
    struct text relays[RELAYS_JOURNALLED];
    size_t count;
    if (!store_begin(store, err))
        return false;
    bool good = read_relays(store, &scratch, relays, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = settle_relay(store, clock, relays[i], err);
    return store_end(store, good && forget_old(store, clock, err), err);
}

bool grants_domain(struct store *store, struct arena *arena, int64_t domain_id,
                   struct text *ret_name, struct error *err)
{
    struct statement *s = statement_of(store, QUERY_GRANTS_DOMAIN);
    statement_int(s, 1, domain_id);
    *ret_name = TEXT("");
    if (statement_row(s))
        *ret_name = statement_copy_text(s, 0, arena);
    return statement_done(s, err);
}
