/* Script, read: the language of the rules. README.md describes it. */
#include "script.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_LIMIT = 4096, SCRIPT_LIMIT = 1 << 20, DRIP_MS = 1000, RULE_LIMIT = 1000 };

struct reader {
    const char *at; /* the rest of the line */
    const char *place;
    unsigned line;
};

struct word {
    char at[WORD_LIMIT];
    size_t length;
    bool quoted;
};

_Noreturn static void wrong(const struct reader *reader, const char *what, const char *detail)
{
    die(65, "%s:%u: %s%s", reader->place, reader->line, what, detail);
}

static void put(const struct reader *reader, struct word *word, char byte)
{
    if (word->length + 1 >= WORD_LIMIT)
        wrong(reader, "a word is too long", "");
    word->at[word->length++] = byte;
}

static int hex_of(char digit)
{
    if (isdigit((unsigned char)digit))
        return digit - '0';
    int lower = tolower((unsigned char)digit);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* After a backslash: \r \n \t \\ \" \xNN. */
static char escape(struct reader *reader)
{
    static const char names[] = "rnt\\\"";
    static const char values[] = "\r\n\t\\\"";
    char name = *reader->at == '\0' ? '\0' : *reader->at++;
    const char *known = name == '\0' ? NULL : strchr(names, name);
    if (known != NULL)
        return values[known - names];
    int high = name == 'x' ? hex_of(reader->at[0]) : -1;
    int low = high < 0 ? -1 : hex_of(reader->at[1]);
    if (low < 0)
        wrong(reader, "unknown escape in a string; known: \\r \\n \\t \\\\ \\\" \\xNN", "");
    reader->at += 2;
    return (char)(high * 16 + low);
}

static void read_quoted(struct reader *reader, struct word *word)
{
    word->quoted = true;
    for (reader->at++; *reader->at != '"';) {
        if (*reader->at == '\0')
            wrong(reader, "a string without its closing quote", "");
        char byte = *reader->at++;
        put(reader, word, byte == '\\' ? escape(reader) : byte);
    }
    reader->at++;
}

static bool read_word(struct reader *reader, struct word *word)
{
    *word = (struct word){.length = 0};
    while (isspace((unsigned char)*reader->at))
        reader->at++;
    if (*reader->at == '\0' || *reader->at == '#')
        return false;
    if (*reader->at == '"')
        read_quoted(reader, word);
    else
        while (*reader->at != '\0' && !isspace((unsigned char)*reader->at))
            put(reader, word, *reader->at++);
    word->at[word->length] = '\0';
    return true;
}

static uint64_t number_of(const struct reader *reader, const char *digits)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(digits, &end, 10);
    if (!isdigit((unsigned char)digits[0]) || *end != '\0' || errno != 0 || value > INT32_MAX)
        wrong(reader, "not a number: ", digits);
    return value;
}

static double chance_of(const struct reader *reader, const char *digits)
{
    char *end = NULL;
    double value = strtod(digits, &end);
    if (end == digits || *end != '\0' || !(value >= 0 && value <= 1))
        wrong(reader, "a probability is from 0 to 1, not ", digits);
    return value;
}

/* N, N-M, N+, %N or *. */
static void read_connections(struct reader *reader, struct rule *rule, char *selector)
{
    size_t length = strlen(selector);
    if (length > 0 && selector[length - 1] == ':')
        selector[--length] = '\0';
    char *dash = strchr(selector, '-');
    if (strcmp(selector, "*") == 0)
        return;
    if (selector[0] == '%') {
        rule->connection_every = number_of(reader, selector + 1);
        if (rule->connection_every == 0)
            wrong(reader, "%0 is no selection of connections", "");
        return;
    }
    bool open_ended = length > 1 && selector[length - 1] == '+';
    if (open_ended)
        selector[length - 1] = '\0';
    if (dash != NULL)
        *dash = '\0';
    rule->connection_from = number_of(reader, selector);
    if (!open_ended)
        rule->connection_to = dash == NULL ? rule->connection_from : number_of(reader, dash + 1);
}

#define BIT(event) (1U << (event))

static const struct {
    const char *name;
    uint32_t events;
} event_rows[] = {
    {"greeting", BIT(EVENT_GREETING)},
    {"ehlo", BIT(EVENT_EHLO)},
    {"auth", BIT(EVENT_AUTH)},
    {"starttls", BIT(EVENT_STARTTLS)},
    {"mail", BIT(EVENT_MAIL)},
    {"rcpt", BIT(EVENT_RCPT)},
    {"data", BIT(EVENT_DATA)},
    {"data-end", BIT(EVENT_DATA_END)},
    {"bdat", BIT(EVENT_BDAT)},
    {"bdat-end", BIT(EVENT_BDAT_END)},
    {"end", BIT(EVENT_DATA_END) | BIT(EVENT_BDAT_END)},
    {"rset", BIT(EVENT_RSET)},
    {"noop", BIT(EVENT_NOOP)},
    {"vrfy", BIT(EVENT_VRFY)},
    {"quit", BIT(EVENT_QUIT)},
    {"other", BIT(EVENT_OTHER)},
    {"any", BIT(EVENT_COUNT) - 1},
};

static void read_events(struct reader *reader, struct rule *rule, char *names)
{
    for (char *rest = names; rest != NULL;) {
        char *name = strsep(&rest, ",");
        uint32_t events = 0;
        for (size_t i = 0; i < sizeof event_rows / sizeof event_rows[0]; i++) {
            if (strcmp(name, event_rows[i].name) == 0)
                events = event_rows[i].events;
        }
        if (events == 0)
            wrong(reader, "unknown event: ", name);
        rule->events |= events;
    }
}

/* Strings of rules live as long as the program. */
static const char *stored(const char *at, size_t length)
{
    char *copy = memory_zeroed(length + 1, 1);
    memcpy(copy, at, length);
    return copy;
}

static bool starts(const char *word, const char *prefix, const char **ret_rest)
{
    size_t length = strlen(prefix);
    *ret_rest = word + length;
    return strncmp(word, prefix, length) == 0;
}

static bool read_condition(struct reader *reader, struct rule *rule, const char *word)
{
    const char *value = NULL;
    if (starts(word, "to=", &value))
        rule->to = stored(value, strlen(value));
    else if (starts(word, "from=", &value))
        rule->from = stored(value, strlen(value));
    else if (starts(word, "nth=", &value))
        rule->nth = (uint32_t)number_of(reader, value);
    else if (starts(word, "message=", &value))
        rule->message = (uint32_t)number_of(reader, value);
    else if (starts(word, "times=", &value))
        rule->times = number_of(reader, value);
    else if (starts(word, "p=", &value))
        rule->chance = chance_of(reader, value);
    else
        return false;
    return true;
}

static void read_string(struct reader *reader, const char **ret_at, size_t *ret_length)
{
    struct word word;
    if (!read_word(reader, &word) || !word.quoted)
        wrong(reader, "a string in quotes must follow here", "");
    *ret_at = stored(word.at, word.length);
    *ret_length = word.length;
}

static int64_t read_number(struct reader *reader)
{
    struct word word;
    if (!read_word(reader, &word))
        wrong(reader, "a number of milliseconds must follow here", "");
    return (int64_t)number_of(reader, word.at);
}

/* `drip` may stand alone: then a byte a second. */
static int64_t read_drip(struct reader *reader)
{
    const char *before = reader->at;
    struct word word;
    if (read_word(reader, &word) && isdigit((unsigned char)word.at[0]))
        return (int64_t)number_of(reader, word.at);
    reader->at = before;
    return DRIP_MS;
}

static void read_capability(struct reader *reader, struct rule *rule)
{
    struct word word;
    uint32_t capability = read_word(reader, &word) ? capability_named(word.at) : 0;
    if (capability == 0)
        wrong(reader, "`without` wants the name of a capability, such as PIPELINING", "");
    rule->without |= capability;
}

static bool read_ending(struct rule *rule, const char *word)
{
    static const struct {
        const char *name;
        enum then then;
    } rows[] = {{"close", THEN_CLOSE}, {"drop", THEN_DROP}, {"reset", THEN_RESET}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(word, rows[i].name) != 0)
            continue;
        rule->then = rows[i].then;
        return true;
    }
    return false;
}

static void read_action(struct reader *reader, struct rule *rule, const char *word)
{
    if (strcmp(word, "reply") == 0 || strcmp(word, "raw") == 0) {
        rule->raw = word[1] == 'a';
        read_string(reader, &rule->reply, &rule->reply_length);
    } else if (strcmp(word, "extra-reply") == 0 || strcmp(word, "inject") == 0) {
        read_string(reader, &rule->extra, &rule->extra_length);
    } else if (strcmp(word, "delay") == 0) {
        rule->delay_ms = read_number(reader);
    } else if (strcmp(word, "drip") == 0) {
        rule->drip_ms = read_drip(reader);
    } else if (strcmp(word, "half-reply") == 0) {
        rule->half = true;
    } else if (strcmp(word, "swallow") == 0) {
        rule->swallow = true;
    } else if (strcmp(word, "hang") == 0) {
        rule->hang = true;
    } else if (strcmp(word, "without") == 0) {
        read_capability(reader, rule);
    } else if (strcmp(word, "strip-starttls") == 0) {
        rule->without |= CAN_STARTTLS;
    } else if (!read_ending(rule, word)) {
        wrong(reader, "unknown condition or action: ", word);
    }
}

/* Half a reply and a swallowed one end the connection, unless the rule says how. */
static void complete(struct reader *reader, struct rule *rule)
{
    if ((rule->half || rule->swallow) && rule->then == THEN_NOTHING && !rule->hang)
        rule->then = THEN_DROP;
    uint32_t ends = BIT(EVENT_DATA_END) | BIT(EVENT_BDAT_END);
    if (rule->swallow && (rule->events & ~ends) != 0)
        wrong(reader, "only data-end, bdat-end and end can swallow a message", "");
    if (rule->without != 0 && rule->events != BIT(EVENT_EHLO))
        wrong(reader, "only ehlo can go without a capability", "");
    if (rule->half && rule->hang)
        wrong(reader, "half-reply and hang exclude each other", "");
}

static void append_rule(struct script *script, const struct rule *rule)
{
    script->rules = memory_resized(script->rules, (script->count + 1) * sizeof *script->rules);
    script->used = memory_resized(script->used, (script->count + 1) * sizeof *script->used);
    script->rules[script->count] = *rule;
    script->used[script->count++] = 0;
}

void script_add(struct script *script, const char *line, const char *place, unsigned number)
{
    struct reader reader = {line, place, number};
    struct rule rule = {.line = number,
                        .connection_to = UINT64_MAX,
                        .connection_every = 1,
                        .times = UINT64_MAX,
                        .chance = 1};
    struct word word;
    if (!read_word(&reader, &word))
        return;
    if (script->count >= RULE_LIMIT)
        wrong(&reader, "too many rules", "");
    if (strcmp(word.at, "conn") == 0) {
        if (!read_word(&reader, &word))
            wrong(&reader, "`conn` wants a number, N-M, N+, %N or *", "");
        read_connections(&reader, &rule, word.at);
        if (!read_word(&reader, &word))
            wrong(&reader, "an event must follow, such as rcpt", "");
    }
    read_events(&reader, &rule, word.at);
    bool acts = false;
    while (read_word(&reader, &word)) {
        if (read_condition(&reader, &rule, word.at))
            continue;
        read_action(&reader, &rule, word.at);
        acts = true;
    }
    if (!acts)
        wrong(&reader, "a rule without an action", "");
    complete(&reader, &rule);
    append_rule(script, &rule);
}

void script_read(struct script *script, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        die(66, "%s: %s", path, strerror(errno));
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    for (ssize_t length; (length = getline(&line, &room, file)) >= 0;) {
        if (length > SCRIPT_LIMIT)
            die(65, "%s:%u: the line is too long", path, number + 1);
        script_add(script, line, path, ++number);
    }
    free(line);
    fclose(file);
}
