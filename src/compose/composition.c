/* Composition: filling the holes of a message for one reader. */
#include "compose/composition.h"

#include "mail/encode.h"

#include "base/banned.h"

/* What a preview shows where a sent message has a token. */
static const struct text preview = TEXT_INIT("preview");

static struct text sign(const struct merge *merge, enum token_purpose purpose,
                        char room[TOKEN_STRING])
{
    struct token token = {purpose, merge->stamp->edition, merge->recipient->member_id};
    return merge->stamp->key == NULL ? preview : token_format(merge->stamp->key, token, room);
}

/* The URL with the token as its last part. */
static struct text unsubscribe_url(struct merge *merge)
{
    struct composed *composed = merge->composition->composed;
    struct text url = composed->sender.unsubscribe_url;
    if (url.length == 0)
        return url;
    bool joins = text_ends(url, TEXT("/")) || text_ends(url, TEXT("="));
    return arena_printf(&composed->values.arena, "%.*s%s%.*s", TEXT_ARGS(url), joins ? "" : "/",
                        TEXT_ARGS(merge->unsubscribe));
}

/* The subject carries the token, because every mail program can write one (RFC 6068). */
static struct text unsubscribe_mailto(struct merge *merge)
{
    struct composed *composed = merge->composition->composed;
    struct text mailto = composed->sender.unsubscribe_mailto;
    if (mailto.length == 0)
        return mailto;
    return arena_printf(&composed->values.arena, "%.*s?subject=unsubscribe-%.*s", TEXT_ARGS(mailto),
                        TEXT_ARGS(merge->unsubscribe));
}

bool composition_begin(struct merge *merge, struct composition *composition,
                       const struct recipient *recipient, const struct stamp *stamp,
                       struct error *err)
{
    struct composed *composed = composition->composed;
    arena_clear(&composed->values.arena);
    merge->composition = composition;
    merge->recipient = recipient;
    merge->stamp = stamp;
    merge->trace = sign(merge, TOKEN_RETURN_PATH, merge->trace_room);
    merge->unsubscribe = sign(merge, TOKEN_UNSUBSCRIBE, merge->unsubscribe_room);
    merge->unsubscribe_url = unsubscribe_url(merge);
    merge->unsubscribe_mailto = unsubscribe_mailto(merge);
    struct text link =
        merge->unsubscribe_url.length > 0 ? merge->unsubscribe_url : merge->unsubscribe_mailto;
    if (!values_fill(&composed->values, recipient, &composed->campaign.data, link, err))
        return false;
    merge->variant = composition_is_shadowed(composition) ? VARIANT_SHADOWED : VARIANT_USUAL;
    return true;
}

bool composition_envelope(struct merge *merge, struct envelope *ret_envelope, struct error *err)
{
    struct composed *composed = merge->composition->composed;
    const struct address *path = &composed->return_path;
    *ret_envelope = (struct envelope){
        .from = path->whole,
        .to = merge->recipient->email,
        .needs_smtputf8 = !text_is_ascii(merge->recipient->email),
    };
    if (!composed->has_return_path)
        return true;
    size_t local = path->local.length + 1 + merge->trace.length;
    if (local > ADDRESS_LOCAL || local + 1 + path->domain.length > ADDRESS_WHOLE)
        return error_set(err, FAULT_CONFIG,
                         "bounces.return_path is too long to take a signature: its local part may "
                         "have %d characters here",
                         ADDRESS_LOCAL - 1 - (int)merge->trace.length);
    int length =
        snprintf(composed->envelope_from, sizeof(composed->envelope_from), "%.*s+%.*s@%.*s",
                 TEXT_ARGS(path->local), TEXT_ARGS(merge->trace), TEXT_ARGS(path->domain));
    ret_envelope->from = text_from(composed->envelope_from, (size_t)length);
    return true;
}

bool composition_render(struct merge *merge, enum composition_part part, struct buffer *out,
                        struct error *err)
{
    const struct value *const *contexts = merge->composition->composed->values.contexts;
    struct template *template = composition_template(merge->composition, merge->variant, part, err);
    return template != NULL && template_render(template, contexts, VALUES_CONTEXTS, out, err);
}

static bool fill(struct merge *merge, int hole, struct buffer *out, struct error *err)
{
    if (hole == HOLE_TEXT || hole == HOLE_HTML)
        return composition_render(merge, hole == HOLE_TEXT ? PART_TEXT : PART_HTML, out, err);
    return composition_header_fill(merge, (enum hole)hole, out, err);
}

static bool fill_all(struct merge *merge, struct buffer *out, struct error *err)
{
    const struct message *message = &merge->composition->message;
    for (size_t i = 0; i < message->count; i++) {
        const struct message_stretch *stretch = &message->stretches[i];
        buffer_add(out, stretch->constant);
        if (stretch->hole != MESSAGE_HOLE_NONE && !fill(merge, stretch->hole, out, err))
            return false;
    }
    if (out->overflowed)
        return error_set(err, FAULT_FILE, "the message is larger than its limit of %zu bytes",
                         out->limit);
    return true;
}

bool composition_merge(struct composition *composition, const struct recipient *recipient,
                       const struct stamp *stamp, struct buffer *out, struct envelope *ret_envelope,
                       struct error *err)
{
    struct merge merge;
    size_t start = out->length;
    if (composition_begin(&merge, composition, recipient, stamp, err) &&
        composition_envelope(&merge, ret_envelope, err) && fill_all(&merge, out, err))
        return true;
    buffer_cut(out, start);
    return false;
}

bool composition_show(struct composition *composition, enum composition_part part,
                      const struct recipient *recipient, const struct stamp *stamp,
                      struct buffer *out, struct error *err)
{
    struct merge merge;
    if (!composition_begin(&merge, composition, recipient, stamp, err))
        return false;
    merge.variant = VARIANT_SHOWN;
    return composition_render(&merge, part, out, err);
}

bool composition_show_seen(struct composition *composition, enum composition_part part,
                           const struct recipient *recipient, const struct stamp *stamp,
                           composition_seen *seen, void *self, struct buffer *out,
                           struct error *err)
{
    struct merge merge;
    composition->composed->marker = (struct template_encoder){.seen = seen, .self = self};
    if (!composition_begin(&merge, composition, recipient, stamp, err))
        return false;
    merge.variant = VARIANT_MARKED;
    return composition_render(&merge, part, out, err);
}

bool composition_try(struct composition *composition, const struct recipient *recipient,
                     struct error *err)
{
    struct composed *composed = composition->composed;
    struct stamp stamp = {.slot = TEXT("check")};
    struct envelope envelope;
    buffer_clear(&composed->probe);
    return composition_merge(composition, recipient, &stamp, &composed->probe, &envelope, err);
}

struct text composition_language(const struct composition *composition)
{
    return composition->language;
}

bool composition_needs_member_values(const struct composition *composition)
{
    return composition->needs_member_values;
}
