/* preview: a campaign as its readers will see it, before anyone gets it. */
#include <errno.h>
#include <sys/stat.h>

#include "base/banned.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/desk.h"
#include "cli/readers.h"
#include "cli/report.h"
#include "flow/plan.h"

struct preview_options {
    const char *as, *out;
    bool eml, html, text;
};

static const struct option_row rows[] = {
    STRING_ROW(struct preview_options, as, "as", 'a', "KEY", "as this member sees it"),
    STRING_ROW(struct preview_options, out, "out", 0, "DIR",
               "files: one reader of each language and kind, as .html .txt .eml"),
    FLAG_ROW(struct preview_options, text, "text", 0, "the text part to stdout (the default)"),
    FLAG_ROW(struct preview_options, html, "html", 0, "the HTML part to stdout"),
    FLAG_ROW(struct preview_options, eml, "eml", 0,
             "the whole message to stdout, as it would be sent"),
    ROWS_END,
};

/* What is shown: one file ending each. */
enum form { FORM_TEXT, FORM_HTML, FORM_EML };
static const char *const endings[] = {"txt", "html", "eml"};

struct previewing {
    struct session *session;
    const struct workspace *workspace;
    struct plan plan;
    struct readers readers;
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

static const char *file_for(struct previewing *previewing, const char *folder,
                            const struct recipient *reader, enum form form)
{
    struct text language = reader->language.length > 0 ? reader->language : TEXT("default");
    return arena_printf(&previewing->session->arena, "%s/%.*s-%.*s-%s.%s", folder,
                        TEXT_ARGS(previewing->plan.campaign->id), TEXT_ARGS(language),
                        reader->is_organization ? "organization" : "individual", endings[form])
        .at;
}

static bool write_files(struct previewing *previewing, const char *folder, struct error *err)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_at(err, FAULT_CREATE, (struct place){.path = text_of(folder)},
                        "cannot be created: %s", strerror(errno));
    for (size_t i = 0; i < previewing->readers.count; i++) {
        for (enum form form = FORM_TEXT; form <= FORM_EML; form++) {
            BUFFER(out, COMPOSE_MESSAGE);
            const char *path = file_for(previewing, folder, &previewing->readers.at[i], form);
            if (!render(previewing, &previewing->readers.at[i], form, &out, err) ||
                !file_write(path, buffer_text(&out), 0600, err))
                return false;
            session_sayf("%s\n", path);
        }
    }
    return true;
}

static bool show(struct previewing *previewing, const struct preview_options *options,
                 struct error *err)
{
    BUFFER(out, COMPOSE_MESSAGE);
    enum form form = options->eml ? FORM_EML : options->html ? FORM_HTML : FORM_TEXT;
    if (!readers_choose(&previewing->readers, previewing->workspace, &previewing->plan.selection,
                        options->as, err))
        return false;
    if (options->out != NULL)
        return write_files(previewing, options->out, err);
    if (!render(previewing, &previewing->readers.at[0], form, &out, err))
        return false;
    session_say_buffer(&out);
    return true;
}

static int run(struct session *session, const void *given, char **words, struct error *err)
{
    WORKSPACE(workspace);
    FINDINGS(findings);
    struct campaign campaign;
    struct text path;
    struct previewing previewing = {
        .session = session, .workspace = &workspace, .readers = {.session = session}};
    int status = desk_open(session, WORKSPACE_READER, true, &workspace, err);
    if (status == 0)
        status = desk_campaign(session, &workspace, words[0], &campaign, &path, err);
    if (status != 0)
        return status;
    bool made = plan_make(&previewing.plan, &session->arena, &workspace, path,
                          clock_wall_ms(session->clock), &findings, err);
    /* A member whose values are missing must not keep the others from being looked at. */
    if (previewing.plan.composed == NULL && findings.errors > 0) {
        *err = (struct error){0};
        return report_problems(session, &findings);
    }
    if (!made && findings.errors > 0)
        report_problems(session, &findings);
    *err = (struct error){0};
    bool shown = show(&previewing, given, err);
    plan_close(&previewing.plan);
    return shown ? 0 : (int)err->fault;
}

const struct command command_preview = {
    .name = "preview",
    .arguments = "CAMPAIGN",
    .summary = "a campaign as its readers will see it",
    .rows = rows,
    .options_size = sizeof(struct preview_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
