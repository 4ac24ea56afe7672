/*
 * Report: any bytes are a mail, and what is read out of them stays within its promises.
 *
 * Every text of the report is touched to its last byte, the caps hold, and nothing but a failure
 * that is called permanent, or a complaint, may suppress.
 */
#include "base/memory.h"
#include "verdict/report_pack.h"

static uint64_t touched;

static void touch(struct text text)
{
    touched ^= text_hash(text);
}

static void check_recipient(const struct report *report, const struct report_recipient *recipient)
{
    const struct verdict *verdict = &recipient->verdict;
    touch(recipient->address);
    touch(recipient->alias);
    touch(recipient->status);
    touch(recipient->diagnostic);
    touch(recipient->source);
    touch(text_of(verdict->rule));
    must(verdict->rule != NULL && verdict->why != NULL);
    must(recipient->address.length <= REPORT_ADDRESS);
    must(recipient->diagnostic.length <= REPORT_DIAGNOSTIC);
    must(recipient->reply_code == 0 ||
         (recipient->reply_code >= 400 && recipient->reply_code < 600));
    if (verdict->action == VERDICT_SUPPRESS)
        must(report->kind == KIND_COMPLAINT || (report->is_bounce && verdict->permanent));
    if (report->delayed)
        must(verdict->action == VERDICT_IGNORE && verdict->fate == FATE_NOTHING);
}

static void check_evidence(const struct report_evidence *evidence)
{
    must(evidence->return_path_count <= REPORT_EVIDENCE);
    must(evidence->message_id_count <= REPORT_EVIDENCE);
    for (size_t i = 0; i < evidence->return_path_count; i++)
        touch(evidence->return_paths[i]);
    for (size_t i = 0; i < evidence->message_id_count; i++)
        touch(evidence->message_ids[i]);
    touch(evidence->broadside);
}

/* What explain prints is JSON, whatever a stranger wrote. */
static void check_json(struct arena *arena, const struct report *report)
{
    BUFFER(out, JSON_INPUT);
    struct json_writer writer = {.out = &out};
    struct value value;
    struct error err;
    report_explain_json(&writer, TEXT("mail"), report);
    must(json_parse(arena, buffer_text(&out), TEXT("out"), &value, &err));
    buffer_clear(&out);
    report_explain_text(&out, TEXT("mail"), report);
    touch(buffer_text(&out));
}

/* What the reading process says is bytes too, and may be anything. */
static void check_unpacked(struct arena *arena, struct text bytes)
{
    struct report report;
    if (!report_unpack(arena, bytes, &report))
        return;
    must(report.recipient_count <= REPORT_RECIPIENTS);
    for (size_t i = 0; i < report.recipient_count; i++) {
        const struct report_recipient *recipient = &report.recipients[i];
        touch(recipient->address);
        touch(recipient->diagnostic);
        touch(text_of(recipient->verdict.rule));
        must((int)recipient->verdict.class < VERDICT_CLASSES);
        must((int)recipient->verdict.action < VERDICT_ACTIONS);
    }
    check_evidence(&report.evidence);
}

static void check_packing(struct arena *arena, const struct report *report, struct text noise)
{
    char *bytes = arena_take(arena, REPORT_PACKED);
    size_t length = report_pack(report, bytes, REPORT_PACKED);
    must(length > 0);
    check_unpacked(arena, text_from(bytes, length));
    for (size_t i = 0; i < noise.length && i < 64; i++)
        bytes[(unsigned char)noise.at[i] * 7U % length] ^= noise.at[i];
    check_unpacked(arena, text_from(bytes, length));
    check_unpacked(arena, noise);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena);
    struct report report;
    report_read(&arena, text_from((const char *)data, size), &report);
    must(report.recipient_count <= REPORT_RECIPIENTS);
    must(report.is_bounce == (report.kind == KIND_BOUNCE));
    touch(report.form);
    touch(report.subject);
    touch(report.from);
    touch(report.feedback_type);
    for (size_t i = 0; i < report.recipient_count; i++)
        check_recipient(&report, &report.recipients[i]);
    check_evidence(&report.evidence);
    check_json(&arena, &report);
    check_packing(&arena, &report, text_from((const char *)data, size));
    return 0;
}
