/* Reply: what a server said is read strictly and handed on clean. */
#include "check.h"
#include "mail/reply.h"

static const struct {
    const char *promise, *bytes;
    enum reply_step step;
    uint16_t code;
    const char *enhanced, *text;
} rows[] = {
    {"a plain reply", "250 ok\r\n", REPLY_WHOLE, 250, "", "ok"},
    {"an enhanced code is taken off", "550 5.1.1 user unknown\r\n", REPLY_WHOLE, 550, "5.1.1",
     "user unknown"},
    {"of every line", "550-5.7.26 This mail\r\n550-5.7.26 is not\r\n550 5.7.26 wanted\r\n",
     REPLY_WHOLE, 550, "5.7.26", "This mail is not wanted"},
    {"a code alone is a line", "250\r\n", REPLY_WHOLE, 250, "", ""},
    {"a code and a space too", "354 \r\n", REPLY_WHOLE, 354, "", ""},
    {"a bare LF ends a line", "250-a\n250 b\n", REPLY_WHOLE, 250, "", "a b"},
    {"half a line is nothing yet", "250 o", REPLY_MORE, 0, "", ""},
    {"nor are first lines", "250-a\r\n250-b\r\n", REPLY_MORE, 0, "", ""},
    {"lines of one reply agree on the code", "250-a\r\n251 b\r\n", REPLY_BROKEN, 0, "", ""},
    {"1yz does not exist", "150 what\r\n", REPLY_BROKEN, 0, "", ""},
    {"nor 6yz", "650 what\r\n", REPLY_BROKEN, 0, "", ""},
    {"words are no reply", "hello\r\n", REPLY_BROKEN, 0, "", ""},
    {"nor is an empty line", "\r\n", REPLY_BROKEN, 0, "", ""},
    {"nor two digits", "25\r\n", REPLY_BROKEN, 0, "", ""},
    {"a fourth digit is no separator", "2500 ok\r\n", REPLY_BROKEN, 0, "", ""},
    {"control characters are cleaned", "550 a\x1b[31mb\a\rc\r\n", REPLY_WHOLE, 550, "",
     "a?[31mb??c"},
    {"broken UTF-8 as well", "550 a\xff\x80z\r\n", REPLY_WHOLE, 550, "", "a??z"},
    {"C1 controls as well", "550 a\xc2\x9bz\r\n", REPLY_WHOLE, 550, "", "a?z"},
    {"good UTF-8 stays", "550 caf\xc3\xa9\r\n", REPLY_WHOLE, 550, "", "caf\xc3\xa9"},
    {"IronPort's hash is no word", "550 #5.1.0 Address rejected.\r\n", REPLY_WHOLE, 550, "5.1.0",
     "Address rejected."},
    {"a network address is no enhanced code", "550 5.1.1.7 is listed\r\n", REPLY_WHOLE, 550, "",
     "5.1.1.7 is listed"},
    {"nor is a version", "220 5.1.1b ready\r\n", REPLY_WHOLE, 220, "", "5.1.1b ready"},
    {"3.x.x does not exist", "354 3.0.0 go\r\n", REPLY_WHOLE, 354, "", "3.0.0 go"},
    {"a colon behind the code goes too", "452 4.2.2: full\r\n", REPLY_WHOLE, 452, "4.2.2", "full"},
};

static void rows_hold(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reply_reader reader;
        struct reply reply = {0};
        char string[ENHANCED_STRING];
        struct text bytes = text_of(rows[i].bytes);
        reply_reader_begin(&reader);
        check_number(rows[i].promise, reply_reader_take(&reader, &bytes, &reply), rows[i].step);
        check_number(rows[i].promise, reply.code, rows[i].code);
        check_text(rows[i].promise, text_of(enhanced_string(reply.enhanced, string)),
                   text_of(rows[i].enhanced));
        check_text(rows[i].promise, reply.text, text_of(rows[i].text));
        reply_reader_free(&reader);
    }
}

/* The same words, however the network cuts them. */
static void byte_by_byte(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reply_reader reader;
        struct reply reply = {0};
        enum reply_step step = REPLY_MORE;
        reply_reader_begin(&reader);
        for (const char *at = rows[i].bytes; *at != '\0' && step == REPLY_MORE; at++) {
            struct text byte = text_from(at, 1);
            step = reply_reader_take(&reader, &byte, &reply);
        }
        check_number(rows[i].promise, step, rows[i].step);
        check_text(rows[i].promise, reply.text, text_of(rows[i].text));
        reply_reader_free(&reader);
    }
}

static enum reply_step read_repeated(const char *line, unsigned times, struct reply *ret_reply)
{
    static struct reply_reader reader;
    BUFFER(bytes, 1 << 20);
    for (unsigned i = 0; i < times; i++)
        buffer_add_string(&bytes, line);
    buffer_add_string(&bytes, "250 end\r\n");
    struct text text = buffer_text(&bytes);
    reply_reader_begin(&reader);
    enum reply_step step = reply_reader_take(&reader, &text, ret_reply);
    reply_reader_free(&reader);
    return step;
}

static void caps_hold(void)
{
    struct reply reply = {0};
    char wide[302] = "250-";
    memset(wide + 4, 'x', 296);
    wide[300] = '\n';
    check("511 lines and the last are a reply",
          read_repeated("250-x\r\n", 511, &reply) == REPLY_WHOLE);
    check("and its words stop at the cap", reply.text.length < REPLY_TEXT);
    check("one more is not", read_repeated("250-x\r\n", 512, &reply) == REPLY_BROKEN);
    check("60 KB are", read_repeated(wide, 200, &reply) == REPLY_WHOLE);
    check("66 KB are not", read_repeated(wide, 220, &reply) == REPLY_BROKEN);
    check("a line without end is not",
          read_repeated("250-xxxxxxxxxx", 7000, &reply) == REPLY_BROKEN);
}

static void replies_follow_each_other(void)
{
    struct reply_reader reader;
    struct reply reply;
    struct text bytes = TEXT("250 4.1.1 a\r\n550-b\r\n550 c\r\n25");
    reply_reader_begin(&reader);
    check("the first",
          reply_reader_take(&reader, &bytes, &reply) == REPLY_WHOLE && reply.code == 250);
    check("the second has nothing of the first",
          reply_reader_take(&reader, &bytes, &reply) == REPLY_WHOLE && reply.enhanced.class == 0);
    check_text("only its own words", reply.text, TEXT("b c"));
    check("between two replies", !reply_reader_inside(&reader));
    check("then half a line", reply_reader_take(&reader, &bytes, &reply) == REPLY_MORE);
    check("inside a reply", reply_reader_inside(&reader));
    reply_reader_free(&reader);
}

int main(void)
{
    rows_hold();
    byte_by_byte();
    caps_hold();
    replies_follow_each_other();
    return check_done();
}
