/* Breaker: pauses an edition that does harm. */
#include "pacing/breaker.h"

#include "base/banned.h"
#include "base/memory.h"

/* One complaint is a reader; two are a sign. */
enum { COMPLAINTS_LEAST = 2 };

#define BOUNCED "bounced hard"
#define REFUSED "policy refusals"
#define COMPLAINED "complaints"

void breaker_note(struct breaker *breaker, const struct breaker_config *config,
                  enum breaker_result result)
{
    size_t window = (size_t)config->window;
    must(window > 0 && window <= BREAKER_WINDOW);
    breaker->results[breaker->next] = (unsigned char)result;
    breaker->next = (breaker->next + 1) % window;
    breaker->count = breaker->count < window ? breaker->count + 1 : window;
}

static int64_t count_bounced(const struct breaker *breaker)
{
    int64_t bounced = 0;
    for (size_t i = 0; i < breaker->count; i++)
        bounced += breaker->results[i] == BREAKER_BOUNCED;
    return bounced;
}

/* How many refusals the newest results are. */
static int64_t refused_in_a_row(const struct breaker *breaker, size_t window)
{
    int64_t row = 0;
    for (size_t i = 0; i < breaker->count; i++) {
        size_t at = (breaker->next + window - 1 - i) % window;
        if (breaker->results[at] != BREAKER_REFUSED)
            break;
        row++;
    }
    return row;
}

/* A share of the whole window, however few results there are yet: a handful proves nothing. */
static bool judge(const struct breaker *breaker, const struct breaker_config *config, int64_t sent,
                  int64_t complaints, char why[BREAKER_WHY])
{
    int64_t bounced = count_bounced(breaker);
    int64_t refused = refused_in_a_row(breaker, (size_t)config->window);
    int64_t complained = complaints - breaker->complaints_forgiven;
    if (config->bounces > 0 && (double)bounced * 100 > config->bounces * (double)config->window)
        snprintf(why, BREAKER_WHY, BREAKER_TRIPPED "%lld of the last %zu messages " BOUNCED,
                 (long long)bounced, breaker->count);
    else if (config->refusals > 0 && refused >= config->refusals)
        snprintf(why, BREAKER_WHY, BREAKER_TRIPPED "%lld " REFUSED " in a row", (long long)refused);
    else if (config->complaints > 0 && complained >= COMPLAINTS_LEAST &&
             (double)complained * 100 > config->complaints * (double)sent)
        snprintf(why, BREAKER_WHY, BREAKER_TRIPPED "%lld " COMPLAINED " about %lld messages",
                 (long long)complained, (long long)sent);
    else
        return false;
    return true;
}

bool breaker_trips(struct breaker *breaker, const struct breaker_config *config, int64_t sent,
                   int64_t complaints, char why[BREAKER_WHY])
{
    if (!judge(breaker, config, sent, complaints, why))
        return false;
    *breaker = (struct breaker){.complaints_forgiven = complaints};
    return true;
}

static const struct {
    const char *sign, *advice;
} advices[] = {
    {BOUNCED,
     "Too many of these addresses do not exist. Going on would cost the reputation of your "
     "domain with every provider. Look at `broadside status --failed`: is this an old "
     "list, or one that was bought or typed in? Remove what is dead from the source, "
     "then `resume`."},
    {REFUSED, "The receivers refuse you, not the readers; no address was suppressed. Look at the "
              "replies in `broadside status --failed`: most often SPF, DKIM or DMARC of the "
              "sender's domain is wrong, the relay's address stands on a blocklist, or a link in "
              "the text does. Put that right, then `resume`; the refused ones go again with "
              "`broadside resend --failed`."},
    {COMPLAINED, "More readers than usual called this spam. Going on would cost the reputation of "
                 "your domain. Look at who was selected and how they subscribed, and whether the "
                 "unsubscribe link is easy to find; then `resume`, or `cancel`."},
};

const char *breaker_advice(struct text pause_reason)
{
    if (!text_starts(pause_reason, TEXT(BREAKER_TRIPPED)))
        return "";
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
        if (text_find(pause_reason, text_of(advices[i].sign)) != TEXT_NONE)
            return advices[i].advice;
    return "";
}
