/* Filter language: how months, days and thousands are written where the reader lives. */
#include "base/banned.h"
#include "template/filter.h"

/* Unicode CLDR, format forms. A language is a row. */
static const struct filter_language languages[] = {
    {
        .code = "en",
        .months = {"January", "February", "March", "April", "May", "June", "July", "August",
                   "September", "October", "November", "December"},
        .weekdays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
        .months_short = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
                         "Nov", "Dec"},
        .weekdays_short = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
        .am = "AM",
        .pm = "PM",
        .date = "%B %-d, %Y",
        .thousands = ',',
        .decimal = '.',
    },
    {
        .code = "es",
        .months = {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
                   "septiembre", "octubre", "noviembre", "diciembre"},
        .weekdays = {"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
        .months_short = {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct",
                         "nov", "dic"},
        .weekdays_short = {"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
        .am = "a. m.",
        .pm = "p. m.",
        .date = "%-d de %B de %Y",
        .thousands = '.',
        .decimal = ',',
    },
};

const struct filter_language *filter_language(struct text tag)
{
    struct text code = text_slice(tag, 0, 2);
    bool whole = tag.length == 2 || (tag.length > 2 && (tag.at[2] == '-' || tag.at[2] == '_'));
    for (size_t i = 0; whole && i < sizeof(languages) / sizeof(languages[0]); i++)
        if (text_equal_nocase(text_of(languages[i].code), code))
            return &languages[i];
    return &languages[0];
}
