/* CSS colours: what a template's colour means, and how far two of them are apart. */
#include <math.h>

#include "base/banned.h"
#include "template/css.h"

static const struct {
    const char *name;
    struct css_color color;
} names[] = {
    {"black", {0, 0, 0}},      {"silver", {192, 192, 192}}, {"gray", {128, 128, 128}},
    {"grey", {128, 128, 128}}, {"white", {255, 255, 255}},  {"maroon", {128, 0, 0}},
    {"red", {255, 0, 0}},      {"purple", {128, 0, 128}},   {"fuchsia", {255, 0, 255}},
    {"green", {0, 128, 0}},    {"lime", {0, 255, 0}},       {"olive", {128, 128, 0}},
    {"yellow", {255, 255, 0}}, {"navy", {0, 0, 128}},       {"blue", {0, 0, 255}},
    {"teal", {0, 128, 128}},   {"aqua", {0, 255, 255}},     {"orange", {255, 165, 0}},
};

static int hex_digit(char byte)
{
    byte = text_lower_byte(byte);
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool read_hex(struct text digits, struct css_color *ret_color)
{
    int values[6];
    if (digits.length != 3 && digits.length != 6)
        return false;
    for (size_t i = 0; i < digits.length; i++)
        if ((values[i] = hex_digit(digits.at[i])) < 0)
            return false;
    bool brief = digits.length == 3;
    unsigned char parts[3];
    for (int i = 0; i < 3; i++)
        parts[i] = (unsigned char)(brief ? values[i] * 17 : values[2 * i] * 16 + values[2 * i + 1]);
    *ret_color = (struct css_color){parts[0], parts[1], parts[2]};
    return true;
}

/* rgb(1, 2, 3); one with transparency has no colour of its own. */
static bool read_function(struct text value, struct css_color *ret_color)
{
    if (!text_starts_nocase(value, TEXT("rgb(")) || !text_ends(value, TEXT(")")))
        return false;
    struct text rest = text_slice(value, 4, value.length - 5), piece;
    unsigned char parts[3];
    for (int i = 0; i < 3; i++) {
        uint64_t number;
        if (!text_take_until(&rest, ',', &piece) || !text_to_number(text_trim(piece), &number) ||
            number > 255)
            return false;
        parts[i] = (unsigned char)number;
    }
    *ret_color = (struct css_color){parts[0], parts[1], parts[2]};
    return rest.length == 0;
}

bool css_color(struct text value, struct css_color *ret_color)
{
    value = text_trim(value);
    if (text_starts(value, TEXT("#")))
        return read_hex(text_after(value, 1), ret_color);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (text_equal_nocase(value, text_of(names[i].name))) {
            *ret_color = names[i].color;
            return true;
        }
    return read_function(value, ret_color);
}

static double channel(unsigned char value)
{
    double share = value / 255.0;
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(struct css_color color)
{
    return 0.2126 * channel(color.red) + 0.7152 * channel(color.green) +
           0.0722 * channel(color.blue);
}

double css_contrast(struct css_color a, struct css_color b)
{
    double one = luminance(a) + 0.05, other = luminance(b) + 0.05;
    return one > other ? one / other : other / one;
}
