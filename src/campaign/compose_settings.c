/* Compose, its settings: the part of the configuration that a message shows, kept as content. */
#include "base/json.h"
#include "campaign/composition.h"

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

void compose_settings_put(struct bundle *bundle, const struct config *config)
{
    struct content_sender sender = {
        .name = config->sender.name,
        .address = config->sender.address,
        .postal_address = config->sender.postal_address,
        .return_path = config->bounces.return_path,
        .unsubscribe_url = config->unsubscribe.url,
        .unsubscribe_mailto = config->unsubscribe.mailto,
        .feedback_id = config->feedback_id,
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
