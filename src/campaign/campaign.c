/* Campaign: one campaigns/NAME.yaml as a checked struct. */
#include "campaign/campaign.h"

#include "campaign/fit.h"
#include "campaign/lint_rules.h"

#include "base/banned.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static const struct key from_keys[] = {
    {"name", KEY_TEXT(struct campaign_from, name), 0, NULL,
     "\"The Children's Movement of California\"",
     "The name readers see; the sender's when not written."},
    {"address", KEY_TEXT_AS(struct campaign_from, address, fit_address), 0, NULL,
     "policy@childrensmovement.example", "The address; the sender's when not written."},
};
static const struct shape from_shape = SHAPE(struct campaign_from, from_keys);

static const struct key language_keys[] = {
    {"subject", KEY_PLACED_LINE(struct wording, subject), 0, NULL,
     "\"Todo estudiante merece un camino\"", "The subject."},
    {"preheader", KEY_PLACED_LINE(struct wording, preheader), 0, NULL,
     "\"63 distritos muestran el camino\"", "The preheader."},
    {"body", KEY_PLACED_BLOCK(struct wording, body), 0, NULL,
     "\"Hola, {{first_name | default: 'amiga'}}\"", "The body, in Markdown."},
    {"body_file", KEY_PLACED_NAME(struct wording, body_file, fit_path), 0, NULL,
     "texts/letter.es.md", "Instead of body: a Markdown file."},
    {"html_file", KEY_PLACED_NAME(struct wording, html_file, fit_path), 0, NULL,
     "texts/letter.es.html", "Instead of body: the ready HTML, with text_file."},
    {"text_file", KEY_PLACED_NAME(struct wording, text_file, fit_path), 0, NULL,
     "texts/letter.es.txt", "The ready text that goes with html_file."},
};

/* How many ways of giving a body there are. */
static int bodies(const struct wording *wording)
{
    bool ready = wording->html_file.text.length > 0 || wording->text_file.text.length > 0;
    return (wording->body.text.length > 0) + (wording->body_file.text.length > 0) + ready;
}

static void check_wording(struct schema *schema, void *at)
{
    const struct wording *wording = at;
    bool html = wording->html_file.text.length > 0, text = wording->text_file.text.length > 0;
    if (bodies(wording) > 1)
        schema_mistake(schema, wording->place,
                       "only one may stand: body, body_file, or html_file with text_file");
    if (html != text)
        schema_mistake(schema, wording->place, "%s needs %s beside it",
                       html ? "html_file" : "text_file", html ? "text_file" : "html_file");
}

static const struct shape language_shape =
    SHAPE_WITH(struct wording, language_keys, .name_offset = offsetof(struct wording, language),
               .name_check = fit_language, .check = check_wording);

static const struct key attachment_keys[] = {
    {"file", KEY_TEXT_AS(struct attachment, file, fit_path), REQUIRED, NULL, "toolkit.pdf",
     "A file inside the workspace."},
    {"name", KEY_TEXT(struct attachment, name), 0, NULL, "\"STEM toolkit.pdf\"",
     "What readers see it called; the file's own name when not written."},
    {"type", KEY_TEXT_AS(struct attachment, type, fit_media_type), 0, NULL, "application/pdf",
     "Its media type; by the ending when not written."},
};

static void check_attachment(struct schema *schema, void *at)
{
    struct attachment *attachment = at;
    size_t slash = text_find_last_byte(attachment->file, '/');
    if (attachment->name.length == 0)
        attachment->name = text_after(attachment->file, slash == TEXT_NONE ? 0 : slash + 1);
    if (attachment->name.length == 0 || text_find_byte(attachment->name, '/') != TEXT_NONE)
        schema_mistake(schema, attachment->place, "name: must be a file's name, without a /");
}

static const struct shape attachment_shape =
    SHAPE_WITH(struct attachment, attachment_keys, .check = check_attachment);

static const struct word unknown_words[] = {
    {"resend", UNKNOWN_RESEND}, {"hold", UNKNOWN_HOLD}, {NULL, 0}};

static const struct key send_keys[] = {
    {"limits", KEY_RATES(struct campaign_send, limits), 0, NULL, "[30/min]",
     "Never more messages of this campaign than that in any window of that length."},
    {"retry_for", KEY_DURATION(struct campaign_send, retry_for_ms, 0, 30 * DAY_MS), 0, "24h", NULL,
     "How long a message that is put off is tried again."},
    {"on_unknown", KEY_WORD(struct campaign_send, on_unknown, enum unknown_policy, unknown_words),
     0, "resend", NULL,
     "What to do when a lost connection leaves it open whether a message arrived: resend, or hold "
     "for a person to decide."},
};
static const struct shape send_shape = SHAPE(struct campaign_send, send_keys);

static const struct key approval_keys[] = {
    {"over", KEY_NUMBER(struct campaign_approval, over, 0, 1000 * 1000 * 1000), REQUIRED, NULL,
     "200", "An edition for more members than that waits until somebody runs `approve`."},
};
static const struct shape approval_shape = SHAPE(struct campaign_approval, approval_keys);

static bool fit_rule(struct text name, struct error *err)
{
    const struct lint_rule *nearest = lint_rules;
    if (lint_rule_find(name) != NULL)
        return true;
    for (const struct lint_rule *at = lint_rules; at->name != NULL; at++)
        if (text_distance(text_of(at->name), name, 8) <
            text_distance(text_of(nearest->name), name, 8))
            nearest = at;
    return error_set(err, FAULT_FILE, "there is no rule \"%.*s\"; did you mean \"%s\"?",
                     TEXT_ARGS(name), nearest->name);
}

static const struct key lint_keys[] = {
    {"off", KEY_TEXTS(struct campaign_lint, off, fit_rule), 0, NULL, "[image-alt]",
     "Names of rules not to apply."},
    {"reason", KEY_TEXT(struct campaign_lint, reason), 0, NULL, "\"the images are decoration\"",
     "Why; needed whenever a rule is off."},
};

static void check_lint(struct schema *schema, void *at)
{
    const struct campaign_lint *lint = at;
    if (lint->off.count > 0 && lint->reason.length == 0)
        schema_mistake(schema, lint->place, "say why these rules are off: reason: \"…\"");
}

static const struct shape lint_shape =
    SHAPE_WITH(struct campaign_lint, lint_keys, .check = check_lint);

static const struct key test_keys[] = {
    {"name", KEY_TEXT(struct campaign_test, name), REQUIRED, NULL, "\"a parent in Fresno\"",
     "What is tried, in words; the preview lists it among the readers."},
    {"reader", KEY_VALUE(struct campaign_test, reader), 0, NULL,
     "{first_name: María, county: Fresno}",
     "The reader's fields and attributes, by the names that merge tags use."},
    {"language", KEY_TEXT_AS(struct campaign_test, language, fit_language), 0, NULL, "es",
     "The language they read."},
    {"subject", KEY_TEXT(struct campaign_test, subject), 0, NULL,
     "\"María, todo estudiante merece un camino\"", "The subject must be just that."},
    {"contains", KEY_TEXTS(struct campaign_test, contains, NULL), 0, NULL, "[Fresno]",
     "What both parts must say."},
    {"lacks", KEY_TEXTS(struct campaign_test, lacks, NULL), 0, NULL, "[Alameda]",
     "What neither part may say."},
};
static const struct shape test_shape = SHAPE(struct campaign_test, test_keys);

static const struct word kind_words[] = {
    {"newsletter", KIND_NEWSLETTER}, {"alert", KIND_ALERT}, {NULL, 0}};

static const struct word status_words[] = {
    {"draft", STATUS_DRAFT}, {"active", STATUS_ACTIVE}, {"retired", STATUS_RETIRED}, {NULL, 0}};

static const struct key campaign_keys[] = {
    {"id", KEY_TEXT_AS(struct campaign, id, fit_id), REQUIRED, NULL, "expand-linked-learning",
     "The stable key of the ledger, a-z, 0-9 and -; the file may be renamed."},
    {"title", KEY_TEXT(struct campaign, title), 0, NULL, "\"Expand Linked Learning\"",
     "What people call it; the id when not written."},
    {"kind", KEY_WORD(struct campaign, kind, enum campaign_kind, kind_words), 0, "newsletter", NULL,
     "An alert goes out before newsletters."},
    {"status", KEY_WORD(struct campaign, status, enum campaign_status, status_words), 0, "active",
     NULL, "A draft or a retired campaign is never sent by schedule."},
    {"topic", KEY_TEXT_AS(struct campaign, topic, fit_id), REQUIRED, NULL, "linked-learning",
     "What readers subscribe to, and what one unsubscribe ends; it becomes the List-ID."},
    {"from", KEY_MAPPING(struct campaign, from, struct campaign_from, from_shape), 0, NULL, NULL,
     "Who it is from, when not from the configured sender."},
    {"reply_to", KEY_TEXT_AS(struct campaign, reply_to, fit_address), 0, NULL,
     "policy@childrensmovement.example", "Where answers go, when not to the From address."},
    {"subject", KEY_PLACED_LINE(struct campaign, wording.subject), REQUIRED, NULL,
     "\"{{first_name | default: 'Friend'}}, every student deserves a pathway\"",
     "The subject, with merge fields."},
    {"preheader", KEY_PLACED_LINE(struct campaign, wording.preheader), 0, NULL,
     "\"{{districts}} districts show the way\"", "The line that inboxes show behind the subject."},
    {"template", KEY_PLACED_NAME(struct campaign, template, fit_name), 0, NULL, "advocacy",
     "The layout that body is poured into: templates/NAME.html and templates/NAME.txt."},
    {"body", KEY_PLACED_BLOCK(struct campaign, wording.body), 0, NULL,
     "\"Dear {{first_name | default: 'friend'}}, …\"", "The body, in Markdown with merge fields."},
    {"body_file", KEY_PLACED_NAME(struct campaign, wording.body_file, fit_path), 0, NULL,
     "texts/letter.md", "Instead of body: a Markdown file inside the workspace."},
    {"html_file", KEY_PLACED_NAME(struct campaign, wording.html_file, fit_path), 0, NULL,
     "texts/letter.html", "Instead of body: ready HTML, with text_file."},
    {"text_file", KEY_PLACED_NAME(struct campaign, wording.text_file, fit_path), 0, NULL,
     "texts/letter.txt", "The ready text that goes with html_file."},
    {"data", KEY_VALUE(struct campaign, data), 0, NULL,
     "{districts: 63, action_url: \"https://example.org/act\"}",
     "Facts typed once and merged everywhere, by any names."},
    {"languages",
     KEY_MAP(struct campaign, languages, struct wording_list, struct wording, language_shape,
             CAMPAIGN_LANGUAGES),
     0, NULL, "es", "The same in other languages, for members who read them: es, es-MX."},
    {"attachments",
     KEY_LIST(struct campaign, attachments, struct attachment_list, struct attachment,
              attachment_shape, CAMPAIGN_ATTACHMENTS),
     0, NULL, NULL, "Files that go with every message."},
    {"audience", KEY_MAPPING(struct campaign, audience, struct audience, audience_shape), 0, NULL,
     NULL, "Who gets it."},
    {"schedule", KEY_MAPPING(struct campaign, schedule, struct schedule, schedule_shape), 0, NULL,
     NULL, "When `run` sends it."},
    {"send", KEY_MAPPING(struct campaign, send, struct campaign_send, send_shape), 0, NULL, NULL,
     "How it is sent."},
    {"approval", KEY_MAPPING(struct campaign, approval, struct campaign_approval, approval_shape),
     0, NULL, NULL, "Who may let it go out."},
    {"lint", KEY_MAPPING(struct campaign, lint, struct campaign_lint, lint_shape), 0, NULL, NULL,
     "What `check` leaves unsaid."},
    {"tests",
     KEY_LIST(struct campaign, tests, struct campaign_test_list, struct campaign_test, test_shape,
              CAMPAIGN_TESTS),
     0, NULL, NULL, "Readers made up to try it with, and what their messages must say."},
};

static void check_campaign(struct schema *schema, void *at)
{
    struct campaign *campaign = at;
    struct wording *wording = &campaign->wording;
    wording->place = campaign->place;
    check_wording(schema, wording);
    if (bodies(wording) == 0)
        schema_mistake(schema, campaign->place,
                       "has nothing to say: add body, body_file, or html_file with text_file");
    if (campaign->template.text.length == 0 && wording->html_file.text.length == 0)
        schema_mistake(schema, campaign->place,
                       "\"template\" is missing: the layout that the body is poured into");
    if (campaign->title.length == 0)
        campaign->title = campaign->id;
    if (campaign->audience.topics.count == 0) {
        campaign->audience.topics.at = arena_new(schema->arena, struct text);
        campaign->audience.topics.at[0] = campaign->topic;
        campaign->audience.topics.count = 1;
    }
}

const struct shape campaign_shape =
    SHAPE_WITH(struct campaign, campaign_keys, .check = check_campaign);

bool campaign_read(struct arena *arena, struct text text, struct text path,
                   struct findings *findings, struct campaign *ret_campaign)
{
    unsigned before = findings->errors;
    struct node *root = document_read(arena, text, path, FAULT_FILE, findings);
    *ret_campaign = (struct campaign){0};
    if (root != NULL)
        schema_read(&campaign_shape, root, arena, FAULT_FILE, findings, ret_campaign);
    return findings->errors == before;
}

static const struct wording *find_language(const struct campaign *campaign, struct text language)
{
    for (size_t i = 0; i < campaign->languages.count; i++)
        if (text_equal_nocase(campaign->languages.at[i].language, language))
            return &campaign->languages.at[i];
    return NULL;
}

static void inherit(struct placed_text *part, const struct placed_text *from)
{
    if (part->text.length == 0)
        *part = *from;
}

struct wording campaign_wording(const struct campaign *campaign, struct text language)
{
    const struct wording *other = &campaign->wording;
    const struct wording *own = find_language(campaign, language);
    if (own == NULL)
        own = find_language(campaign, text_slice(language, 0, text_find_byte(language, '-')));
    struct wording wording = own != NULL ? *own : *other;
    inherit(&wording.subject, &other->subject);
    inherit(&wording.preheader, &other->preheader);
    if (bodies(&wording) == 0) {
        wording.body = other->body;
        wording.body_file = other->body_file;
        wording.html_file = other->html_file;
        wording.text_file = other->text_file;
    }
    return wording;
}
