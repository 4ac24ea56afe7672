/* Report JSON: what `explain` says of a mail, for programs and for people. */
#include "verdict/report.h"

#include "base/banned.h"

static void recipient_json(struct json_writer *writer, const struct report_recipient *recipient)
{
    char code[8];
    snprintf(code, sizeof(code), "%u", recipient->reply_code);
    json_begin_object(writer);
    json_key(writer, "address");
    json_say_text(writer, recipient->address);
    json_key(writer, "status");
    json_say_text(writer, recipient->status);
    json_key(writer, "reply_code");
    json_say_string(writer, recipient->reply_code == 0 ? "" : code);
    json_key(writer, "class");
    json_say_string(writer, verdict_class_name(recipient->verdict.class));
    json_key(writer, "permanent");
    json_say_bool(writer, recipient->verdict.permanent);
    json_key(writer, "action");
    json_say_string(writer, verdict_action_name(recipient->verdict.action));
    json_key(writer, "rule");
    json_say_string(writer, recipient->verdict.rule);
    json_key(writer, "diagnostic");
    json_say_text(writer, recipient->diagnostic);
    json_end_object(writer);
}

void report_explain_json(struct json_writer *writer, struct text file, const struct report *report)
{
    json_begin_object(writer);
    json_key(writer, "file");
    json_say_text(writer, file);
    json_key(writer, "is_bounce");
    json_say_bool(writer, report->is_bounce);
    json_key(writer, "kind");
    json_say_string(writer, facts_kind_name(report->kind));
    json_key(writer, "delayed");
    json_say_bool(writer, report->delayed);
    json_key(writer, "form");
    json_say_text(writer, report->form);
    json_key(writer, "recipients");
    json_begin_array(writer);
    for (size_t i = 0; i < report->recipient_count; i++)
        recipient_json(writer, &report->recipients[i]);
    json_end_array(writer);
    json_end_object(writer);
}

static void line(struct buffer *out, const char *name, struct text value)
{
    if (value.length == 0)
        return;
    buffer_printf(out, "  %-12s", name);
    for (size_t i = 0; i < value.length; i++) /* a stranger's bytes on a person's terminal */
        buffer_add_byte(out, value.at[i] < ' ' && value.at[i] >= 0 ? ' ' : value.at[i]);
    buffer_add_byte(out, '\n');
}

static void list(struct buffer *out, const char *name, const struct text *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        line(out, i == 0 ? name : "", values[i]);
}

static void recipient_text(struct buffer *out, const struct report_recipient *recipient)
{
    const struct verdict *verdict = &recipient->verdict;
    char code[8];
    snprintf(code, sizeof(code), "%u", recipient->reply_code);
    buffer_add_byte(out, '\n');
    line(out, "recipient", recipient->address.length > 0 ? recipient->address : TEXT("unknown"));
    line(out, "named in", recipient->source);
    line(out, "also", recipient->alias);
    line(out, "action", text_of(facts_action_name(recipient->facts.action)));
    line(out, "status", recipient->status);
    line(out, "reply code", recipient->reply_code == 0 ? (struct text){0} : text_of(code));
    line(out, "words", recipient->diagnostic);
    line(out, "rule", text_of(verdict->rule));
    buffer_printf(out, "  %-12s%s%s\n", "means", verdict_class_name(verdict->class),
                  verdict->permanent ? ", permanent" : "");
    buffer_printf(out, "  %-12s%s: %s\n", "so", verdict_action_name(verdict->action), verdict->why);
}

void report_explain_text(struct buffer *out, struct text file, const struct report *report)
{
    const struct report_evidence *evidence = &report->evidence;
    buffer_add(out, file);
    buffer_add_byte(out, '\n');
    line(out, "kind", text_of(facts_kind_name(report->kind)));
    line(out, "known by", report->form);
    line(out, "", report->delayed ? TEXT("a delay notice") : (struct text){0});
    line(out, "from", report->from);
    line(out, "subject", report->subject);
    line(out, "feedback", report->feedback_type);
    list(out, "sent to", evidence->return_paths, evidence->return_path_count);
    list(out, "answers", evidence->message_ids, evidence->message_id_count);
    line(out, "X-Broadside", evidence->broadside);
    for (size_t i = 0; i < report->recipient_count; i++)
        recipient_text(out, &report->recipients[i]);
}
