/* Oracle: what must hold, watched from outside. */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

struct attempt {
    unsigned person, serial, relay, life, code;
    bool accepted, answered, settled, cut, tainted;
    bool unbelieved; /* its connection had said nonsense before the answer came */
};

enum trust { TRUSTED, NONSENSE, TAINTED };

struct watched {
    unsigned serial;       /* the connection its envelope is on */
    unsigned last_attempt; /* NO_ATTEMPT: none */
    unsigned accepted;
    bool granted; /* durably, and no completing byte was seen since */
    unsigned intent_commit;
    bool suppression_asked, suppressed, failed, tainted, judged;
    unsigned suppressed_commit;
    int64_t date_ms; /* of the first content that left */
};

static struct {
    struct watched people[SIM_PEOPLE];
    struct attempt *attempts;
    unsigned attempt_count, attempt_room;
    unsigned commits, cuts;
    bool paused;
    unsigned paused_commit;
    enum trust *trust; /* by serial */
    unsigned trust_room;
    struct {
        int64_t *at_ms; /* steady, of this life */
        unsigned count, room;
    } grants[SIM_RELAYS];
} oracle;

struct oracle_totals oracle_totals;

static void forget_grants(void)
{
    for (size_t i = 0; i < SIM_RELAYS; i++)
        oracle.grants[i].count = 0;
}

void oracle_open(void)
{
    memset(oracle.people, 0, sizeof(oracle.people));
    for (unsigned i = 0; i < SIM_PEOPLE; i++)
        oracle.people[i].last_attempt = NO_ATTEMPT;
    for (unsigned i = 0; i < oracle.trust_room; i++)
        oracle.trust[i] = TRUSTED;
    oracle.attempt_count = oracle.commits = oracle.cuts = 0;
    forget_grants();
    oracle.paused = false;
}

void oracle_close(void)
{
    memory_free(oracle.attempts);
    memory_free(oracle.trust);
    for (size_t i = 0; i < SIM_RELAYS; i++)
        memory_free(oracle.grants[i].at_ms);
}

static enum trust trust_in(unsigned serial)
{
    return serial < oracle.trust_room ? oracle.trust[serial] : TRUSTED;
}

bool oracle_is_tainted(unsigned serial)
{
    return trust_in(serial) == TAINTED;
}

static void set_trust(unsigned serial, enum trust trust)
{
    if (serial >= oracle.trust_room) {
        unsigned room = serial * 2 + 64;
        oracle.trust = memory_grow(oracle.trust, room * sizeof(*oracle.trust));
        for (unsigned i = oracle.trust_room; i < room; i++)
            oracle.trust[i] = TRUSTED;
        oracle.trust_room = room;
    }
    oracle.trust[serial] = trust;
}

void oracle_nonsense(unsigned serial)
{
    if (trust_in(serial) == TRUSTED)
        set_trust(serial, NONSENSE);
}

void oracle_tainted(unsigned serial)
{
    oracle_totals.tainted += !oracle_is_tainted(serial);
    set_trust(serial, TAINTED);
    for (unsigned i = 0; i < oracle.attempt_count; i++)
        oracle.attempts[i].tainted |= oracle.attempts[i].serial == serial;
}

/* Whole transactions in flight, as the settings and the server allow. */
static unsigned depth_here(void)
{
    const struct smtp_capabilities *can = &sim.capabilities;
    return can->pipelining && can->chunking && !sim.plain_data ? sim.depth : 1;
}

/* ---- From the ledger ---- */

void oracle_commit_begins(void)
{
    oracle.commits++;
}

static void note_grant(unsigned relay)
{
    unsigned count = oracle.grants[relay].count, room = oracle.grants[relay].room;
    int64_t **at_ms = &oracle.grants[relay].at_ms;
    if (count == room) {
        room = room * 2 + 64;
        *at_ms = memory_grow(*at_ms, room * sizeof(**at_ms));
        oracle.grants[relay].room = room;
    }
    (*at_ms)[count] = sim.steady_ms;
    oracle.grants[relay].count = count + 1;
}

/* In no window of the limit's length are more granted through a relay than it says, however often
 * the mail left it and came back. */
static void check_limit(unsigned relay)
{
    if (sim.limit.count == 0 || sim.limited)
        return;
    note_grant(relay);
    unsigned count = oracle.grants[relay].count;
    if (count <= sim.limit.count)
        return;
    int64_t span_ms = sim.steady_ms - oracle.grants[relay].at_ms[count - 1 - sim.limit.count];
    if (span_ms < sim.limit.window_ms)
        sim_violation("more than %u granted in %lld ms", sim.limit.count, (long long)span_ms);
}

void oracle_granted(unsigned person)
{
    struct watched *watched = &oracle.people[person];
    sim_trace("granted %u", person);
    watched->granted = true;
    watched->intent_commit = oracle.commits;
    check_limit(sim.relay);
}

void oracle_settled(unsigned person)
{
    struct watched *watched = &oracle.people[person];
    watched->granted = false;
    if (watched->last_attempt != NO_ATTEMPT)
        oracle.attempts[watched->last_attempt].settled = true;
}

void oracle_suppression_asked(unsigned person)
{
    oracle.people[person].suppression_asked = true;
}

void oracle_suppressed(unsigned person)
{
    struct watched *watched = &oracle.people[person];
    watched->suppression_asked = true;
    sim_trace("suppressed %u", person);
    oracle_totals.suppressed += !watched->suppressed;
    if (!watched->suppressed)
        watched->suppressed_commit = oracle.commits;
    watched->suppressed = true;
}

void oracle_paused(bool paused)
{
    sim_trace(paused ? "paused" : "resumed");
    if (!oracle.paused)
        oracle.paused_commit = oracle.commits;
    oracle.paused = paused;
}

/* The servers sign every answer: "t7.c.12" is to person 7, about its completion, attempt 12. */
struct signature {
    unsigned person, attempt;
    char stage;
};

static bool read_signature(struct text words, struct signature *ret)
{
    char copy[64];
    size_t at = text_find(words, TEXT("t="));
    if (at == TEXT_NONE)
        return false;
    snprintf(copy, sizeof(copy), "%.*s", TEXT_ARGS(text_slice(words, at, sizeof(copy) - 1)));
    return sscanf(copy, "t=%u.%c.%u", &ret->person, &ret->stage, &ret->attempt) == 3;
}

static const char stage_letters[STAGES] = {
    [STAGE_MAIL] = 'm', [STAGE_RCPT] = 'r', [STAGE_DATA] = 'd', [STAGE_COMPLETION] = 'c'};

static void check_answer(unsigned person, const struct smtp_event *event)
{
    struct signature signature;
    if (!read_signature(event->reply.text, &signature)) {
        if (event->reply.code != 421) /* may come at any time, to nobody in particular */
            sim_violation("person %u is judged by an answer that nobody signed: %u %.*s", person,
                          event->reply.code, TEXT_ARGS(event->reply.text));
        return;
    }
    if (signature.person != person || signature.stage != stage_letters[event->stage])
        sim_violation("a verdict for the wrong delivery: person %u got the answer to %u (%c)",
                      person, signature.person, signature.stage);
    if (event->stage == STAGE_COMPLETION && signature.attempt != oracle.people[person].last_attempt)
        sim_violation("person %u is judged by the answer to an older attempt", person);
}

/* A no to any command of the transaction is the answer to all of it. */
static void note_answer(struct attempt *attempt, const struct send_result *result)
{
    if (result->fate == SEND_SENT)
        return;
    attempt->answered = true;
    attempt->code = 400;
    if (attempt->accepted)
        sim_violation("person %u counts as refused, and the message was taken", attempt->person);
}

void oracle_verdict(const struct send_item *item, const struct smtp_event *event,
                    const struct send_result *result)
{
    unsigned person = sim_person(text_of(item->to));
    struct watched *watched = &oracle.people[person];
    if (sim.ghost)
        return;
    sim_trace("verdict on %u: outcome %d, %u %.*s, fate %d %s", person, event->outcome,
              event->reply.code, TEXT_ARGS(event->reply.text), result->fate, result->reason);
    watched->failed |= result->fate == SEND_FAILED;
    if (oracle_is_tainted(watched->serial)) {
        watched->tainted = true;
        return;
    }
    bool handed = !watched->granted && watched->last_attempt != NO_ATTEMPT &&
                  !oracle.attempts[watched->last_attempt].settled &&
                  oracle.attempts[watched->last_attempt].life == sim.life;
    if (event->outcome == SMTP_ANSWERED)
        check_answer(person, event);
    if (handed && (event->outcome == SMTP_ANSWERED || event->reply.code == 421))
        note_answer(&oracle.attempts[watched->last_attempt], result);
    /* (421 to MAIL ends a session and says that nothing behind it was taken.) */
    if (handed && event->outcome == SMTP_UNKNOWN)
        oracle.attempts[watched->last_attempt].unbelieved = trust_in(watched->serial) != TRUSTED;
    if (event->outcome == SMTP_UNTOUCHED && event->reply.code != 421 && handed)
        sim_violation("person %u counts as untouched, though the message was handed over", person);
    if (result->fate == SEND_SENT && !(handed && oracle.attempts[watched->last_attempt].accepted))
        sim_violation("person %u counts as sent, and nobody took the message", person);
}

/* Judging is overheard where it is done, whatever ledger stands below; see meson.build. */
void __real_send_settle(const struct send_item *item, const struct smtp_event *event, bool intended,
                        int64_t wall_ms, struct random *random, struct send_result *ret_result);
void __wrap_send_settle(const struct send_item *item, const struct smtp_event *event, bool intended,
                        int64_t wall_ms, struct random *random, struct send_result *ret_result);

void __wrap_send_settle(const struct send_item *item, const struct smtp_event *event, bool intended,
                        int64_t wall_ms, struct random *random, struct send_result *ret_result)
{
    __real_send_settle(item, event, intended, wall_ms, random, ret_result);
    oracle_verdict(item, event, ret_result);
}

/* ---- From the wire ---- */

void oracle_envelope(unsigned person, unsigned serial)
{
    oracle.people[person].serial = serial;
}

/* A message may leave again only when nobody can know, or the answer was no. */
static void check_repetition(const struct attempt *before)
{
    if (before->tainted || (before->answered && before->code >= 400))
        return;
    if (sim.hold)
        sim_violation("person %u is written to again, though unknown ones are held",
                      before->person);
    else if (before->answered && before->code < 300 && !before->cut && !before->unbelieved)
        sim_violation("person %u is written to again, though its 250 was read", before->person);
}

static void check_intent(unsigned person, const struct watched *watched)
{
    if (!watched->granted)
        sim_violation("completing bytes of person %u without a grant", person);
    if (!sim_ledger->is_intent(person))
        sim_violation("completing bytes of person %u before its INTENT is durable", person);
    if (watched->suppressed && watched->intent_commit > watched->suppressed_commit)
        sim_violation("person %u was suppressed before the INTENT", person);
    if (oracle.paused && watched->intent_commit > oracle.paused_commit)
        sim_violation("person %u: the edition was paused before the INTENT", person);
}

static void check_depth(unsigned serial)
{
    unsigned open = 1;
    for (unsigned i = 0; i < oracle.attempt_count; i++) {
        const struct attempt *attempt = &oracle.attempts[i];
        open += attempt->serial == serial && attempt->life == sim.life && !attempt->settled;
    }
    if (open > depth_here())
        sim_violation("%u completed messages without a durable result on one connection", open);
}

unsigned oracle_completed(unsigned person)
{
    struct watched *watched = &oracle.people[person];
    check_intent(person, watched);
    check_depth(watched->serial);
    for (unsigned i = 0; i < oracle.attempt_count; i++)
        if (oracle.attempts[i].person == person)
            check_repetition(&oracle.attempts[i]);
    if (oracle.attempt_count == oracle.attempt_room) {
        oracle.attempt_room = oracle.attempt_room * 2 + 64;
        oracle.attempts =
            memory_grow(oracle.attempts, oracle.attempt_room * sizeof(*oracle.attempts));
    }
    unsigned number = oracle.attempt_count++;
    oracle.attempts[number] = (struct attempt){.person = person,
                                               .serial = watched->serial,
                                               .relay = sim.relay,
                                               .life = sim.life,
                                               .tainted = oracle_is_tainted(watched->serial)};
    watched->granted = false;
    watched->last_attempt = number;
    oracle_totals.attempts++;
    sim_trace("attempt %u: person %u on connection %u", number, person, watched->serial);
    return number;
}

static void check_content(unsigned person, struct text content)
{
    struct watched *watched = &oracle.people[person];
    BUFFER(wanted, 64 * 1024);
    size_t at = text_find(content, TEXT("Date: "));
    int64_t date_ms = at == TEXT_NONE ? 0 : strtoll(content.at + at + 6, NULL, 10);
    sim_body(person, date_ms, &wanted);
    if (!text_equal(content, buffer_text(&wanted)))
        sim_violation("what arrived for person %u is not what was written", person);
    if (watched->date_ms != 0 && watched->date_ms != date_ms)
        sim_violation("person %u gets other bytes at another attempt", person);
    watched->date_ms = date_ms;
}

void oracle_accepted(unsigned number, struct text content)
{
    struct attempt *attempt = &oracle.attempts[number];
    sim_trace("the server took attempt %u", number);
    attempt->accepted = true;
    oracle.people[attempt->person].accepted++;
    oracle_totals.accepted++;
    if (sim.limited)
        limited_taken(attempt->person, attempt->relay);
    check_content(attempt->person, content);
}

void oracle_answered(unsigned number, unsigned code)
{
    oracle.attempts[number].answered = true;
    oracle.attempts[number].code = code;
}

/* ---- Lives ---- */

/* At most one message a connection, times the depth, may be left in the dark. */
static void leave_in_the_dark(void)
{
    unsigned dark = 0;
    for (unsigned i = 0; i < oracle.attempt_count; i++) {
        struct attempt *attempt = &oracle.attempts[i];
        if (attempt->life != sim.life || attempt->settled)
            continue;
        attempt->cut = true;
        dark++;
    }
    if (dark > sim.connections * depth_here())
        sim_violation("%u messages in the dark after one cut", dark);
    for (unsigned i = 0; i < SIM_PEOPLE; i++)
        oracle.people[i].granted = false;
    forget_grants();
    oracle.cuts += dark > 0;
}

void oracle_cut(void)
{
    oracle_totals.cuts++;
    leave_in_the_dark();
}

void oracle_ended(bool failed)
{
    for (unsigned i = 0; !failed && i < oracle.attempt_count; i++)
        if (oracle.attempts[i].life == sim.life && !oracle.attempts[i].settled)
            sim_violation("the dispatcher ended without a result for person %u",
                          oracle.attempts[i].person);
    leave_in_the_dark();
}

void oracle_row(unsigned person, enum send_fate fate, bool skipped)
{
    struct watched *watched = &oracle.people[person];
    sim_trace("row of %u: fate %d%s, taken %u times", person, fate, skipped ? " skipped" : "",
              watched->accepted);
    if (watched->judged)
        sim_violation("person %u has two rows", person);
    watched->judged = true;
    oracle_totals.unknown_held += !skipped && fate == SEND_UNKNOWN;
    if (watched->tainted)
        return;
    if (skipped ? !watched->suppression_asked : fate == SEND_READY)
        sim_violation("person %u is left behind", person);
    if (skipped)
        return;
    if (fate == SEND_SENT && watched->accepted == 0)
        sim_violation("person %u is lost: sent, says the ledger", person);
    if (fate == SEND_FAILED && !watched->failed)
        sim_violation("person %u failed, and no verdict said so", person);
    if (fate == SEND_UNKNOWN && !sim.hold)
        sim_violation("person %u stays unknown", person);
    if (sim.hold && watched->accepted > 1)
        sim_violation("person %u has %u copies, though unknown ones are held", person,
                      watched->accepted);
}

void oracle_judge(void)
{
    unsigned copies = 0, withheld = 0, tainted = 0;
    for (unsigned i = 0; i < oracle.attempt_count; i++) {
        withheld +=
            oracle.attempts[i].accepted && !oracle.attempts[i].answered && !oracle.attempts[i].cut;
        tainted += oracle.attempts[i].tainted || oracle.attempts[i].unbelieved;
    }
    for (unsigned i = 0; i < sim.people; i++) {
        copies += oracle.people[i].accepted > 1 ? oracle.people[i].accepted - 1 : 0;
        if (!oracle.people[i].judged)
            sim_violation("person %u has no row", i);
    }
    oracle_totals.copies += copies;
    oracle_totals.withheld += withheld;
    if (copies > oracle.cuts * sim.connections * depth_here() + withheld + tainted)
        sim_violation("%u copies after %u cuts and %u withheld answers", copies, oracle.cuts,
                      withheld);
}
