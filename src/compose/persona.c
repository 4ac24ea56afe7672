/* Persona: a reader made up, to see and to try a campaign with. */
#include "compose/persona.h"

#include "base/json.h"
#include "compose/composition.h"
#include "template/page.h"

#include "base/banned.h"

enum { ATTRIBUTES = 64 * 1024 };

/* ---- a reader out of a mapping ---- */

static struct text *field_of(struct recipient *reader, struct text name)
{
    const struct {
        const char *name;
        struct text *field;
    } fields[] = {
        {"key", &reader->key},
        {"email", &reader->email},
        {"first_name", &reader->first_name},
        {"last_name", &reader->last_name},
        {"organization", &reader->organization},
        {"role", &reader->role},
        {"language", &reader->language},
        {"timezone", &reader->timezone},
        {"tags", &reader->tags},
    };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (text_equal(name, text_of(fields[i].name)))
            return fields[i].field;
    return NULL;
}

/* A list is tags: [board, partner]. */
static struct text text_of_value(struct arena *arena, const struct value *value)
{
    BUFFER(out, ATTRIBUTES);
    if (value->type == VALUE_BOOL)
        return value->truth ? TEXT("true") : TEXT("false");
    if (value->type != VALUE_ARRAY)
        return value->text;
    for (size_t i = 0; i < value->count; i++) {
        if (i > 0)
            buffer_add_byte(&out, ';');
        buffer_add(&out, value->items[i].text);
    }
    return arena_text(arena, buffer_text(&out));
}

static void read_fields(struct arena *arena, const struct value *fields, struct recipient *reader)
{
    BUFFER(json, ATTRIBUTES);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    for (size_t i = 0; i < fields->count; i++) {
        struct text name = fields->members[i].key;
        struct text value = text_of_value(arena, &fields->members[i].value);
        struct text *field = field_of(reader, name);
        if (field != NULL) {
            *field = value;
        } else if (text_equal(name, TEXT("kind"))) {
            reader->is_organization = text_equal(value, TEXT("organization"));
        } else {
            json_key(&writer, arena_string(arena, name));
            json_say_text(&writer, value);
        }
    }
    json_end_object(&writer);
    reader->attributes = arena_text(arena, buffer_text(&json));
}

static struct persona persona_of(struct arena *arena, const struct campaign_test *test)
{
    struct persona persona = {.name = test->name};
    persona.reader.email = TEXT("reader@readers.example");
    read_fields(arena, &test->reader, &persona.reader);
    if (test->language.length > 0)
        persona.reader.language = test->language;
    if (persona.reader.key.length == 0)
        persona.reader.key = persona.reader.email;
    return persona;
}

/* ---- the usual ones ---- */

static const struct persona usual[] = {
    {TEXT_INIT("no name"),
     {.key = TEXT_INIT("no-name"), .email = TEXT_INIT("somebody@readers.example")},
     false},
    {TEXT_INIT("long name"),
     {.key = TEXT_INIT("long-name"),
      .email = TEXT_INIT("maximiliana.wolfeschlegelsteinhausenbergerdorff@readers.example"),
      .first_name = TEXT_INIT("Maximiliana Guadalupe de los Ángeles"),
      .last_name = TEXT_INIT("Wolfeschlegelsteinhausenbergerdorff-Villavicencio")},
     true},
    {TEXT_INIT("organization"),
     {.key = TEXT_INIT("organization"),
      .email = TEXT_INIT("office@organizations.example"),
      .is_organization = true,
      .first_name = TEXT_INIT("Ruth"),
      .last_name = TEXT_INIT("Okafor"),
      .organization = TEXT_INIT("Valley Children & Families United"),
      .role = TEXT_INIT("director")},
     false},
    {TEXT_INIT("markup in the name"),
     {.key = TEXT_INIT("markup"),
      .email = TEXT_INIT("markup@readers.example"),
      .first_name = TEXT_INIT("<script>alert(1)</script><img src=x onerror=alert(2)>"),
      .last_name = TEXT_INIT("\"O'Neil\" & <b>Sons</b>")},
     true},
};

size_t personas_of(struct arena *arena, struct composed *composed,
                   struct persona personas[PERSONAS_MOST])
{
    const struct campaign *campaign = compose_campaign_of(composed);
    size_t count = 0;
    for (size_t i = 0; i < campaign->tests.count; i++)
        personas[count++] = persona_of(arena, &campaign->tests.at[i]);
    for (size_t i = 0; composition_at(composed, i) != NULL; i++) {
        struct text language = composition_language(composition_at(composed, i));
        for (size_t j = 0; j < sizeof(usual) / sizeof(usual[0]); j++) {
            struct persona *persona = &personas[count++];
            *persona = usual[j];
            persona->reader.language = language;
            if (i > 0)
                persona->name = arena_printf(arena, "%.*s, %.*s", TEXT_ARGS(usual[j].name),
                                             TEXT_ARGS(language));
            if (i > 0)
                persona->reader.key = arena_printf(
                    arena, "%.*s-%.*s", TEXT_ARGS(usual[j].reader.key), TEXT_ARGS(language));
        }
    }
    return count;
}

/* ---- tests ---- */

struct trying {
    struct composed *composed;
    const struct campaign_test *test;
    struct findings *findings;
    struct buffer subject, text, html;
};

__attribute__((format(printf, 2, 3))) static void complain(struct trying *trying,
                                                           const char *format, ...)
{
    char message[ERROR_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    findings_rule(trying->findings, SEVERITY_ERROR, TEXT("test"), trying->test->place,
                  "\"%.*s\": %s", TEXT_ARGS(trying->test->name), message);
}

static bool show(struct trying *trying, const struct recipient *reader, const struct token_key *key)
{
    struct composition *composition = composition_of(trying->composed, reader->language);
    struct stamp stamp = {.slot = TEXT("test"), .key = key};
    struct buffer *const parts[] = {&trying->subject, &trying->text, &trying->html};
    struct error err;
    for (int part = PART_SUBJECT; part <= PART_HTML; part++) {
        if (composition_show(composition, (enum composition_part)part, reader, &stamp, parts[part],
                             &err))
            continue;
        findings_rule(trying->findings, SEVERITY_ERROR, TEXT("test"),
                      (struct place){text_of(err.path), err.line, err.column}, "\"%.*s\": %s",
                      TEXT_ARGS(trying->test->name), err.message);
        return false;
    }
    return true;
}

/* However the lines are broken. */
static void add_words(struct text text, struct buffer *out)
{
    struct text rest = text, line;
    while (text_take_line(&rest, &line)) {
        buffer_add(out, text_trim(line));
        buffer_add_byte(out, ' ');
    }
}

/* A part as it is written, and as it is read. */
struct said {
    const char *part;
    struct text raw, words;
};

static bool says(const struct said *said, struct text wanted)
{
    return text_contains(said->raw, wanted) || text_contains(said->words, wanted);
}

static void judge_part(struct trying *trying, const struct said *said)
{
    const struct campaign_test *test = trying->test;
    for (size_t i = 0; i < test->contains.count; i++)
        if (!says(said, test->contains.at[i]))
            complain(trying, "the %s part does not say \"%.*s\"", said->part,
                     TEXT_ARGS(test->contains.at[i]));
    for (size_t i = 0; i < test->lacks.count; i++)
        if (says(said, test->lacks.at[i]))
            complain(trying, "the %s part says \"%.*s\"", said->part, TEXT_ARGS(test->lacks.at[i]));
}

static void judge(struct trying *trying)
{
    ARENA(scratch);
    BUFFER(text, TEMPLATE_OUTPUT);
    BUFFER(html, TEMPLATE_OUTPUT);
    const struct campaign_test *test = trying->test;
    struct page_node *page = page_parse(&scratch, buffer_text(&trying->html));
    add_words(buffer_text(&trying->text), &text);
    if (page != NULL)
        page_words(page, &html);
    const struct said parts[] = {{"text", buffer_text(&trying->text), buffer_text(&text)},
                                 {"HTML", buffer_text(&trying->html), buffer_text(&html)}};
    if (test->subject.length > 0 && !text_equal(test->subject, buffer_text(&trying->subject)))
        complain(trying, "the subject is \"%.*s\"", TEXT_ARGS(buffer_text(&trying->subject)));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        judge_part(trying, &parts[i]);
}

size_t personas_test(struct arena *arena, struct composed *composed, const struct token_key *key,
                     struct findings *findings)
{
    const struct campaign *campaign = compose_campaign_of(composed);
    for (size_t i = 0; i < campaign->tests.count; i++) {
        struct persona persona = persona_of(arena, &campaign->tests.at[i]);
        struct trying trying = {composed,
                                &campaign->tests.at[i],
                                findings,
                                BUFFER_INIT(TEMPLATE_OUTPUT),
                                BUFFER_INIT(TEMPLATE_OUTPUT),
                                BUFFER_INIT(TEMPLATE_OUTPUT)};
        if (show(&trying, &persona.reader, key))
            judge(&trying);
        buffer_free(&trying.subject);
        buffer_free(&trying.text);
        buffer_free(&trying.html);
    }
    return campaign->tests.count;
}
