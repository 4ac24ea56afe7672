/*
 * Address, its domain: names of LDH labels (RFC 1123 2.1), internationalized ones as A-labels (RFC
 * 5890), checked by libidn2. Lower-case, so that equal domains are equal bytes.
 */
#include <idn2.h>

#include "mail/address.h"

#include "base/banned.h"

static bool refused(struct error *err, const char *why)
{
    return error_set(err, FAULT_FILE, "%s", why);
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_ldh(char byte)
{
    return (byte >= 'a' && byte <= 'z') || is_digit(byte) || byte == '-';
}

static bool check_label(struct text label, struct error *err)
{
    if (label.length == 0)
        return refused(err, "two dots in a row after the @");
    if (label.length > ADDRESS_LABEL)
        return error_set(err, FAULT_FILE, "a part of the domain is longer than %d octets",
                         ADDRESS_LABEL);
    if (label.at[0] == '-' || label.at[label.length - 1] == '-')
        return refused(err, "a part of the domain begins or ends with a hyphen");
    for (size_t i = 0; i < label.length; i++)
        if (!is_ldh(label.at[i]))
            return error_set(err, FAULT_FILE, "the domain cannot hold \"%c\"", label.at[i]);
    return true;
}

/* RFC 3696 2: a top-level domain is not all digits; this one would be an IPv4 address. */
static bool check_last_label(struct text label, struct error *err)
{
    for (size_t i = 0; i < label.length; i++)
        if (!is_digit(label.at[i]))
            return true;
    return refused(err, "the domain ends in a number: addresses of machines are not accepted");
}

static bool check_labels(struct text domain, unsigned flags, struct error *err)
{
    struct text rest = domain, label = {0};
    if (domain.at[0] == '.')
        return refused(err, "the domain begins with a dot");
    if (domain.at[domain.length - 1] == '.')
        return refused(err, "the domain ends with a dot");
    if (text_find_byte(domain, '.') == TEXT_NONE && !(flags & ADDRESS_SINGLE_LABEL))
        return refused(err, "the domain has no dot");
    while (text_take_until(&rest, '.', &label))
        if (!check_label(label, err))
            return false;
    return check_last_label(label, err);
}

static bool needs_idn(struct text domain)
{
    return !text_is_ascii(domain) || text_find_nocase(domain, TEXT("xn--")) != TEXT_NONE;
}

/* Non-transitional, STD3 (RFC 5891); an A-label that was given is checked by a round trip. */
static bool to_a_labels(struct arena *arena, struct text domain, struct text *ret_domain,
                        struct error *err)
{
    unsigned char *ascii = NULL;
    const char *given = arena_string(arena, domain);
    int code = idn2_lookup_u8((const unsigned char *)given, &ascii,
                              IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
    if (code != IDN2_OK)
        return error_set(err, FAULT_FILE, "the domain is no internationalized name: %s",
                         idn2_strerror(code));
    *ret_domain = arena_text(arena, text_of((const char *)ascii));
    idn2_free(ascii);
    return true;
}

bool address_domain_parse(struct arena *arena, struct text input, unsigned flags,
                          struct text *ret_domain, struct error *err)
{
    struct text domain = input;
    if (domain.length == 0)
        return refused(err, "there is nothing after the @");
    if (domain.at[0] == '[')
        return refused(err, "addresses of machines in brackets are not accepted");
    if (domain.length > 4 * ADDRESS_DOMAIN || !text_is_utf8(domain) ||
        text_has_control(domain, NULL))
        return refused(err, "the domain is too long, not UTF-8, or holds a control character");
    if (needs_idn(domain) && !to_a_labels(arena, input, &domain, err))
        return false;
    if (domain.length > ADDRESS_DOMAIN)
        return error_set(err, FAULT_FILE, "the domain is longer than %d octets", ADDRESS_DOMAIN);
    domain = arena_lower(arena, domain);
    if (!check_labels(domain, flags, err))
        return false;
    *ret_domain = domain;
    return true;
}
