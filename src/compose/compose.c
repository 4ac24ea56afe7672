/* Compose: a campaign becomes messages. */
#include "compose/compose.h"

#include "compose/composition.h"
#include "mail/encode.h"

#include "base/banned.h"

enum { CAMPAIGN_BYTES = 1024 * 1024, LINE_BYTES = 64 * 1024 };

/* A configured address in the form that may be sent. */
static bool read_address(struct composed *composed, struct text given, const char *what,
                         struct address *ret_address, struct findings *findings)
{
    struct error err;
    if (address_parse(composed->arena, given, ADDRESS_STRICT, ret_address, &err))
        return true;
    error_within(&err, "%s \"%.*s\"", what, TEXT_ARGS(given));
    err.fault = FAULT_CONFIG;
    findings_take(findings, &err);
    return false;
}

static bool read_from(struct composed *composed, struct findings *findings)
{
    const struct campaign_from *from = &composed->campaign.from;
    struct text given = from->address.length > 0 ? from->address : composed->sender.address;
    composed->from_name = from->name.length > 0 ? from->name : composed->sender.name;
    return read_address(composed, given, "the address of the sender", &composed->from, findings);
}

static bool read_sender(struct composed *composed, struct findings *findings)
{
    struct content_sender *sender = &composed->sender;
    struct address mailto = {0};
    struct error err;
    if (!content_sender_read(composed->arena, composed->bundle, sender, &err)) {
        findings_take(findings, &err);
        return false;
    }
    composed->one_click = text_starts_nocase(sender->unsubscribe_url, TEXT("https://"));
    composed->has_return_path = sender->return_path.length > 0;
    bool read = read_from(composed, findings);
    if (sender->unsubscribe_mailto.length > 0) {
        read &= read_address(composed, sender->unsubscribe_mailto, "unsubscribe.mailto", &mailto,
                             findings);
        sender->unsubscribe_mailto = mailto.whole;
    }
    if (composed->campaign.reply_to.length > 0)
        read &= read_address(composed, composed->campaign.reply_to, "reply_to", &composed->reply_to,
                             findings);
    struct text path = composed->has_return_path ? sender->return_path : sender->address;
    return read_address(composed, path, "bounces.return_path", &composed->return_path, findings) &&
           read;
}

/* RFC 3986: what a mailto URL takes as it is; an address has little else. */
static struct text mailto_url(struct arena *arena, struct text address)
{
    static const char plain[] = "@.-_~!$'*+=";
    BUFFER(url, LINE_BYTES);
    buffer_add_string(&url, "mailto:");
    for (size_t i = 0; i < address.length; i++) {
        char byte = text_lower_byte(address.at[i]);
        bool fits = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                    strchr(plain, byte) != NULL;
        if (fits)
            buffer_add_byte(&url, address.at[i]);
        else
            buffer_printf(&url, "%%%02X", (unsigned char)byte);
    }
    return arena_text(arena, buffer_text(&url));
}

static void read_attachment(struct composed *composed, size_t index, struct findings *findings)
{
    const struct attachment *attachment = &composed->campaign.attachments.at[index];
    struct message_attachment *to = &composed->attachments[index];
    struct error err;
    bool found;
    to->name = attachment->name;
    to->type = attachment->type.length > 0 ? attachment->type : message_type_of(attachment->file);
    if (!bundle_read(composed->bundle, attachment->file, BUNDLE_FILE, &to->bytes, &found, &err))
        findings_error(findings, FAULT_FILE, attachment->place, "the attachment %.*s %s",
                       TEXT_ARGS(attachment->file), err.message);
    else if (!found)
        findings_error(findings, FAULT_FILE, attachment->place,
                       "there is no file %.*s in the workspace to attach",
                       TEXT_ARGS(attachment->file));
}

static bool read_campaign(struct composed *composed, struct text path, struct findings *findings)
{
    struct text yaml;
    struct error err;
    bool found;
    struct place place = {.path = path};
    if (!bundle_read(composed->bundle, path, CAMPAIGN_BYTES, &yaml, &found, &err)) {
        findings_take(findings, &err);
        return false;
    }
    if (!found) {
        findings_error(findings, FAULT_FILE, place, "there is no such file");
        return false;
    }
    return campaign_read(composed->arena, yaml, path, findings, &composed->campaign);
}

/*
 * The language of the wording; the default is English, unless English is one of the others: then
 * the group's own language is not known.
 */
static struct text language_of(const struct campaign *campaign, const struct wording *wording)
{
    if (wording->language.length > 0)
        return wording->language;
    for (size_t i = 0; i < campaign->languages.count; i++)
        if (text_starts_nocase(campaign->languages.at[i].language, TEXT("en")))
            return text_from(NULL, 0);
    return TEXT("en");
}

static void compile(struct composition *composition, struct composed *composed,
                    struct text language, struct findings *findings)
{
    composition->composed = composed;
    composition->wording = campaign_wording(&composed->campaign, language);
    composition->language = language_of(&composed->campaign, &composition->wording);
    composition_settle(composition);
    for (int part = PART_SUBJECT; part <= PART_HTML; part++)
        composition_compile(composition, VARIANT_USUAL, (enum composition_part)part, findings);
}

static bool lay_out(struct composition *composition, struct text seed, struct error *err)
{
    static const struct message_body bodies[] = {
        {.type = "text/plain", .hole = HOLE_TEXT},
        {.type = "text/html", .hole = HOLE_HTML},
    };
    struct composed *composed = composition->composed;
    struct message_layout layout;
    message_begin(&layout, &composition->message, composed->arena);
    bool laid =
        composition_headers(composition, &layout, err) &&
        message_bodies(&layout, bodies, sizeof(bodies) / sizeof(bodies[0]), composed->attachments,
                       composed->campaign.attachments.count, composition->language, seed, err);
    message_end(&layout);
    return laid;
}

/* After everything was read: boundaries come from the digest of all content and the language. */
static void lay_out_all(struct composed *composed, struct findings *findings)
{
    char hex[DIGEST_HEX];
    unsigned char digest[DIGEST_SIZE];
    struct error err;
    bundle_digest(composed->bundle, digest);
    for (size_t i = 0; i < composed->count; i++) {
        struct composition *composition = &composed->compositions[i];
        struct text seed = arena_printf(composed->arena, "%s %.*s", digest_hex(digest, hex),
                                        TEXT_ARGS(composition->wording.language));
        if (!lay_out(composition, seed, &err))
            findings_take(findings, &err);
        else
            composition->needs_member_values = composition_depends(composition);
    }
}

static void compile_all(struct composed *composed, struct findings *findings)
{
    const struct wording_list *languages = &composed->campaign.languages;
    composed->count = languages->count + 1;
    composed->compositions = arena_array(composed->arena, struct composition, composed->count);
    compile(&composed->compositions[0], composed, text_from(NULL, 0), findings);
    for (size_t i = 0; i < languages->count; i++)
        compile(&composed->compositions[i + 1], composed, languages->at[i].language, findings);
    for (size_t i = 0; i < composed->campaign.attachments.count; i++)
        read_attachment(composed, i, findings);
}

struct composed *compose_campaign(struct arena *arena, struct bundle *bundle, struct text path,
                                  struct findings *findings)
{
    struct composed *composed = arena_new(arena, struct composed);
    unsigned errors = findings->errors;
    composed->arena = arena;
    composed->bundle = bundle;
    composed->line = BUFFER_INIT(LINE_BYTES);
    composed->probe = BUFFER_INIT(COMPOSE_MESSAGE);
    composed->path = arena_text(arena, path);
    if (!read_campaign(composed, composed->path, findings) || !read_sender(composed, findings))
        return NULL;
    composed->sender.unsubscribe_mailto =
        composed->sender.unsubscribe_mailto.length > 0
            ? mailto_url(arena, composed->sender.unsubscribe_mailto)
            : composed->sender.unsubscribe_mailto;
    compile_all(composed, findings);
    if (findings->errors == errors)
        lay_out_all(composed, findings);
    if (findings->errors == errors)
        return composed;
    compose_close(composed);
    return NULL;
}

void compose_close(struct composed *composed)
{
    if (composed == NULL)
        return;
    arena_free(&composed->values.arena);
    buffer_free(&composed->line);
    buffer_free(&composed->probe);
}

const struct campaign *compose_campaign_of(const struct composed *composed)
{
    return &composed->campaign;
}

void compose_from(const struct composed *composed, struct text *ret_name, struct text *ret_address)
{
    *ret_name = composed->from_name;
    *ret_address = composed->from.whole;
}

struct composition *composition_of(struct composed *composed, struct text language)
{
    struct wording wording = campaign_wording(&composed->campaign, language);
    for (size_t i = 0; i < composed->count; i++)
        if (text_equal(composed->compositions[i].wording.language, wording.language))
            return &composed->compositions[i];
    return &composed->compositions[0];
}

struct composition *composition_at(struct composed *composed, size_t index)
{
    return index < composed->count ? &composed->compositions[index] : NULL;
}
