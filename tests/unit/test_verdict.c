/* Verdict: who pays. Each row is a promise about a reply at a stage, or about words in a bounce. */
#include "check.h"
#include "verdict/verdict.h"
#include "verdict/verdict_words.h"

static const struct {
    const char *promise;
    enum facts_stage stage;
    uint16_t code;
    struct enhanced enhanced;
    const char *text;
    enum verdict_class class;
    enum verdict_action action;
    enum verdict_fate fate;
} replies[] = {
    /* Yes */
    {"250 to the content is sent",
     STAGE_COMPLETION,
     250,
     {2, 0, 0},
     "queued as 1",
     CLASS_DELIVERED,
     VERDICT_IGNORE,
     FATE_SENT},
    {"251 to the content is sent too",
     STAGE_COMPLETION,
     251,
     {0},
     "will forward",
     CLASS_DELIVERED,
     VERDICT_IGNORE,
     FATE_SENT},
    {"250 to RCPT decides nothing",
     STAGE_RCPT,
     250,
     {2, 1, 5},
     "ok",
     CLASS_DELIVERED,
     VERDICT_IGNORE,
     FATE_NOTHING},

    /* The address */
    {"an unknown user is gone",
     STAGE_RCPT,
     550,
     {5, 1, 1},
     "user unknown",
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     FATE_FAILED},
    {"an unknown user is gone without an enhanced code",
     STAGE_RCPT,
     550,
     {0},
     "no such user here",
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     FATE_FAILED},
    {"550 to RCPT without a word is about the mailbox",
     STAGE_RCPT,
     550,
     {0},
     "",
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     FATE_FAILED},
    {"a domain that does not exist is gone",
     STAGE_RCPT,
     550,
     {5, 1, 2},
     "host unknown",
     CLASS_BAD_DOMAIN,
     VERDICT_SUPPRESS,
     FATE_FAILED},
    {"a null MX is gone",
     STAGE_RCPT,
     556,
     {5, 1, 10},
     "domain does not accept mail (nullMX)",
     CLASS_BAD_DOMAIN,
     VERDICT_SUPPRESS,
     FATE_FAILED},
    {"unknown only after the content is counted, not suppressed",
     STAGE_COMPLETION,
     550,
     {0},
     "user unknown",
     CLASS_RECIPIENT_REFUSED,
     VERDICT_COUNT,
     FATE_FAILED},
    {"a disabled mailbox is counted",
     STAGE_RCPT,
     550,
     {5, 2, 1},
     "mailbox disabled",
     CLASS_INACTIVE_MAILBOX,
     VERDICT_COUNT,
     FATE_FAILED},
    {"a full mailbox is counted even when called permanent",
     STAGE_RCPT,
     552,
     {5, 2, 2},
     "over quota",
     CLASS_MAILBOX_FULL,
     VERDICT_COUNT,
     FATE_FAILED},
    {"a full mailbox that may empty is tried again",
     STAGE_RCPT,
     452,
     {4, 2, 2},
     "mailbox full",
     CLASS_MAILBOX_FULL,
     VERDICT_RETRY,
     FATE_READY},
    {"an unknown user is never suppressed on a temporary answer",
     STAGE_RCPT,
     450,
     {4, 1, 1},
     "user unknown",
     CLASS_BAD_MAILBOX,
     VERDICT_RETRY,
     FATE_READY},

    /* Transactions and pace */
    {"452 too many recipients goes again at once",
     STAGE_RCPT,
     452,
     {4, 5, 3},
     "too many recipients",
     CLASS_RATE_LIMITED,
     VERDICT_AGAIN_AT_ONCE,
     FATE_READY},
    {"552 too many recipients goes again at once",
     STAGE_RCPT,
     552,
     {0},
     "too many recipients",
     CLASS_RATE_LIMITED,
     VERDICT_AGAIN_AT_ONCE,
     FATE_READY},
    {"greylisting is waited for, not slowed down for",
     STAGE_RCPT,
     451,
     {4, 7, 1},
     "Greylisted, please try again in 300 seconds",
     CLASS_RATE_LIMITED,
     VERDICT_RETRY,
     FATE_READY},
    {"4.7.28 slows down",
     STAGE_COMPLETION,
     421,
     {4, 7, 28},
     "unusual rate of unsolicited mail originating from your IP",
     CLASS_POLICY_BLOCK,
     VERDICT_SLOW_DOWN,
     FATE_READY},
    {"4.7.1 without a word why is \"not now\", no policy",
     STAGE_RCPT,
     451,
     {4, 7, 1},
     "Try again later",
     CLASS_RATE_LIMITED,
     VERDICT_SLOW_DOWN,
     FATE_READY},
    {"421 slows down wherever it comes",
     STAGE_RCPT,
     421,
     {0},
     "closing",
     CLASS_RATE_LIMITED,
     VERDICT_SLOW_DOWN,
     FATE_READY},
    {"Yahoo's TSS04 slows down",
     STAGE_MAIL,
     421,
     {4, 7, 0},
     "[TSS04] temporarily deferred",
     CLASS_POLICY_BLOCK,
     VERDICT_SLOW_DOWN,
     FATE_READY},
    {"Outlook's 4.7.650 slows down",
     STAGE_MAIL,
     451,
     {4, 7, 650},
     "The mail server has been temporarily rate limited due to IP reputation",
     CLASS_POLICY_BLOCK,
     VERDICT_SLOW_DOWN,
     FATE_READY},
    {"450 with rate words slows down",
     STAGE_RCPT,
     450,
     {4, 2, 1},
     "The user you are trying to contact is receiving mail at a rate that prevents delivery",
     CLASS_RATE_LIMITED,
     VERDICT_SLOW_DOWN,
     FATE_READY},
    {"any other 4yz is tried again",
     STAGE_RCPT,
     451,
     {4, 3, 0},
     "internal error",
     CLASS_REMOTE_SYSTEM,
     VERDICT_RETRY,
     FATE_READY},

    /* Us */
    {"a policy block does not cost the address",
     STAGE_RCPT,
     554,
     {5, 7, 1},
     "blocked",
     CLASS_POLICY_BLOCK,
     VERDICT_ALERT,
     FATE_FAILED},
    {"a blocklist does not cost the address, whatever the code says",
     STAGE_RCPT,
     550,
     {5, 1, 1},
     "rejected, 192.0.2.1 is listed in zen.spamhaus.org",
     CLASS_POLICY_BLOCK,
     VERDICT_ALERT,
     FATE_FAILED},
    {"spam in the content does not cost the address",
     STAGE_COMPLETION,
     554,
     {0},
     "rejected as spam",
     CLASS_CONTENT,
     VERDICT_ALERT,
     FATE_FAILED},
    {"DMARC is ours",
     STAGE_COMPLETION,
     550,
     {5, 7, 26},
     "Unauthenticated email from example.org is not accepted due to domain's DMARC policy",
     CLASS_AUTH_FAILURE,
     VERDICT_ALERT,
     FATE_FAILED},
    {"a message too big pauses the edition",
     STAGE_COMPLETION,
     552,
     {5, 3, 4},
     "message too big",
     CLASS_MESSAGE_TOO_BIG,
     VERDICT_PAUSE_EDITION,
     FATE_FAILED},
    {"broken content pauses the edition",
     STAGE_COMPLETION,
     554,
     {5, 6, 0},
     "bare LF",
     CLASS_CONTENT,
     VERDICT_PAUSE_EDITION,
     FATE_FAILED},
    {"broken protocol pauses the edition",
     STAGE_COMPLETION,
     503,
     {5, 5, 1},
     "bad sequence",
     CLASS_REMOTE_SYSTEM,
     VERDICT_PAUSE_EDITION,
     FATE_FAILED},
    {"too long for one mailbox pauses nothing",
     STAGE_COMPLETION,
     552,
     {5, 2, 3},
     "too long",
     CLASS_MESSAGE_TOO_BIG,
     VERDICT_COUNT,
     FATE_FAILED},

    /* The relay */
    {"a refused greeting pauses all",
     STAGE_GREETING,
     554,
     {0},
     "no",
     CLASS_POLICY_BLOCK,
     VERDICT_PAUSE,
     FATE_NOTHING},
    {"a refused login pauses all",
     STAGE_AUTH,
     535,
     {5, 7, 8},
     "bad credentials",
     CLASS_REMOTE_SYSTEM,
     VERDICT_PAUSE,
     FATE_NOTHING},
    {"454 to AUTH connects again later",
     STAGE_AUTH,
     454,
     {4, 7, 0},
     "temporary failure",
     CLASS_TEMPORARY_NETWORK,
     VERDICT_RETRY,
     FATE_NOTHING},
    {"a refused sender pauses all, and the delivery stays",
     STAGE_MAIL,
     553,
     {5, 1, 8},
     "sender address rejected",
     CLASS_POLICY_BLOCK,
     VERDICT_PAUSE,
     FATE_READY},
    {"too big at MAIL pauses the edition",
     STAGE_MAIL,
     552,
     {5, 3, 4},
     "message size exceeds fixed limit",
     CLASS_MESSAGE_TOO_BIG,
     VERDICT_PAUSE_EDITION,
     FATE_READY},
};

static const struct {
    const char *promise;
    struct facts facts;
    enum verdict_class class;
    enum verdict_action action;
    bool permanent;
} bounces[] = {
    {"clear words win over a code that contradicts them",
     {.code = 550, .enhanced = {5, 1, 1}, .text = TEXT_INIT("mailbox is full")},
     CLASS_MAILBOX_FULL,
     VERDICT_COUNT,
     true},
    {"the words are read where the code says nothing",
     {.code = 550,
      .enhanced = {5, 0, 0},
      .text = TEXT_INIT("<a@example.org>: user unknown"),
      .command = COMMAND_RCPT},
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     true},
    {"the words say which command they answered",
     {.code = 550,
      .text =
          TEXT_INIT("host mx.example.org said: 550 user unknown (in reply to RCPT TO command)")},
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     true},
    {"hearsay of an unknown user is counted, not suppressed",
     {.code = 550, .enhanced = {5, 0, 0}, .text = TEXT_INIT("<a@example.org>: user unknown")},
     CLASS_RECIPIENT_REFUSED,
     VERDICT_COUNT,
     true},
    {"an unknown user of the program that holds the mailboxes is gone",
     {.text = TEXT_INIT("Unknown user: a@example.org"), .command = COMMAND_LOCAL},
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     true},
    {"an unknown user with the code of a mailbox that exists is a filter's",
     {.code = 550, .enhanced = {5, 2, 0}, .text = TEXT_INIT("unknown user a@example.org")},
     CLASS_RECIPIENT_REFUSED,
     VERDICT_COUNT,
     true},
    {"words are found in other languages",
     {.code = 550, .enhanced = {5, 1, 0}, .text = TEXT_INIT("Empf\xC3\xA4nger unbekannt")},
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     true},
    {"words are found across the lines of a reply",
     {.code = 550, .text = TEXT_INIT("550-5.7.1 mx.example.org is not permitted to\n550 relay")},
     CLASS_REMOTE_SYSTEM,
     VERDICT_COUNT_IF_FINAL,
     true},
    {"a host name is no word",
     {.code = 550,
      .enhanced = {5, 1, 1},
      .text = TEXT_INIT("host blocked.example.com said: 550 5.1.1 no such user")},
     CLASS_BAD_MAILBOX,
     VERDICT_SUPPRESS,
     true},
    {"a blocklist is known by its host name",
     {.code = 554, .text = TEXT_INIT("see https://check.spamhaus.org/query/ip/192.0.2.1")},
     CLASS_POLICY_BLOCK,
     VERDICT_ALERT,
     true},
    {"names that DNS cannot tell for now are networks",
     {.enhanced = {4, 4, 3}, .text = TEXT_INIT("host not found"), .action = ACTION_FAILED},
     CLASS_TEMPORARY_NETWORK,
     VERDICT_COUNT_IF_FINAL,
     false},
    {"an unknown user who may come back is not suppressed",
     {.code = 450, .enhanced = {4, 1, 1}, .text = TEXT_INIT("user unknown")},
     CLASS_BAD_MAILBOX,
     VERDICT_COUNT,
     false},
    {"a delay notice does nothing, whatever it says",
     {.enhanced = {4, 1, 1}, .text = TEXT_INIT("user unknown"), .action = ACTION_DELAYED},
     CLASS_BAD_MAILBOX,
     VERDICT_IGNORE,
     false},
    {"an expired message outweighs the last connection's trouble",
     {.enhanced = {4, 4, 7}, .text = TEXT_INIT("Message expired <421 4.4.2 connection timed out>")},
     CLASS_EXPIRED,
     VERDICT_COUNT,
     false},
    {"a success notice does nothing",
     {.enhanced = {2, 0, 0}, .action = ACTION_DELIVERED},
     CLASS_DELIVERED,
     VERDICT_IGNORE,
     false},
    {"a complaint suppresses",
     {.kind = KIND_COMPLAINT, .feedback_type = TEXT_INIT("abuse")},
     CLASS_COMPLAINT,
     VERDICT_SUPPRESS,
     false},
    {"\"not spam\" is no complaint to act on",
     {.kind = KIND_COMPLAINT, .feedback_type = TEXT_INIT("not-spam")},
     CLASS_COMPLAINT,
     VERDICT_IGNORE,
     false},
    {"a report of failed authentication is ours",
     {.kind = KIND_COMPLAINT, .feedback_type = TEXT_INIT("auth-failure")},
     CLASS_COMPLAINT,
     VERDICT_ALERT,
     false},
    {"an auto-reply does nothing",
     {.kind = KIND_AUTOREPLY, .text = TEXT_INIT("user unknown")},
     CLASS_AUTO_REPLY,
     VERDICT_IGNORE,
     false},
    {"nothing readable still failed",
     {.text = TEXT_INIT("")},
     CLASS_OTHER,
     VERDICT_COUNT_IF_FINAL,
     true},
};

static void check_verdict(const char *promise, const struct verdict *is, enum verdict_class class,
                          enum verdict_action action)
{
    bool held = is->class == class && is->action == action;
    if (!check(promise, held))
        fprintf(stderr, "    is %s, %s by \"%s\" and \"%s\"\n", verdict_class_name(is->class),
                verdict_action_name(is->action), is->rule, is->why);
}

/* Last, for rows are never taken away again. */
static void check_own_rows(void)
{
    static const struct verdict_phrase rows[] = {
        {"user unknown * ask reception", CLASS_POLICY_BLOCK, WEIGHT_TOP, SIGN_NONE}};
    struct verdict_phrases own = {rows, COUNT_OF(rows)};
    struct facts facts = {.stage = STAGE_RCPT,
                          .code = 550,
                          .enhanced = {5, 1, 1},
                          .text = TEXT("user unknown, please ask reception")};
    check_number("a row of the tables decides", verdict_of(&facts).class, CLASS_BAD_MAILBOX);
    verdict_words_extend(&own);
    check_number("a heavier row of one's own decides over it", verdict_of(&facts).class,
                 CLASS_POLICY_BLOCK);
}

/* A text that `words` must be found in: "*" is anything, "." a host, "@" an address. */
static void say(struct buffer *out, const char *words)
{
    struct text rest = text_of(words), word;
    while (text_take_until(&rest, ' ', &word)) {
        if (text_equal(word, TEXT("*")))
            buffer_add_string(out, "whatever");
        else if (text_equal(word, TEXT("@")))
            buffer_add_string(out, "<Reader@example.com>");
        else if (text_starts(word, TEXT(".")))
            buffer_printf(out, "www.%.*s.com", TEXT_ARGS(text_after(word, 1)));
        else
            buffer_add(out, word);
        buffer_add_byte(out, ' ');
    }
}

static void check_row(const struct verdict_phrase *row)
{
    BUFFER(text, 1024);
    struct verdict_hits hits;
    say(&text, row->words);
    verdict_words_find(buffer_text(&text), &hits);
    const struct verdict_phrase *best = hits.best[row->class];
    bool is_found = best != NULL && best->weight >= row->weight &&
                    (hits.signs & (unsigned)row->sign) == (unsigned)row->sign;
    if (!check("every row of the tables can be met", is_found))
        fprintf(stderr, "    \"%s\"\n", row->words);
}

static void check_tables(void)
{
    const struct verdict_phrases *const tables[] = {
        &verdict_phrases_gone,    &verdict_phrases_box,     &verdict_phrases_policy,
        &verdict_phrases_sender,  &verdict_phrases_pace,    &verdict_phrases_content,
        &verdict_phrases_network, &verdict_phrases_system,  &verdict_phrases_world,
        &verdict_phrases_notice,  &verdict_phrases_absence,
    };
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        for (size_t row = 0; row < tables[i]->count; row++)
            check_row(&tables[i]->rows[row]);
}

static void check_format(void)
{
    static const struct {
        const char *written, *words;
    } rows[] = {
        {"User Unknown", "user unknown"},
        {"550 5.1.1 user, unknown!", "user unknown"},
        {"isn't <a@example.com> *  here", "isnt @ * here"},
        {"用户不存在", "用 户 不 存 在"},
        {"...", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUFFER(out, 200);
        verdict_words_format(text_of(rows[i].written), &out);
        check_text("a person's words become a row's", buffer_text(&out), text_of(rows[i].words));
    }
}

/* --- Sentences --- */

static enum verdict_class class_of(const char *subject, const char *predicate)
{
    char text[200];
    snprintf(text, sizeof(text), "554 %s %s", subject, predicate);
    struct facts facts = {.stage = STAGE_RCPT, .code = 554, .text = text_of(text)};
    return verdict_of(&facts).class;
}

static void check_crossed(const char *promise, const char *const *subjects,
                          const char *const *predicates, enum verdict_class class)
{
    for (; *subjects != NULL; subjects++)
        for (const char *const *predicate = predicates; *predicate != NULL; predicate++) {
            enum verdict_class is = class_of(*subjects, *predicate);
            if (!check(promise, is == class))
                fprintf(stderr, "    \"%s %s\" is %s\n", *subjects, *predicate,
                        verdict_class_name(is));
        }
}

static const char *const readers[] = {"User",
                                      "the recipient",
                                      "Mailbox",
                                      "email address",
                                      "This account",
                                      "Addressee",
                                      "<reader@example.com>: Recipient address",
                                      "mail box",
                                      "e-mail address you entered",
                                      NULL};
static const char *const owners[] = {"Mailbox <reader@example.com>", "<reader@example.com>",
                                     "Recipient address rejected: user", NULL};
static const char *const guarded[] = {"is restricted", "is private", "is protected", NULL};
static const char *const boxes[] = {"Mailbox", "the user's mailbox", "This account", "inbox", NULL};
static const char *const us[] = {
    "Sender address", "Your domain",       "sending IP address",  "envelope sender", "client host",
    "Your address",   "the sender domain", "Return path address", "Sender email",    NULL};
static const char *const gone[] = {"not found",
                                   "does not exist",
                                   "doesn't exist",
                                   "is unknown",
                                   "could not be found",
                                   "is no longer valid",
                                   "has been deleted",
                                   "is invalid",
                                   "is not registered",
                                   "was closed",
                                   NULL};
static const char *const off[] = {"is disabled",     "has been suspended", "is inactive",
                                  "is not active",   "has expired",        "is locked",
                                  "has been frozen", "is not activated",   NULL};
static const char *const full[] = {
    "is full",         "is over quota",          "has exceeded its quota",
    "is out of space", "exceeds its size limit", NULL};
static const char *const unwelcome[] = {"is not found", "does not exist",   "is unknown",
                                        "is invalid",   "is blacklisted",   "is banned",
                                        "was refused",  "does not resolve", NULL};

static void check_sentences(void)
{
    static const char *const subjects[] = {"user", "email address", "recipient", "mailbox", NULL};
    static const char *const attributes[] = {"no such",     "unknown", "invalid",
                                             "nonexistent", "bad",     NULL};
    check_crossed("whoever is not there is gone, however it is said", readers, gone,
                  CLASS_BAD_MAILBOX);
    check_crossed("so by an attribute", attributes, subjects, CLASS_BAD_MAILBOX);
    check_crossed("who is switched off may come back", readers, off, CLASS_INACTIVE_MAILBOX);
    check_crossed("a full box is full, whatever it is called", boxes, full, CLASS_MAILBOX_FULL);
    check_crossed("an address with a verb behind it is a subject", owners, off,
                  CLASS_INACTIVE_MAILBOX);
    check_crossed("who takes no mail from strangers refused it", owners, guarded,
                  CLASS_RECIPIENT_REFUSED);
    check_crossed("what is said of us costs no reader", us, unwelcome, CLASS_POLICY_BLOCK);
}

static void check_names(void)
{
    for (size_t i = 0; i < VERDICT_CLASSES; i++) {
        enum verdict_class found = CLASS_OTHER;
        const char *name = verdict_class_name((enum verdict_class)i);
        check("a class is found by its name",
              verdict_class_find(text_of(name), &found) && (size_t)found == i);
    }
}

static void check_hostile_text(void)
{
    char text[100000];
    memset(text, '@', sizeof(text));
    struct facts facts = {.stage = STAGE_BOUNCE, .text = text_from(text, sizeof(text))};
    check_number("a long text is read up to a limit", verdict_of(&facts).class, CLASS_OTHER);
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)(i * 7919 % 256);
    check("any bytes will do", verdict_of(&facts).rule != NULL);
}

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct facts facts = {.stage = replies[i].stage,
                              .code = replies[i].code,
                              .enhanced = replies[i].enhanced,
                              .text = text_of(replies[i].text)};
        struct verdict is = verdict_of(&facts);
        check_verdict(replies[i].promise, &is, replies[i].class, replies[i].action);
        check_number(replies[i].promise, is.fate, replies[i].fate);
    }
    for (size_t i = 0; i < COUNT_OF(bounces); i++) {
        struct facts facts = bounces[i].facts;
        facts.stage = STAGE_BOUNCE;
        struct verdict is = verdict_of(&facts);
        check_verdict(bounces[i].promise, &is, bounces[i].class, bounces[i].action);
        check_number(bounces[i].promise, is.permanent, bounces[i].permanent);
    }
    check_names();
    check_sentences();
    check_format();
    check_tables();
    check_hostile_text();
    check_own_rows();
    return check_done();
}
