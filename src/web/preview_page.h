/* Preview page: what the files of the preview share; for preview*.c only. */
#ifndef WEB_PREVIEW_PAGE_H
#define WEB_PREVIEW_PAGE_H

#include "base/json.h"
#include "web/preview.h"

enum { PREVIEW_REPLY = 64 * 1024 * 1024, PREVIEW_LINE = 400 };

/* One answer on its way. */
struct answering {
    struct preview *preview;
    const struct http_request *request;
    struct http_reply *reply;
    struct arena arena;
    struct buffer out;
};

/* The reader that "reader=" names: "p:NAME" is a persona, "m:KEY" a member. */
bool preview_reader(struct answering *answering, struct recipient *ret_reader, struct error *err);
struct stamp preview_stamp(const struct preview *preview);

/* Everything but the members: findings with their rules, personas, languages. */
void preview_say_state(struct answering *answering);
void preview_say_people(struct answering *answering);
/* One reader's message as the page shows it. */
void preview_say_message(struct answering *answering);
/* The frame with the HTML part; the whole message; its parts as text. */
void preview_say_mail(struct answering *answering);
void preview_say_raw(struct answering *answering);

/* {"message", "path", "line", "column", "source"}: with the offending line itself. */
void preview_say_place(struct answering *answering, struct json_writer *writer, struct place place);

#endif
