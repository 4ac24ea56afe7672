/*
 * Message: one MIME message laid out in advance.
 *
 * Everything that is the same for every reader is laid out, encoded and joined once: stretches.
 * Between them are holes, numbered by whoever lays the message out; what fills hole n is its
 * business. Merging is then: copy a stretch, fill a hole, and so on. A hole in the header is filled
 * by whole fields, each with its CRLF; a hole in a body by quoted-printable pieces
 * (mail/encode.h).
 *
 * Boundaries come from a hash of the content: the same message has the same bytes for ever. They
 * begin with "=_", which quoted-printable and base64 never contain.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

enum { MESSAGE_STRETCHES = 64, MESSAGE_HOLE_NONE = -1 };

struct message_stretch {
    struct text constant; /* first this, */
    int hole;             /* then this hole, or MESSAGE_HOLE_NONE */
};

struct message {
    struct message_stretch stretches[MESSAGE_STRETCHES];
    size_t count;
};

/* The work in hand. Constants are collected in `pending` until a hole or the end. */
struct message_layout {
    struct message *message;
    struct arena *arena; /* the constants live here */
    struct buffer pending;
};

/* An attachment, encoded in base64. */
struct message_attachment {
    struct text name; /* UTF-8 */
    struct text type; /* "application/pdf" */
    struct text bytes;
};

/* A part of multipart/alternative. Exactly one of hole and constant is used. */
struct message_body {
    const char *type;     /* "text/plain" or "text/html"; charset=utf-8 is added */
    int hole;             /* its quoted-printable pieces, or MESSAGE_HOLE_NONE */
    struct text constant; /* quoted-printable pieces */
};

void message_begin(struct message_layout *layout, struct message *message, struct arena *arena);
/* Where constant header fields are appended with mail/header.h. */
struct buffer *message_constant(struct message_layout *layout);
void message_hole(struct message_layout *layout, int hole);

/*
 * MIME-Version, Content-Type and everything below: one body alone, or multipart/alternative of
 * them; inside multipart/mixed when there are attachments. `seed` decides the boundaries.
 */
bool message_bodies(struct message_layout *layout, const struct message_body *bodies, size_t count,
                    const struct message_attachment *attachments, size_t attachment_count,
                    struct text language, struct text seed, struct error *err);
/* Ends the layout; nothing may be appended afterwards. */
void message_end(struct message_layout *layout);

/* "application/pdf" of "toolkit.pdf"; application/octet-stream for what is not known. */
struct text message_type_of(struct text file_name);

#endif
