/*
 * Composition, what is settled: values that are the same for every reader become constant text when
 * the templates are compiled.
 *
 * The campaign's data belongs to them, though a member's attribute of the same name would win. So
 * data is settled in the usual variant only, and a member with such an attribute is merged with
 * another one.
 */
#include "compose/composition.h"

#include "base/banned.h"

static void put(struct value *object, struct text name, struct value value)
{
    object->members[object->count++] = (struct value_member){name, value};
}

static void put_text(struct value *object, const char *name, struct text text)
{
    put(object, text_of(name), value_string(text));
}

static struct value object_of(struct arena *arena, size_t room)
{
    return (struct value){.type = VALUE_OBJECT,
                          .members = arena_array(arena, struct value_member, room)};
}

/* "es-MX" is es as well. */
static struct value language_set(struct arena *arena, struct text language)
{
    struct value set = object_of(arena, 2);
    size_t hyphen = text_find_byte(language, '-');
    if (language.length > 0)
        put(&set, language, value_bool(true));
    if (hyphen != TEXT_NONE)
        put(&set, text_slice(language, 0, hyphen), value_bool(true));
    return set;
}

static struct value campaign_value(struct arena *arena, const struct campaign *campaign)
{
    struct value about = object_of(arena, 3);
    put_text(&about, "id", campaign->id);
    put_text(&about, "title", campaign->title);
    put_text(&about, "topic", campaign->topic);
    return about;
}

static struct value sender_value(struct arena *arena, const struct content_sender *own)
{
    struct value sender = object_of(arena, 3);
    put_text(&sender, "name", own->name);
    put_text(&sender, "address", own->address);
    put_text(&sender, "postal_address", own->postal_address);
    return sender;
}

static bool is_key_within(const struct value *value, struct text key)
{
    for (size_t i = 0; value->type == VALUE_ARRAY && i < value->count; i++)
        if (is_key_within(&value->items[i], key))
            return true;
    for (size_t i = 0; value->type == VALUE_OBJECT && i < value->count; i++)
        if (text_equal(value->members[i].key, key) || is_key_within(&value->members[i].value, key))
            return true;
    return false;
}

/* Whether another context may have a say: a member's field, a set, an item of a list in the data.
 */
static bool is_contested(const struct value *data, struct text key)
{
    static const char *const names[] = {"email",     "first_name",
                                        "last_name", "organization",
                                        "role",      "language",
                                        "timezone",  "key",
                                        "tags",      "kind",
                                        "is",        "has",
                                        "tag",       "unsubscribe_url",
                                        "campaign",  "sender",
                                        "data",      "lang",
                                        "web_url"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (text_equal(text_of(names[i]), key))
            return true;
    for (size_t i = 0; i < data->count; i++)
        if (is_key_within(&data->members[i].value, key))
            return true;
    return false;
}

enum { SETTLED_NAMES = 6 };

static struct value settled_value(struct composition *composition, bool with_data)
{
    struct composed *composed = composition->composed;
    struct arena *arena = composed->arena;
    const struct value *data = &composed->campaign.data;
    const struct content_sender *own = &composed->sender;
    struct value settled = object_of(arena, SETTLED_NAMES + data->count);
    put(&settled, TEXT("campaign"), campaign_value(arena, &composed->campaign));
    put(&settled, TEXT("sender"), sender_value(arena, own));
    put(&settled, TEXT("data"), *data);
    put(&settled, TEXT("lang"), language_set(arena, composition->language));
    /* There are no pages yet: a template asks first. */
    put(&settled, TEXT("web_url"), (struct value){.type = VALUE_NULL});
    if (own->unsubscribe_url.length == 0 && own->unsubscribe_mailto.length == 0)
        put(&settled, TEXT("unsubscribe_url"), (struct value){.type = VALUE_NULL});
    for (size_t i = 0; with_data && i < data->count; i++)
        if (!is_contested(data, data->members[i].key))
            put(&settled, data->members[i].key, data->members[i].value);
    return settled;
}

void composition_settle(struct composition *composition)
{
    composition->variants[VARIANT_USUAL].settled = settled_value(composition, true);
    composition->variants[VARIANT_SHADOWED].settled = settled_value(composition, false);
    composition->variants[VARIANT_SHOWN].settled = composition->variants[VARIANT_SHADOWED].settled;
    composition->variants[VARIANT_MARKED].settled = composition->variants[VARIANT_SHADOWED].settled;
}

bool composition_is_shadowed(const struct composition *composition)
{
    const struct value *attributes = &composition->composed->values.attributes;
    const struct value *data = &composition->composed->campaign.data;
    for (size_t i = 0; i < attributes->count; i++)
        if (value_find(data, attributes->members[i].key) != NULL)
            return true;
    return false;
}
