/* explain: what a mail that came home means, and why. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/banned.h"
#include "campaign/reasons.h"
#include "cli/commands.h"
#include "desk/report.h"
#include "mailbox/mailbox.h"
#include "verdict/report.h"

enum { EXPLANATION = 16 * 1024 * 1024 };

static bool read_mail(struct arena *arena, const char *path, struct mailbox_mail *ret_mail,
                      struct error *err)
{
    struct text name = text_of(path);
    if (strcmp(path, "-") == 0)
        return mailbox_read_one(arena, STDIN_FILENO, name, REPORT_MAIL, ret_mail, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_at(err, FAULT_FILE, (struct place){.path = name}, "cannot be opened: %s",
                        strerror(errno));
    bool good = mailbox_read_one(arena, fd, name, REPORT_MAIL, ret_mail, err);
    close(fd);
    return good;
}

static void say(const struct session *session, struct text file, const struct report *report)
{
    BUFFER(out, EXPLANATION);
    struct json_writer writer = {.out = &out};
    if (!session->json) {
        report_explain_text(&out, file, report);
        session_say_buffer(&out);
        return;
    }
    report_explain_json(&writer, file, report);
    session_say_line(&out);
}

static bool explain(const struct session *session, const char *path, struct error *err)
{
    ARENA(arena);
    struct mailbox_mail mail;
    struct report report;
    if (!read_mail(&arena, path, &mail, err))
        return false;
    report_read(&arena, mail.bytes, &report);
    say(session, text_of(path), &report);
    return true;
}

/* One file that cannot be read does not hide what the others say. */
static int run(struct session *session, const void *given, char **words, struct error *err)
{
    struct error trouble, first = {0};
    char line[ERROR_LINE];
    FINDINGS(findings);
    (void)given;
    /* No workspace is needed, but what its postmaster knows counts here too. */
    if (!reasons_adopt(session->folder, &findings))
        return report_problems(session, &findings);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0 && !session->json)
            session_say(TEXT("\n"));
        if (explain(session, words[i], &trouble))
            continue;
        if (first.fault != FAULT_NONE)
            log_error(&session->log, "%s", error_line(&first, line));
        first = trouble;
    }
    *err = first;
    return (int)first.fault;
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "FILE…",
    .summary = "what a bounce mail means and why; changes nothing",
    .details = "FILE holds one mail as it came; - reads it from standard input. What it says is "
               "shown step "
               "by step,\nending in the rule that decided and what `collect` would do about it, if "
               "the mail "
               "proves to be\nabout one of our deliveries. With --json one object a file.",
    .rows = no_rows,
    .options_size = 0,
    .least_words = 1,
    .most_words = SIZE_MAX,
    .run = run,
};
