/*
 * Report DSN: delivery status notifications (RFC 3464).
 *
 * RFC 6522 3: the first part is for people, the second for programs. Only the second is evidence of
 * what happened to whom, so it is read wherever it stands: in its own part, in an encoded one, or
 * in the text of a mail whose MIME is broken.
 */
#include "verdict/report_reading.h"

#include "base/banned.h"

enum { GROUPS = REPORT_RECIPIENTS + 8 };

static enum facts_action action_of(struct text value)
{
    static const struct {
        const char *name;
        enum facts_action action;
    } actions[] = {
        {"fail", ACTION_FAILED},      {"delay", ACTION_DELAYED},   {"deliver", ACTION_DELIVERED},
        {"relay", ACTION_RELAYED},    {"expand", ACTION_EXPANDED}, {"error", ACTION_FAILED},
        {"undeliver", ACTION_FAILED},
    };
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (text_starts_nocase(value, text_of(actions[i].name)))
            return actions[i].action;
    return ACTION_NONE;
}

/* Behind "smtp;" and its kin, but "X-Unix; 255" stays: its type is the only word in it. */
static struct text without_type(struct text value)
{
    size_t semicolon = text_find_byte(text_slice(value, 0, 20), ';');
    bool is_smtp =
        text_starts_nocase(value, TEXT("smtp")) || text_starts_nocase(value, TEXT("x-postfix"));
    return semicolon != TEXT_NONE && is_smtp ? text_trim(text_after(value, semicolon + 1)) : value;
}

static struct text first_of(struct arena *arena, const struct part *group, const char *const *names)
{
    for (; *names != NULL; names++) {
        struct text value = part_field(arena, group, text_of(*names));
        if (value.length > 0)
            return value;
    }
    return (struct text){0};
}

/* An address that means something outside of the server that names it: "a@server" does not, nor
 * what stands behind a source route. */
static bool is_worldwide(struct text address)
{
    size_t sign = text_find_last_byte(address, '@');
    return sign != TEXT_NONE && text_find_byte(text_after(address, sign), '.') != TEXT_NONE;
}

/* One group of fields. False when it is not about a recipient: the first one is about the message.
 */
static bool group_read(struct reading *reading, const struct part *group)
{
    static const char *const finals[] = {"Final-Recipient", "X-Actual-Recipient", NULL};
    static const char *const originals[] = {"Original-Recipient", "X-Actual-Recipient", NULL};
    static const char *const diagnostics[] = {"Diagnostic-Code", "X-PMX-Diagnostic",
                                              "X-Notes-Diagnostic", "X-Display-Diagnostic", NULL};
    struct arena *arena = reading->arena;
    struct text final = reading_address(first_of(arena, group, finals));
    struct text original = reading_address(first_of(arena, group, originals));
    bool is_better = !is_worldwide(final) && is_worldwide(original);
    struct text address = is_better ? original : final;
    struct text failed = part_field(arena, reading->head, TEXT("X-Failed-Recipients"));
    if (address.length > 0 && text_find_byte(address, '@') == TEXT_NONE && failed.length > 0)
        address = reading_address(failed); /* Exim names the file it could not write to */
    if (address.length == 0)
        return false;
    struct report_recipient *recipient = reading_recipient(reading, address);
    if (recipient == NULL)
        return true;
    recipient->alias = is_better ? final : original;
    recipient->source = TEXT("Final-Recipient");
    recipient->facts.action = action_of(part_field(arena, group, TEXT("Action")));
    recipient->facts.enhanced = code_enhanced_at(part_field(arena, group, TEXT("Status")));
    struct text diagnostic = without_type(first_of(arena, group, diagnostics));
    recipient->diagnostic = text_slice(diagnostic, 0, REPORT_DIAGNOSTIC);
    return true;
}

static bool is_recipient_field(struct text name)
{
    return text_equal_nocase(name, TEXT("Final-Recipient")) ||
           text_equal_nocase(name, TEXT("Original-Recipient"));
}

/* Where the next group begins within fields that have no blank line between groups: at a field
 * about the recipient that this group has already. */
static size_t group_length(const struct part *fields)
{
    for (size_t i = 1; i < fields->field_count; i++)
        for (size_t j = 0; j < i && is_recipient_field(fields->fields[i].name); j++)
            if (text_equal_nocase(fields->fields[j].name, fields->fields[i].name))
                return i;
    return fields->field_count;
}

static bool fields_read(struct reading *reading, struct part fields)
{
    bool found = false;
    while (fields.field_count > 0) {
        struct part group = fields;
        group.field_count = group_length(&fields);
        found |= group_read(reading, &group);
        fields.fields += group.field_count;
        fields.field_count -= group.field_count;
    }
    return found;
}

/* Groups of fields with blank lines between them. */
static bool groups_read(struct reading *reading, struct text body)
{
    bool found = false;
    for (int i = 0; i < GROUPS && body.length > 0; i++) {
        struct part fields = {0};
        const char *start = body.at;
        fields.field_count = part_fields(reading->arena, &body, &fields.fields);
        found |= fields_read(reading, fields);
        struct text line;
        if (body.at == start)
            text_take_line(&body, &line); /* no field: pass it */
    }
    return found;
}

static bool is_status_part(const struct part *part)
{
    return !part->is_returned && (part_is(part, TEXT("message/delivery-status")) ||
                                  part_is(part, TEXT("message/global-delivery-status")) ||
                                  part_is(part, TEXT("application/delivery-status")));
}

/* In a notice: from the line the first field of a DSN stands in. */
static struct text status_in_text(struct text text)
{
    static const char *const names[] = {"final-recipient:", "original-recipient:"};
    struct text line, rest = text;
    while (text_take_line(&rest, &line))
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (text_starts_nocase(line, text_of(names[i])))
                return text_after(text, (size_t)(line.at - text.at));
    return (struct text){0};
}

bool dsn_read(struct reading *reading)
{
    bool found = false;
    for (size_t i = 0; i < reading->parts.count; i++) {
        const struct part *part = &reading->parts.part[i];
        if (is_status_part(part))
            found |= groups_read(reading, part_text(reading->arena, part));
    }
    return found || groups_read(reading, status_in_text(reading->notice));
}

bool dsn_read_returned(struct reading *reading)
{
    return groups_read(reading, status_in_text(reading->returned));
}
