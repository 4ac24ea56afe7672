/*
 * Campaign: one campaigns/NAME.yaml as a checked struct.
 *
 * Each text that may hold merge fields keeps its place, so that a mistake in a template is named by
 * the line and column a person wrote. Nothing here has read any other file: body_file, attachments
 * and templates are names still.
 */
#ifndef CAMPAIGN_CAMPAIGN_H
#define CAMPAIGN_CAMPAIGN_H

#include "calendar/schedule.h"
#include "campaign/audience.h"

enum {
    CAMPAIGN_ID = 64,
    CAMPAIGN_LANGUAGES = 64,
    CAMPAIGN_ATTACHMENTS = 32,
    CAMPAIGN_TESTS = 200,
};

enum campaign_kind { KIND_NEWSLETTER, KIND_ALERT };
enum campaign_status { STATUS_DRAFT, STATUS_ACTIVE, STATUS_RETIRED };
enum unknown_policy { UNKNOWN_RESEND, UNKNOWN_HOLD };

struct campaign_from {
    struct place place;
    struct text name, address; /* empty: the configured sender's */
};

/*
 * What is said in one language. Of body, body_file and the pair html_file + text_file just one is
 * set (in a language other than the default: at most one). A text that was not given is empty.
 */
struct wording {
    struct place place;
    struct text language; /* empty for the default */
    struct placed_text subject, preheader;
    struct placed_text body;      /* Markdown with merge fields */
    struct placed_text body_file; /* path inside the workspace, Markdown */
    struct placed_text html_file, text_file;
};

struct wording_list {
    struct wording *at;
    size_t count;
};

struct attachment {
    struct place place;
    struct text file; /* path inside the workspace */
    struct text name; /* as the reader sees it; the last part of `file` when not written */
    struct text type; /* media type; empty: by the ending */
};

struct attachment_list {
    struct attachment *at;
    size_t count;
};

struct campaign_send {
    struct place place;
    struct rate_list limits;
    int64_t retry_for_ms;
    enum unknown_policy on_unknown;
};

/* `over` counts only when it was written (place). */
struct campaign_approval {
    struct place place;
    int64_t over; /* an edition for more members waits for `approve` */
};

struct campaign_lint {
    struct place place;
    struct text_list off; /* names of rules */
    struct text reason;   /* why; given whenever a rule is off */
};

/* What a message must say to a reader who need not exist. */
struct campaign_test {
    struct place place;
    struct text name;
    struct value reader; /* fields and attributes by name, always an object; email has a default */
    struct text language;
    struct text subject;              /* exactly; empty: any */
    struct text_list contains, lacks; /* in the text part or the HTML part; in neither */
};

struct campaign_test_list {
    struct campaign_test *at;
    size_t count;
};

struct campaign {
    struct place place;
    struct text id;    /* [a-z0-9-]{1,64} */
    struct text title; /* the id when not written */
    enum campaign_kind kind;
    enum campaign_status status;
    struct text topic; /* [a-z0-9-]{1,64} */
    struct campaign_from from;
    struct text reply_to;        /* empty: none */
    struct placed_text template; /* its name; templates/NAME.html and .txt */
    struct value data;           /* always an object */
    struct wording wording;
    struct wording_list languages;
    struct attachment_list attachments;
    struct audience audience;
    struct schedule schedule;
    struct campaign_send send;
    struct campaign_approval approval;
    struct campaign_lint lint;
    struct campaign_test_list tests;
};

extern const struct shape campaign_shape;

/*
 * Reads and checks the text of a campaign file; `path` names it. True when it holds no error; else
 * the errors are in `findings` (FAULT_FILE), and `ret_campaign` must not be used. Keys without
 * effect yet leave a note with the rule "not-yet-in-effect" either way. Everything lives in
 * `arena`.
 */
bool campaign_read(struct arena *arena, struct text text, struct text path,
                   struct findings *findings, struct campaign *ret_campaign);

/*
 * What a member of that language reads: "es-MX" takes es-MX, else es, else the default; a part a
 * language does not give is the default's. `language` of the result is the one chosen, empty for
 * the default.
 */
struct wording campaign_wording(const struct campaign *campaign, struct text language);

#endif
