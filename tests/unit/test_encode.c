/* Encode: what its functions promise. */
#include "check.h"

#include "base/random.h"
#include "mail/encode.h"

#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static const struct {
    const char *promise, *text, *whole, *piece;
} qp_cases[] = {
    {"plain text passes", "hello", "hello\r\n", "hello=\r\n"},
    {"nothing is an empty line, or an empty piece", "", "\r\n", ""},
    {"a line end becomes CRLF", "a\nb\n", "a\r\nb\r\n", "a\r\nb\r\n"},
    {"CRLF stays one line end", "a\r\nb", "a\r\nb\r\n", "a\r\nb=\r\n"},
    {"a bare CR is a line end", "a\rb", "a\r\nb\r\n", "a\r\nb=\r\n"},
    {"an equals sign is coded", "a=b", "a=3Db\r\n", "a=3Db=\r\n"},
    {"an accent is coded", "\xC3\xA9", "=C3=A9\r\n", "=C3=A9=\r\n"},
    {"a control character is coded", "a\x01\x7F", "a=01=7F\r\n", "a=01=7F=\r\n"},
    {"a blank inside passes", "a b\tc", "a b\tc\r\n", "a b\tc=\r\n"},
    {"a blank at the end of a line is coded", "a \nb\t", "a=20\r\nb=09\r\n", "a=20\r\nb\t=\r\n"},
    {"a blank line of one blank is coded", " \n", "=20\r\n", "=20\r\n"},
    {"a dot at the beginning is coded", ".\n..\na.", "=2E\r\n=2E.\r\na.\r\n",
     "=2E\r\n=2E.\r\na.=\r\n"},
    {"From at the beginning is coded", "From here\nFrom", "=46rom here\r\nFrom\r\n",
     "=46rom here\r\nFrom=\r\n"},
    {"75 columns fit", SEVENTY "12345", SEVENTY "12345\r\n", SEVENTY "12345=\r\n"},
    {"the 76th goes to the next line", SEVENTY "123456", SEVENTY "12345=\r\n6\r\n",
     SEVENTY "12345=\r\n6=\r\n"},
    {"a dot after a soft line break is coded", SEVENTY "12345.", SEVENTY "12345=\r\n=2E\r\n",
     SEVENTY "12345=\r\n=2E=\r\n"},
    {"a UTF-8 sequence is not cut", SEVENTY "\xE2\x82\xAC", SEVENTY "=\r\n=E2=82=AC\r\n",
     SEVENTY "=\r\n=E2=82=AC=\r\n"},
};

static const struct {
    const char *promise, *bytes, *base64;
} base64_cases[] = {
    {"nothing is nothing", "", ""},
    {"one byte is padded twice", "f", "Zg=="},
    {"two bytes are padded once", "fo", "Zm8="},
    {"three bytes need no padding", "foo", "Zm9v"},
    {"and so on", "foobar", "Zm9vYmFy"},
};

static const struct {
    const char *promise, *text;
    size_t column;
    const char *words;
} word_cases[] = {
    {"a short word is Q where that is shorter", "Educaci\xC3\xB3n", 9,
     "=?UTF-8?Q?Educaci=C3=B3n?="},
    {"many accents are B", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 9, "=?UTF-8?B?w6nDqcOpw6k=?="},
    {"a blank is an underscore, a question mark is coded", "\xC2\xBFQu\xC3\xA9 dice?", 9,
     "=?UTF-8?B?wr9RdcOpIGRpY2U/?="},
    {"a long text is several words, no sequence cut",
     "Ma\xC3\xB1"
     "ana todo estudiante merece un camino hacia su propio futuro, dice",
     9,
     "=?UTF-8?Q?Ma=C3=B1ana_todo_estudiante_merece_un_camino_hacia_su_p?=\r\n"
     " =?UTF-8?Q?ropio_futuro=2C_dice?="},
    {"where nothing fits, a new line begins", "\xC3\xB1", 75, "\r\n =?UTF-8?B?w7E=?="},
};

static const struct {
    const char *promise, *value, *parameter;
} parameter_cases[] = {
    {"an ASCII name is quoted", "toolkit.pdf", ";\r\n filename=\"toolkit.pdf\""},
    {"a quote in it is escaped", "a\"b.pdf", ";\r\n filename=\"a\\\"b.pdf\""},
    {"a name beyond ASCII is extended",
     "gu\xC3\xAD"
     "a.pdf",
     ";\r\n filename*=UTF-8''gu%C3%ADa.pdf"},
    {"a long one is continued",
     "gu\xC3\xAD"
     "a de matem\xC3\xA1ticas.pdf",
     ";\r\n filename*0*=UTF-8''gu%C3%ADa%20de%20matem%C3%A1;\r\n filename*1*=ticas.pdf"},
};

static void quoted_printable(void)
{
    for (size_t i = 0; i < COUNT_OF(qp_cases); i++) {
        BUFFER(whole, 4096);
        BUFFER(piece, 4096);
        encode_qp(text_of(qp_cases[i].text), &whole);
        encode_qp_piece(text_of(qp_cases[i].text), &piece);
        check_text(qp_cases[i].promise, buffer_text(&whole), text_of(qp_cases[i].whole));
        check_text(qp_cases[i].promise, buffer_text(&piece), text_of(qp_cases[i].piece));
    }
}

/* An independent reading of RFC 2045 6.7, CRLF left as it is. */
static void decode_qp(struct text coded, struct buffer *out)
{
    for (size_t i = 0; i < coded.length; i++) {
        if (coded.at[i] != '=') {
            buffer_add_byte(out, coded.at[i]);
            continue;
        }
        if (coded.at[i + 1] != '\r') {
            char digits[3] = {coded.at[i + 1], coded.at[i + 2], '\0'};
            buffer_add_byte(out, (char)strtol(digits, NULL, 16));
        }
        i += 2;
    }
}

static bool lines_hold(struct text coded)
{
    struct text rest = coded;
    for (size_t i = 0; i < coded.length; i++)
        if ((coded.at[i] == '\n') != (i > 0 && coded.at[i - 1] == '\r'))
            return false;
    while (rest.length > 0) {
        size_t end = text_find(rest, TEXT("\r\n"));
        struct text line = text_slice(rest, 0, end);
        if (end == TEXT_NONE || end > ENCODE_LINE || text_starts(line, TEXT(".")) ||
            text_starts(line, TEXT("From ")) || text_ends(line, TEXT(" ")) ||
            text_ends(line, TEXT("\t")))
            return false;
        rest = text_after(rest, end + 2);
    }
    return true;
}

/* Chance makes texts of what is awkward, and cuts them into pieces. */
static void pieces_behind_each_other(void)
{
    static const char *const bits[] = {".", "From ", " ",        "\t",         "\n",
                                       "=", "ab",    "\xC3\xA9", "0123456789", "\xF0\x9F\x98\x80",
                                       "x"};
    struct random random = random_seeded(2045);
    bool same = true, held = true;
    for (int round = 0; round < 2000; round++) {
        BUFFER(wanted, 65536);
        BUFFER(coded, 65536);
        BUFFER(decoded, 65536);
        for (uint64_t piece = random_below(&random, 6); piece > 0; piece--) {
            BUFFER(text, 4096);
            for (uint64_t bit = random_below(&random, 40); bit > 0; bit--)
                buffer_add_string(&text, bits[random_below(&random, COUNT_OF(bits))]);
            encode_qp_piece(buffer_text(&text), &coded);
            for (size_t i = 0; i < text.length; i++)
                buffer_add_string(&wanted, text.at[i] == '\n' ? "\r\n" : (char[]){text.at[i], 0});
        }
        decode_qp(buffer_text(&coded), &decoded);
        same = same && text_equal(buffer_text(&decoded), buffer_text(&wanted));
        held = held && lines_hold(buffer_text(&coded));
    }
    check("pieces behind each other decode to their texts behind each other", same);
    check("and no line of theirs is too long, or begins or ends badly", held);
}

static void base64_and_base32(void)
{
    for (size_t i = 0; i < COUNT_OF(base64_cases); i++) {
        BUFFER(out, 256);
        encode_base64_bare(text_of(base64_cases[i].bytes), &out);
        check_text(base64_cases[i].promise, buffer_text(&out), text_of(base64_cases[i].base64));
    }
    BUFFER(lines, 4096);
    encode_base64(TEXT(SEVENTY), &lines);
    check_number("57 bytes a line", text_find(buffer_text(&lines), TEXT("\r\n")), 76);
    check("the last line ends too", text_ends(buffer_text(&lines), TEXT("\r\n")));

    BUFFER(coded, 256);
    BUFFER(decoded, 256);
    encode_base32(TEXT("fooba"), &coded);
    check_text("base32 in lower case", buffer_text(&coded), TEXT("mzxw6ytb"));
    check("it reads in either case", decode_base32(TEXT("MZXW6YTB"), &decoded));
    check_text("and gives the bytes back", buffer_text(&decoded), TEXT("fooba"));
    check("another letter is refused", !decode_base32(TEXT("mzxw6yt1"), &decoded));
    check("bits left over are refused", !decode_base32(TEXT("mz"), &decoded));
    buffer_clear(&decoded);
    check("one byte in two digits", decode_base32(TEXT("my"), &decoded) && decoded.at[0] == 'f');
}

static void words_and_parameters(void)
{
    for (size_t i = 0; i < COUNT_OF(word_cases); i++) {
        BUFFER(out, 1024);
        encode_words(text_of(word_cases[i].text), word_cases[i].column, &out);
        check_text(word_cases[i].promise, buffer_text(&out), text_of(word_cases[i].words));
    }
    for (size_t i = 0; i < COUNT_OF(parameter_cases); i++) {
        BUFFER(out, 1024);
        encode_parameter("filename", text_of(parameter_cases[i].value), &out);
        check_text(parameter_cases[i].promise, buffer_text(&out),
                   text_of(parameter_cases[i].parameter));
    }
}

int main(void)
{
    quoted_printable();
    pieces_behind_each_other();
    base64_and_base32();
    words_and_parameters();
    return check_done();
}
