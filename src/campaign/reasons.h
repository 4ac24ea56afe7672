/*
 * Reasons: config/verdicts.yaml, what a postmaster knows about servers' words and the tables do
 * not.
 *
 * A row gives words and the class they mean. It decides over every code and every row that comes
 * with the program, for bounces and for replies while sending; `collect --rejudge` applies it to
 * what came home before.
 */
#ifndef CAMPAIGN_REASONS_H
#define CAMPAIGN_REASONS_H

#include "settings/schema.h"
#include "verdict/verdict.h"

struct reason {
    struct place place;
    struct text words; /* as the server writes them; "*" stands for a few words */
    enum verdict_class means;
    struct text note;
};

struct reason_list {
    struct reason *at;
    size_t count;
};

struct reasons {
    struct place place;
    struct reason_list verdicts;
};

enum { REASONS = 1000 };

#define REASONS_PATH "config/verdicts.yaml"

extern const struct shape reasons_shape;

bool reasons_read(struct arena *arena, struct text text, struct text path,
                  struct findings *findings, struct reasons *ret_reasons);

/* Reads the file of the workspace at `root`, where there is one, and adds its rows to the tables of
 * this process; the first call alone does. False when the file has mistakes: see `findings`. */
bool reasons_adopt(const char *root, struct findings *findings);

#endif
