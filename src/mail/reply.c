/* Reply: what an SMTP server said, once all its lines are in. */
#include "mail/reply.h"

#include "base/banned.h"

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* One to three digits. RFC 3463 2: subject and detail have no more. */
static bool take_number(struct text *text, uint16_t *ret_number)
{
    unsigned number = 0;
    size_t digits = 0;
    while (digits < text->length && digits < 4 && is_digit(text->at[digits]))
        number = number * 10 + (unsigned)(text->at[digits++] - '0');
    if (digits == 0 || digits > 3)
        return false;
    *text = text_after(*text, digits);
    *ret_number = (uint16_t)number;
    return true;
}

static bool take_byte(struct text *text, char byte)
{
    if (text->length == 0 || text->at[0] != byte)
        return false;
    *text = text_after(*text, 1);
    return true;
}

/* "5.1.1.7" is an address of the network, "5.1.1x" a version: only a clear end makes a code. */
static bool ends_clearly(struct text rest)
{
    return rest.length == 0 || memchr(" \t\r\n:;,-)]>", rest.at[0], 11) != NULL;
}

static struct text without_separators(struct text rest)
{
    while (rest.length > 0 && memchr(" \t:;,-)]>", rest.at[0], 9) != NULL)
        rest = text_after(rest, 1);
    return rest;
}

struct enhanced enhanced_parse(struct text text, struct text *ret_rest)
{
    struct enhanced enhanced = {0}, none = {0};
    struct text rest = text;
    if (ret_rest != NULL)
        *ret_rest = text;
    take_byte(&rest, '#'); /* IronPort: "550 #5.1.0 Address rejected." */
    if (rest.length == 0 || memchr("245", rest.at[0], 3) == NULL)
        return none;
    enhanced.class = (uint8_t)(rest.at[0] - '0');
    rest = text_after(rest, 1);
    bool whole = take_byte(&rest, '.') && take_number(&rest, &enhanced.subject) &&
                 take_byte(&rest, '.') && take_number(&rest, &enhanced.detail);
    if (!whole || !ends_clearly(rest))
        return none;
    if (ret_rest != NULL)
        *ret_rest = without_separators(rest);
    return enhanced;
}

const char *enhanced_string(struct enhanced enhanced, char string[ENHANCED_STRING])
{
    string[0] = '\0';
    if (enhanced.class != 0)
        snprintf(string, ENHANCED_STRING, "%u.%u.%u", enhanced.class, enhanced.subject,
                 enhanced.detail);
    return string;
}

void reply_reader_begin(struct reply_reader *reader)
{
    *reader = (struct reply_reader){.line = BUFFER_INIT(REPLY_BYTES)};
}

void reply_reader_free(struct reply_reader *reader)
{
    buffer_free(&reader->line);
}

bool reply_reader_inside(const struct reply_reader *reader)
{
    return reader->lines > 0 || reader->line.length > 0;
}

static void start_anew(struct reply_reader *reader)
{
    buffer_clear(&reader->line);
    reader->bytes = 0;
    reader->lines = 0;
    reader->code = 0;
    reader->enhanced = (struct enhanced){0};
    reader->length = 0;
}

/* Printable ASCII stays; UTF-8 (RFC 6531 allows it) stays when it is well-formed; the rest is '?'.
 */
static void add_clean(struct reply_reader *reader, struct text words)
{
    bool utf8 = text_is_utf8(words);
    for (size_t i = 0; i < words.length && reader->length < REPLY_TEXT - 1; i++) {
        unsigned char byte = (unsigned char)words.at[i];
        bool c1 = utf8 && byte == 0xC2 && (unsigned char)words.at[i + 1] < 0xA0;
        bool bad = byte < 0x20 || byte == 0x7F || c1 || (byte >= 0x80 && !utf8);
        reader->text[reader->length++] = bad ? '?' : (char)byte;
        i += c1;
    }
}

/* The cap may have cut a UTF-8 sequence: nobody gets half a letter. */
static void drop_torn_end(struct reply_reader *reader)
{
    if (reader->length < REPLY_TEXT - 1)
        return;
    while (reader->length > 0 && !text_is_utf8(text_from(reader->text, reader->length)))
        reader->length--;
}

static void add_words(struct reply_reader *reader, struct text words)
{
    struct text rest;
    struct enhanced enhanced = enhanced_parse(words, &rest);
    if (reader->enhanced.class == 0)
        reader->enhanced = enhanced;
    rest = text_trim(rest);
    if (rest.length == 0)
        return;
    if (reader->length > 0 && reader->length < REPLY_TEXT - 1)
        reader->text[reader->length++] = ' ';
    add_clean(reader, rest);
    drop_torn_end(reader);
}

/* RFC 5321 4.2: three digits, and the code alone is a line too. 1yz has no use in SMTP. */
static bool code_of(struct text line, uint16_t *ret_code)
{
    if (line.length < 3 || line.at[0] < '2' || line.at[0] > '5' || !is_digit(line.at[1]) ||
        !is_digit(line.at[2]))
        return false;
    *ret_code = (uint16_t)((line.at[0] - '0') * 100 + (line.at[1] - '0') * 10 + (line.at[2] - '0'));
    return line.length == 3 || line.at[3] == ' ' || line.at[3] == '-';
}

static enum reply_step take_line(struct reply_reader *reader, struct text line,
                                 struct reply *ret_reply)
{
    uint16_t code;
    if (line.length > 0 && line.at[line.length - 1] == '\r')
        line.length--;
    if (!code_of(line, &code) || (reader->lines > 0 && code != reader->code) ||
        ++reader->lines > REPLY_LINES)
        return REPLY_BROKEN;
    reader->code = code;
    add_words(reader, text_after(line, 4));
    if (line.length > 3 && line.at[3] == '-')
        return REPLY_MORE;
    *ret_reply = (struct reply){.code = code,
                                .enhanced = reader->enhanced,
                                .text = text_from(reader->text, reader->length)};
    return REPLY_WHOLE;
}

/* The next line with its beginning from earlier; false when its end has not come. */
static bool next_line(struct reply_reader *reader, struct text *bytes, struct text *ret_line)
{
    size_t end = text_find_byte(*bytes, '\n');
    struct text piece = text_slice(*bytes, 0, end == TEXT_NONE ? bytes->length : end);
    reader->bytes += piece.length + (end != TEXT_NONE);
    *bytes = text_after(*bytes, end == TEXT_NONE ? piece.length : end + 1);
    bool first = reader->line.length == 0;
    if (end == TEXT_NONE || !first)
        buffer_add(&reader->line, piece);
    *ret_line = first ? piece : buffer_text(&reader->line);
    return end != TEXT_NONE;
}

enum reply_step reply_reader_take(struct reply_reader *reader, struct text *bytes,
                                  struct reply *ret_reply)
{
    struct text line;
    while (bytes->length > 0) {
        bool whole_line = next_line(reader, bytes, &line);
        if (reader->bytes > REPLY_BYTES)
            return REPLY_BROKEN;
        if (!whole_line)
            return REPLY_MORE;
        enum reply_step step = take_line(reader, line, ret_reply);
        buffer_clear(&reader->line);
        if (step == REPLY_WHOLE)
            start_anew(reader);
        if (step != REPLY_MORE)
            return step;
    }
    return REPLY_MORE;
}
