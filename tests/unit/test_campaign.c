/* Campaign: what campaigns/NAME.yaml may say, and how it is told what it may not. */
#include "check.h"

#include "base/file.h"
#include "campaign/campaign.h"

#define HEAD "id: a\ntopic: t\nsubject: S\n"
#define LEAST HEAD "template: l\nbody: B\n"

struct read {
    struct arena arena;
    struct findings findings;
    struct campaign campaign;
    bool sound;
};

static void forget(struct read *read)
{
    arena_free(&read->arena);
    findings_free(&read->findings);
}

static struct read read_campaign(const char *yaml)
{
    struct read read = {0};
    read.sound =
        campaign_read(&read.arena, text_of(yaml), TEXT("c.yaml"), &read.findings, &read.campaign);
    return read;
}
#define READ(name, yaml) __attribute__((cleanup(forget))) struct read name = read_campaign((yaml))

static const struct {
    const char *promise, *yaml, *said;
} refusals[] = {
    {"a typo in a key names what was meant", LEAST "subjct: x\n",
     "c.yaml:6:1: unknown key \"subjct\"; did you mean \"subject\"?"},
    {"an id is needed", "topic: t\nsubject: S\ntemplate: l\nbody: B\n",
     "c.yaml:1:1: \"id\" is missing"},
    {"an id has its letters", "id: A B\ntopic: t\nsubject: S\ntemplate: l\nbody: B\n",
     "c.yaml:1:5: id: must be 1 to 64 of a-z, 0-9 and -, not \"A B\""},
    {"a subject is one line", "id: a\ntopic: t\nsubject: |\n  S\ntemplate: l\nbody: B\n",
     "c.yaml:4:3: subject: must be one line"},
    {"a line break in a subject is refused",
     "id: a\ntopic: t\nsubject: \"S\\nBcc: x\"\ntemplate: l\nbody: B\n",
     "c.yaml:3:11: a line break within the text"},
    {"a campaign says something", HEAD "template: l\n", "c.yaml:1:1: has nothing to say"},
    {"but in one way only", LEAST "body_file: b.md\n", "c.yaml:1:1: only one may stand"},
    {"ready HTML comes with its text", HEAD "html_file: b.html\n",
     "c.yaml:1:1: html_file needs text_file"},
    {"a body needs a layout", HEAD "body: B\n", "c.yaml:1:1: \"template\" is missing"},
    {"a layout is no path", HEAD "template: ../l\nbody: B\n", "c.yaml:4:11: template: must be"},
    {"a file stays inside the workspace", HEAD "template: l\nbody_file: ../b.md\n",
     "c.yaml:5:12: body_file: must stay inside"},
    {"an attachment too", LEAST "attachments: [{file: /etc/passwd}]\n",
     "c.yaml:6:22: file: must be a path inside the workspace"},
    {"a language is a tag", LEAST "languages: {espa_ol: {subject: x}}\n",
     "c.yaml:6:13: \"espa_ol\" is no language tag"},
    {"a language has no keys of its own", LEAST "languages: {es: {topic: x}}\n",
     "c.yaml:6:18: unknown key \"topic\""},
    {"a language without a mapping is told its name", LEAST "languages: {es: hola}\n",
     "c.yaml:6:17: es: must be a mapping"},
    {"a condition needs a value", LEAST "audience: {where: {county: []}}\n",
     "c.yaml:6:28: county: needs at least one value"},
    {"a condition takes no mapping", LEAST "audience: {exclude: {recieved: {campaign: x}}}\n",
     "c.yaml:6:32: recieved: takes a value or a list of them; did you mean \"received\"?"},
    {"a guard is in order", LEAST "audience: {expect: {min: 5, max: 1}}\n",
     "c.yaml:6:20: expect: min is more than max"},
    {"a schedule needs a time", LEAST "schedule: {timezone: UTC}\n",
     "c.yaml:6:11: schedule: needs one of cron and at, not neither"},
    {"but not two", LEAST "schedule: {cron: \"0 9 * * *\", at: 2026-12-01T09:00}\n",
     "c.yaml:6:11: schedule: needs one of cron and at, not both"},
    {"a cron line has five fields", LEAST "schedule: {cron: \"0 9 * *\"}\n", "c.yaml:6:19: cron: "},
    {"a date is one of the calendar", LEAST "schedule: {at: 2026-02-30T09:00}\n",
     "c.yaml:6:16: at: must be a time such as"},
    {"a written time has no zone", LEAST "schedule: {at: 2026-02-20T09:00Z}\n",
     "c.yaml:6:16: at: must be a time such as"},
    {"a moment has a time of day", LEAST "schedule: {at: 2026-02-20}\n",
     "c.yaml:6:11: at: needs a time of day"},
    {"a zone is no path", LEAST "schedule: {cron: \"@daily\", timezone: ../etc/passwd}\n",
     "c.yaml:6:38: timezone: "},
    {"hours have their form", LEAST "schedule: {cron: \"@daily\", hours: 8-20}\n",
     "c.yaml:6:35: hours: must be hours such as"},
    {"a duration has its unit", LEAST "send: {retry_for: 24}\n",
     "c.yaml:6:19: retry_for: must be a length of time"},
    {"a choice lists its words", LEAST "send: {on_unknown: guess}\n",
     "c.yaml:6:20: on_unknown: must be one of resend, hold, not \"guess\""},
};

static void refuses(void)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        READ(read, refusals[i].yaml);
        struct error err = {0};
        char line[ERROR_LINE] = "";
        check(refusals[i].promise, !read.sound);
        if (!findings_clean(&read.findings, &err))
            error_line(&err, line);
        if (!check(refusals[i].promise, text_starts(text_of(line), text_of(refusals[i].said))))
            fprintf(stderr, "    said   %s\n    wanted %s\n", line, refusals[i].said);
    }
}

static void fills_in_defaults(void)
{
    READ(read, LEAST);
    const struct campaign *campaign = &read.campaign;
    check("five keys are a campaign", read.sound && read.findings.notes == 0);
    check_text("its title is its id", campaign->title, TEXT("a"));
    check_number("it is a newsletter", campaign->kind, KIND_NEWSLETTER);
    check_number("and active", campaign->status, STATUS_ACTIVE);
    check("its audience is its topic", campaign->audience.topics.count == 1 &&
                                           text_equal(campaign->audience.topics.at[0], TEXT("t")));
    check_number("it is tried for a day", campaign->send.retry_for_ms, 86400000);
    check_number("what is unknown is sent again", campaign->send.on_unknown, UNKNOWN_RESEND);
    check_number("its data is an empty object", campaign->data.type, VALUE_OBJECT);
    check("it has no schedule", campaign->schedule.place.path.length == 0);
}

static const char *const everything =
    LEAST "title: A title\nkind: alert\nstatus: draft\nfrom: {name: N}\nreply_to: r@a.example\n"
          "data: {n: 63, big: 1e3, zip: 007, no: no, yes: true, nil: , list: [a, {b: -1.5}]}\n"
          "languages: {es: {subject: Hola}, es-MX: {body: Cuerpo}}\n"
          "attachments: [{file: files/toolkit.pdf}]\n"
          "audience:\n"
          "  where: {kind: organization, county: [Alameda, Fresno]}\n"
          "  exclude: {role: staff, received: {campaign: b, within: 3d}}\n"
          "  per: organization\n"
          "schedule: {at: 2026-12-01T09:00, until: 2027-06-30, hours: \"08:00-20:00\"}\n"
          "send: {limits: 30/min, on_unknown: hold}\napproval: {over: 200}\n"
          "lint: {off: [image-alt], reason: \"they are decoration\"}\n";

static void reads_everything(void)
{
    READ(read, everything);
    const struct campaign *campaign = &read.campaign;
    const struct audience *audience = &campaign->audience;
    const struct value *list = value_find(&campaign->data, TEXT("list"));
    if (!check("a campaign with every key is sound", read.sound))
        return;
    check_number("a number is one", value_find(&campaign->data, TEXT("n"))->type, VALUE_NUMBER);
    check_number("zeros in front are text", value_find(&campaign->data, TEXT("zip"))->type,
                 VALUE_STRING);
    check_number("no is a word", value_find(&campaign->data, TEXT("no"))->type, VALUE_STRING);
    check_number("true is true", value_find(&campaign->data, TEXT("yes"))->type, VALUE_BOOL);
    check_number("nothing is null", value_find(&campaign->data, TEXT("nil"))->type, VALUE_NULL);
    check("data goes deep", list->count == 2 && value_find(&list->items[1], TEXT("b")) != NULL);
    check_number("both conditions", audience->where.count, 2);
    check_number("any of two counties", audience->where.at[1].values.count, 2);
    check("a field to exclude stands beside received",
          audience->exclude.conditions.count == 1 &&
              text_equal(audience->exclude.conditions.at[0].name, TEXT("role")));
    check_number("within three days", audience->exclude.received.within_ms, 3 * 86400000LL);
    check("until the end of a day", campaign->schedule.until.whole_day);
    check_number("from eight", campaign->schedule.hours.from_minute, 480);
    check_text("an attachment is called as its file", campaign->attachments.at[0].name,
               TEXT("toolkit.pdf"));
    check_number("all of it has its effect", read.findings.notes, 0);
}

static void keeps_places(void)
{
    READ(read, HEAD "template: l\nbody: |\n  Dear {{x}},\n\n  bye\n");
    const struct placed_text *body = &read.campaign.wording.body;
    check_number("a body begins on its own line", body->place.line, 6);
    check_number("at its column", body->place.column, 3);
    check_number("and tells its indent", body->indent, 2);
    check_number("any byte of it can be found",
                 document_place_at(body->node, text_find(body->text, TEXT("bye"))).line, 8);
    check_number("a subject begins at its first byte", read.campaign.wording.subject.place.column,
                 10);
}

static const struct {
    const char *promise, *language, *chosen, *subject, *body;
} languages[] = {
    {"a reader of Spanish gets it, and the default's body", "es", "es", "Hola", "B"},
    {"a regional language is its own", "es-MX", "es-MX", "S", "Cuerpo"},
    {"without case", "ES-mx", "es-MX", "S", "Cuerpo"},
    {"an unknown region takes its language", "es-AR", "es", "Hola", "B"},
    {"another language takes the default", "fr", "", "S", "B"},
    {"no language takes the default", "", "", "S", "B"},
};

static void chooses_languages(void)
{
    READ(read, everything);
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        struct wording wording = campaign_wording(&read.campaign, text_of(languages[i].language));
        check_text(languages[i].promise, wording.language, text_of(languages[i].chosen));
        check_text(languages[i].promise, wording.subject.text, text_of(languages[i].subject));
        check_text(languages[i].promise, wording.body.text, text_of(languages[i].body));
    }
}

static void accepts_the_samples(void)
{
    static const char *const samples[] = {"campaigns/expand-linked-learning.yaml",
                                          "campaigns/leverage-lcff-for-stem.yaml"};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        ARENA(arena);
        FINDINGS(findings);
        struct text text;
        struct campaign campaign;
        struct error err = {0};
        char line[ERROR_LINE];
        bool sound = file_read(&arena, samples[i], DOCUMENT_BYTES, &text, &err) &&
                     campaign_read(&arena, text, text_of(samples[i]), &findings, &campaign);
        if (!check("a sample campaign is sound", sound) && !findings_clean(&findings, &err))
            fprintf(stderr, "    %s\n", error_line(&err, line));
        check("it speaks Spanish too", sound && campaign.languages.count == 1);
    }
}

int main(void)
{
    refuses();
    fills_in_defaults();
    reads_everything();
    keeps_places();
    chooses_languages();
    accepts_the_samples();
    return check_done();
}
