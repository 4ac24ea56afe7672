/* Reasons: config/verdicts.yaml, what a postmaster knows about servers' words. */
#include "campaign/reasons.h"

#include "base/banned.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "verdict/verdict_words.h"

enum { WORDS = 200 };

/* What fails, or does not, for a reason; complaints and the like are told by the form of a mail. */
static const struct word class_words[] = {
    {"bad-mailbox", CLASS_BAD_MAILBOX},
    {"bad-domain", CLASS_BAD_DOMAIN},
    {"inactive-mailbox", CLASS_INACTIVE_MAILBOX},
    {"mailbox-full", CLASS_MAILBOX_FULL},
    {"recipient-refused", CLASS_RECIPIENT_REFUSED},
    {"message-too-big", CLASS_MESSAGE_TOO_BIG},
    {"policy-block", CLASS_POLICY_BLOCK},
    {"content", CLASS_CONTENT},
    {"auth-failure", CLASS_AUTH_FAILURE},
    {"rate-limited", CLASS_RATE_LIMITED},
    {"remote-system", CLASS_REMOTE_SYSTEM},
    {"temporary-network", CLASS_TEMPORARY_NETWORK},
    {"expired", CLASS_EXPIRED},
    {NULL, 0},
};

static bool check_words(struct text text, struct error *err)
{
    BUFFER(plain, WORDS + 1);
    verdict_words_format(text, &plain);
    if (plain.overflowed)
        return error_set(err, FAULT_CONFIG, "is longer than %d bytes", WORDS);
    if (plain.length < 3 || buffer_text(&plain).at[0] == '*')
        return error_set(err, FAULT_CONFIG,
                         "must begin with a word; codes and signs are not looked at");
    return true;
}

static const struct key reason_keys[] = {
    {"words", KEY_TEXT_AS(struct reason, words, check_words), REQUIRED, NULL,
     "\"has left the building\"",
     "Words of the server, in their order. Upper and lower case, signs and codes are not looked "
     "at; "
     "\"*\" stands for up to six words."},
    {"means", KEY_WORD(struct reason, means, enum verdict_class, class_words), REQUIRED, NULL,
     "bad-mailbox", "The class of the failure: who pays for it."},
    {"note", KEY_TEXT(struct reason, note), 0, NULL, "\"a server of ours\"",
     "Who says so, for people."},
};
static const struct shape reason_shape = SHAPE(struct reason, reason_keys);

static const struct key reasons_keys[] = {
    {"verdicts",
     KEY_LIST(struct reasons, verdicts, struct reason_list, struct reason, reason_shape, REASONS),
     0, NULL, NULL, "Rows that decide over the tables that come with the program."},
};
const struct shape reasons_shape = SHAPE(struct reasons, reasons_keys);

bool reasons_read(struct arena *arena, struct text text, struct text path,
                  struct findings *findings, struct reasons *ret_reasons)
{
    unsigned before = findings->errors;
    struct node *root = document_read(arena, text, path, FAULT_CONFIG, findings);
    *ret_reasons = (struct reasons){0};
    if (root != NULL)
        schema_read(&reasons_shape, root, arena, FAULT_CONFIG, findings, ret_reasons);
    return findings->errors == before;
}

/* The tables point at their rows for as long as the process lives. */
static struct arena kept;

static void add(const struct reason_list *list)
{
    struct verdict_phrase *rows = arena_array(&kept, struct verdict_phrase, list->count);
    struct verdict_phrases *phrases = arena_new(&kept, struct verdict_phrases);
    for (size_t i = 0; i < list->count; i++) {
        BUFFER(plain, WORDS + 1);
        verdict_words_format(list->at[i].words, &plain);
        rows[i] = (struct verdict_phrase){.words = arena_string(&kept, buffer_text(&plain)),
                                          .class = list->at[i].means,
                                          .weight = WEIGHT_OWN};
    }
    *phrases = (struct verdict_phrases){rows, list->count};
    verdict_words_extend(phrases);
}

bool reasons_adopt(const char *root, struct findings *findings)
{
    static bool done;
    ARENA(scratch);
    struct text text;
    struct error absent;
    struct reasons reasons;
    if (done ||
        !file_read_inside(&scratch, root, TEXT(REASONS_PATH), DOCUMENT_BYTES, &text, &absent))
        return true;
    if (!reasons_read(&scratch, text, TEXT(REASONS_PATH), findings, &reasons))
        return false;
    done = true;
    add(&reasons.verdicts);
    return true;
}
