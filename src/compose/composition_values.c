/* Composition, its values: what templates see of one reader. */
#include "base/json.h"
#include "compose/composition.h"

#include "base/banned.h"

static void put(struct value *object, struct text key, struct value value)
{
    object->members[object->count++] = (struct value_member){key, value};
}

static void put_text(struct value *object, struct text key, struct text text)
{
    if (text.length > 0)
        put(object, key, value_string(text));
}

static struct value object_in(struct value_member *members)
{
    return (struct value){.type = VALUE_OBJECT, .members = members};
}

static void fill_fields(struct values *values, const struct recipient *recipient)
{
    struct value *fields = &values->fields;
    *fields = object_in(values->field_members);
    put_text(fields, TEXT("email"), recipient->email);
    put_text(fields, TEXT("first_name"), recipient->first_name);
    put_text(fields, TEXT("last_name"), recipient->last_name);
    put_text(fields, TEXT("organization"), recipient->organization);
    put_text(fields, TEXT("role"), recipient->role);
    put_text(fields, TEXT("language"), recipient->language);
    put_text(fields, TEXT("timezone"), recipient->timezone);
    put_text(fields, TEXT("key"), recipient->key);
    put_text(fields, TEXT("tags"), recipient->tags);
    put_text(fields, TEXT("kind"),
             recipient->is_organization ? TEXT("organization") : TEXT("individual"));
}

/* A string without escapes at the head of `rest`. */
static bool take_plain(struct text *rest, struct text *ret_string)
{
    if (rest->length < 2 || rest->at[0] != '"')
        return false;
    for (size_t i = 1; i < rest->length; i++) {
        if (rest->at[i] == '\\')
            return false;
        if (rest->at[i] == '"') {
            *ret_string = text_slice(*rest, 1, i - 1);
            *rest = text_after(*rest, i + 1);
            return true;
        }
    }
    return false;
}

static bool take_byte(struct text *rest, char byte)
{
    if (rest->length == 0 || rest->at[0] != byte)
        return false;
    *rest = text_after(*rest, 1);
    return true;
}

/*
 * The usual case, {"county":"Alameda","district":"…"} as the store writes it, read without a copy:
 * this runs for every message. False for anything else, which is no mistake.
 */
static bool fill_plain(struct values *values, struct text json)
{
    struct text rest = json, key, text;
    if (!take_byte(&rest, '{'))
        return false;
    do {
        if (values->attributes.count == VALUES_ATTRIBUTES || !take_plain(&rest, &key) ||
            !take_byte(&rest, ':') || !take_plain(&rest, &text))
            return false;
        put_text(&values->attributes, key, text);
    } while (take_byte(&rest, ','));
    return take_byte(&rest, '}') && rest.length == 0;
}

static bool is_absent(const struct value *value)
{
    return value->type == VALUE_NULL || (value->type == VALUE_STRING && value->text.length == 0);
}

static bool fill_parsed(struct values *values, struct text json, struct error *err)
{
    struct value tree;
    if (!json_parse(&values->arena, json, TEXT("attributes"), &tree, err))
        return false;
    if (tree.type != VALUE_OBJECT || tree.count > VALUES_ATTRIBUTES)
        return error_set(err, FAULT_FILE, "the attributes are no object of at most %d texts",
                         VALUES_ATTRIBUTES);
    for (size_t i = 0; i < tree.count; i++)
        if (!is_absent(&tree.members[i].value))
            put(&values->attributes, tree.members[i].key, tree.members[i].value);
    return true;
}

static bool fill_attributes(struct values *values, struct text json, struct error *err)
{
    values->attributes = object_in(values->attribute_members);
    if (json.length <= sizeof("{}") - 1 || fill_plain(values, json))
        return true;
    values->attributes = object_in(values->attribute_members);
    return fill_parsed(values, json, err);
}

static struct value has_set(struct values *values)
{
    struct value has = object_in(values->has_members);
    const struct value *parts[] = {&values->fields, &values->attributes};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (size_t j = 0; j < parts[i]->count; j++)
            put(&has, parts[i]->members[j].key, value_bool(true));
    return has;
}

static struct value tag_set(struct values *values, struct text tags)
{
    struct value set = object_in(values->tag_members);
    struct text rest = tags, tag;
    while (text_take_until(&rest, ';', &tag) && set.count < VALUES_TAGS)
        put(&set, text_trim(tag), value_bool(true));
    return set;
}

static struct value is_set(struct values *values, bool organization)
{
    struct value set = object_in(values->is_members);
    put(&set, organization ? TEXT("organization") : TEXT("individual"), value_bool(true));
    return set;
}

bool values_fill(struct values *values, const struct recipient *recipient, const struct value *data,
                 struct text unsubscribe_url, struct error *err)
{
    fill_fields(values, recipient);
    if (!fill_attributes(values, recipient->attributes, err))
        return false;
    values->sets = object_in(values->set_members);
    put(&values->sets, TEXT("is"), is_set(values, recipient->is_organization));
    put(&values->sets, TEXT("has"), has_set(values));
    put(&values->sets, TEXT("tag"), tag_set(values, recipient->tags));
    put_text(&values->sets, TEXT("unsubscribe_url"), unsubscribe_url);
    values->contexts[0] = &values->sets;
    values->contexts[1] = data;
    values->contexts[2] = &values->attributes;
    values->contexts[3] = &values->fields;
    return true;
}
