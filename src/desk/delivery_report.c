/* Delivery report: one message to one member, in the three forms `status` lists it in. */
#include "desk/delivery_report.h"

#include "base/banned.h"
#include "desk/desk.h"

static void as_json(const struct edition *edition, const struct delivery_line *line)
{
    BUFFER(out, 16 * 1024);
    struct json_writer writer = {.out = &out};
    const struct {
        const char *name;
        struct text text;
    } fields[] = {
        {"campaign", edition->campaign},
        {"edition", edition->slot},
        {"key", line->key},
        {"email", line->email},
        {"state", text_of(delivery_state_name(line->state))},
        {"reason", line->reason},
        {"enhanced", line->enhanced},
        {"reply", line->reply},
    };
    json_begin_object(&writer);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_put_text(&writer, fields[i].name, fields[i].text);
    }
    json_put_number(&writer, "reply_code", line->reply_code);
    json_put_number(&writer, "attempts", line->attempts);
    json_put_time(&writer, "next", line->next_ms);
    json_put_time(&writer, "settled", line->settled_ms);
    json_end_object(&writer);
    session_say_line(&out);
}

/* A reply is a stranger's words, so a formula in it must not run either. */
static void csv_field(struct text text, bool last)
{
    bool formula = text.length > 0 && strchr("=+-@", text.at[0]) != NULL;
    session_sayf("\"%s", formula ? "'" : "");
    for (size_t i = 0; i < text.length; i++)
        session_sayf("%s%c", text.at[i] == '"' ? "\"" : "", text.at[i]);
    session_sayf(last ? "\"\r\n" : "\",");
}

void delivery_report_csv(const struct edition *edition, const struct delivery_line *line)
{
    char code[16];
    snprintf(code, sizeof(code), "%u", line->reply_code);
    const struct text fields[] = {
        edition->campaign,
        edition->slot,
        line->key,
        line->email,
        text_of(delivery_state_name(line->state)),
        line->reason,
        text_of(code),
        line->enhanced,
        line->reply,
    };
    size_t count = sizeof(fields) / sizeof(fields[0]);
    for (size_t i = 0; i < count; i++)
        csv_field(fields[i], i + 1 == count);
}

void delivery_report_csv_head(void)
{
    session_sayf("campaign,edition,key,email,state,reason,reply_code,enhanced,reply\r\n");
}

void delivery_report(struct session *session, const struct edition *edition,
                     const struct delivery_line *line)
{
    char next[DESK_TIME];
    bool waits = line->state == DELIVERY_READY;
    if (session->json)
        as_json(edition, line);
    else
        session_sayf("%-32.*s %-8s %-16.*s %u %.*s %.*s%s%s\n", TEXT_ARGS(line->email),
                     delivery_state_name(line->state), TEXT_ARGS(line->reason), line->reply_code,
                     TEXT_ARGS(line->enhanced), TEXT_ARGS(line->reply), waits ? "  next " : "",
                     waits ? desk_time(line->next_ms, next) : "");
}
