/*
 * Greeting: what a server says until our dialogue begins, overheard while libcurl talks to it.
 *
 * Line by line come in: greeting, EHLO, STARTTLS, EHLO again, AUTH. What counts is the last EHLO
 * (before TLS anybody on the way could have written it), whether a 235 was really said, and how far
 * it got when it failed.
 */
#ifndef WIRE_RELAY_GREETING_H
#define WIRE_RELAY_GREETING_H

#include "wire/smtp.h"

struct relay_greeting {
    bool starttls;          /* TLS is to begin by STARTTLS */
    enum facts_stage stage; /* the one whose answer comes next */
    struct smtp_capabilities capabilities;
    bool authenticated;
    enum facts_stage last_stage; /* of `last` */
    struct reply last;           /* the last whole reply; text in `words` */

    struct reply_reader reader;
    char words[REPLY_TEXT];
    unsigned line; /* of the reply that is being read */
    struct smtp_capabilities offered;
};

void relay_greeting_begin(struct relay_greeting *greeting, bool starttls);
void relay_greeting_free(struct relay_greeting *greeting);
/* One line as it was received, with its line end. */
void relay_greeting_read(struct relay_greeting *greeting, struct text line);

#endif
