/* Compose: what a campaign becomes. Golden messages are in tests/golden/compose. */
#include "check.h"

#include "base/file.h"
#include "compose/compose.h"

#define GOLDEN "tests/golden/compose/"
#define WORKSPACE GOLDEN "workspace"

static const struct config config = {
    .sender = {.name = TEXT_INIT("The Children's Movement"),
               .address = TEXT_INIT("updates@sender.example"),
               .postal_address = TEXT_INIT("1 Example Way, Oakland, CA 94607")},
    .bounces = {.return_path = TEXT_INIT("bounces@mail.sender.example")},
    .unsubscribe = {.url = TEXT_INIT("https://lists.sender.example/u"),
                    .mailto = TEXT_INIT("unsubscribe@mail.sender.example")},
    .feedback_id = TEXT_INIT("children"),
};

static const struct recipient robin = {
    .member_id = 1,
    .key = TEXT_INIT("m01"),
    .email = TEXT_INIT("robin@example.org"),
    .first_name = TEXT_INIT("Robin"),
    .last_name = TEXT_INIT("Example"),
    .attributes = TEXT_INIT("{\"county\":\"Alameda\"}"),
};
static const struct recipient unnamed = {
    .member_id = 2, .key = TEXT_INIT("m02"), .email = TEXT_INIT("unnamed@example.org")};
static const struct recipient jose = {
    .member_id = 3,
    .key = TEXT_INIT("m03"),
    .email = TEXT_INIT("jose@xn--bcher-kva.example"),
    .first_name = TEXT_INIT("Jos\xC3\xA9"),
    .last_name = TEXT_INIT("N\xC3\xBA\xC3\xB1"
                           "ez, hijo"),
    .language = TEXT_INIT("es-MX"),
};
static const struct recipient coalition = {
    .member_id = 4,
    .key = TEXT_INIT("m04"),
    .email = TEXT_INIT("director@pathways.example"),
    .is_organization = true,
    .organization = TEXT_INIT("\"Bright Pathways\" & Sons = Friends, <Inc.>"),
    .tags = TEXT_INIT("board;partner"),
    .attributes = TEXT_INIT("{\"county\":\"L\\u00f3s \\\"Angeles\\\"\"}"),
};

static struct token_key key;
static struct stamp stamp = {
    .edition = 7,
    .slot = TEXT_INIT("2026-12-01T09:00"),
    .first_attempt_ms = 1796144400000, /* Tue, 1 Dec 2026, 17:00 UTC */
    .key = &key,
};

static struct composed *compose_in(struct arena *arena, const char *root, const char *path)
{
    FINDINGS(findings);
    struct error err;
    struct bundle *bundle = bundle_record(arena, root);
    compose_settings_put(bundle, &config);
    struct composed *composed = compose_campaign(arena, bundle, text_of(path), &findings);
    if (!findings_clean(&findings, &err)) {
        char line[ERROR_LINE];
        fprintf(stderr, "    %s\n", error_line(&err, line));
    }
    return composed;
}

static struct composed *compose(struct arena *arena, const char *path)
{
    return compose_in(arena, WORKSPACE, path);
}

/* A failure shows its words. */
static bool merge(struct composed *composed, const struct recipient *recipient, struct buffer *out,
                  struct envelope *envelope)
{
    struct error err = {0};
    char line[ERROR_LINE];
    bool merged = composition_merge(composition_of(composed, recipient->language), recipient,
                                    &stamp, out, envelope, &err);
    if (!merged)
        fprintf(stderr, "    %s\n", error_line(&err, line));
    return merged;
}

/* Lines of the header may be long where nothing can be folded; lines of the body never are. */
static bool lines_hold(struct text message)
{
    struct text rest = message;
    size_t most = 998;
    for (size_t i = 0; i < message.length; i++)
        if ((message.at[i] == '\n') != (i > 0 && message.at[i - 1] == '\r') ||
            (unsigned char)message.at[i] > 126 || message.at[i] == '\0')
            return false;
    while (rest.length > 0) {
        size_t end = text_find(rest, TEXT("\r\n"));
        struct text line = text_slice(rest, 0, end);
        if (end == TEXT_NONE || end > most || text_starts(line, TEXT(".")) ||
            text_starts(line, TEXT("From ")))
            return false;
        most = end == 0 ? 76 : most;
        rest = text_after(rest, end + 2);
    }
    return true;
}

static void compare_golden(const char *promise, const char *name, struct text message)
{
    ARENA(arena);
    struct error err = {0};
    struct text golden = {0};
    struct text path = arena_printf(&arena, GOLDEN "%s.eml", name);
    if (getenv("UPDATE_GOLDEN") != NULL)
        check("the golden file is written", file_write(path.at, message, 0644, &err));
    check("there is a golden file", file_read(&arena, path.at, 1 << 20, &golden, &err));
    check_text(promise, message, golden);
}

static const struct {
    const char *promise, *name, *campaign;
    const struct recipient *recipient;
} golden_cases[] = {
    {"a person with a name", "person", "campaigns/plain.yaml", &robin},
    {"a person without one", "unnamed", "campaigns/plain.yaml", &unnamed},
    {"a person who reads Spanish", "spanish", "campaigns/plain.yaml", &jose},
    {"an organization", "organization", "campaigns/plain.yaml", &coalition},
    {"ready files with attachments", "attached", "campaigns/attached.yaml", &robin},
};

static void golden(void)
{
    for (size_t i = 0; i < COUNT_OF(golden_cases); i++) {
        ARENA(arena);
        BUFFER(out, COMPOSE_MESSAGE);
        struct envelope envelope = {0};
        struct composed *composed = compose(&arena, golden_cases[i].campaign);
        if (!check(golden_cases[i].promise, composed != NULL))
            continue;
        check(golden_cases[i].promise, merge(composed, golden_cases[i].recipient, &out, &envelope));
        check("no line is too long, bare, or begins with a dot", lines_hold(buffer_text(&out)));
        compare_golden(golden_cases[i].promise, golden_cases[i].name, buffer_text(&out));
        check_text("it goes to the member", envelope.to, golden_cases[i].recipient->email);
        compose_close(composed);
    }
}

/* The token of a header or address is one of ours and says which delivery. */
static void proves(const char *promise, struct text token_text, enum token_purpose purpose)
{
    struct token token = {0};
    check(promise, token_parse(&key, token_text, &token));
    check(promise, token.purpose == purpose && token.edition == 7 && token.member == 1);
}

static struct text between(struct text message, const char *before, char end)
{
    size_t at = text_find(message, text_of(before));
    struct text rest = text_after(message, at == TEXT_NONE ? at : at + strlen(before));
    return text_slice(rest, 0, text_find_byte(rest, end));
}

static void tokens(void)
{
    ARENA(arena);
    BUFFER(out, COMPOSE_MESSAGE);
    struct envelope envelope = {0};
    struct composed *composed = compose(&arena, "campaigns/plain.yaml");
    merge(composed, &robin, &out, &envelope);
    struct text message = buffer_text(&out);
    proves("the return path is signed", between(envelope.from, "bounces+", '@'), TOKEN_RETURN_PATH);
    proves("so is our own header", between(message, "X-Broadside: ", '\r'), TOKEN_RETURN_PATH);
    proves("the link unsubscribes", between(message, "<https://lists.sender.example/u/", '>'),
           TOKEN_UNSUBSCRIBE);
    proves("and so does the mail", between(message, "?subject=unsubscribe-", '>'),
           TOKEN_UNSUBSCRIBE);
    check("a plain address needs nothing special", !envelope.needs_smtputf8);
    compose_close(composed);
}

static void kept_content_gives_the_same_bytes(const char *campaign)
{
    ARENA(arena);
    FINDINGS(findings);
    BUFFER(first, COMPOSE_MESSAGE);
    BUFFER(second, COMPOSE_MESSAGE);
    struct error err;
    struct envelope envelope;
    struct bundle *disk = bundle_record(&arena, WORKSPACE), *kept = NULL;
    compose_settings_put(disk, &config);
    struct composed *one = compose_campaign(&arena, disk, text_of(campaign), &findings);
    check("it is read back",
          bundle_parse(&arena, arena_text(&arena, bundle_serialize(disk)), &kept, &err));
    struct composed *two = compose_campaign(&arena, kept, text_of(campaign), &findings);
    if (!check("it composes again", one != NULL && two != NULL))
        return;
    check("it merges", merge(one, &unnamed, &first, &envelope));
    buffer_clear(&first);
    merge(one, &robin, &first, &envelope);
    check("it merges again", merge(two, &robin, &second, &envelope));
    check_text("to the same bytes", buffer_text(&second), buffer_text(&first));
    compose_close(one);
    compose_close(two);
}

static void refuse(void)
{
    static const struct {
        const char *promise, *says;
        struct recipient recipient;
    } cases[] = {
        {"a line break in a first name is refused",
         "line break",
         {.key = TEXT_INIT("x"),
          .email = TEXT_INIT("x@example.org"),
          .first_name = TEXT_INIT("Robin\r\nBcc: all@example.org")}},
        {"a line break in a name is refused",
         "To",
         {.key = TEXT_INIT("x"),
          .email = TEXT_INIT("x@example.org"),
          .last_name = TEXT_INIT("Robin\nBcc: all@example.org")}},
        {"an organization without a name is missed",
         "organization",
         {.key = TEXT_INIT("x"), .email = TEXT_INIT("x@example.org"), .is_organization = true}},
        {"broken attributes are refused",
         "attributes",
         {.key = TEXT_INIT("x"),
          .email = TEXT_INIT("x@example.org"),
          .attributes = TEXT_INIT("{\"county\":")}},
    };
    ARENA(arena);
    struct composed *composed = compose(&arena, "campaigns/plain.yaml");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        BUFFER(out, COMPOSE_MESSAGE);
        struct envelope envelope;
        struct error err = {0}, tried = {0};
        char line[ERROR_LINE];
        struct composition *composition = composition_of(composed, cases[i].recipient.language);
        check(cases[i].promise,
              !composition_merge(composition, &cases[i].recipient, &stamp, &out, &envelope, &err));
        if (!check("it says where", strstr(error_line(&err, line), cases[i].says) != NULL))
            fprintf(stderr, "    says \"%s\"\n", line);
        check_number("and leaves nothing", out.length, 0);
        check("a probe finds it", !composition_try(composition, &cases[i].recipient, &tried));
        check_text("and says the same", text_of(tried.message), text_of(err.message));
    }
    struct error err;
    check("a probe finds nothing where all is well",
          composition_try(composition_of(composed, TEXT("en")), &robin, &err));
    compose_close(composed);
}

/* Data is constant text, but for a member who has an attribute of that name. */
static void shadow(void)
{
    ARENA(arena);
    BUFFER(shadowed, COMPOSE_MESSAGE);
    BUFFER(usual, COMPOSE_MESSAGE);
    struct envelope envelope;
    struct recipient other = robin;
    other.attributes = TEXT("{\"districts\":\"64\"}");
    struct composed *composed = compose(&arena, "campaigns/plain.yaml");
    check("such a member is merged", merge(composed, &other, &shadowed, &envelope));
    check("with their attribute",
          text_contains(buffer_text(&shadowed), TEXT("\r\n64=\r\n districts")));
    check("the next one is merged", merge(composed, &robin, &usual, &envelope));
    check("with the campaign's data",
          text_contains(buffer_text(&usual), TEXT("\r\n63 districts =3D 63")));
    compose_close(composed);
}

static void samples(void)
{
    static const char *const paths[] = {"campaigns/expand-linked-learning.yaml",
                                        "campaigns/leverage-lcff-for-stem.yaml"};
    const struct recipient *readers[] = {&robin, &unnamed, &jose, &coalition};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        ARENA(arena);
        struct composed *composed = compose_in(&arena, ".", paths[i]);
        for (size_t j = 0; check("a sample composes", composed != NULL) && j < COUNT_OF(readers);
             j++) {
            BUFFER(out, COMPOSE_MESSAGE);
            struct envelope envelope;
            check("a sample merges", merge(composed, readers[j], &out, &envelope));
            check("its lines hold", lines_hold(buffer_text(&out)));
            check("no member can be missing a value of it",
                  !composition_needs_member_values(composition_at(composed, j % 2)));
            check("no tag is left", !text_contains(buffer_text(&out), TEXT("{{")));
        }
        compose_close(composed);
    }
}

static void choose(void)
{
    ARENA(arena);
    BUFFER(subject, 1024);
    BUFFER(text, 64 * 1024);
    struct error err;
    struct composed *plain = compose(&arena, "campaigns/plain.yaml");
    struct composed *attached = compose(&arena, "campaigns/attached.yaml");
    struct composition *spanish = composition_of(plain, TEXT("es-MX"));
    check_text("es-MX reads es", composition_language(spanish), TEXT("es"));
    check_text("others read the default", composition_language(composition_of(plain, TEXT("fr"))),
               TEXT("en"));
    check("two languages are all",
          composition_at(plain, 1) == spanish && composition_at(plain, 2) == NULL);
    check("an unguarded field needs every member",
          composition_needs_member_values(composition_at(plain, 0)));
    check("guarded ones do not", !composition_needs_member_values(spanish));
    check("nor does what is configured",
          !composition_needs_member_values(composition_at(attached, 0)));
    check("a subject is shown decoded",
          composition_show(spanish, PART_SUBJECT, &jose, &stamp, &subject, &err));
    check("with its value", text_starts(buffer_text(&subject), TEXT("Jos\xC3\xA9: todo")));
    check("a text is shown decoded",
          composition_show(spanish, PART_TEXT, &jose, &stamp, &text, &err));
    check("with its accents", text_contains(buffer_text(&text), TEXT("\xC2\xBF"
                                                                     "Cu\xC3\xA1ndo")));
    compose_close(plain);
    compose_close(attached);
}

static const struct {
    const char *promise, *yaml, *says;
} broken_cases[] = {
    {"a missing file", NULL, "campaigns/broken.yaml: there is no such file"},
    {"a missing layout", "template: nothing\nbody: x\n",
     "campaigns/broken.yaml:4:11: there is no template \"nothing\" in templates/: neither "
     "nothing.html nor nothing.txt"},
    {"a layout's name mistyped, told once for both parts", "template: lettre\nbody: x\n",
     "campaigns/broken.yaml:4:11: there is no template \"lettre\" in templates/; did you mean "
     "\"letter\"?"},
    {"beside a mistake in the body", "template: lettre\nbody: \"{{#x}}\"\n", "(and 3 more)"},
    {"a missing attachment", "template: letter\nbody: x\nattachments: [{file: none.pdf}]\n",
     "none.pdf"},
    {"an attachment from outside", "template: letter\nbody: x\nattachments: [{file: ../x.pdf}]\n",
     "campaigns/broken.yaml:"},
    {"a section left open, where it was typed", "template: letter\nbody: |\n  a\n\n  b {{#x}} c\n",
     "campaigns/broken.yaml:8:5"},
    {"a missing body file", "template: letter\nbody_file: campaigns/none.md\n",
     "campaigns/none.md"},
};

static void broken(void)
{
    for (size_t i = 0; i < COUNT_OF(broken_cases); i++) {
        ARENA(arena);
        FINDINGS(findings);
        struct error err = {0};
        char line[ERROR_LINE];
        const char *yaml = broken_cases[i].yaml;
        struct text path = TEXT("campaigns/broken.yaml");
        struct text head = TEXT("id: broken\ntopic: t\nsubject: s\n");
        struct text whole = arena_printf(&arena, "%s%s", head.at, yaml != NULL ? yaml : "");
        struct error ignored;
        if (yaml != NULL)
            file_write(WORKSPACE "/campaigns/broken.yaml", whole, 0600, &ignored);
        struct bundle *bundle = bundle_record(&arena, WORKSPACE);
        compose_settings_put(bundle, &config);
        check(broken_cases[i].promise, compose_campaign(&arena, bundle, path, &findings) == NULL);
        findings_clean(&findings, &err);
        if (!check("it says where", strstr(error_line(&err, line), broken_cases[i].says) != NULL))
            fprintf(stderr, "    says \"%s\"\n", line);
        remove(WORKSPACE "/campaigns/broken.yaml");
    }
}

int main(void)
{
    unsigned char bytes[TOKEN_KEY];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    token_key_set(&key, bytes);
    golden();
    tokens();
    kept_content_gives_the_same_bytes("campaigns/plain.yaml");
    kept_content_gives_the_same_bytes("campaigns/by_value.yaml");
    refuse();
    shadow();
    samples();
    choose();
    broken();
    return check_done();
}
