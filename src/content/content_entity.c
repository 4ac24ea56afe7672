/* Content entity: the character references people type, as characters. */
#include <unistr.h>

#include "base/banned.h"
#include "content/content_visit.h"

static const struct {
    struct text name, shown;
} entities[] = {
    {TEXT_INIT("&amp;"), TEXT_INIT("&")},    {TEXT_INIT("&lt;"), TEXT_INIT("<")},
    {TEXT_INIT("&gt;"), TEXT_INIT(">")},     {TEXT_INIT("&quot;"), TEXT_INIT("\"")},
    {TEXT_INIT("&apos;"), TEXT_INIT("'")},   {TEXT_INIT("&nbsp;"), TEXT_INIT("\xC2\xA0")},
    {TEXT_INIT("&copy;"), TEXT_INIT("©")},   {TEXT_INIT("&reg;"), TEXT_INIT("®")},
    {TEXT_INIT("&trade;"), TEXT_INIT("™")},  {TEXT_INIT("&hellip;"), TEXT_INIT("…")},
    {TEXT_INIT("&mdash;"), TEXT_INIT("—")},  {TEXT_INIT("&ndash;"), TEXT_INIT("–")},
    {TEXT_INIT("&lsquo;"), TEXT_INIT("‘")},  {TEXT_INIT("&rsquo;"), TEXT_INIT("’")},
    {TEXT_INIT("&ldquo;"), TEXT_INIT("“")},  {TEXT_INIT("&rdquo;"), TEXT_INIT("”")},
    {TEXT_INIT("&laquo;"), TEXT_INIT("«")},  {TEXT_INIT("&raquo;"), TEXT_INIT("»")},
    {TEXT_INIT("&bull;"), TEXT_INIT("•")},   {TEXT_INIT("&middot;"), TEXT_INIT("·")},
    {TEXT_INIT("&iexcl;"), TEXT_INIT("¡")},  {TEXT_INIT("&iquest;"), TEXT_INIT("¿")},
    {TEXT_INIT("&aacute;"), TEXT_INIT("á")}, {TEXT_INIT("&eacute;"), TEXT_INIT("é")},
    {TEXT_INIT("&iacute;"), TEXT_INIT("í")}, {TEXT_INIT("&oacute;"), TEXT_INIT("ó")},
    {TEXT_INIT("&uacute;"), TEXT_INIT("ú")}, {TEXT_INIT("&ntilde;"), TEXT_INIT("ñ")},
    {TEXT_INIT("&Aacute;"), TEXT_INIT("Á")}, {TEXT_INIT("&Eacute;"), TEXT_INIT("É")},
    {TEXT_INIT("&Iacute;"), TEXT_INIT("Í")}, {TEXT_INIT("&Oacute;"), TEXT_INIT("Ó")},
    {TEXT_INIT("&Uacute;"), TEXT_INIT("Ú")}, {TEXT_INIT("&Ntilde;"), TEXT_INIT("Ñ")},
    {TEXT_INIT("&uuml;"), TEXT_INIT("ü")},   {TEXT_INIT("&euro;"), TEXT_INIT("€")},
    {TEXT_INIT("&pound;"), TEXT_INIT("£")},  {TEXT_INIT("&cent;"), TEXT_INIT("¢")},
    {TEXT_INIT("&sect;"), TEXT_INIT("§")},   {TEXT_INIT("&deg;"), TEXT_INIT("°")},
    {TEXT_INIT("&frac12;"), TEXT_INIT("½")}, {TEXT_INIT("&times;"), TEXT_INIT("×")},
    {TEXT_INIT("&rarr;"), TEXT_INIT("→")},   {TEXT_INIT("&larr;"), TEXT_INIT("←")},
};

/* "&#233;" and "&#xE9;"; U+FFFD for what is no character (CommonMark 2.5). */
static struct text numeric(struct arena *arena, struct text entity)
{
    bool hex = entity.length > 3 && (entity.at[2] == 'x' || entity.at[2] == 'X');
    unsigned long code =
        strtoul(arena_string(arena, text_after(entity, hex ? 3 : 2)), NULL, hex ? 16 : 10);
    uint8_t bytes[8];
    int length = -1;
    if (code >= 32 && code <= 0x10FFFF && code != 127)
        length = u8_uctomb(bytes, (ucs4_t)code, sizeof(bytes));
    if (length <= 0)
        return TEXT("\xEF\xBF\xBD");
    return arena_text(arena, text_from((const char *)bytes, (size_t)length));
}

struct text content_entity(struct arena *arena, struct text entity)
{
    if (text_starts(entity, TEXT("&#")))
        return numeric(arena, entity);
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
        if (text_equal(entities[i].name, entity))
            return entities[i].shown;
    return entity;
}
