/* Header: fields of RFC 5322, written so that no value can become a field of its own. */
#include "mail/header.h"

#include "base/clock.h"
#include "mail/encode.h"

#include "base/banned.h"

bool header_value_check(const char *name, struct text value, struct error *err)
{
    if (text_has_control(value, NULL))
        return error_set(err, FAULT_FILE,
                         "%s holds a line break or another control character; it must be one line",
                         name);
    if (!text_is_utf8(value))
        return error_set(err, FAULT_FILE, "%s is not UTF-8", name);
    if (value.length > HEADER_VALUE)
        return error_set(err, FAULT_FILE, "%s is longer than %d bytes", name, HEADER_VALUE);
    return true;
}

/* Takes back what a field appended when the buffer's limit cut it. */
static bool finish(struct buffer *out, size_t start, const char *name, struct error *err)
{
    buffer_append(out, "\r\n", 2);
    if (!out->overflowed)
        return true;
    buffer_cut(out, start);
    return error_set(err, FAULT_FILE,
                     "%s does not fit: the message is larger than its limit of "
                     "%zu bytes",
                     name, out->limit);
}

static size_t begin(struct buffer *out, const char *name)
{
    size_t length = strlen(name);
    buffer_append(out, name, length);
    buffer_add_byte(out, ':');
    return length + 1;
}

static void fold(struct buffer *out, size_t *column)
{
    buffer_append(out, "\r\n ", 3);
    *column = 1;
}

/* Puts a blank, or a fold when `width` more would pass column 78. */
static void put_blank(struct buffer *out, size_t *column, size_t width)
{
    if (*column + 1 + width > HEADER_FOLD) {
        fold(out, column);
        return;
    }
    buffer_add_byte(out, ' ');
    *column += 1;
}

/* Words of ASCII that stand one blank apart. A first word that is too long for any line stays
 * beside the name: some readers take a field that begins with a fold for an empty one. */
static void put_folded(struct buffer *out, size_t *column, struct text value)
{
    struct text rest = value, word;
    size_t start = *column;
    while (text_take_until(&rest, ' ', &word)) {
        bool first = *column == start;
        put_blank(out, column, first && word.length > HEADER_FOLD - 2 ? 0 : word.length);
        buffer_add(out, word);
        *column += word.length;
    }
}

static size_t longest_word(struct text value)
{
    size_t longest = 0;
    struct text rest = value, word;
    while (text_take_until(&rest, ' ', &word))
        longest = word.length > longest ? word.length : longest;
    return longest;
}

/* What cannot stand as it is: a fold would lose a blank, and "=?" would be read as an encoded
 * word. */
static bool needs_words(struct text value)
{
    return !text_is_ascii(value) || text_trim(value).length != value.length ||
           text_contains(value, TEXT("  ")) || text_contains(value, TEXT("=?")) ||
           longest_word(value) > HEADER_FOLD - 2;
}

bool header_text(struct buffer *out, const char *name, struct text value, struct error *err)
{
    size_t start = out->length;
    if (!header_value_check(name, value, err))
        return false;
    size_t column = begin(out, name);
    if (needs_words(value)) {
        put_blank(out, &column, 0);
        encode_words(value, column, out);
    } else {
        put_folded(out, &column, value);
    }
    return finish(out, start, name, err);
}

bool header_structured(struct buffer *out, const char *name, struct text value, struct error *err)
{
    size_t start = out->length;
    if (!header_value_check(name, value, err))
        return false;
    if (longest_word(value) + strlen(name) + 2 > HEADER_LINE)
        return error_set(err, FAULT_FILE, "%s cannot be folded into lines of %d bytes", name,
                         HEADER_LINE);
    size_t column = begin(out, name);
    put_folded(out, &column, value);
    return finish(out, start, name, err);
}

/* RFC 5322 3.2.3 atoms with single blanks between them need no quotes. */
static bool is_atoms(struct text phrase)
{
    static const char marks[] = "!#$%&'*+-/=?^_`{|}~ ";
    for (size_t i = 0; i < phrase.length; i++) {
        char byte = text_lower_byte(phrase.at[i]);
        if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') &&
            strchr(marks, byte) == NULL)
            return false;
    }
    return true;
}

static size_t put_quoted(struct buffer *out, struct text phrase)
{
    size_t before = out->length;
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < phrase.length; i++) {
        if (phrase.at[i] == '"' || phrase.at[i] == '\\')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, phrase.at[i]);
    }
    buffer_add_byte(out, '"');
    return out->length - before;
}

static void put_phrase(struct buffer *out, size_t *column, struct text phrase)
{
    enum { QUOTED = 60 }; /* bytes: a longer one is folded as encoded words */
    bool words = needs_words(phrase) || phrase.length > QUOTED;
    put_blank(out, column, words ? 0 : phrase.length + 2);
    if (words) {
        *column = encode_words(phrase, *column, out);
    } else if (is_atoms(phrase)) {
        buffer_add(out, phrase);
        *column += phrase.length;
    } else {
        *column += put_quoted(out, phrase);
    }
}

/* phrase <inside>, or `inside` alone. */
static void put_angle(struct buffer *out, size_t *column, struct text phrase, struct text inside,
                      bool always)
{
    bool angle = always || phrase.length > 0;
    if (phrase.length > 0)
        put_phrase(out, column, phrase);
    put_blank(out, column, inside.length + 3);
    buffer_add_string(out, angle ? "<" : "");
    buffer_add(out, inside);
    buffer_add_string(out, angle ? ">" : "");
    *column += inside.length + (angle ? 2 : 0);
}

bool header_mailboxes(struct buffer *out, const char *name, const struct mailbox *mailboxes,
                      size_t count, struct error *err)
{
    size_t start = out->length;
    for (size_t i = 0; i < count; i++)
        if (!header_value_check(name, mailboxes[i].display, err) ||
            !header_value_check(name, mailboxes[i].address, err))
            return false;
    size_t column = begin(out, name);
    for (size_t i = 0; i < count; i++) {
        put_angle(out, &column, text_trim(mailboxes[i].display), mailboxes[i].address, false);
        if (i + 1 < count)
            buffer_add_byte(out, ',');
    }
    return finish(out, start, name, err);
}

bool header_list_id(struct buffer *out, struct text title, struct text identifier,
                    struct error *err)
{
    size_t start = out->length;
    if (!header_value_check("List-ID", title, err) ||
        !header_value_check("List-ID", identifier, err))
        return false;
    size_t column = begin(out, "List-ID");
    put_angle(out, &column, text_trim(title), identifier, true);
    return finish(out, start, "List-ID", err);
}

struct text header_date_of(int64_t wall_ms, char date[HEADER_DATE])
{
    struct civil civil = civil_of(wall_ms);
    int length = snprintf(date, HEADER_DATE, "%s, %02d %s %04d %02d:%02d:%02d +0000",
                          civil_weekdays[civil.weekday], civil.day, civil_months[civil.month - 1],
                          civil.year, civil.hour, civil.minute, civil.second);
    return text_from(date, (size_t)length);
}

void header_date(struct buffer *out, const char *name, int64_t wall_ms)
{
    char date[HEADER_DATE];
    buffer_add_string(out, name);
    buffer_append(out, ": ", 2);
    buffer_add(out, header_date_of(wall_ms, date));
    buffer_append(out, "\r\n", 2);
}
