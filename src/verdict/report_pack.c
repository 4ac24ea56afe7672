/*
 * Report pack: a report as bytes, from the process that reads strangers' mails to the one that
 * acts.
 *
 * Both are the same program on the same machine, so numbers are as the machine has them. One walk
 * (carry_report) serves both ways: what is written and what is read cannot come apart.
 */
#include "verdict/report_pack.h"

#include "base/banned.h"

struct carrier {
    char *at; /* of the bytes */
    size_t length, used;
    struct arena *arena; /* reading: where arrays are made; NULL: writing */
    bool good;
};

static bool has_room(struct carrier *carrier, size_t size)
{
    carrier->good = carrier->good && size <= carrier->length - carrier->used;
    return carrier->good;
}

static void carry_number(struct carrier *carrier, uint32_t *number)
{
    if (!has_room(carrier, sizeof(*number)))
        return;
    char *at = carrier->at + carrier->used;
    if (carrier->arena != NULL)
        memcpy(number, at, sizeof(*number));
    else
        memcpy(at, number, sizeof(*number));
    carrier->used += sizeof(*number);
}

/* At most `most`, or it is none of ours. */
static unsigned carry_below(struct carrier *carrier, unsigned value, unsigned most)
{
    uint32_t number = value;
    carry_number(carrier, &number);
    carrier->good = carrier->good && number <= most;
    return carrier->good ? number : 0;
}

/* With a NUL behind it, for those that are strings. */
static void carry_text(struct carrier *carrier, struct text *text)
{
    uint32_t length = (uint32_t)text->length;
    carry_number(carrier, &length);
    if (!has_room(carrier, (size_t)length + 1))
        return;
    char *at = carrier->at + carrier->used;
    if (carrier->arena != NULL) {
        *text = text_from(at, length);
        carrier->good = at[length] == '\0';
    } else {
        if (length > 0)
            memcpy(at, text->at, length);
        at[length] = '\0';
    }
    carrier->used += (size_t)length + 1;
}

static void carry_string(struct carrier *carrier, const char **string)
{
    struct text text = carrier->arena != NULL ? (struct text){0} : text_of(*string);
    carry_text(carrier, &text);
    *string = carrier->good ? text.at : "";
}

static void carry_verdict(struct carrier *carrier, struct verdict *verdict)
{
    verdict->class = (enum verdict_class)carry_below(carrier, verdict->class, VERDICT_CLASSES - 1);
    verdict->action =
        (enum verdict_action)carry_below(carrier, verdict->action, VERDICT_ACTIONS - 1);
    verdict->permanent = carry_below(carrier, verdict->permanent, true) != 0;
    carry_string(carrier, &verdict->rule);
}

static void carry_recipient(struct carrier *carrier, struct report_recipient *recipient)
{
    carry_text(carrier, &recipient->address);
    carry_text(carrier, &recipient->alias);
    carry_text(carrier, &recipient->status);
    recipient->reply_code = (uint16_t)carry_below(carrier, recipient->reply_code, 999);
    carry_text(carrier, &recipient->diagnostic);
    carry_verdict(carrier, &recipient->verdict);
}

static void carry_list(struct carrier *carrier, struct text *list, size_t *count)
{
    *count = carry_below(carrier, (unsigned)*count, REPORT_EVIDENCE);
    for (size_t i = 0; i < *count && carrier->good; i++)
        carry_text(carrier, &list[i]);
}

static void carry_report(struct carrier *carrier, struct report *report)
{
    struct report_evidence *evidence = &report->evidence;
    report->kind = (enum facts_kind)carry_below(carrier, report->kind, KIND_OTHER);
    report->delayed = carry_below(carrier, report->delayed, true) != 0;
    report->is_bounce = report->kind == KIND_BOUNCE;
    carry_text(carrier, &report->form);
    carry_text(carrier, &report->subject);
    carry_text(carrier, &report->from);
    carry_text(carrier, &report->feedback_type);
    carry_list(carrier, evidence->return_paths, &evidence->return_path_count);
    carry_list(carrier, evidence->message_ids, &evidence->message_id_count);
    carry_text(carrier, &evidence->broadside);
    report->recipient_count =
        carry_below(carrier, (unsigned)report->recipient_count, REPORT_RECIPIENTS);
    if (carrier->arena != NULL)
        report->recipients =
            arena_array(carrier->arena, struct report_recipient, report->recipient_count);
    for (size_t i = 0; i < report->recipient_count && carrier->good; i++)
        carry_recipient(carrier, &report->recipients[i]);
}

size_t report_pack(const struct report *report, char *at, size_t room)
{
    struct report copy = *report; /* writing changes nothing, but the walk is the reader's too */
    struct carrier carrier = {.at = at, .length = room, .good = true};
    carry_report(&carrier, &copy);
    return carrier.good ? carrier.used : 0;
}

bool report_unpack(struct arena *arena, struct text packed, struct report *ret_report)
{
    struct carrier carrier = {
        .at = (char *)(uintptr_t)packed.at, .length = packed.length, .arena = arena, .good = true};
    *ret_report = (struct report){0};
    carry_report(&carrier, ret_report);
    return carrier.good && carrier.used == packed.length;
}
