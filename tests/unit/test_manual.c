/* Manual: the reference and the example are just what the key tables say. UPDATE_GOLDEN=1 rewrites
 * them. */
#include "check.h"

#include "base/buffer.h"
#include "base/file.h"
#include "campaign/campaign.h"
#include "campaign/config.h"
#include "campaign/reference.h"

static void holds_file(const char *promise, const char *path, struct text wanted)
{
    ARENA(arena);
    struct text is = {0};
    struct error err;
    if (getenv("UPDATE_GOLDEN") != NULL && !file_write(path, wanted, 0644, &err))
        fprintf(stderr, "%s\n", err.message);
    check(promise, file_read(&arena, path, 1024 * 1024, &is, &err) && text_equal(is, wanted));
}

static void is_kept_in_files(void)
{
    BUFFER(reference, 1024 * 1024);
    BUFFER(example, 1024 * 1024);
    reference_render(&reference);
    manual_render_example(&example, &reference_files[REFERENCE_CONFIG]);
    holds_file("config/reference.md is what the tables say", "config/reference.md",
               buffer_text(&reference));
    holds_file("config/broadside.example.yaml is what the tables say",
               "config/broadside.example.yaml", buffer_text(&example));
}

/* The line without the # that leaves its key out; a sentence as it is. */
static void take_in(struct buffer *out, struct text line)
{
    size_t mark = text_find_byte(line, '#');
    struct text key = text_after(line, mark == TEXT_NONE ? line.length : mark + 1);
    bool left_out = key.length > 0 && key.at[0] != ' ';
    buffer_add(out, left_out ? text_slice(line, 0, mark) : line);
    if (left_out)
        buffer_add(out, key);
    buffer_add_byte(out, '\n');
}

/* Keys that stand for the same thing, of which an example shows all but a file has one. */
static bool is_alternative(struct text line)
{
    static const char *const keys[] = {"#password_env:", "#password_command:", "#at:",
                                       "#body_file:",    "#html_file:",        "#text_file:"};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (text_starts(text_trim(line), text_of(keys[i])))
            return true;
    return false;
}

static void take_all_in(struct buffer *out, struct text example)
{
    struct text line;
    while (text_take_line(&example, &line))
        if (!is_alternative(line))
            take_in(out, line);
}

static bool config_is_sound(struct text text)
{
    ARENA(arena);
    FINDINGS(findings);
    struct config config;
    struct error err;
    char line[ERROR_LINE];
    bool sound = config_read(&arena, text, TEXT("example"), NULL, 0, &findings, &config);
    if (!findings_clean(&findings, &err))
        fprintf(stderr, "    %s\n%.*s", error_line(&err, line), TEXT_ARGS(text));
    return sound;
}

static bool campaign_is_sound(struct text text)
{
    ARENA(arena);
    FINDINGS(findings);
    struct campaign campaign;
    struct error err;
    char line[ERROR_LINE];
    bool sound = campaign_read(&arena, text, TEXT("example"), &findings, &campaign);
    if (!findings_clean(&findings, &err))
        fprintf(stderr, "    %s\n%.*s", error_line(&err, line), TEXT_ARGS(text));
    return sound;
}

static void is_sound(void)
{
    BUFFER(config, 1024 * 1024);
    BUFFER(campaign, 1024 * 1024);
    BUFFER(all, 1024 * 1024);
    manual_render_example(&config, &reference_files[REFERENCE_CONFIG]);
    check("the example is a sound configuration", config_is_sound(buffer_text(&config)));
    take_all_in(&all, buffer_text(&config));
    check("and with every key taken in", config_is_sound(buffer_text(&all)));
    buffer_clear(&all);
    manual_render_example(&campaign, &reference_files[REFERENCE_CAMPAIGN]);
    take_all_in(&all, buffer_text(&campaign));
    check("so is that of a campaign", campaign_is_sound(buffer_text(&all)));
}

static void says_everything(void)
{
    BUFFER(out, 1024 * 1024);
    manual_render_markdown(&out, reference_files, REFERENCE_COUNT);
    struct text all = buffer_text(&out);
    check("a nested key has its dotted name", text_contains(all, TEXT("| `relay.url` |")));
    check("a named group too", text_contains(all, TEXT("| `domains.NAME.match` |")));
    check("an entry of a list too", text_contains(all, TEXT("| `attachments[].file` |")));
    check("a choice lists its words",
          text_contains(all, TEXT("one of `starttls`, `implicit`, `none`")));
    check("a default is told", text_contains(all, TEXT("number from 1 to 1000 | `10` |")));
    check("every key has its effect", !text_contains(all, TEXT("*Not yet in effect.*")));
    check("a password is no key", !text_contains(all, TEXT("`relay.password`")));
}

int main(void)
{
    is_kept_in_files();
    is_sound();
    says_everything();
    return check_done();
}
