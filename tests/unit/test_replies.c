/*
 * Replies: what servers of many makes say, and the class a postmaster hears in it. A line of
 * tests/golden/replies is "class TAB where TAB words": where it was said (a stage of the dialogue,
 * or "bounce", the Diagnostic-Code of a report), "\n" between the lines of a reply. Several classes
 * with commas between them: people disagree about these words, and any of them will do.
 */
#include "base/file.h"
#include "check.h"
#include "verdict/report.h"

#define FOLDER "tests/golden/replies/"

enum { TABLE = 256 * 1024 };

static bool stage_find(struct text name, enum facts_stage *ret_stage)
{
    for (int i = 0; i < STAGES; i++)
        if (text_equal(name, text_of(facts_stage_name((enum facts_stage)i)))) {
            *ret_stage = (enum facts_stage)i;
            return true;
        }
    return false;
}

/* "\n" as it is written becomes `line_end`. */
static struct text lines_of(struct arena *arena, struct text words, const char *line_end)
{
    BUFFER(out, 4096);
    for (size_t i = 0; i < words.length; i++)
        if (text_starts(text_after(words, i), TEXT("\\n")))
            buffer_add_string(&out, line_end), i++;
        else
            buffer_add_byte(&out, words.at[i]);
    return arena_text(arena, buffer_text(&out));
}

static struct verdict said_to_us(struct arena *arena, enum facts_stage stage, struct text words)
{
    struct reply reply = {0};
    struct reply_reader reader;
    struct text bytes = arena_printf(arena, "%.*s\r\n", TEXT_ARGS(lines_of(arena, words, "\r\n")));
    reply_reader_begin(&reader);
    check("a row is a reply", reply_reader_take(&reader, &bytes, &reply) == REPLY_WHOLE);
    struct facts facts = facts_of_reply(stage, &reply);
    struct verdict verdict = verdict_of(&facts);
    reply_reader_free(&reader);
    return verdict;
}

static struct verdict said_in_a_report(struct arena *arena, struct text words)
{
    struct report report;
    report_read(arena,
                arena_printf(arena,
                             "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\n"
                             "Subject: Undelivered Mail\nContent-Type: message/delivery-status\n\n"
                             "Final-Recipient: rfc822; reader@example.com\nAction: failed\n"
                             "Diagnostic-Code: smtp; %.*s\n",
                             TEXT_ARGS(lines_of(arena, words, "\n "))),
                &report);
    must(report.recipient_count == 1);
    return report.recipients[0].verdict;
}

static bool is_one_of(struct text classes, enum verdict_class class)
{
    struct text name;
    while (text_take_until(&classes, ',', &name))
        if (text_equal(name, text_of(verdict_class_name(class))))
            return true;
    return false;
}

static void check_line(struct text line)
{
    ARENA(arena);
    enum facts_stage stage;
    struct text classes, where, words = line;
    bool is_row = text_take_until(&words, '\t', &classes) &&
                  text_take_until(&words, '\t', &where) && stage_find(where, &stage);
    if (!check("a line is a class, a stage and words", is_row))
        return;
    struct verdict verdict =
        stage == STAGE_BOUNCE ? said_in_a_report(&arena, words) : said_to_us(&arena, stage, words);
    if (!check("what a server says is understood", is_one_of(classes, verdict.class)))
        fprintf(stderr, "    %.*s\n    is %s by \"%s\"\n", TEXT_ARGS(line),
                verdict_class_name(verdict.class), verdict.rule);
}

static void check_file(const char *path)
{
    ARENA(arena);
    struct error err;
    struct text lines, line;
    if (!check("the table can be read", file_read(&arena, path, TABLE, &lines, &err)))
        return;
    while (text_take_line(&lines, &line))
        if (!text_starts(line, TEXT("#")))
            check_line(line);
}

int main(int count, char **arguments)
{
    if (count > 1) { /* one table, for a figure */
        check_file(arguments[1]);
        return check_done();
    }
    check_file(FOLDER "known.tsv");
    check_file(FOLDER "unseen.tsv");
    return check_done();
}
