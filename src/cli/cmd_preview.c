/* preview: a campaign as its readers will see it, before anyone gets it. */
#include <sys/stat.h>

#include "base/banned.h"
#include "cli/commands.h"
#include "desk/desk.h"
#include "desk/report.h"
#include "flow/plan.h"
#include "proof/preview_site.h"
#include "proof/previewing.h"
#include "proof/readers.h"

struct preview_options {
    const char *as, *out;
    bool eml, mbox, html, text, no_browser;
    uint64_t port;
};

static const struct option_row rows[] = {
    STRING_ROW(struct preview_options, as, "as", 'a', "KEY", "as this member sees it"),
    NUMBER_ROW(struct preview_options, port, "port", 'p', "N",
               "serve at this port; else a free one"),
    FLAG_ROW(struct preview_options, no_browser, "no-browser", 0,
             "only print the address of the page"),
    STRING_ROW(struct preview_options, out, "out", 0, "DIR",
               "files instead of a page: every reader made up for it, or the one of --as"),
    FLAG_ROW(struct preview_options, text, "text", 0, "the text part to stdout"),
    FLAG_ROW(struct preview_options, html, "html", 0, "the HTML part to stdout"),
    FLAG_ROW(struct preview_options, eml, "eml", 0,
             "the whole message to stdout, as it would be sent"),
    FLAG_ROW(struct preview_options, mbox, "mbox", 0,
             "one reader of each language and kind to stdout, as a mailbox"),
    ROWS_END,
};

/* What is shown on stdout. */
enum form { FORM_TEXT, FORM_HTML, FORM_EML };

struct previewing {
    struct session *session;
    const struct workspace *workspace;
    const struct preview_options *options;
    struct plan plan;
    struct readers readers;
    struct preview_site site;
};

static bool render(struct previewing *previewing, const struct recipient *reader, enum form form,
                   struct buffer *out, struct error *err)
{
    struct composition *composition = composition_of(previewing->plan.composed, reader->language);
    struct envelope envelope;
    struct stamp stamp = {.slot = TEXT("preview"),
                          .first_attempt_ms = clock_wall_ms(previewing->session->clock),
                          .key = &previewing->workspace->key};
    if (form == FORM_EML)
        return composition_merge(composition, reader, &stamp, out, &envelope, err);
    return composition_show(composition, form == FORM_HTML ? PART_HTML : PART_TEXT, reader, &stamp,
                            out, err);
}

/* ---- stdout ---- */

/* mboxrd: every ">*From " at the start of a line gets one more ">"; line ends are LF. */
static void add_to_mbox(struct buffer *out, struct text message)
{
    struct text rest = message, line;
    while (text_take_line(&rest, &line)) {
        size_t marks = 0;
        while (marks < line.length && line.at[marks] == '>')
            marks++;
        if (text_starts(text_after(line, marks), TEXT("From ")))
            buffer_add_byte(out, '>');
        buffer_add(out, line);
        buffer_add_byte(out, '\n');
    }
    buffer_add_byte(out, '\n');
}

static bool show_mbox(struct previewing *previewing, struct error *err)
{
    struct civil now = civil_of(clock_wall_ms(previewing->session->clock));
    for (size_t i = 0; i < previewing->readers.count; i++) {
        BUFFER(message, COMPOSE_MESSAGE);
        BUFFER(out, 2 * (size_t)COMPOSE_MESSAGE);
        if (!render(previewing, &previewing->readers.at[i], FORM_EML, &message, err))
            return false;
        buffer_printf(&out, "From MAILER-DAEMON %s %s %2d %02d:%02d:%02d %d\n",
                      civil_weekdays[now.weekday], civil_months[now.month - 1], now.day, now.hour,
                      now.minute, now.second, now.year);
        add_to_mbox(&out, buffer_text(&message));
        session_say_buffer(&out);
    }
    return true;
}

static bool show_part(struct previewing *previewing, enum form form, struct error *err)
{
    BUFFER(out, COMPOSE_MESSAGE);
    if (!render(previewing, &previewing->readers.at[0], form, &out, err))
        return false;
    session_say_buffer(&out);
    return true;
}

/* ---- files ---- */

static bool write_member(struct previewing *previewing, struct error *err)
{
    if (!readers_choose(&previewing->readers, previewing->workspace, &previewing->plan.selection,
                        previewing->options->as, err))
        return false;
    struct persona persona = {.name = previewing->readers.at[0].key,
                              .reader = previewing->readers.at[0]};
    return preview_site_add(&previewing->site, previewing->plan.composed, &persona, err);
}

static bool write_files(struct previewing *previewing, struct error *err)
{
    if (previewing->options->as != NULL)
        return write_member(previewing, err);
    struct persona *personas =
        arena_array(&previewing->session->arena, struct persona, PERSONAS_MOST);
    size_t count = personas_of(&previewing->session->arena, previewing->plan.composed, personas);
    for (size_t i = 0; i < count; i++)
        if (!preview_site_add(&previewing->site, previewing->plan.composed, &personas[i], err))
            return false;
    return true;
}

static bool show(struct previewing *previewing, struct error *err)
{
    const struct preview_options *options = previewing->options;
    if (options->out != NULL)
        return write_files(previewing, err);
    if (!readers_choose(&previewing->readers, previewing->workspace, &previewing->plan.selection,
                        options->as, err))
        return false;
    if (options->mbox)
        return show_mbox(previewing, err);
    return show_part(previewing,
                     options->eml    ? FORM_EML
                     : options->html ? FORM_HTML
                                     : FORM_TEXT,
                     err);
}

/* ---- campaigns ---- */

static int show_campaign(struct previewing *previewing, const char *name, struct error *err)
{
    FINDINGS(findings);
    struct session *session = previewing->session;
    struct campaign campaign;
    struct text path;
    int status = desk_campaign(session, previewing->workspace, name, &campaign, &path, err);
    if (status != 0)
        return status;
    bool made = plan_make(&previewing->plan, &session->arena, previewing->workspace, path,
                          clock_wall_ms(session->clock), &findings, err);
    /* A member whose values are missing must not keep the others from being looked at. */
    if (previewing->plan.composed == NULL && findings.errors > 0) {
        *err = (struct error){0};
        return report_problems(session, &findings);
    }
    if (!made && findings.errors > 0)
        report_problems(session, &findings);
    *err = (struct error){0};
    bool shown = show(previewing, err);
    plan_close(&previewing->plan);
    status = shown ? 0 : (int)err->fault;
    /* This very reader's values are missing: that is said already. */
    if (!made && !shown && err->fault == FAULT_FILE)
        *err = (struct error){0};
    return status;
}

static int show_all(struct previewing *previewing, char **words, struct error *err)
{
    struct session *session = previewing->session;
    struct text_list names = {0};
    if (words[0] != NULL)
        return show_campaign(previewing, words[0], err);
    if (!workspace_campaign_names(previewing->workspace, &session->arena, &names, err))
        return (int)err->fault;
    int status = 0;
    for (size_t i = 0; status == 0 && i < names.count; i++)
        status = show_campaign(previewing, arena_string(&session->arena, names.at[i]), err);
    return status;
}

static int write_or_print(struct session *session, const struct preview_options *options,
                          char **words, struct error *err)
{
    WORKSPACE(workspace);
    struct previewing previewing = {.session = session,
                                    .workspace = &workspace,
                                    .options = options,
                                    .readers = {.session = session}};
    int status = desk_open(session, WORKSPACE_READER, true, &workspace, err);
    if (status != 0)
        return status;
    previewing.site.key = workspace.store != NULL ? &workspace.key : NULL;
    if (options->out != NULL && !preview_site_open(&previewing.site, session, options->out, err))
        return (int)err->fault;
    status = show_all(&previewing, words, err);
    if (status == 0 && options->out != NULL && !preview_site_close(&previewing.site, err))
        status = (int)err->fault;
    return status;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    const struct preview_options *options = given;
    bool prints = options->text || options->html || options->eml || options->mbox;
    if (words[0] == NULL && options->out == NULL)
        return error_set(err, FAULT_USAGE, "name a campaign; only --out takes all of them")
                   ? 0
                   : (int)err->fault;
    if (prints || options->out != NULL)
        return write_or_print(session, options, words, err);
    if (options->port > UINT16_MAX)
        return error_set(err, FAULT_USAGE, "a port is a number up to 65535") ? 0 : (int)err->fault;
    struct previewing_options how = {
        .port = (uint16_t)options->port, .no_browser = options->no_browser, .as = options->as};
    return previewing_run(session, words[0], &how, err) ? 0 : (int)err->fault;
}

const struct command command_preview = {
    .name = "preview",
    .arguments = "[CAMPAIGN]",
    .summary = "a campaign as its readers will see it",
    .details =
        "Opens a page on this machine that follows every change of the files, until Ctrl-C.\n"
        "With --text, --html, --eml or --mbox it prints instead; with --out it writes files,\n"
        "of all campaigns when none is named.",
    .rows = rows,
    .options_size = sizeof(struct preview_options),
    .least_words = 0,
    .most_words = 1,
    .run = run,
};
