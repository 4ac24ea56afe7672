/* Option: one row gives parsing, help and the manual. */
#include "desk/option.h"

#include "base/banned.h"
#include "base/nearest.h"

struct match {
    const struct option_row *row;
    void *values;
};

static struct match find_letter(char letter, const struct option_group *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (const struct option_row *row = groups[i].rows; row->name != NULL; row++)
            if (row->letter == letter)
                return (struct match){row, groups[i].values};
    return (struct match){0};
}

static struct match find_name(struct text name, const struct option_group *groups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (const struct option_row *row = groups[i].rows; row->name != NULL; row++)
            if (text_equal(text_of(row->name), name))
                return (struct match){row, groups[i].values};
    return (struct match){0};
}

static bool unknown(struct text name, const struct option_group *groups, size_t count,
                    struct error *err)
{
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < count; i++)
        for (const struct option_row *row = groups[i].rows; row->name != NULL; row++)
            nearest_offer(&nearest, text_of(row->name));
    if (nearest.name.length > 0)
        return error_set(err, FAULT_USAGE, "unknown option --%.*s; did you mean --%.*s?",
                         TEXT_ARGS(name), TEXT_ARGS(nearest.name));
    return error_set(err, FAULT_USAGE, "unknown option --%.*s; --help lists the options",
                     TEXT_ARGS(name));
}

static bool store_list(struct option_list *list, const char *name, const char *value,
                       struct error *err)
{
    if (list->count == OPTION_LIST_MAXIMUM)
        return error_set(err, FAULT_USAGE, "--%s may be given at most %d times", name,
                         OPTION_LIST_MAXIMUM);
    list->items[list->count++] = value;
    return true;
}

static bool store_number(uint64_t *number, const char *name, const char *value, struct error *err)
{
    if (!text_to_number(text_of(value), number) || *number == 0)
        return error_set(err, FAULT_USAGE, "--%s wants a whole number from 1 on, not \"%s\"", name,
                         value);
    return true;
}

static bool store_value(struct match match, const char *value, struct error *err)
{
    void *field = (char *)match.values + match.row->offset;
    switch (match.row->type) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_STRING:
        *(const char **)field = value;
        return true;
    case OPTION_NUMBER:
        return store_number(field, match.row->name, value, err);
    case OPTION_LIST:
        return store_list(field, match.row->name, value, err);
    }
    return true;
}

/* What is being read, and how far. */
struct reading {
    int argc, next;
    char **argv;
    const struct option_group *groups;
    size_t group_count;
};

static bool take_argument(struct reading *reading, struct match match, const char *attached,
                          struct error *err)
{
    const char *name = match.row->name;
    if (match.row->type == OPTION_FLAG && attached != NULL)
        return error_set(err, FAULT_USAGE, "--%s takes no value", name);
    if (match.row->type == OPTION_FLAG || attached != NULL)
        return store_value(match, attached, err);
    if (reading->next >= reading->argc)
        return error_set(err, FAULT_USAGE, "--%s wants a value: %s", name, match.row->argument);
    return store_value(match, reading->argv[reading->next++], err);
}

static bool read_long(struct reading *reading, const char *word, struct error *err)
{
    struct text name = text_of(word + 2);
    const char *attached = NULL;
    size_t equals = text_find_byte(name, '=');
    if (equals != TEXT_NONE) {
        attached = name.at + equals + 1;
        name = text_slice(name, 0, equals);
    }
    struct match match = find_name(name, reading->groups, reading->group_count);
    if (match.row == NULL)
        return unknown(name, reading->groups, reading->group_count, err);
    return take_argument(reading, match, attached, err);
}

/* -n, -nq, -C DIR, -CDIR */
static bool read_letters(struct reading *reading, const char *word, struct error *err)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        struct match match = find_letter(*letter, reading->groups, reading->group_count);
        if (match.row == NULL)
            return error_set(err, FAULT_USAGE, "unknown option -%c; --help lists the options",
                             *letter);
        if (match.row->type != OPTION_FLAG)
            return take_argument(reading, match, letter[1] != '\0' ? letter + 1 : NULL, err);
        store_value(match, NULL, err);
    }
    return true;
}

bool option_parse(int argc, char **argv, const struct option_group *groups, size_t group_count,
                  size_t *ret_count, struct error *err)
{
    struct reading reading = {argc, 1, argv, groups, group_count};
    size_t words = 0;
    bool only_words = false;
    while (reading.next < argc) {
        char *word = argv[reading.next++];
        bool option = !only_words && word[0] == '-' && word[1] != '\0';
        if (!option)
            argv[1 + words++] = word;
        else if (strcmp(word, "--") == 0)
            only_words = true;
        else if (word[1] == '-' ? !read_long(&reading, word, err)
                                : !read_letters(&reading, word, err))
            return false;
    }
    *ret_count = words;
    return true;
}

enum { HELP_COLUMN = 26 };

int option_help_width(const char *name)
{
    int width = 0;
    for (; *name != '\0'; name++)
        width += ((unsigned char)*name & 0xC0) != 0x80;
    return width;
}

void option_help_line(const char *name, int column, const char *meaning, struct buffer *out)
{
    int width = option_help_width(name);
    buffer_printf(out, "  %s%*s %s\n", name, column > width ? column - width : 0, "", meaning);
}

void option_help(const struct option_row *rows, struct buffer *out)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        char left[64], letter[8] = "    ";
        if (row->letter != 0)
            snprintf(letter, sizeof(letter), "-%c, ", row->letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name,
                 row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
        option_help_line(left, HELP_COLUMN, row->sentence, out);
    }
}
