/* Collect, effect: what a mail whose delivery is known changes, and who pays. */
#include "flow/collect_effect.h"

#include "mail/address.h"
#include "store/patience.h"

#include "base/banned.h"

enum {
    REASON = 200,     /* bytes of a stranger's words that a suppression keeps */
    WATCH_LEAST = 5,  /* faults of ours before an edition is paused … */
    WATCH_PART = 20,  /* … when they are more than one in so many */
    COMPLAINTS = 3,   /* complaints before an edition is paused … */
    COMPLAINED = 1000 /* … when they are more than one in so many */
};

struct text collect_source(int64_t bounce_id, char source[COLLECT_SOURCE])
{
    snprintf(source, COLLECT_SOURCE, "bounce %lld", (long long)bounce_id);
    return text_of(source);
}

struct text collect_advice(struct text class)
{
    static const struct {
        enum verdict_class class;
        struct text advice;
    } rows[] = {
        {CLASS_AUTH_FAILURE,
         TEXT_INIT("our mail fails SPF, DKIM or DMARC: mend the DNS records of the sender's domain "
                   "and the signing at the relay; no reader was suppressed")},
        {CLASS_POLICY_BLOCK,
         TEXT_INIT("our server, domain or sender address is refused: ask the relay's operator, and "
                   "the blocklist if the words name one; no reader was suppressed")},
        {CLASS_CONTENT,
         TEXT_INIT("the message itself was refused: look at its links, attachments and wording; no "
                   "reader was suppressed")},
        {CLASS_MESSAGE_TOO_BIG,
         TEXT_INIT("the message is too large: make pictures and attachments smaller, or link to "
                   "them; no reader was suppressed")},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (text_equal(class, text_of(verdict_class_name(rows[i].class))))
            return rows[i].advice;
    return (struct text){0};
}

/* --- Judging --- */

static bool is_about(const struct report_recipient *recipient, struct text address)
{
    return address.length > 0 && (text_equal_nocase(recipient->address, address) ||
                                  text_equal_nocase(recipient->alias, address));
}

/* A message of ours has one recipient. Where the report names several, the alias behind it was
 * expanded, and the mildest of them speaks: the address still reaches the others. */
static const struct report_recipient *recipient_of(const struct report *report,
                                                   const struct bounce_target *target)
{
    if (report->recipient_count == 0)
        return NULL;
    for (size_t i = 0; target != NULL && i < report->recipient_count; i++)
        if (is_about(&report->recipients[i], target->address))
            return &report->recipients[i];
    for (size_t i = 0; i < report->recipient_count; i++)
        if (report->recipients[i].verdict.action != VERDICT_SUPPRESS)
            return &report->recipients[i];
    return &report->recipients[0];
}

static struct verdict verdict_without_recipient(const struct report *report)
{
    const struct facts facts = {
        .stage = STAGE_BOUNCE, .kind = report->kind, .feedback_type = report->feedback_type};
    return verdict_of(&facts);
}

static enum bounce_effect effect_of_action(enum verdict_action action)
{
    static const enum bounce_effect effects[VERDICT_ACTIONS] = {
        [VERDICT_SUPPRESS] = EFFECT_SUPPRESSED,    [VERDICT_COUNT] = EFFECT_COUNTED,
        [VERDICT_COUNT_IF_FINAL] = EFFECT_COUNTED, [VERDICT_ALERT] = EFFECT_OURS,
        [VERDICT_PAUSE_EDITION] = EFFECT_OURS,     [VERDICT_PAUSE] = EFFECT_OURS,
    };
    return effects[action];
}

/* Only what is proven may cost anybody anything. */
static enum bounce_effect effect_of(const struct report *report, const struct verdict *verdict,
                                    enum bounce_proof proof)
{
    if (proof == PROOF_TOKEN)
        return EFFECT_UNSUBSCRIBED;
    if (report->kind == KIND_OTHER)
        return EFFECT_FOR_PEOPLE;
    if (report->kind == KIND_UNSUBSCRIBE)
        return EFFECT_UNPROVEN;
    enum bounce_effect effect = effect_of_action(verdict->action);
    return effect != EFFECT_NONE && proof < PROOF_MESSAGE_ID ? EFFECT_UNPROVEN : effect;
}

static struct text clean(struct arena *arena, struct text words, size_t most)
{
    const char *copy = arena_string(arena, text_slice(words, 0, most));
    error_clean((char *)(uintptr_t)copy);
    return text_of(copy);
}

static void hash_address(const struct workspace *workspace, struct arena *arena,
                         struct bounce *bounce)
{
    struct address address;
    struct error none;
    bounce->has_hash = bounce->address.length > 0 &&
                       address_parse(arena, bounce->address,
                                     ADDRESS_UTF8_LOCAL | ADDRESS_SINGLE_LABEL, &address, &none);
    if (bounce->has_hash)
        token_address_hash(&workspace->key, address.key, bounce->hash);
}

void collect_judge(const struct workspace *workspace, struct arena *arena,
                   const struct report *report, const struct collect_whose *whose,
                   struct bounce *bounce)
{
    const struct report_recipient *recipient = recipient_of(report, whose->target);
    struct verdict verdict =
        recipient != NULL ? recipient->verdict : verdict_without_recipient(report);
    bool is_proven = whose->target != NULL && whose->proof >= PROOF_MESSAGE_ID;
    bounce->kind = text_of(facts_kind_name(report->kind));
    bounce->proof = whose->proof;
    bounce->delivery_id = whose->target != NULL ? whose->target->delivery_id : 0;
    bounce->address = is_proven           ? whose->target->address
                      : recipient != NULL ? clean(arena, recipient->address, REPORT_ADDRESS)
                                          : (struct text){0};
    bounce->class = text_of(verdict_class_name(verdict.class));
    bounce->action = text_of(verdict_action_name(verdict.action));
    bounce->rule = text_of(verdict.rule);
    bounce->permanent = verdict.permanent;
    bounce->effect = effect_of(report, &verdict, is_proven ? whose->proof : PROOF_NONE);
    bounce->counted = bounce->effect == EFFECT_COUNTED;
    if (recipient != NULL) {
        bounce->status = arena_text(arena, recipient->status);
        bounce->reply_code = recipient->reply_code;
        bounce->diagnostic = clean(arena, recipient->diagnostic, REPORT_DIAGNOSTIC);
    }
    hash_address(workspace, arena, bounce);
}

/* --- Changing --- */

static bool suppress(const struct workspace *workspace, const struct bounce *bounce,
                     struct text reason, int64_t now_ms, int64_t until_ms, struct error *err)
{
    char source[COLLECT_SOURCE];
    struct suppression suppression = {.address = bounce->address,
                                      .class = bounce->class,
                                      .reason = reason,
                                      .source = collect_source(bounce->id, source),
                                      .since_ms = now_ms,
                                      .until_ms = until_ms};
    memcpy(suppression.hash, bounce->hash, sizeof(suppression.hash));
    return bounce_suppress(workspace->store, &suppression, err);
}

static bool apply_suppression(const struct workspace *workspace, const struct bounce *bounce,
                              int64_t now_ms, struct error *err)
{
    ARENA(scratch);
    struct text reason = clean(&scratch, bounce->diagnostic, REASON);
    return !bounce->has_hash ||
           suppress(workspace, bounce, reason.length > 0 ? reason : bounce->kind, now_ms, 0, err);
}

/* The mail is stored already, so it counts itself. */
static bool apply_count(const struct workspace *workspace, const struct collect_whose *whose,
                        const struct bounce *bounce, int64_t now_ms, struct collect_counts *counts,
                        struct error *err)
{
    ARENA(scratch);
    struct patience patience = {0};
    if (!bounce->has_hash)
        return true;
    if (!patience_with(workspace->store, bounce->hash, whose->target->member_id, bounce->class,
                       now_ms, &patience, err))
        return false;
    if (!patience.is_over)
        return true;
    counts->suppressed_softly++;
    struct text reason = arena_printf(&scratch, "%d mails in a row came back within %d days",
                                      (int)patience.ends, PATIENCE_DAYS);
    return suppress(workspace, bounce, reason, now_ms, patience.until_ms, err);
}

/* An edition for everybody has no topic to leave: then only a suppression keeps the promise. */
static bool apply_unsubscription(const struct workspace *workspace,
                                 const struct collect_whose *whose, struct bounce bounce,
                                 int64_t now_ms, struct error *err)
{
    bool known = false;
    if (!bounce_unsubscribe(workspace->store, whose->target, now_ms, TEXT("mail"), &known, err))
        return false;
    if (known || !bounce.has_hash)
        return true;
    bounce.class = TEXT("unsubscribed");
    return suppress(workspace, &bounce, TEXT("asked by mail"), now_ms, 0, err);
}

/* A bounce says that an unknown message failed; whatever else answers it, that it arrived. */
static bool apply_evidence(const struct workspace *workspace, const struct collect_whose *whose,
                           const struct bounce *bounce, int64_t now_ms,
                           struct collect_counts *counts, struct error *err)
{
    bool is_failure = text_equal(bounce->kind, TEXT("bounce")) &&
                      (bounce->effect == EFFECT_SUPPRESSED || bounce->effect == EFFECT_COUNTED ||
                       bounce->effect == EFFECT_OURS);
    struct reply reply = {.code = (uint16_t)bounce->reply_code,
                          .enhanced = enhanced_parse(bounce->status, NULL),
                          .text = text_slice(bounce->diagnostic, 0, LEDGER_REPLY)};
    struct settlement settlement = {.id = whose->target->delivery_id,
                                    .state = is_failure ? DELIVERY_FAILED : DELIVERY_SENT,
                                    .reason = is_failure ? bounce->class : (struct text){0},
                                    .reply = is_failure ? &reply : NULL};
    bool moved = false;
    if (whose->target->state != DELIVERY_UNKNOWN)
        return true;
    if (!bounce_resolve(workspace->store, &settlement, now_ms, &moved, err))
        return false;
    counts->resolved += moved;
    return true;
}

bool collect_apply(const struct workspace *workspace, const struct collect_whose *whose,
                   const struct bounce *bounce, int64_t now_ms, struct collect_counts *counts,
                   struct error *err)
{
    if (whose->target == NULL || whose->proof < PROOF_MESSAGE_ID)
        return true;
    if (!apply_evidence(workspace, whose, bounce, now_ms, counts, err))
        return false;
    if (bounce->effect == EFFECT_SUPPRESSED)
        return apply_suppression(workspace, bounce, now_ms, err);
    if (bounce->effect == EFFECT_COUNTED)
        return apply_count(workspace, whose, bounce, now_ms, counts, err);
    if (bounce->effect == EFFECT_UNSUBSCRIBED)
        return apply_unsubscription(workspace, whose, *bounce, now_ms, err);
    return true;
}

static bool is_too_much(const struct bounce_tally *tally, const char **ret_reason)
{
    *ret_reason = "too many readers called it spam: see `broadside collect --json`, look at who "
                  "gets it and why";
    if (tally->complaints >= COMPLAINTS && tally->complaints * COMPLAINED > tally->sent)
        return true;
    *ret_reason = "it comes home refused for our own fault: see what `broadside collect` said";
    return tally->ours >= WATCH_LEAST && tally->ours * WATCH_PART > tally->sent;
}

bool collect_watch(const struct workspace *workspace, const struct collect_whose *whose,
                   const struct bounce *bounce, struct collect_counts *counts, struct error *err)
{
    struct bounce_tally tally;
    const char *reason;
    bool changed = false, is_complaint = text_equal(bounce->kind, TEXT("complaint"));
    if (whose->target == NULL || whose->proof < PROOF_MESSAGE_ID ||
        (bounce->effect != EFFECT_OURS && !is_complaint))
        return true;
    if (!bounce_tally_of(workspace->store, whose->target->edition_id, &tally, err))
        return false;
    if (is_too_much(&tally, &reason) &&
        !edition_pause(workspace->store, whose->target->edition_id, text_of(reason), &changed, err))
        return false;
    counts->paused += changed;
    return true;
}
