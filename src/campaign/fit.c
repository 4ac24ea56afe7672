/* Fit: what an address, a name, a path or a URL in a file of ours must look like. */
#include "campaign/fit.h"

#include "mail/address.h"

#include "base/banned.h"

enum { NAME = 64, URL = 512, PORT_SMTP = 25, PORT_SMTPS = 465 };

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

bool fit_mailbox_url(struct text text, struct error *err)
{
    static const char *const remote[] = {"imaps://", "pop3s://"};
    if (text_starts(text, TEXT("maildir:")) || text_starts(text, TEXT("mbox:")))
        return text_find_byte(text, ':') + 1 < text.length ||
               error_set(err, FAULT_FILE, "needs a path behind the colon");
    for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++) {
        if (!text_starts(text, text_of(remote[i])))
            continue;
        struct text rest = text_after(text, strlen(remote[i]));
        struct text authority = text_slice(rest, 0, text_find_byte(rest, '/'));
        size_t at = text_find_last_byte(authority, '@');
        struct text user = text_slice(authority, 0, at == TEXT_NONE ? 0 : at);
        struct text host;
        uint16_t port = 993;
        if (text_find_byte(user, ':') != TEXT_NONE)
            return error_set(err, FAULT_FILE,
                             "must not hold a password; there is password_file beside it");
        if (is_url_text(rest) &&
            parse_authority(text_after(authority, at == TEXT_NONE ? 0 : at + 1), &host, &port))
            return true;
    }
    return error_set(err, FAULT_FILE,
                     "must be imaps://user@host/INBOX, pop3s://user@host, maildir:PATH or "
                     "mbox:PATH");
}
