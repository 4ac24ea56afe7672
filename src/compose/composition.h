/*
 * Composition: what compose.h hides: one language of a campaign, laid out, and what filling it
 * needs. For the files compose*.c and composition*.c alone.
 */
#ifndef COMPOSE_COMPOSITION_H
#define COMPOSE_COMPOSITION_H

#include "base/value.h"
#include "compose/compose.h"
#include "mail/address.h"
#include "mail/message.h"
#include "template/template.h"

/* The entry ":settings" of a bundle. */
struct content_sender {
    struct text name, address, postal_address, return_path;
    struct text unsubscribe_url, unsubscribe_mailto, feedback_id;
};

bool content_sender_read(struct arena *arena, struct bundle *bundle,
                         struct content_sender *ret_sender, struct error *err);

/*
 * What templates see of one reader, innermost last: `sets` (is, has, tag, unsubscribe_url), the
 * campaign's data, the member's attributes, the member's fields. Absent texts have no key, so that
 * an outer value shows or a default is taken. Texts are borrowed from the recipient.
 */
enum { VALUES_CONTEXTS = 4, VALUES_FIELDS = 10, VALUES_ATTRIBUTES = 256, VALUES_TAGS = 64 };

struct values {
    struct arena arena; /* emptied per reader */
    const struct value *contexts[VALUES_CONTEXTS];
    struct value sets, attributes, fields;
    struct value_member set_members[4];
    struct value_member field_members[VALUES_FIELDS];
    struct value_member is_members[1];
    struct value_member tag_members[VALUES_TAGS];
    struct value_member has_members[VALUES_FIELDS + VALUES_ATTRIBUTES];
    struct value_member attribute_members[VALUES_ATTRIBUTES];
};

bool values_fill(struct values *values, const struct recipient *recipient, const struct value *data,
                 struct text unsubscribe_url, struct error *err);

/*
 * The same templates in four ways. In the usual one the campaign's data has become constant text;
 * a member with an attribute of the same name as a datum needs the second; the others are for
 * looking: not encoded, and with every value handed to composed->seen as well. Only the usual one
 * is compiled before somebody needs it.
 */
enum variant_name { VARIANT_USUAL, VARIANT_SHADOWED, VARIANT_SHOWN, VARIANT_MARKED, VARIANTS };

struct variant {
    struct value settled; /* what is constant: struct template_options */
    struct template *parts[PART_HTML + 1];
};

struct composition {
    struct composed *composed;
    struct wording wording;
    struct text language;
    struct variant variants[VARIANTS];
    struct message message;
    bool needs_member_values;
};

struct composed {
    struct arena *arena;
    struct bundle *bundle;
    struct text path;
    struct campaign campaign;
    struct content_sender sender;
    struct text from_name;
    struct address from, reply_to, return_path;
    bool has_return_path, one_click; /* a return path of its own; an https URL */
    struct message_attachment attachments[CAMPAIGN_ATTACHMENTS];
    struct composition *compositions; /* the default first */
    size_t count;
    struct template_encoder marker; /* of VARIANT_MARKED */
    struct values values;           /* of the reader in hand */
    struct buffer line;             /* a merged header value */
    struct buffer probe;            /* a message nobody gets */
    char envelope_from[ADDRESS_WHOLE + 1];
};

/* The parts of one message that differ. */
struct merge {
    struct composition *composition;
    const struct recipient *recipient;
    const struct stamp *stamp;
    enum variant_name variant;
    char trace_room[TOKEN_STRING], unsubscribe_room[TOKEN_STRING];
    struct text trace, unsubscribe;                  /* tokens */
    struct text unsubscribe_url, unsubscribe_mailto; /* in the arena of values; may be empty */
};

/* The holes of a message, in the order of the table in composition_header.c. */
enum hole {
    HOLE_DATE,
    HOLE_TO,
    HOLE_SUBJECT,
    HOLE_MESSAGE_ID,
    HOLE_UNSUBSCRIBE,
    HOLE_FEEDBACK,
    HOLE_TRACE,
    HOLE_TEXT,
    HOLE_HTML,
};

/* Lays out all header fields, in order. */
bool composition_headers(struct composition *composition, struct message_layout *layout,
                         struct error *err);
/* Fills a hole of the header. */
bool composition_header_fill(struct merge *merge, enum hole hole, struct buffer *out,
                             struct error *err);

/* Renders a part with the values of the reader in hand. */
bool composition_render(struct merge *merge, enum composition_part part, struct buffer *out,
                        struct error *err);

/* Signs the tokens and sets the values of a reader. */
bool composition_begin(struct merge *merge, struct composition *composition,
                       const struct recipient *recipient, const struct stamp *stamp,
                       struct error *err);
bool composition_envelope(struct merge *merge, struct envelope *ret_envelope, struct error *err);

/* What is the same for every reader, for each variant. */
void composition_settle(struct composition *composition);
/* True when an attribute of the reader has the name of a datum that was made constant. */
bool composition_is_shadowed(const struct composition *composition);

/* Compiles a part, all but the subject to quoted-printable pieces unless they are for looking. NULL
 * exactly when a mistake was found. */
struct template *composition_compile(struct composition *composition, enum variant_name variant,
                                     enum composition_part part, struct findings *findings);
/* The part, compiled when this is the first time it is needed. */
struct template *composition_template(struct composition *composition, enum variant_name variant,
                                      enum composition_part part, struct error *err);

/* Whether a value that only a member can give may be missing. */
bool composition_depends(const struct composition *composition);

#endif
