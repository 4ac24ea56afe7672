/*
 * Report: what a mail that came home says. Each line of tests/golden/mails/meanings.tsv is a
 * promise about a mail beside it, written for it.
 */
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "check.h"
#include "verdict/report_pack.h"

#define FOLDER "tests/golden/mails/"
#define DAEMON "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail\n"

enum { MAILS = 400 };

struct row {
    const char *promise;
    struct text meaning, mail;
};

static struct row rows[MAILS];
static size_t row_count;

static struct text mail_of(struct arena *arena, struct text name)
{
    struct error err;
    struct text mail = {0};
    struct text path = arena_printf(arena, FOLDER "%.*s.eml", TEXT_ARGS(name));
    if (!check("a mail can be read", file_read(arena, path.at, REPORT_MAIL, &mail, &err)))
        fprintf(stderr, "    %s\n", err.message);
    return mail;
}

/* "name TAB meaning TAB promise" */
static void rows_read(struct arena *arena)
{
    struct error err;
    struct text lines, line, name;
    check("there are meanings", file_read(arena, FOLDER "meanings.tsv", JSON_INPUT, &lines, &err));
    while (text_take_line(&lines, &line) && row_count < MAILS) {
        struct row *row = &rows[row_count];
        if (text_starts(line, TEXT("#")))
            continue;
        must(text_take_until(&line, '\t', &name) && text_take_until(&line, '\t', &row->meaning));
        row->promise = arena_string(arena, line);
        row->mail = mail_of(arena, name);
        row_count++;
    }
}

static const char *or_none(const char *string)
{
    return string[0] == '\0' ? "-" : string;
}

/* "bounce a@example.com 5.1.1 bad-mailbox suppress; b@example.com - …" */
static struct text meaning_of(struct arena *arena, const struct report *report)
{
    struct text meaning = text_of(facts_kind_name(report->kind));
    for (size_t i = 0; i < report->recipient_count; i++) {
        const struct report_recipient *recipient = &report->recipients[i];
        meaning = arena_printf(arena, "%.*s%s %s %s %s %s", TEXT_ARGS(meaning), i > 0 ? ";" : "",
                               or_none(arena_string(arena, recipient->address)),
                               or_none(arena_string(arena, recipient->status)),
                               verdict_class_name(recipient->verdict.class),
                               verdict_action_name(recipient->verdict.action));
    }
    return meaning;
}

static void check_mails(void)
{
    for (size_t i = 0; i < row_count; i++) {
        ARENA(arena);
        struct report report;
        report_read(&arena, rows[i].mail, &report);
        check_text(rows[i].promise, meaning_of(&arena, &report), rows[i].meaning);
    }
}

/* Out of office by the subject alone, as mail programs of many countries write it. */
static void check_absences(void)
{
    static const char *const subjects[] = {
        "Out of office",
        "Automatic reply",
        "Autoreply",
        "On vacation",
        "Abwesenheitsnotiz",
        "Automatische Antwort",
        "Abwesend",
        "Réponse automatique",
        "Absence du bureau",
        "Message d'absence",
        "Respuesta automática",
        "Fuera de la oficina",
        "Ausencia de la oficina",
        "Risposta automatica",
        "Fuori sede",
        "Fuori ufficio",
        "Resposta automática",
        "Fora do escritório",
        "Ausência temporária",
        "Automatisch antwoord",
        "Afwezigheidsbericht",
        "Afwezig",
        "Autosvar",
        "Frånvaro",
        "Automatiskt svar",
        "Automatisk svar",
        "Ikke til stede",
        "Fraværende",
        "Automaattinen vastaus",
        "Poissa",
        "Automatyczna odpowiedź",
        "Nieobecność",
        "Automatická odpověď",
        "Mimo kancelář",
        "Automatikus válasz",
        "Távollét",
        "Răspuns automat",
        "Otomatik yanıt",
        "Ofis dışında",
        "Автоответ",
        "Автоматический ответ",
        "Отсутствие на рабочем месте",
        "Αυτόματη απάντηση",
        "自动回复",
        "自動回覆",
        "不在のお知らせ",
        "自動応答",
        "자동 회신",
        "부재중",
    };
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        ARENA(arena);
        struct report report;
        report_read(
            &arena,
            arena_printf(&arena, "From: r@example.com\nSubject: %s: Hello\n\n-\n", subjects[i]),
            &report);
        if (!check("an absence is known in any language", report.kind == KIND_AUTOREPLY))
            fprintf(stderr, "    \"%s\"\n", subjects[i]);
    }
}

/* --- Between processes --- */

static bool is_same_recipient(const struct report_recipient *a, const struct report_recipient *b)
{
    return text_equal(a->address, b->address) && text_equal(a->alias, b->alias) &&
           text_equal(a->status, b->status) && a->reply_code == b->reply_code &&
           text_equal(a->diagnostic, b->diagnostic) && a->verdict.class == b->verdict.class &&
           a->verdict.action == b->verdict.action && a->verdict.permanent == b->verdict.permanent &&
           strcmp(a->verdict.rule, b->verdict.rule) == 0;
}

static bool is_same_list(const struct text *a, size_t count, const struct text *b, size_t others)
{
    bool same = count == others;
    for (size_t i = 0; i < count && same; i++)
        same = text_equal(a[i], b[i]);
    return same;
}

static bool is_same(const struct report *a, const struct report *b)
{
    const struct report_evidence *mine = &a->evidence, *theirs = &b->evidence;
    bool same = a->kind == b->kind && a->is_bounce == b->is_bounce && a->delayed == b->delayed &&
                text_equal(a->form, b->form) && text_equal(a->subject, b->subject) &&
                text_equal(a->from, b->from) && text_equal(a->feedback_type, b->feedback_type) &&
                text_equal(mine->broadside, theirs->broadside) &&
                is_same_list(mine->return_paths, mine->return_path_count, theirs->return_paths,
                             theirs->return_path_count) &&
                is_same_list(mine->message_ids, mine->message_id_count, theirs->message_ids,
                             theirs->message_id_count) &&
                a->recipient_count == b->recipient_count;
    for (size_t i = 0; i < a->recipient_count && same; i++)
        same = is_same_recipient(&a->recipients[i], &b->recipients[i]);
    return same;
}

static void check_packed(const char *promise, struct arena *arena, const struct report *report)
{
    enum { ROOM = 64 * 1024 };
    struct report there;
    char *bytes = arena_take(arena, ROOM);
    size_t length = report_pack(report, bytes, ROOM);
    check(promise, report_unpack(arena, text_from(bytes, length), &there));
    check(promise, is_same(report, &there));
    check(promise, report_pack(report, bytes, length - 1) == 0);
    bool passes = false;
    for (size_t i = 0; i < length; i++)
        passes |= report_unpack(arena, text_from(bytes, i), &there);
    check("a part of a report is none", !passes);
}

static void check_packing(void)
{
    for (size_t i = 0; i < row_count; i++) {
        ARENA(arena);
        struct report report;
        report_read(&arena, rows[i].mail, &report);
        check_packed(rows[i].promise, &arena, &report);
    }
}

static void check_evidence(void)
{
    static const char *const names[] = {"dsn", "forwarded-part"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        ARENA(arena);
        struct report report;
        report_read(&arena, mail_of(&arena, text_of(names[i])), &report);
        const struct report_evidence *evidence = &report.evidence;
        check_text("the return path with its token is found", evidence->return_paths[0],
                   TEXT("bounces+tok3n@mail.example"));
        check_text("the returned message's id is found", evidence->message_ids[0],
                   TEXT("abc123@example.org"));
        check_text("our own header is found", evidence->broadside, TEXT("7.42"));
    }
}

static void check_delay(void)
{
    ARENA(arena);
    struct report report;
    report_read(&arena, mail_of(&arena, TEXT("dsn-delayed")), &report);
    check("a delay notice is one", report.delayed && report.is_bounce);
    check("a delay notice changes nothing", report.recipients[0].verdict.action == VERDICT_IGNORE &&
                                                report.recipients[0].verdict.fate == FATE_NOTHING);
}

static void check_explained(void)
{
    ARENA(arena);
    BUFFER(out, 64 * 1024);
    struct report report;
    struct json_writer writer = {.out = &out};
    report_read(&arena, mail_of(&arena, TEXT("dsn")), &report);
    report_explain_json(&writer, TEXT("a.eml"), &report);
    struct text json = buffer_text(&out);
    check("explain --json says it in the surface's words",
          text_contains(json, TEXT("\"file\":\"a.eml\",\"is_bounce\":true,\"kind\":\"bounce\"")) &&
              text_contains(json, TEXT("\"address\":\"reader@example.com\",\"status\":\"5.1.1\","
                                       "\"reply_code\":\"550\",\"class\":\"bad-mailbox\","
                                       "\"permanent\":true")));
    buffer_clear(&out);
    report_explain_text(&out, TEXT("a.eml"), &report);
    check("explain ends in the rule that decided",
          text_contains(buffer_text(&out), TEXT("user unknown")) &&
              text_contains(buffer_text(&out), TEXT("suppress")));
    buffer_clear(&out);
    report_read(&arena, mail_of(&arena, TEXT("dsn-success")), &report);
    report_explain_text(&out, TEXT("a.eml"), &report);
    check("a delivery needs no words, so the subject is none of them",
          !text_contains(buffer_text(&out), TEXT("words       Successful")));
}

/* --- Hostile mail --- */

static int64_t read_ms(struct text mail)
{
    ARENA(arena);
    struct report report;
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    report_read(&arena, mail, &report);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    return (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
}

enum { HOSTILE = 3 * 1024 * 1024, PATIENCE_MS = 1000 }; /* 50 ms without sanitizers */

/* `piece` again and again, "#" being a running number. */
static void hostile(const char *promise, const char *head, const char *piece)
{
    BUFFER(mail, HOSTILE + 4096);
    buffer_add_string(&mail, head);
    for (unsigned i = 0; mail.length < HOSTILE; i++)
        for (const char *byte = piece; *byte != '\0'; byte++)
            if (*byte == '#')
                buffer_add_number(&mail, i);
            else
                buffer_add_byte(&mail, *byte);
    if (!check(promise, read_ms(buffer_text(&mail)) < PATIENCE_MS))
        fprintf(stderr, "    took %lld ms\n", (long long)read_ms(buffer_text(&mail)));
}

static void check_hostile(void)
{
    hostile("endless multiparts", "Content-Type: multipart/mixed; boundary=b\n\n",
            "--b#\nContent-Type: multipart/mixed; boundary=b#\n\n");
    hostile("endless multiparts that open", "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
            "Content-Type: multipart/mixed; boundary=b#\n\n--b#\n");
    hostile("endless messages", "", "Content-Type: message/rfc822\n\n");
    hostile("endless fields", "", "X-Field-#: #\n");
    hostile("one endless field", "Subject: ", "=?utf-8?q?#=#");
    hostile("one endless comment", "From: ", "(((((");
    hostile("endless recipients", DAEMON "Content-Type: message/delivery-status\n\n",
            "Final-Recipient: rfc822;#@example.com\nAction: failed\nStatus: 5.1.#\n\n");
    hostile("endless addresses", DAEMON "\n", "<#@#.example.com>: user unknown\n");
    hostile("addresses without an end", DAEMON "\n", "@@@@@@@@");
    hostile("tags without an end", DAEMON "Content-Type: text/html\n\n<html>", "<a <b<");
    hostile("delimiters without an end", "Content-Type: multipart/mixed; boundary=b\n\n",
            "--b--\n--b-#\n--#\n");
    hostile("words without an end", DAEMON "\n", "mailbox user account recipient ");
}

/* Every mail above, bent at random places: nothing but a crash could go wrong. */
static void check_bent(void)
{
    struct random random = random_seeded(7);
    for (int round = 0; round < 20000; round++) {
        ARENA(arena);
        struct report report;
        struct text mail = rows[random_below(&random, row_count)].mail;
        char *bent = memory_take(mail.length + 1);
        if (mail.length > 0)
            memcpy(bent, mail.at, mail.length);
        for (int i = 0; i < 4 && mail.length > 0; i++)
            bent[random_below(&random, mail.length)] = (char)random_below(&random, 256);
        size_t length = (size_t)random_below(&random, mail.length + 1);
        report_read(&arena, text_from(bent, round % 2 ? length : mail.length), &report);
        memory_free(bent);
    }
    check("bent mails are read to the end", true);
}

int main(void)
{
    ARENA(arena);
    rows_read(&arena);
    check_mails();
    check_absences();
    check_packing();
    check_evidence();
    check_delay();
    check_explained();
    check_hostile();
    check_bent();
    return check_done();
}
