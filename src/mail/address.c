/* Address: the addr-spec of RFC 5321 4.1.2 and RFC 5322 3.4.1, read strictly. */
#include "mail/address.h"

#include "base/banned.h"
#include "base/buffer.h"

/* RFC 5322 3.2.3: what an atom is made of besides letters and digits. */
static const char atom_marks[] = "!#$%&'*+-/=?^_`{|}~";

enum byte_class { BYTE_OTHER, BYTE_ATOM, BYTE_BEYOND_ASCII };

static enum byte_class class_of(char byte)
{
    bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    if (letter || (byte >= '0' && byte <= '9'))
        return BYTE_ATOM;
    if ((unsigned char)byte >= 0x80)
        return BYTE_BEYOND_ASCII;
    return byte != '\0' && strchr(atom_marks, byte) != NULL ? BYTE_ATOM : BYTE_OTHER;
}

static bool refused(struct error *err, const char *why)
{
    return error_set(err, FAULT_FILE, "%s", why);
}

/* What is no atom, said the way the person who typed it would see it. */
static bool refuse_byte(char byte, struct error *err)
{
    static const struct {
        char byte;
        const char *why;
    } known[] = {
        {' ', "there is a blank before the @"},
        {'(', "comments in parentheses are not accepted"},
        {')', "comments in parentheses are not accepted"},
        {',', "there is a comma before the @: is it two addresses?"},
        {';', "there is a semicolon before the @: is it two addresses?"},
        {'<', "write the address alone, without a name and angle brackets"},
        {'>', "write the address alone, without a name and angle brackets"},
        {'@', "there is more than one @: is it two addresses?"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].byte == byte)
            return refused(err, known[i].why);
    return error_set(err, FAULT_FILE, "the part before the @ cannot hold \"%c\"", byte);
}

static bool check_atoms(struct text local, unsigned flags, struct error *err)
{
    if (local.at[0] == '.')
        return refused(err, "it begins with a dot");
    if (local.at[local.length - 1] == '.')
        return refused(err, "there is a dot right before the @");
    for (size_t i = 0; i < local.length; i++) {
        enum byte_class class = class_of(local.at[i]);
        if (class == BYTE_BEYOND_ASCII && !(flags & ADDRESS_UTF8_LOCAL))
            return refused(err, "letters beyond ASCII before the @ are not accepted here");
        if (local.at[i] == '.' && local.at[i - 1] == '.')
            return refused(err, "two dots in a row before the @");
        if (class == BYTE_OTHER && local.at[i] != '.')
            return refuse_byte(local.at[i], err);
    }
    return true;
}

/*
 * RFC 5321 4.1.2: qtextSMTP or quoted-pairSMTP between quotes. Appends what is meant to `content`,
 * without quotes and backslashes.
 */
static bool read_quoted(struct text local, unsigned flags, struct buffer *content,
                        struct error *err)
{
    size_t last = local.length - 1;
    if (local.length < 3 || local.at[last] != '"')
        return refused(err, local.length == 2 ? "there is nothing between the quotes"
                                              : "a quote before the @ is not closed");
    for (size_t i = 1; i < last; i++) {
        bool escaped = local.at[i] == '\\';
        if (escaped && ++i == last)
            return refused(err, "a quote before the @ is not closed");
        if (!escaped && local.at[i] == '"')
            return refused(err, "there is a quote within the quotes");
        if ((unsigned char)local.at[i] >= 0x80 && !(flags & ADDRESS_UTF8_LOCAL))
            return refused(err, "letters beyond ASCII before the @ are not accepted here");
        buffer_add_byte(content, local.at[i]);
    }
    return true;
}

/* RFC 5321 4.1.2: quotes that are not needed should not be sent, and both forms are one mailbox. */
static bool write_local(struct text content, struct buffer *out)
{
    struct error ignored;
    if (content.length > 0 && check_atoms(content, ADDRESS_UTF8_LOCAL, &ignored)) {
        buffer_add(out, content);
        return true;
    }
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < content.length; i++) {
        if (content.at[i] == '"' || content.at[i] == '\\')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, content.at[i]);
    }
    buffer_add_byte(out, '"');
    return !out->overflowed;
}

static bool parse_local(struct text local, unsigned flags, struct buffer *out, struct error *err)
{
    if (local.length == 0)
        return refused(err, "there is nothing before the @");
    if (local.length > ADDRESS_LOCAL)
        return error_set(err, FAULT_FILE, "the part before the @ is longer than %d octets",
                         ADDRESS_LOCAL);
    if (local.at[0] != '"') {
        buffer_add(out, local);
        return check_atoms(local, flags, err);
    }
    BUFFER(content, ADDRESS_LOCAL);
    return read_quoted(local, flags, &content, err) && write_local(buffer_text(&content), out);
}

/* What no address may hold, in any part. */
static bool check_bytes(struct text input, struct error *err)
{
    if (input.length == 0)
        return refused(err, "there is no address");
    if (input.length > 4 * ADDRESS_WHOLE) /* a domain in Unicode may shrink, but not that much */
        return refused(err, "it is far too long for an address");
    if (!text_is_utf8(input))
        return refused(err, "it is not UTF-8");
    if (text_has_control(input, NULL))
        return refused(err, "it holds a control character, such as a tab or a line break");
    if (text_trim(input).length != input.length)
        return refused(err, "there are blanks around it");
    return true;
}

bool address_parse(struct arena *arena, struct text input, unsigned flags,
                   struct address *ret_address, struct error *err)
{
    struct text domain;
    if (!check_bytes(input, err))
        return false;
    size_t at = text_find_last_byte(input, '@');
    if (at == TEXT_NONE)
        return refused(err, "there is no @ in it");
    char room[2 * ADDRESS_LOCAL + 4];
    struct buffer local = {.at = room, .capacity = sizeof(room), .limit = sizeof(room) - 1};
    if (!parse_local(text_slice(input, 0, at), flags, &local, err) ||
        !address_domain_parse(arena, text_after(input, at + 1), flags, &domain, err))
        return false;
    /* Measured again: it may be quoted differently, and its domain may have grown to A-labels. */
    if (local.length > ADDRESS_LOCAL || local.length + 1 + domain.length > ADDRESS_WHOLE)
        return error_set(err, FAULT_FILE, "it is longer than %d octets", ADDRESS_WHOLE);
    struct text whole =
        arena_printf(arena, "%.*s@%.*s", TEXT_ARGS(buffer_text(&local)), TEXT_ARGS(domain));
    *ret_address = (struct address){
        .local = text_slice(whole, 0, local.length),
        .domain = text_after(whole, local.length + 1),
        .whole = whole,
        .key = arena_lower(arena, whole),
        .needs_smtputf8 = !text_is_ascii(buffer_text(&local)),
    };
    return true;
}

struct text address_domain_of(struct text whole)
{
    size_t at = text_find_last_byte(whole, '@');
    return at == TEXT_NONE ? text_from(NULL, 0) : text_after(whole, at + 1);
}
