/* Report: how findings and results are shown to a person, or to a program with --json. */
#include "desk/report.h"

#include "base/banned.h"

static const char *const severity_names[] = {"note", "warning", "error"};

enum { REPORT_LINE = 8 * 1024 };

static void add_as_line(const struct finding *finding, struct buffer *out)
{
    if (finding->place.path.length > 0)
        buffer_printf(out, "%.*s:", TEXT_ARGS(finding->place.path));
    if (finding->place.line > 0)
        buffer_printf(out, finding->place.column > 0 ? "%u:%u:" : "%u:", finding->place.line,
                      finding->place.column);
    buffer_printf(out, "%s%s: %.*s", out->length > 0 ? " " : "", severity_names[finding->severity],
                  TEXT_ARGS(finding->message));
    if (finding->rule.length > 0)
        buffer_printf(out, " [%.*s]", TEXT_ARGS(finding->rule));
    buffer_add_byte(out, '\n');
}

static void add_as_json(const struct finding *finding, struct buffer *out)
{
    struct json_writer writer = {.out = out};
    json_begin_object(&writer);
    json_put_string(&writer, "severity", severity_names[finding->severity]);
    json_put_text(&writer, "rule", finding->rule);
    json_put_text(&writer, "path", finding->place.path);
    json_put_number(&writer, "line", finding->place.line);
    json_put_number(&writer, "column", finding->place.column);
    json_put_text(&writer, "message", finding->message);
    json_end_object(&writer);
    buffer_add_byte(out, '\n');
}

static int status_of(const struct findings *findings)
{
    struct error err = {0};
    return findings_clean(findings, &err) ? 0 : (int)err.fault;
}

int report_findings(struct session *session, struct findings *findings)
{
    findings_sort(findings);
    BUFFER(out, REPORT_LINE);
    for (const struct finding *finding = findings->first; finding != NULL;
         finding = finding->next) {
        buffer_clear(&out);
        if (session->json)
            add_as_json(finding, &out);
        else
            add_as_line(finding, &out);
        session_say_buffer(&out);
    }
    return status_of(findings);
}

int report_problems(struct session *session, struct findings *findings)
{
    findings_sort(findings);
    BUFFER(out, REPORT_LINE);
    for (const struct finding *finding = findings->first; finding != NULL;
         finding = finding->next) {
        if (finding->severity == SEVERITY_NOTE)
            continue;
        buffer_clear(&out);
        if (session->json)
            add_as_json(finding, &out);
        else
            add_as_line(finding, &out);
        fputs(buffer_string(&out), stderr);
    }
    return status_of(findings);
}
