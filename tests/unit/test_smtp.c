/*
 * SMTP: every row of delivery.md's tables, and the company in which bytes leave.
 *
 * A script is a list of lines:
 *   +a  offer message a          !a  grant it           -a  veto it
 *   >…  exactly this is written ("|" is CRLF, "{a}" the body of a); no line: nothing was written
 *   <…  the server says ("|" is CRLF)
 *   ?a  the machine asks for a   =a … the outcome of a   .…  the end
 *   wN  only N bytes are taken from now on (w: all again)     rN the next write may have reached N
 *   tN  N seconds pass           lost, finish, abandon
 */
#include "check.h"
#include "wire/smtp.h"

enum { LONG = 4096 };

#define PIPELINING "P"
#define CHUNKING "C"

static const char *const letters = "abcdefgh";
static char bodies[8][64];

struct stage_play {
    struct smtp *smtp;
    int64_t now_ms;
    size_t take_at_most, reached_more;
    const char *promise;
    const char *const *line;
    char said[LONG];
};

static struct text body_of(char letter)
{
    return text_of(bodies[letter - 'a']);
}

/* "|" to CRLF. */
static struct text unfolded(const char *line, char bytes[LONG])
{
    size_t length = 0;
    for (; *line != '\0' && length < LONG - 2; line++) {
        if (*line == '|')
            bytes[length++] = '\r';
        bytes[length++] = *line == '|' ? '\n' : *line;
    }
    return text_from(bytes, length);
}

/* CRLF to "|", bodies to "{a}". */
static void fold(struct buffer *out, struct text bytes)
{
    while (bytes.length > 0) {
        size_t skip = 0;
        for (size_t i = 0; i < strlen(letters) && skip == 0; i++)
            if (text_starts(bytes, body_of(letters[i]))) {
                buffer_printf(out, "{%c}", letters[i]);
                skip = body_of(letters[i]).length;
            }
        if (skip == 0 && text_starts(bytes, TEXT("\r\n"))) {
            buffer_add_byte(out, '|');
            skip = 2;
        }
        if (skip == 0) {
            buffer_add_byte(out, bytes.at[0]);
            skip = 1;
        }
        bytes = text_after(bytes, skip);
    }
}

static void write_out(struct stage_play *play, struct buffer *written)
{
    struct text pieces[64];
    size_t total = 0, count = smtp_output(play->smtp, pieces, 64);
    size_t most = play->take_at_most;
    for (size_t i = 0; i < count && total < most; i++) {
        struct text part = text_slice(pieces[i], 0, most - total);
        buffer_add(written, part);
        total += part.length;
    }
    play->take_at_most -= most == SIZE_MAX ? 0 : total;
    smtp_wrote(play->smtp, total, total + play->reached_more, play->now_ms);
    play->reached_more = 0;
}

static const char *const outcomes[] = {"answered", "untouched", "unknown", "unfit"};
static const char *const stages[STAGES] = {[STAGE_MAIL] = "mail",
                                           [STAGE_RCPT] = "rcpt",
                                           [STAGE_DATA] = "data",
                                           [STAGE_COMPLETION] = "dot"};
static const char *const ends[] = {"quit", "peer", "closing", "desync", "timeout", "veto"};

static void show_event(struct buffer *shown, const struct smtp_event *event)
{
    if (event->kind == SMTP_ASK)
        buffer_printf(shown, "?%c", (char)event->key);
    if (event->kind == SMTP_ENDED)
        buffer_printf(shown, ".%s", ends[event->end]);
    if (event->kind != SMTP_OUTCOME)
        return;
    buffer_printf(shown, "=%c %s", (char)event->key, outcomes[event->outcome]);
    if (event->outcome == SMTP_ANSWERED)
        buffer_printf(shown, " %s %u", stages[event->stage], event->reply.code);
    if (event->outcome == SMTP_UNFIT)
        buffer_printf(shown, " %u", event->reply.code);
}

/* The line is used up when the script has it next; otherwise the promise is broken. */
static void expect_line(struct stage_play *play, struct text happened)
{
    const char *wanted = *play->line != NULL ? *play->line : "(the end)";
    if (check_text(play->promise, happened, text_of(wanted)) && *play->line != NULL)
        play->line++;
}

static void consequences(struct stage_play *play)
{
    BUFFER(written, 1 << 20);
    BUFFER(shown, LONG);
    for (struct smtp_event event; (event = smtp_next(play->smtp)).kind != SMTP_NOTHING;) {
        buffer_clear(&shown);
        show_event(&shown, &event);
        expect_line(play, buffer_text(&shown));
    }
    write_out(play, &written);
    if (written.length == 0)
        return;
    buffer_clear(&shown);
    buffer_add_byte(&shown, '>');
    fold(&shown, buffer_text(&written));
    expect_line(play, buffer_text(&shown));
}

static void offer(struct stage_play *play, const char *line)
{
    static char to[8][32];
    char letter = line[1], *address = to[letter - 'a'];
    snprintf(address, sizeof(to[0]), "%c@x.example", letter);
    struct smtp_message message = {.key = (uint64_t)letter,
                                   .from = TEXT("b@s.example"),
                                   .to = text_of(address),
                                   .body = body_of(letter),
                                   .smtputf8 = strchr(line, '8') != NULL};
    smtp_offer(play->smtp, &message, play->now_ms);
}

static void act(struct stage_play *play, const char *line)
{
    char bytes[LONG];
    if (line[0] == '+')
        offer(play, line);
    else if (line[0] == '!')
        smtp_grant(play->smtp, (uint64_t)line[1], play->now_ms);
    else if (line[0] == '-')
        smtp_veto(play->smtp, (uint64_t)line[1], play->now_ms);
    else if (line[0] == '<')
        smtp_input(play->smtp, unfolded(line + 1, bytes), play->now_ms);
    else if (line[0] == 'w')
        play->take_at_most = line[1] != '\0' ? (size_t)strtoul(line + 1, NULL, 10) : SIZE_MAX;
    else if (line[0] == 'r')
        play->reached_more = (size_t)strtoul(line + 1, NULL, 10);
    else if (line[0] == 't')
        smtp_tick(play->smtp, play->now_ms += strtol(line + 1, NULL, 10) * 1000);
    else if (strcmp(line, "lost") == 0)
        smtp_lost(play->smtp, play->now_ms);
    else if (strcmp(line, "finish") == 0)
        smtp_finish(play->smtp, play->now_ms);
    else if (strcmp(line, "abandon") == 0)
        smtp_abandon(play->smtp, play->now_ms);
}

static bool is_action(const char *line)
{
    return strchr("+!-<wrtlfa", line[0]) != NULL;
}

/* Actions that follow each other without a consequence between them belong to one turn. */
static void perform(const char *promise, const char *capabilities, unsigned depth,
                    const char *const *script)
{
    struct smtp_settings settings = {.depth = depth};
    for (const char *word = capabilities; *word != '\0'; word += strcspn(word, " ")) {
        word += strspn(word, " ");
        smtp_capability_read(&settings.capabilities,
                             text_slice(text_of(word), 0, strcspn(word, "/")));
        word += strcspn(word, "/");
        word += *word == '/';
    }
    struct stage_play play = {.smtp = smtp_open(&settings, 0),
                              .take_at_most = SIZE_MAX,
                              .promise = promise,
                              .line = script};
    while (*play.line != NULL) {
        const char *line = *play.line;
        if (!check(promise, is_action(line))) {
            fprintf(stderr, "    did not happen: %s\n", line);
            break;
        }
        play.line++;
        act(&play, line);
        bool offered =
            line[0] == '+' && *play.line != NULL && strchr("+!", (*play.line)[0]) != NULL;
        if (!offered && line[0] != 'r' && (line[0] != 'w' || line[1] == '\0'))
            consequences(&play);
    }
    smtp_close(play.smtp);
}

#define SCRIPT(...)                                                                                \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define NONE ""
#define PIPE "PIPELINING/"
#define BDAT "PIPELINING/ CHUNKING/"

#define ENVELOPE_A ">MAIL FROM:<b@s.example>|RCPT TO:<a@x.example>|DATA|"
#define ENVELOPE_B "MAIL FROM:<b@s.example>|RCPT TO:<b@x.example>|DATA|"
#define ENVELOPE_C "MAIL FROM:<b@s.example>|RCPT TO:<c@x.example>|DATA|"
#define OK3 "<250 ok|250 ok|354 go|"
/* Message a stands completed, b's envelope is on its way with it. */
#define A_COMPLETED "+a", ENVELOPE_A, OK3, "?a", "+b", "!a", ">{a}.|" ENVELOPE_B
#define MAIL(x) "MAIL FROM:<b@s.example>|RCPT TO:<" x "@x.example>|"
#define WHOLE(x) MAIL(x) "BDAT 25 LAST|{" x "}"

static const struct {
    const char *promise, *capabilities;
    unsigned depth;
    const char *const *script;
} rows[] = {
    /* The dialogue */
    {"without PIPELINING one command at a time", NONE, 1,
     SCRIPT("+a", ">MAIL FROM:<b@s.example>|", "<250 ok|", ">RCPT TO:<a@x.example>|", "<250 ok|",
            ">DATA|", "<354 go|", "?a", "!a", ">{a}.|", "<250 ok|", "=a answered dot 250", "+b",
            ">MAIL FROM:<b@s.example>|")},
    {"with PIPELINING the next envelope rides with the body", PIPE, 1,
     SCRIPT(A_COMPLETED, "<250 ok|250 ok|250 ok|354 go|", "=a answered dot 250", "?b", "+c", "!b",
            ">{b}.|" ENVELOPE_C)},
    {"an envelope offered late goes out at once", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "!a", ">{a}.|", "+b", ">" ENVELOPE_B, "<250 ok|",
            "=a answered dot 250", OK3, "?b")},
    {"with CHUNKING the body is one chunk and the next envelope rides along", BDAT, 1,
     SCRIPT("+a", ">" MAIL("a"), "<250 ok|250 ok|", "?a", "+b", "!a",
            ">BDAT 25 LAST|{a}RSET|" MAIL("b"), "<250 ok|250 ok|250 ok|250 ok|",
            "=a answered dot 250", "?b", "!b", ">BDAT 25 LAST|{b}")},
    {"with a depth whole transactions are in flight", BDAT, 2,
     SCRIPT("+a", "?a", "+b", "?b", "!a", ">" WHOLE("a"), "!b", ">RSET|" WHOLE("b"),
            "<250 ok|250 ok|250 ok|", "=a answered dot 250", "+c", "?c", "!c", ">RSET|" WHOLE("c"),
            "<250 ok|250 ok|250 ok|250 ok|", "=b answered dot 250")},
    {"CHUNKING without PIPELINING goes step by step", "CHUNKING/", 4,
     SCRIPT("+a", ">MAIL FROM:<b@s.example>|", "<250 ok|", ">RCPT TO:<a@x.example>|", "<250 ok|",
            "?a", "!a", ">BDAT 25 LAST|{a}", "<250 ok|", "=a answered dot 250")},
    {"SIZE is told when the server asks for it", "SIZE 1000/", 1,
     SCRIPT("+a", ">MAIL FROM:<b@s.example> SIZE=25|")},
    {"a line that begins with a dot is stuffed", NONE, 1,
     SCRIPT("+d", ">MAIL FROM:<b@s.example>|", "<250|", ">RCPT TO:<d@x.example>|", "<250|",
            ">DATA|", "<354|", "?d", "!d", ">Subject: d||..dot|.|", "<250|",
            "=d answered dot 250")},
    {"a body without a last CRLF gets one", NONE, 1,
     SCRIPT("+e", ">MAIL FROM:<b@s.example>|", "<250|", ">RCPT TO:<e@x.example>|", "<250|",
            ">DATA|", "<354|", "?e", "!e", ">{e}|.|", "<250|", "=e answered dot 250")},

    /* What the connection's end leaves behind (first table) */
    {"no completing byte: as if never tried", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "lost", "=a untouched", ".peer")},
    {"the body without its dot completes nothing", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "w25", "!a", ">{a}", "lost", "=a untouched", ".peer")},
    {"half a chunk completes nothing", BDAT, 1,
     SCRIPT("+a", ">" MAIL("a"), "<250|250|", "?a", "w20", "!a", ">BDAT 25 LAST|Subjec", "lost",
            "=a untouched", ".peer")},
    {"bytes that TLS may have let out count as written", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "w0", "r28", "!a", "lost", "=a unknown", ".peer")},
    {"completed, no reply: unknown; the envelope behind it is ready", PIPE, 1,
     SCRIPT(A_COMPLETED, "lost", "=a unknown", "=b untouched", ".peer")},
    {"half a reply is no reply", PIPE, 1,
     SCRIPT(A_COMPLETED, "<250 o", "lost", "=a unknown", "=b untouched", ".peer")},
    {"nor are the first lines of one", PIPE, 1,
     SCRIPT(A_COMPLETED, "<250-o|", "lost", "=a unknown", "=b untouched", ".peer")},
    {"a whole reply counts, even if the connection dies then", PIPE, 1,
     SCRIPT(A_COMPLETED, "<250 ok|", "=a answered dot 250", "lost", "=b untouched", ".peer")},
    {"421 to the completion", PIPE, 1,
     SCRIPT(A_COMPLETED, "<421 bye|", "=a answered dot 421", "=b untouched", ".closing")},
    {"nothing behind a 421 is believed", BDAT, 2,
     SCRIPT("+a", "?a", "+b", "?b", "!a", ">" WHOLE("a"), "!b", ">RSET|" WHOLE("b"),
            "<250|250|421 bye|250|250|250|250|", "=a answered dot 421", "=b unknown", ".closing")},
    {"421 to RCPT concerns that message alone", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, "<250|421 4.7.0 slow|", "=a answered rcpt 421", "=b untouched",
            ".closing")},
    {"421 out of the blue", PIPE, 1, SCRIPT("<421 4.4.2 idle|", ".closing")},
    {"a reply nobody waits for", PIPE, 1, SCRIPT("<250 hello|", ".desync")},
    {"never trust replies after it", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "!a", ">{a}.|", "<250 ok|250 ok|", "=a answered dot 250",
            ".desync")},
    {"a reply before its command was written", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "w10", "!a", ">Subject: a", "<250 ok|", "=a untouched",
            ".desync")},
    {"a code beyond 5yz", PIPE, 1,
     SCRIPT(A_COMPLETED, "<650 what|", "=a unknown", "=b untouched", ".desync")},
    {"words that are no reply", PIPE, 1,
     SCRIPT(A_COMPLETED, "<what|", "=a unknown", "=b untouched", ".desync")},
    {"354 to the completion", PIPE, 1,
     SCRIPT(A_COMPLETED, "<354 go|", "=a unknown", "=b untouched", ".desync")},
    {"250 to DATA", PIPE, 1, SCRIPT("+a", ENVELOPE_A, "<250|250|250|", "=a untouched", ".desync")},
    {"a surplus reply is caught before the next completion", PIPE, 1,
     SCRIPT(A_COMPLETED, "<250|250|250|250|", "=a answered dot 250", "=b untouched", ".desync")},
    {"ten minutes without the final reply", PIPE, 1,
     SCRIPT(A_COMPLETED, "t599", "t1", "=a unknown", "=b untouched", ".timeout")},
    {"a trickle does not buy time", PIPE, 1,
     SCRIPT(A_COMPLETED, "t300", "<2", "t299", "<5", "t1", "=a unknown", "=b untouched",
            ".timeout")},
    {"the envelope behind it has its own time", PIPE, 1,
     SCRIPT(A_COMPLETED, "t500", "<250|", "=a answered dot 250", "t299", "t1", "=b untouched",
            ".timeout")},
    {"two minutes for DATA", NONE, 1,
     SCRIPT("+a", ">MAIL FROM:<b@s.example>|", "<250|", ">RCPT TO:<a@x.example>|", "<250|",
            ">DATA|", "t119", "t1", "=a untouched", ".timeout")},
    {"three minutes for a block", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "w10", "!a", ">Subject: a", "t179", "t1", "=a untouched",
            ".timeout")},

    /* What each refusal costs (second table; verdicts themselves are mail/verdict's) */
    {"a refused RCPT costs that message, not the connection", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, "<250|550 5.1.1 unknown|503 no|", "=a answered rcpt 550",
            ">RSET|" ENVELOPE_B)},
    {"354 although RCPT was refused: a lone dot, its verdict ignored", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, "<250|550 unknown|354 go|", "=a answered rcpt 550", ">.|",
            "<250 queued|", ">" ENVELOPE_B)},
    {"a refused lone dot is ignored too", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, "<250|450 later|354 go|", "=a answered rcpt 450", ">.|",
            "<554 nobody|", ">" ENVELOPE_B)},
    {"a refused MAIL", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, "<550 no|503 no|503 no|", "=a answered mail 550",
            ">" ENVELOPE_B)},
    {"a refused MAIL step by step", NONE, 1,
     SCRIPT("+a", ">MAIL FROM:<b@s.example>|", "<451 later|", "=a answered mail 451", "+b",
            ">MAIL FROM:<b@s.example>|")},
    {"a refused RCPT step by step needs RSET", NONE, 1,
     SCRIPT("+a", ">MAIL FROM:<b@s.example>|", "<250|", ">RCPT TO:<a@x.example>|", "<550 no|",
            "=a answered rcpt 550", "+b", ">RSET|", "<250|", ">MAIL FROM:<b@s.example>|")},
    {"a refused DATA", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, "<250|250|451 later|", "=a answered data 451",
            ">RSET|" ENVELOPE_B)},
    {"251 and 252 accept a recipient", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, "<250|251 forwarded|354|", "?a")},
    {"251 to the completion is yes", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "!a", ">{a}.|", "<251 odd|", "=a answered dot 251")},
    {"a refused completion", PIPE, 1,
     SCRIPT(A_COMPLETED, "<554 5.7.1 spam|250|250|354|", "=a answered dot 554", "?b")},
    {"a refused chunk leaves the next envelope whole", BDAT, 1,
     SCRIPT("+a", ">" MAIL("a"), "<250|250|", "?a", "+b", "!a", ">BDAT 25 LAST|{a}RSET|" MAIL("b"),
            "<452 full|250|250|250|", "=a answered dot 452", "?b")},
    {"RCPT refused in flight: the chunk's answer concerns nobody", BDAT, 2,
     SCRIPT("+a", "?a", "!a", ">" WHOLE("a"), "<250|550 5.1.1 no|554 nobody|",
            "=a answered rcpt 550")},
    {"not even a yes", BDAT, 2,
     SCRIPT("+a", "?a", "!a", ">" WHOLE("a"), "<250|550 5.1.1 no|250 fine|",
            "=a answered rcpt 550")},
    {"RCPT refused in flight, then the connection dies", BDAT, 2,
     SCRIPT("+a", "?a", "!a", ">" WHOLE("a"), "<250|550 5.1.1 no|", "lost", "=a answered rcpt 550",
            ".peer")},
    {"RCPT accepted behind a refused MAIL is madness", BDAT, 2,
     SCRIPT("+a", "?a", "!a", ">" WHOLE("a"), "<550 no|250|", "=a unknown", ".desync")},
    {"a refused RSET is madness", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, "<250|550 no|503 no|", "=a answered rcpt 550",
            ">RSET|" ENVELOPE_B, "<500 what|", "=b untouched", ".desync")},
    {"too large for SIZE is not tried", "PIPELINING/ SIZE 24/", 1, SCRIPT("+a", "=a unfit 552")},
    {"SMTPUTF8 needed and not offered", PIPE, 1, SCRIPT("+a8", "=a unfit 553")},
    {"SMTPUTF8 needed and offered", "SMTPUTF8/", 1,
     SCRIPT("+a8", ">MAIL FROM:<b@s.example> SMTPUTF8|")},

    /* Vetoes and ends */
    {"a veto behind 354 closes", PIPE, 1,
     SCRIPT("+a", "+b", ENVELOPE_A, OK3, "?a", "-a", "=a untouched", "=b untouched", ".veto")},
    {"a veto before BDAT is a RSET", BDAT, 1,
     SCRIPT("+a", "+b", ">" MAIL("a"), "<250|250|", "?a", "-a", "=a untouched",
            ">RSET|" MAIL("b"))},
    {"a veto before anything was written costs nothing", BDAT, 2,
     SCRIPT("+a", "?a", "-a", "=a untouched", "+b", "?b", "!b", ">" WHOLE("b"))},
    {"finish: an idle connection says QUIT", PIPE, 1, SCRIPT("finish", ".quit", ">QUIT|")},
    {"finish waits for the outstanding reply", PIPE, 1,
     SCRIPT(A_COMPLETED, "finish", "=b untouched", "<250|", "=a answered dot 250", ".quit")},
    {"finish says QUIT when nothing else is under way", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "!a", ">{a}.|", "finish", "<250|", "=a answered dot 250",
            ".quit", ">QUIT|")},
    {"finish behind 354 says nothing", PIPE, 1,
     SCRIPT("+a", ENVELOPE_A, OK3, "?a", "finish", "=a untouched", ".quit")},
    {"abandon does not wait", PIPE, 1,
     SCRIPT(A_COMPLETED, "abandon", "=a unknown", "=b untouched", ".quit")},
};

int main(void)
{
    for (size_t i = 0; i < strlen(letters); i++)
        snprintf(bodies[i], sizeof(bodies[i]), "Subject: %c\r\n\r\nA body: %c\r\n", letters[i],
                 letters[i]);
    snprintf(bodies[3], sizeof(bodies[3]), "Subject: d\r\n\r\n.dot\r\n");
    snprintf(bodies[4], sizeof(bodies[4]), "Subject: e\r\n\r\nno end");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        perform(rows[i].promise, rows[i].capabilities, rows[i].depth, rows[i].script);
    return check_done();
}
