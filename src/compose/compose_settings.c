/* Compose, its settings: the part of the configuration that a message shows, kept as content. */
#include "base/json.h"
#include "compose/composition.h"
#include "mail/address.h"

#include "base/banned.h"

enum { SETTINGS_BYTES = 64 * 1024 };

static const struct text entry_name = TEXT_INIT(":settings");

/* One row a field: written and read by the same name. */
static const struct {
    const char *key;
    size_t offset;
} fields[] = {
    {"name", offsetof(struct content_sender, name)},
    {"address", offsetof(struct content_sender, address)},
    {"postal_address", offsetof(struct content_sender, postal_address)},
    {"return_path", offsetof(struct content_sender, return_path)},
    {"unsubscribe_url", offsetof(struct content_sender, unsubscribe_url)},
    {"unsubscribe_mailto", offsetof(struct content_sender, unsubscribe_mailto)},
    {"feedback_id", offsetof(struct content_sender, feedback_id)},
};

static struct text *field_of(struct content_sender *sender, size_t row)
{
    return (struct text *)(void *)((char *)sender + fields[row].offset);
}

/* Gmail wants 5 to 15 characters that stay the same for a sender: its domain's letters and digits.
 */
enum { FEEDBACK_LEAST = 5, FEEDBACK_MOST = 15 };

static struct text feedback_id_of(const struct config *config, char letters[FEEDBACK_MOST])
{
    struct text domain = address_domain_of(config->sender.address);
    size_t length = 0;
    if (config->feedback_id.length > 0)
        return config->feedback_id;
    for (size_t i = 0; i < domain.length && length < FEEDBACK_MOST; i++)
        if (domain.at[i] != '.' && domain.at[i] != '-')
            letters[length++] = domain.at[i];
    return length < FEEDBACK_LEAST ? TEXT("") : text_from(letters, length);
}

void compose_settings_put(struct bundle *bundle, const struct config *config)
{
    char letters[FEEDBACK_MOST];
    struct content_sender sender = {
        .name = config->sender.name,
        .address = config->sender.address,
        .postal_address = config->sender.postal_address,
        .return_path = config->bounces.return_path,
        .unsubscribe_url = config->unsubscribe.url,
        .unsubscribe_mailto = config->unsubscribe.mailto,
        .feedback_id = feedback_id_of(config, letters),
    };
    BUFFER(json, SETTINGS_BYTES);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        json_key(&writer, fields[i].key);
        json_say_text(&writer, *field_of(&sender, i));
    }
    json_end_object(&writer);
    must(!json.overflowed);
    bundle_put(bundle, entry_name, buffer_text(&json));
}

bool content_sender_read(struct arena *arena, struct bundle *bundle,
                         struct content_sender *ret_sender, struct error *err)
{
    struct text json;
    struct value tree;
    bool found;
    if (!bundle_read(bundle, entry_name, SETTINGS_BYTES, &json, &found, err))
        return false;
    if (!found)
        return error_set(err, FAULT_FILE, "the content of the edition says nothing of its sender");
    if (!json_parse(arena, json, entry_name, &tree, err))
        return false;
    *ret_sender = (struct content_sender){0};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct value *value = value_find(&tree, text_of(fields[i].key));
        if (value != NULL && value->type == VALUE_STRING)
            *field_of(ret_sender, i) = value->text;
    }
    return true;
}
