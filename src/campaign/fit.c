/* Fit: what an address, a name, a path or a URL in a file of ours must look like. */
#include "campaign/fit.h"

#include "mail/address.h"

#include "base/banned.h"

enum { NAME = 64, URL = 512, PORT_SMTP = 25, PORT_SMTPS = 465, PORT_IMAPS = 993, PORT_POP3S = 995 };

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

/* True when all bytes are among those of `set`. */
static bool made_of(struct text text, const char *set)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] == '\0' || strchr(set, text.at[i]) == NULL)
            return false;
    return true;
}

static bool is_label(struct text text, const char *set, size_t longest)
{
    return text.length > 0 && text.length <= longest && made_of(text, set);
}

bool fit_address(struct text text, struct error *err)
{
    ARENA(scratch);
    struct address address;
    return address_parse(&scratch, text, ADDRESS_STRICT, &address, err);
}

bool fit_domain(struct text text, struct error *err)
{
    ARENA(scratch);
    struct text domain;
    return address_domain_parse(&scratch, text, ADDRESS_STRICT, &domain, err);
}

bool fit_id(struct text text, struct error *err)
{
    return is_label(text, LOWER DIGIT "-", NAME) ||
           error_set(err, FAULT_FILE, "must be 1 to 64 of a-z, 0-9 and -, not \"%.*s\"",
                     TEXT_ARGS(text_slice(text, 0, NAME)));
}

bool fit_name(struct text text, struct error *err)
{
    return (is_label(text, LOWER UPPER DIGIT "_.-", NAME) && text.at[0] != '.') ||
           error_set(err, FAULT_FILE, "must be 1 to 64 letters, digits, _, . or -, not \"%.*s\"",
                     TEXT_ARGS(text_slice(text, 0, NAME)));
}

bool fit_path(struct text text, struct error *err)
{
    struct text rest = text, step;
    if (text_starts(text, TEXT("/")))
        return error_set(err, FAULT_FILE, "must be a path inside the workspace, without a / first");
    while (text_take_until(&rest, '/', &step))
        if (text_equal(step, TEXT("..")))
            return error_set(err, FAULT_FILE, "must stay inside the workspace, without \"..\"");
    return true;
}

bool fit_language(struct text text, struct error *err)
{
    struct text rest = text, part;
    bool fits = text_take_until(&rest, '-', &part) && part.length >= 2 &&
                is_label(part, LOWER UPPER, 8) && !text_ends(text, TEXT("-"));
    while (fits && text_take_until(&rest, '-', &part))
        fits = is_label(part, LOWER UPPER DIGIT, 8);
    return (fits && text.length <= NAME) ||
           error_set(err, FAULT_FILE, "\"%.*s\" is no language tag such as es or es-MX",
                     TEXT_ARGS(text_slice(text, 0, NAME)));
}

bool fit_media_type(struct text text, struct error *err)
{
    const char *set = LOWER UPPER DIGIT "!#$&-^_.+";
    struct text rest = text, type;
    bool fits = text_take_until(&rest, '/', &type) && is_label(type, set, 127);
    return (fits && is_label(rest, set, 127)) ||
           error_set(err, FAULT_FILE, "must be a media type such as application/pdf");
}

bool fit_variable(struct text text, struct error *err)
{
    bool digit = text.length > 0 && strchr(DIGIT, text.at[0]) != NULL;
    return (!digit && is_label(text, LOWER UPPER DIGIT "_", 128)) ||
           error_set(err, FAULT_FILE, "must be the name of an environment variable");
}

bool fit_feedback_id(struct text text, struct error *err)
{
    return (text.length >= 5 && is_label(text, LOWER UPPER DIGIT "._-", 15)) ||
           error_set(err, FAULT_FILE, "must be 5 to 15 letters, digits, ., _ or -");
}

/* What may stand in a URL (RFC 3986 2), without the brackets, which only a host of ours may have.
 */
static bool is_url_text(struct text text)
{
    return is_label(text, LOWER UPPER DIGIT "-._~:/?#@!$&'()*+,;=%", URL);
}

/* "[::1]:25", "mail.example" or "mail.example:25". */
static bool parse_authority(struct text text, struct text *ret_host, uint16_t *ret_port)
{
    const char *set = LOWER UPPER DIGIT ".-";
    uint64_t port = *ret_port;
    struct text host, rest;
    bool bracketed = text_starts(text, TEXT("["));
    size_t end = text_find_byte(text, bracketed ? ']' : ':');
    host = text_slice(text, bracketed, end == TEXT_NONE ? SIZE_MAX : end - bracketed);
    rest = end == TEXT_NONE ? TEXT("") : text_after(text, end + bracketed);
    if (bracketed && end == TEXT_NONE)
        return false;
    if (rest.length > 0 && (rest.at[0] != ':' || !text_to_number(text_after(rest, 1), &port)))
        return false;
    if (port == 0 || port > UINT16_MAX ||
        !is_label(host, bracketed ? DIGIT "abcdefABCDEF:." : set, 253))
        return false;
    *ret_host = host;
    *ret_port = (uint16_t)port;
    return true;
}

bool fit_relay_url_parts(struct text url, bool *ret_implicit, struct text *ret_host,
                         uint16_t *ret_port, struct error *err)
{
    bool implicit = text_starts_nocase(url, TEXT("smtps://"));
    struct text rest = text_after(url, implicit ? 8 : 7);
    if (text_find_byte(url, '@') != TEXT_NONE)
        return error_set(err, FAULT_FILE,
                         "must not hold a user or a password; there are relay.user and "
                         "relay.password_file");
    if (text_ends(rest, TEXT("/")))
        rest.length--;
    *ret_implicit = implicit;
    *ret_port = implicit ? PORT_SMTPS : PORT_SMTP;
    if ((implicit || text_starts_nocase(url, TEXT("smtp://"))) &&
        parse_authority(rest, ret_host, ret_port))
        return true;
    return error_set(err, FAULT_FILE, "must be smtp://host:port or smtps://host:port");
}

bool fit_relay_url(struct text text, struct error *err)
{
    bool implicit;
    struct text host;
    uint16_t port;
    return fit_relay_url_parts(text, &implicit, &host, &port, err);
}

static bool is_this_machine(struct text host)
{
    return text_equal_nocase(host, TEXT("localhost")) || text_starts(host, TEXT("127.")) ||
           text_equal(host, TEXT("::1"));
}

bool fit_public_url(struct text text, struct error *err)
{
    bool secure = text_starts(text, TEXT("https://"));
    struct text rest = text_after(text, secure ? 8 : 7), host = {0};
    uint16_t port = 80;
    bool known = secure || text_starts(text, TEXT("http://"));
    struct text authority = text_slice(rest, 0, text_find_byte(rest, '/'));
    if (!known ||
        !is_url_text(text_after(rest, authority.length < rest.length ? authority.length
                                                                     : rest.length - 1)) ||
        text_find_byte(text, '#') != TEXT_NONE || !parse_authority(authority, &host, &port))
        return error_set(err, FAULT_FILE, "must be a URL such as https://lists.example/u");
    return secure || is_this_machine(host) ||
           error_set(err, FAULT_FILE, "must begin with https://");
}

static int hex_of(char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, text_lower_byte(byte));
    return byte != '\0' && at != NULL ? (int)(at - digits) : -1;
}

/* RFC 3986 2.1; nothing that could end a command may come of it. */
static bool decode_percent(struct arena *arena, struct text text, struct text *ret_decoded)
{
    BUFFER(out, URL);
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.at[i];
        if (byte == '%') {
            struct text digits = text_slice(text, i + 1, 2);
            int high = digits.length == 2 ? hex_of(digits.at[0]) : -1;
            int low = digits.length == 2 ? hex_of(digits.at[1]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = (char)(high * 16 + low);
            i += 2;
        }
        buffer_add_byte(&out, byte);
    }
    *ret_decoded = arena_text(arena, buffer_text(&out));
    return !text_has_control(*ret_decoded, NULL) && text_is_ascii(*ret_decoded);
}

static bool parse_remote(struct arena *arena, struct text rest, struct mailbox_url *parts,
                         struct error *err)
{
    struct text authority = text_slice(rest, 0, text_find_byte(rest, '/'));
    struct text folder = text_after(rest, authority.length + 1);
    size_t at = text_find_last_byte(authority, '@');
    struct text user = text_slice(authority, 0, at == TEXT_NONE ? 0 : at);
    if (text_find_byte(user, ':') != TEXT_NONE)
        return error_set(err, FAULT_FILE,
                         "must not hold a password; there is password_file beside it");
    if (user.length == 0)
        return error_set(err, FAULT_FILE, "needs a user: imaps://user@host/INBOX");
    if (parts->is_pop3 && folder.length > 0)
        return error_set(err, FAULT_FILE, "must end with the host: POP3 knows no folders");
    parts->port = parts->is_pop3 ? PORT_POP3S : PORT_IMAPS;
    bool fits = is_url_text(user) && (folder.length == 0 || is_url_text(folder)) &&
                parse_authority(text_after(authority, at + 1), &parts->host, &parts->port) &&
                decode_percent(arena, user, &parts->user) &&
                decode_percent(arena, folder.length > 0 ? folder : TEXT("INBOX"), &parts->folder);
    parts->host = arena_text(arena, parts->host);
    return fits ||
           error_set(err, FAULT_FILE, "must be imaps://user@host/INBOX or pop3s://user@host");
}

bool fit_mailbox_url_parts(struct arena *arena, struct text url, struct mailbox_url *ret_parts,
                           struct error *err)
{
    bool is_imap = text_starts(url, TEXT("imaps://")), is_pop3 = text_starts(url, TEXT("pop3s://"));
    *ret_parts = (struct mailbox_url){.is_remote = is_imap || is_pop3, .is_pop3 = is_pop3};
    if (ret_parts->is_remote)
        return parse_remote(arena, text_after(url, 8), ret_parts, err);
    if (!text_starts(url, TEXT("maildir:")) && !text_starts(url, TEXT("mbox:")))
        return error_set(err, FAULT_FILE,
                         "must be imaps://user@host/INBOX, pop3s://user@host, maildir:PATH or "
                         "mbox:PATH");
    return text_find_byte(url, ':') + 1 < url.length ||
           error_set(err, FAULT_FILE, "needs a path behind the colon");
}

bool fit_mailbox_url(struct text text, struct error *err)
{
    ARENA(scratch);
    struct mailbox_url parts;
    return fit_mailbox_url_parts(&scratch, text, &parts, err);
}
