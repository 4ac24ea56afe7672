/* Audience: who a campaign is for, as written. */
#include "campaign/audience.h"

#include "campaign/fit.h"

#include "base/banned.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static const struct key received_keys[] = {
    {"campaign", KEY_TEXT_AS(struct audience_received, campaign, fit_id), REQUIRED, NULL,
     "leverage-lcff-for-stem", "The id of the other campaign."},
    {"within", KEY_DURATION(struct audience_received, within_ms, 1000, 3660 * DAY_MS), REQUIRED,
     NULL, "3d", "How long ago at most, such as 3d."},
};
static const struct shape received_shape = SHAPE(struct audience_received, received_keys);

static const struct key exclude_keys[] = {
    {"received",
     KEY_MAPPING(struct audience_exclude, received, struct audience_received, received_shape), 0,
     NULL, NULL, "Members who were sent another campaign a short while ago."},
};
static const struct key exclude_others = {
    "FIELD", KEY_CONDITIONS(struct audience_exclude, conditions),
    0,       NULL,
    "staff", "Members whose field or attribute has this value, or one of a list."};
static const struct shape exclude_shape =
    SHAPE_WITH(struct audience_exclude, exclude_keys, .others = &exclude_others);

static const struct key expect_keys[] = {
    {"min", KEY_NUMBER(struct audience_expect, min, 0, 1000000000), 0, "0", "1",
     "Fewer than this, and nothing is sent."},
    {"max", KEY_NUMBER(struct audience_expect, max, 1, 1000000000), 0, NULL, "5000",
     "More than this, and nothing is sent."},
};

static void check_expect(struct schema *schema, void *at)
{
    struct audience_expect *expect = at;
    if (expect->max > 0 && expect->min > expect->max)
        schema_mistake(schema, expect->place, "expect: min is more than max");
}

static const struct shape expect_shape =
    SHAPE_WITH(struct audience_expect, expect_keys, .check = check_expect);

static const struct word per_words[] = {{"member", AUDIENCE_MEMBER},
                                        {"address", AUDIENCE_ADDRESS},
                                        {"organization", AUDIENCE_ORGANIZATION},
                                        {NULL, 0}};

static const struct key audience_keys[] = {
    {"topics", KEY_TEXTS(struct audience, topics, fit_id), 0, NULL, "[linked-learning]",
     "Members who subscribed to any of these; the campaign's own topic when not written."},
    {"where", KEY_CONDITIONS(struct audience, where), 0, NULL,
     "{kind: organization, county: [Alameda, Fresno]}",
     "Fields or attributes that must all match; a list means any of its values."},
    {"exclude", KEY_MAPPING(struct audience, exclude, struct audience_exclude, exclude_shape), 0,
     NULL, NULL, "Who is left out all the same; one match is enough."},
    {"per", KEY_WORD(struct audience, per, enum audience_per, per_words), 0, "member", NULL,
     "One message for each member, each address, or each organization."},
    {"expect", KEY_MAPPING(struct audience, expect, struct audience_expect, expect_shape), 0, NULL,
     NULL, "A guard: how many readers there should be."},
};

const struct shape audience_shape = SHAPE(struct audience, audience_keys);
