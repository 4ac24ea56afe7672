/*
 * Compose: a campaign becomes messages.
 *
 * Once per campaign and language everything that is the same for every reader is laid out and
 * encoded (mail/message.h, template/template.h); per reader only the holes are filled:
 *
 *     compose_settings_put(bundle, config)            at planning time: who sends becomes content
 *     compose_campaign(arena, bundle, path, findings) parses, pours, encodes; all mistakes at once
 *     composition_of(composed, language)              picks what a member of that language reads
 *     composition_merge(composition, recipient, stamp, out, &envelope, err)
 *
 * The same bundle, recipient, stamp and key give the same bytes for ever: Message-ID and Date come
 * from the stamp, boundaries from the content. So every attempt sends what the first one sent.
 *
 * A merged value with a line break or another control character never reaches a header: it is an
 * error for that reader. One thread at a time per struct composed.
 */
#ifndef COMPOSE_COMPOSE_H
#define COMPOSE_COMPOSE_H

#include "base/buffer.h"
#include "base/finding.h"
#include "campaign/campaign.h"
#include "campaign/config.h"
#include "compose/bundle.h"
#include "compose/recipient.h"
#include "mail/token.h"
#include "template/template.h"

/* A message is never longer; `out` may have a lower limit. */
enum { COMPOSE_MESSAGE = 40 * 1024 * 1024 };

/* Puts the part of the configuration that is content (sender, unsubscribe, return path,
 * Feedback-ID) into the bundle, as the entry ":settings". Before compose_campaign(). */
void compose_settings_put(struct bundle *bundle, const struct config *config);

struct composed;
struct composition;

/*
 * Compiles the campaign file `path` ("campaigns/NAME.yaml") and all it needs, in every language.
 * NULL exactly when an error was added. Lives in `arena`, as must the bundle; still it needs
 * compose_close().
 */
struct composed *compose_campaign(struct arena *arena, struct bundle *bundle, struct text path,
                                  struct findings *findings);
/* NULL is fine. */
void compose_close(struct composed *composed);

/* The campaign as it was read. */
const struct campaign *compose_campaign_of(const struct composed *composed);

/* Who it is from, as readers see it. */
void compose_from(const struct composed *composed, struct text *ret_name, struct text *ret_address);

/* What a member of that language reads: "es-MX" takes es-MX, else es, else the default. */
struct composition *composition_of(struct composed *composed, struct text language);
/* The compositions one by one, the default first; NULL behind the last. */
struct composition *composition_at(struct composed *composed, size_t index);
/* "es"; empty for the default when its language is not known. */
struct text composition_language(const struct composition *composition);

/* What makes a message this message: which sending, when first tried, signed by whom. */
struct stamp {
    int64_t edition;             /* id; 0 for a preview */
    struct text slot;            /* of the edition */
    int64_t first_attempt_ms;    /* the Date */
    const struct token_key *key; /* NULL: for looking only; tokens are the word "preview" */
};

/* Texts live until the next merge of the same struct composed. */
struct envelope {
    struct text from, to;
    bool needs_smtputf8; /* `to` is not ASCII: only a relay with SMTPUTF8 can take it */
};

/*
 * Appends the whole message to `out`: CRLF line ends, 7 bit unless needs_smtputf8, no line begins
 * with ".". On failure `out` is cut back; the error says which field or template place, and it
 * concerns this recipient only.
 */
bool composition_merge(struct composition *composition, const struct recipient *recipient,
                       const struct stamp *stamp, struct buffer *out, struct envelope *ret_envelope,
                       struct error *err);

/* One part as a reader's program would show it, decoded: for previews and lint. */
enum composition_part { PART_SUBJECT, PART_TEXT, PART_HTML };
bool composition_show(struct composition *composition, enum composition_part part,
                      const struct recipient *recipient, const struct stamp *stamp,
                      struct buffer *out, struct error *err);

/*
 * The same, and `seen` appends each merged value to `out` instead, as it likes: for pages that show
 * where a value came from. Contexts in struct template_seen: 0 what composition sets, 1 the
 * campaign's data, 2 the member's attributes, 3 the member's fields.
 */
typedef void composition_seen(void *self, const struct template_seen *seen, struct text escaped,
                              struct buffer *out);
bool composition_show_seen(struct composition *composition, enum composition_part part,
                           const struct recipient *recipient, const struct stamp *stamp,
                           composition_seen *seen, void *self, struct buffer *out,
                           struct error *err);

/*
 * True when a value that only a member can give may be missing somewhere, so that only merging each
 * of them tells. False: none can be missing. (A value can still be unfit where it stands, such as a
 * date filter's that is no date; that member's merge then fails alone.)
 */
bool composition_needs_member_values(const struct composition *composition);

/* Merges without keeping the bytes: false when something is wrong for this recipient. */
bool composition_try(struct composition *composition, const struct recipient *recipient,
                     struct error *err);

#endif
