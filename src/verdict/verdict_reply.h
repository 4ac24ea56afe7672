/*
 * Verdict reply: what to do about an SMTP reply whose class is known; and about a bounce.
 */
#ifndef VERDICT_VERDICT_REPLY_H
#define VERDICT_VERDICT_REPLY_H

#include "verdict/verdict.h"

/* Fills action, fate, charged and why. `class` and `permanent` are given; `signs` is a mask of enum
 * verdict_sign. */
void verdict_reply_judge(const struct facts *facts, unsigned signs, struct verdict *verdict);
void verdict_bounce_judge(const struct facts *facts, struct verdict *verdict);

#endif
