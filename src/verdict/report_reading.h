/*
 * Report reading: the state of one reading of one mail, shared by the readers of its forms.
 */
#ifndef VERDICT_REPORT_READING_H
#define VERDICT_REPORT_READING_H

#include "verdict/report.h"
#include "verdict/report_part.h"

struct reading {
    struct arena *arena;
    struct parts parts;
    const struct part *head; /* the mail's own fields */
    struct text from;        /* decoded, with its display name */
    struct text notice;      /* what a person would read, up to the returned message */
    struct text returned;    /* the returned message, where it stands in the text; or empty */
    struct {
        unsigned subject, notice; /* enum verdict_sign, of the words found there */
        bool has_reason;          /* the notice says why, clearly */
        bool are_read;
    } signs;
    const struct form *form; /* the program that wrote it, or NULL */
    struct report *report;
    size_t recipient_room; /* of report->recipients */
};

/* NULL when REPORT_RECIPIENTS are there. An address that is there already is given back. It stays
 * where it is only until the next one is added. */
struct report_recipient *reading_recipient(struct reading *reading, struct text address);

/* A field of the returned message, wherever that stands; empty when there is none. */
struct text reading_returned_field(struct reading *reading, struct text name);

/* Of `value`: "rfc822; <a@example.org>" gives a@example.org; empty when there is none. */
struct text reading_address(struct text value);

/* Where our bounces go, by the evidence. */
bool reading_is_ours(const struct reading *reading, struct text address);

/* --- report_notice.c --- */

/* Gathers the notice and the returned message. */
void notice_read(struct reading *reading);
/* What the notice says behind `address`, up to the next recipient; empty when it is not there. */
struct text notice_about(struct reading *reading, struct text address);

/* --- report_list.c --- */

/* The source of a recipient whom nothing but the returned message names. */
extern const char *const report_source_returned;

/* Finds recipients in the head, the notice, or at last the returned message. */
void list_recipients(struct reading *reading);

/* --- report_dsn.c: RFC 3464 --- */

/* True when there was at least one group about a recipient. */
bool dsn_read(struct reading *reading);
/* The same in the returned message: some relays wrap the notice they got in one of their own. */
bool dsn_read_returned(struct reading *reading);

/* --- report_mdn.c: RFC 8098 --- */

/* True when it is a receipt by which a filter refuses; its recipient is found then. */
bool mdn_read_refusal(struct reading *reading);

/* --- report_arf.c: RFC 5965 and its relatives --- */

bool arf_read(struct reading *reading);

/* --- report_kind.c --- */

/* What the head and the words of the notice say; bounces without a machine part included. */
enum facts_kind kind_of(struct reading *reading);
/* The notice says that the message was not taken. */
bool kind_is_refusal(struct reading *reading);
/* It is still being tried. */
bool kind_is_delay(struct reading *reading);

/* --- report_evidence.c --- */

void evidence_read(struct reading *reading);

/* --- report_code.c: codes in the middle of text --- */

/* The first reply code (400 … 599) of `text`; 0: none. */
uint16_t code_find(struct text text);
/* The first enhanced code; class 0: none. */
struct enhanced code_find_enhanced(struct text text);
/* At the head of `text`, as in a Status field. */
struct enhanced code_enhanced_at(struct text text);
/* The command that was refused, from a transcript of ">>> RCPT TO" and "<<< 550" lines. */
enum facts_command code_find_command(struct text transcript);

#endif
