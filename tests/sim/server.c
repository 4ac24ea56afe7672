/* Server: takes mail as RFC 5321 says, until the moods of the run say otherwise. */
#include <stdio.h>
#include <string.h>

#include "net.h"
#include "oracle.h"

/* ---- Reading commands and content ---- */

void reading_free(struct reading *reading)
{
    buffer_free(&reading->bytes);
}

static enum heard take_line(struct reading *reading)
{
    uint64_t size;
    buffer_cut(&reading->bytes, reading->bytes.length - 2);
    struct text line = buffer_text(&reading->bytes);
    if (!text_starts(line, TEXT("BDAT ")))
        return HEARD_LINE;
    must(text_ends(line, TEXT(" LAST")));
    must(text_to_number(text_slice(line, 5, line.length - 10), &size) && size > 0);
    reading->mode = READ_CHUNK;
    reading->chunk_left = size;
    return HEARD_LINE;
}

/* RFC 5321 4.5.2: without the last line, and without the dot that others begin with. */
static enum heard take_content(struct reading *reading)
{
    struct buffer *content = &reading->bytes;
    size_t out = 0, length = content->length - 3;
    for (size_t i = 0; i < length; i++) {
        bool begins = i == 0 || content->at[i - 1] == '\n';
        if (!begins || content->at[i] != '.')
            content->at[out++] = content->at[i];
    }
    buffer_cut(content, out);
    reading->mode = READ_LINES;
    return HEARD_CONTENT;
}

enum heard reading_take(struct reading *reading, char byte)
{
    if (reading->whole)
        buffer_clear(&reading->bytes);
    reading->whole = false;
    buffer_add_byte(&reading->bytes, byte);
    struct text bytes = buffer_text(&reading->bytes);
    enum heard heard = HEARD_NOTHING;
    if (reading->mode == READ_CHUNK && --reading->chunk_left == 0) {
        reading->mode = READ_LINES;
        heard = HEARD_CONTENT;
    } else if (reading->mode == READ_LINES && text_ends(bytes, TEXT("\r\n"))) {
        heard = take_line(reading);
    } else if (reading->mode == READ_DATA && byte == '\n' &&
               (text_ends(bytes, TEXT("\r\n.\r\n")) || text_equal(bytes, TEXT(".\r\n")))) {
        heard = take_content(reading);
    }
    reading->whole = heard != HEARD_NOTHING;
    return heard;
}

/* ---- Saying ---- */

static int64_t some_delay_ms(void)
{
    static const int64_t delays_ms[] = {1000, 30000, 60000, 200000, 540000, 660000};
    return sim_fault(sim.moods.slow) ? delays_ms[sim_below(6)] : (int64_t)sim_below(3);
}

/* In one piece or two; the time at which the last of it arrives. */
static void put(struct relay *relay, struct text words)
{
    struct server *server = &relay->server;
    int64_t now_ms = server->busy_until_ms > sim.steady_ms ? server->busy_until_ms : sim.steady_ms;
    server->busy_until_ms = now_ms + some_delay_ms();
    size_t cut = sim_below(4) == 0 ? sim_below(words.length) : 0;
    int64_t at_ms = server->busy_until_ms + sim.latency_ms;
    pipe_put(&relay->down, text_slice(words, 0, cut), at_ms);
    pipe_put(&relay->down, text_after(words, cut), at_ms + (cut > 0 ? (int64_t)sim_below(50) : 0));
    relay->said += words.length;
}

static void hang_up(struct relay *relay)
{
    relay->server.closed = true;
    relay->closes_ms = relay->down.newest_ms > sim.steady_ms ? relay->down.newest_ms
                                                             : sim.steady_ms + sim.latency_ms;
}

/* Also what was said is lost, if it was not read. */
static void reset(struct relay *relay)
{
    hang_up(relay);
    relay->closes_ms = sim.steady_ms;
    relay->down.count = 0;
    buffer_cut(&relay->down.bytes, sim_below(2) == 0 ? 0 : relay->down.arrived);
    relay->down.arrived = relay->down.bytes.length;
}

/* One of what goes wrong on a line. True: this command gets no whole answer. */
static bool mishap(struct relay *relay)
{
    if (sim_fault(sim.moods.hang))
        relay->server.hung = true;
    else if (sim_fault(sim.moods.drop))
        hang_up(relay);
    else if (sim_fault(sim.moods.reset))
        reset(relay);
    else if (sim_fault(sim.moods.half_reply)) {
        struct text words = TEXT("250-2.0.0 hal");
        put(relay, text_slice(words, 0, 1 + sim_below(words.length)));
        hang_up(relay);
    }
    bool happened = relay->server.hung || relay->server.closed;
    if (happened)
        sim_trace("server %u: %s", relay->serial, relay->server.hung ? "hangs" : "goes");
    return happened;
}

static void babble(struct relay *relay)
{
    static const char *const noise[] = {
        "250 2.0.0 extra\r\n", "garbage\r\n", "354 go\r\n", "25", "\r\n", "999 what\r\n"};
    if (!sim_fault(sim.moods.babble))
        return;
    sim_trace("server %u babbles", relay->serial);
    oracle_tainted(relay->serial);
    put(relay, text_of(noise[sim_below(6)]));
}

/* Every answer is signed, so that the oracle knows whom it was meant for. */
static void answer(struct relay *relay, char stage, unsigned attempt, const char *words)
{
    char line[256];
    bool two_lines = sim_below(8) == 0, close = strncmp(words, "421", 3) == 0;
    snprintf(line, sizeof(line), "%s%.3s %s t=%u.%c.%u\r\n", two_lines ? "250-first\r\n" : "",
             words, words + 4, relay->server.person, stage, attempt);
    if (two_lines)
        memcpy(line, words, 3);
    babble(relay);
    if (words[0] == '3' && stage != 'd')
        oracle_nonsense(relay->serial);
    sim_trace("server %u says %.*s", relay->serial, (int)strcspn(line, "\r"), line);
    put(relay, text_of(line));
    if (stage == 'c' && attempt != NO_ATTEMPT) {
        must(relay->answer_count < NET_ANSWERS);
        relay->answers[relay->answer_count].end = relay->said;
        relay->answers[relay->answer_count].attempt = attempt;
        relay->answers[relay->answer_count++].code = (unsigned)(words[0] - '0') * 100;
    }
    if (close || (stage == 'c' && sim_fault(sim.moods.reply_421 / 4))) {
        if (!close)
            put(relay, TEXT("421 4.3.2 unasked\r\n"));
        hang_up(relay);
    }
}

/* What it says instead of yes; NULL: it says yes. */
static const char *refusal(char stage)
{
    static const char *const later[] = {"450 4.2.1 later",
                                        "451 4.7.1 greylisted",
                                        "452 4.5.3 too many recipients",
                                        "451 4.3.0 trouble",
                                        "450 4.7.0 too fast, rate limited",
                                        "452 4.2.2 full"};
    static const char *const never[] = {"550 5.1.1 user unknown",     "552 5.2.2 mailbox full",
                                        "554 5.7.1 blocked",          "550 no such user",
                                        "552 5.3.4 message too big",  "554 5.6.0 bad content",
                                        "550 5.7.26 unauthenticated", "500 5.5.1 what"};
    static const char *const closing[] = {"421 4.3.2 closing", "421 4.7.0 too fast"};
    static const char *const odd[] = {"354 go on", "251 2.1.5 forwarded", "200 hm", "334 x"};
    if (sim_fault(sim.moods.reply_4yz))
        return later[sim_below(6)];
    if (sim_fault(sim.moods.reply_5yz))
        return never[sim_below(8)];
    if (sim_fault(sim.moods.reply_421))
        return closing[sim_below(2)];
    if (sim_fault(sim.moods.odd_reply) && stage != 'd')
        return odd[sim_below(4)];
    return NULL;
}

static bool is_yes(const char *words)
{
    return words == NULL || words[0] == '2';
}

/* ---- Commands ---- */

/* Nobody can be blamed for the order of commands by a server that babbled, or was left. */
static bool is_in_step(const struct relay *relay)
{
    return !relay->server.alone && !oracle_is_tainted(relay->serial);
}

static void mail(struct relay *relay, struct text line)
{
    struct server *server = &relay->server;
    server->person = sim_person(text_after(line, 11));
    if (server->in_mail && is_in_step(relay))
        sim_violation("MAIL inside a transaction, person %u", server->person);
    const char *no = refusal('m');
    if (sim.session_limit > 0 && server->messages >= sim.session_limit)
        no = "421 4.7.0 so many a session";
    server->in_mail = is_yes(no);
    server->rcpt_accepted = false;
    answer(relay, 'm', 0, no != NULL ? no : "250 2.1.0 sender ok");
}

static void rcpt(struct relay *relay, struct text line)
{
    struct server *server = &relay->server;
    unsigned person = sim_person(text_after(line, 9));
    const char *no = refusal('r');
    if (person != server->person && is_in_step(relay))
        sim_violation("RCPT of %u behind MAIL of %u", person, server->person);
    if (!server->in_mail && !sim_fault(sim.moods.odd_reply))
        no = "503 5.5.1 MAIL first";
    else if (!server->in_mail)
        oracle_nonsense(relay->serial);
    server->rcpt_accepted = server->in_mail && is_yes(no);
    answer(relay, 'r', 0, no != NULL ? no : "250 2.1.5 recipient ok");
}

static void data(struct relay *relay, struct text line)
{
    struct server *server = &relay->server;
    const char *no = refusal('d');
    (void)line;
    if (!server->rcpt_accepted && sim_below(2) == 0)
        no = "554 5.5.1 no valid recipients";
    server->content_open = no == NULL;
    server->reading.mode = no == NULL ? READ_DATA : READ_LINES;
    answer(relay, 'd', 0, no != NULL ? no : "354 2.0.0 go ahead");
}

static void end_transaction(struct server *server)
{
    server->in_mail = server->rcpt_accepted = server->content_open = false;
}

static void rset(struct relay *relay, struct text line)
{
    (void)line;
    end_transaction(&relay->server);
    answer(relay, 'x', 0, "250 2.0.0 forgotten");
}

static void quit(struct relay *relay, struct text line)
{
    (void)line;
    hang_up(relay);
}

static void chunk(struct relay *relay, struct text line)
{
    (void)relay, (void)line;
}

static const struct {
    struct text word;
    void (*act)(struct relay *relay, struct text line);
} commands[] = {
    {TEXT_INIT("MAIL FROM:<"), mail}, {TEXT_INIT("RCPT TO:<"), rcpt}, {TEXT_INIT("DATA"), data},
    {TEXT_INIT("BDAT "), chunk},      {TEXT_INIT("RSET"), rset},      {TEXT_INIT("QUIT"), quit},
};

static void heard_line(struct relay *relay, struct text line)
{
    sim_trace("server %u hears %.*s", relay->serial, TEXT_ARGS(line));
    if (!sim.capabilities.pipelining && relay->said != relay->read && !relay->server.alone &&
        !oracle_is_tainted(relay->serial))
        sim_violation("a command before the answer, without PIPELINING: %.*s", TEXT_ARGS(line));
    if (!text_starts(line, TEXT("BDAT ")) && mishap(relay))
        return;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (text_starts(line, commands[i].word)) {
            commands[i].act(relay, line);
            return;
        }
    if (!oracle_is_tainted(relay->serial))
        sim_violation("the server does not understand: %.*s", TEXT_ARGS(line));
}

/* ---- Content ---- */

static unsigned next_attempt(struct relay *relay)
{
    must(relay->attempt_count > 0);
    relay->attempt_count--;
    return relay->attempts[relay->attempt_first++ % NET_ATTEMPTS];
}

/* It is ours now. The answer may still never be heard. */
static void take_message(struct relay *relay, unsigned attempt, struct text content)
{
    oracle_accepted(attempt, content);
    relay->server.messages++;
    end_transaction(&relay->server);
    if (!sim_fault(sim.moods.swallow)) {
        if (!mishap(relay))
            answer(relay, 'c', attempt, "250 2.0.0 taken");
        return;
    }
    sim_trace("server %u swallows the answer", relay->serial);
    relay->server.hung = sim_below(3) == 0;
    if (!relay->server.hung && sim_below(2) == 0)
        hang_up(relay);
    else if (!relay->server.hung)
        reset(relay);
}

static void heard_content(struct relay *relay, struct text content)
{
    struct server *server = &relay->server;
    unsigned attempt = next_attempt(relay);
    const char *no = refusal('c');
    bool was_data = server->content_open;
    server->content_open = false;
    if (mishap(relay))
        return;
    if (!server->rcpt_accepted)
        no = "503 5.5.1 no recipient";
    if (is_yes(no)) {
        take_message(relay, attempt, content);
        return;
    }
    /* RFC 3030 2: behind a refused BDAT the state is indeterminate. */
    if (was_data || sim_below(2) == 0)
        end_transaction(server);
    answer(relay, 'c', attempt, no);
}

void server_serve(struct relay *relay)
{
    size_t used = 0;
    while (!relay->server.hung && !relay->server.closed && used < relay->up.arrived) {
        enum heard heard = reading_take(&relay->server.reading, relay->up.bytes.at[used++]);
        if (heard == HEARD_LINE)
            heard_line(relay, buffer_text(&relay->server.reading.bytes));
        else if (heard == HEARD_CONTENT)
            heard_content(relay, buffer_text(&relay->server.reading.bytes));
    }
    pipe_consume(&relay->up, used);
}

void server_finish(struct relay *relay)
{
    if (relay->server.hung && sim_below(2) == 0)
        relay->server.hung = false;
    relay->server.alone = true;
    server_serve(relay);
}
