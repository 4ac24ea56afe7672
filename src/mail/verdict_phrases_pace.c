/*
 * Verdict phrases, pace: that we are too fast, too many at once, or simply new here.
 */
#include "mail/verdict_tables.h"

#include "base/banned.h"

/* clang-format off */
#define RATE(words) {words, CLASS_RATE_LIMITED, WEIGHT_SURE, SIGN_TOO_FAST}
#define GREY(words) {words, CLASS_RATE_LIMITED, WEIGHT_SURE, SIGN_GREYLISTED}
#define CROWD(words) {words, CLASS_RATE_LIMITED, WEIGHT_SURE, SIGN_MANY_RECIPIENTS}
/* clang-format on */

static const struct verdict_phrase rows[] = {
    /* Too fast, too much at once */
    RATE("too many connections"),
    RATE("too many concurrent"),
    RATE("too many simultaneous"),
    RATE("too many sessions"),
    RATE("too many smtp sessions"),
    RATE("too many emails"),
    RATE("too many mails"),
    RATE("too many messages from"),
    RATE("too many messages for this session"),
    RATE("too many messages sent"),
    RATE("too many errors"),
    RATE("too many bad commands"),
    RATE("too much mail from"),
    RATE("too many hits"),
    RATE("too many requests"),
    RATE("too many unknown"),
    RATE("max number of connections"),
    RATE("maximum number of connections"),
    RATE("maximum number of messages"),
    RATE("connection limit"),
    RATE("connection rate"),
    RATE("connection frequency limited"), /* QQ */
    RATE("connections from your host"),
    RATE("concurrent connections"),
    RATE("concurrency limit"),
    RATE("message rate"),
    RATE("sending rate"),
    RATE("rate limit"),
    RATE("rate limited"),
    RATE("ratelimit"),
    RATE("rate exceed"),
    RATE("rate control"),
    RATE("rate is too high"),
    RATE("receiving mail at a rate"), /* Gmail */
    RATE("receiving mail too quickly"),
    RATE("mail too frequently"),
    RATE("too frequent"),
    RATE("too fast"),
    RATE("try again slower"),
    RATE("slow down"),
    RATE("throttle"),
    RATE("throttled"),
    RATE("throttling"),
    RATE("throttled due to"),
    RATE("exceeded the rate"),
    RATE("exceeded * per hour"),
    RATE("exceeded * per day"),
    RATE("messages per hour"),
    RATE("messages per connection"),
    RATE("hourly limit"),
    RATE("daily limit"),
    RATE("daily sending quota"),
    RATE("daily user sending"),
    RATE("daily message"),
    RATE("sending limit"),
    RATE("mail sending limit"),
    RATE("limit on the number of"),
    RATE("exceeded the maximum number of * connections"),
    RATE("unusual rate of"), /* Gmail 421 4.7.28 */
    RATE("unusually high"),
    RATE("server busy"),
    RATE("server is busy"),
    RATE("server too busy"),
    RATE("too busy"),
    RATE("system is busy"),
    RATE("resources temporarily unavailable"),
    RATE("excessive volume"),
    RATE("excessive rate"),
    RATE("mail flood"),
    RATE("flooding"),
    RATE("allocated resources"),
    RATE("aup in 1310"), /* Spectrum, Cox: concurrent connections */
    RATE("aup i 1310"),
    CROWD("too many recipients"),
    CROWD("too many rcpt"),
    CROWD("maximum * recipients"),
    CROWD("recipients * limit"),
    CROWD("recipient limit"),
    GREY("greylist"),
    GREY("greylisted"),
    GREY("greylisting"),
    GREY("graylist"),
    GREY("graylisted"),
    GREY("graylisting"),
    GREY("grey listed"),
    GREY("grey listing"),
    GREY("postgrey"),
    GREY("sqlgrey"),
    GREY("milter greylist"),
    GREY("first encounter"),
    GREY("not yet authorized to deliver"),
    GREY("unknown triplet"),
};

const struct verdict_phrases verdict_phrases_pace = {rows, sizeof(rows) / sizeof(rows[0])};
