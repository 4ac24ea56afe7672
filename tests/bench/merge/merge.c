/*
 * Bench: merging alone. Composes a campaign once, then merges it for a thousand made-up members,
 * round after round, into one buffer, as the dispatcher does. Prints messages and bytes a second.
 *
 *     merge WORKSPACE CAMPAIGN SECONDS
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "compose/compose.h"

enum { MEMBERS = 1000 };

static const struct config config = {
    .sender = {.name = TEXT_INIT("The Children's Movement of California"),
               .address = TEXT_INIT("updates@sender.example"),
               .postal_address = TEXT_INIT("1 Example Way, Oakland, CA 94607")},
    .bounces = {.return_path = TEXT_INIT("bounces@mail.sender.example")},
    .unsubscribe = {.url = TEXT_INIT("https://lists.sender.example/u"),
                    .mailto = TEXT_INIT("unsubscribe@mail.sender.example")},
    .feedback_id = TEXT_INIT("children"),
};

static struct recipient member(struct arena *arena, int number)
{
    static const char *const counties[] = {"Alameda", "Fresno", "Los Angeles", "Tulare"};
    bool organization = number % 5 == 0;
    return (struct recipient){
        .member_id = number + 1,
        .key = arena_printf(arena, "m%d", number),
        .email = arena_printf(arena, "member%d@example.org", number),
        .is_organization = organization,
        .first_name = number % 7 == 0 ? text_from(NULL, 0) : arena_printf(arena, "Mar%da", number),
        .last_name = TEXT("N\xC3\xBA\xC3\xB1"
                          "ez"),
        .organization = organization ? arena_printf(arena, "Friends & Families of %d", number)
                                     : text_from(NULL, 0),
        .language = TEXT("en"),
        .attributes = arena_printf(arena, "{\"county\":\"%s\"}", counties[number % 4]),
    };
}

static void complain(const struct error *err)
{
    char line[ERROR_LINE];
    fprintf(stderr, "merge: %s\n", error_line(err, line));
}

static bool measure(struct composed *composed, const struct recipient *members, double seconds)
{
    static struct token_key key;
    struct composition *composition = composition_of(composed, TEXT("en"));
    struct stamp stamp = {1, TEXT("2026-12-01"), 1796144400000, &key};
    struct envelope envelope;
    struct error err;
    size_t bytes = 0, count = 0;
    token_key_set(&key, (const unsigned char[TOKEN_KEY]){1});
    BUFFER(out, COMPOSE_MESSAGE);
    int64_t start = clock_steady_ms(&clock_system), now = start;
    for (; (double)(now - start) < seconds * 1000; now = clock_steady_ms(&clock_system)) {
        for (size_t i = 0; i < MEMBERS; i++) {
            buffer_clear(&out);
            if (!composition_merge(composition, &members[i], &stamp, &out, &envelope, &err)) {
                complain(&err);
                return false;
            }
            bytes += out.length;
        }
        count += MEMBERS;
    }
    double took = (double)(now - start) / 1000;
    printf(
        "{\"messages\":%zu,\"bytes_each\":%zu,\"messages_a_second\":%.0f,\"gb_a_second\":%.3f}\n",
        count, bytes / count, (double)count / took, (double)bytes / took / 1e9);
    return true;
}

int main(int count, char **arguments)
{
    ARENA(arena);
    FINDINGS(findings);
    struct recipient members[MEMBERS];
    struct error err;
    if (count != 4) {
        fprintf(stderr, "usage: merge WORKSPACE CAMPAIGN SECONDS\n");
        return FAULT_USAGE;
    }
    for (int i = 0; i < MEMBERS; i++)
        members[i] = member(&arena, i);
    struct bundle *bundle = bundle_record(&arena, arguments[1]);
    compose_settings_put(bundle, &config);
    struct composed *composed = compose_campaign(&arena, bundle, text_of(arguments[2]), &findings);
    if (!findings_clean(&findings, &err))
        complain(&err);
    bool measured = composed != NULL && measure(composed, members, strtod(arguments[3], NULL));
    compose_close(composed);
    return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
