/*
 * Collect, whose: which delivery a mail is about, and what proves it.
 *
 * In order of trust: our signed return path, our signed header, our Message-ID, and at last an
 * address we wrote to. The last proves nothing, for addresses are no secret.
 */
#include "flow/collect_whose.h"

#include "mail/address.h"

#include "base/banned.h"

enum { RECIPIENTS = 8 /* of a report, whose Message-IDs are tried */ };

struct search {
    const struct workspace *workspace;
    struct arena *arena;
    const struct report *report;
    struct collect_whose *found;
    struct error *err;
};

/* An erased member's token finds nothing, which is as it should be. */
static bool find_by_token(struct search *search, struct text string, enum token_purpose purpose,
                          enum bounce_proof proof)
{
    struct token token;
    if (search->found->target != NULL || string.length == 0 ||
        !token_parse(&search->workspace->key, string, &token) || token.purpose != purpose)
        return true;
    search->found->proof = proof;
    return bounce_target_of(search->workspace->store, search->arena, token.edition, token.member,
                            &search->found->target, search->err);
}

/* "Unsubscribe unsubscribe-TOKEN": mail programs add words, and some change the case. Only of a
 * mail that somebody wrote: a bounce may quote it. */
static bool find_by_subject(struct search *search)
{
    static const struct text mark = TEXT_INIT("unsubscribe-");
    struct text rest = search->report->subject;
    if (search->report->kind != KIND_UNSUBSCRIBE && search->report->kind != KIND_OTHER)
        return true;
    for (size_t at; (at = text_find_nocase(rest, mark)) != TEXT_NONE;) {
        rest = text_after(rest, at + mark.length);
        size_t end = 0;
        while (end < rest.length && strchr(" \t<>()[],;:.\"'?!", rest.at[end]) == NULL)
            end++;
        if (!find_by_token(search, text_slice(rest, 0, end), TOKEN_UNSUBSCRIBE, PROOF_TOKEN))
            return false;
    }
    return true;
}

static bool find_by_return_path(struct search *search)
{
    const struct report_evidence *evidence = &search->report->evidence;
    for (size_t i = 0; i < evidence->return_path_count; i++) {
        struct text path = evidence->return_paths[i];
        struct text local = text_slice(path, 0, text_find_last_byte(path, '@'));
        size_t plus = text_find_last_byte(local, '+');
        if (plus != TEXT_NONE && !find_by_token(search, text_after(local, plus + 1),
                                                TOKEN_RETURN_PATH, PROOF_RETURN_PATH))
            return false;
    }
    return true;
}

static bool answers(const struct search *search, const struct bounce_target *target)
{
    const struct report_evidence *evidence = &search->report->evidence;
    char room[MESSAGE_ID_STRING];
    if (target->key.length == 0)
        return false;
    struct text ours = token_message_id(&search->workspace->key, target->campaign, target->slot,
                                        target->key, room);
    for (size_t i = 0; i < evidence->message_id_count; i++) {
        struct text id = evidence->message_ids[i];
        if (text_equal_nocase(text_slice(id, 0, text_find_last_byte(id, '@')), ours))
            return true;
    }
    return false;
}

static bool find_by_address(struct search *search, struct text written)
{
    struct address address;
    struct error none;
    unsigned char hash[ADDRESS_HASH];
    struct bounce_target *targets;
    size_t count;
    if (written.length == 0 ||
        !address_parse(search->arena, written, ADDRESS_UTF8_LOCAL | ADDRESS_SINGLE_LABEL, &address,
                       &none))
        return true;
    token_address_hash(&search->workspace->key, address.key, hash);
    if (!bounce_candidates(search->workspace->store, search->arena, hash, &targets, &count,
                           search->err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (answers(search, &targets[i]))
            *search->found = (struct collect_whose){&targets[i], PROOF_MESSAGE_ID};
    if (search->found->target == NULL && count > 0)
        *search->found = (struct collect_whose){&targets[0], PROOF_ADDRESS};
    return true;
}

static bool is_proven(const struct search *search)
{
    return search->found->target != NULL && search->found->proof >= PROOF_MESSAGE_ID;
}

static bool find_by_addresses(struct search *search)
{
    const struct report *report = search->report;
    for (size_t i = 0; i < report->recipient_count && i < RECIPIENTS; i++)
        if (!is_proven(search) && (!find_by_address(search, report->recipients[i].address) ||
                                   !find_by_address(search, report->recipients[i].alias)))
            return false;
    return true;
}

bool collect_whose_find(const struct workspace *workspace, struct arena *arena,
                        const struct report *report, struct collect_whose *ret_whose,
                        struct error *err)
{
    struct search search = {workspace, arena, report, ret_whose, err};
    *ret_whose = (struct collect_whose){0};
    if (!find_by_subject(&search) || !find_by_return_path(&search) ||
        !find_by_token(&search, text_trim(report->evidence.broadside), TOKEN_RETURN_PATH,
                       PROOF_HEADER))
        return false;
    if (ret_whose->target == NULL && !find_by_addresses(&search))
        return false;
    if (ret_whose->target == NULL)
        ret_whose->proof = PROOF_NONE;
    return true;
}
