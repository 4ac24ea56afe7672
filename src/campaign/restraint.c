/* Restraint: the settings that hold a sending back. */
#include "campaign/restraint.h"

#include "base/banned.h"
#include "base/memory.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* Digits, perhaps with a point among them: "1.5". */
static bool decimal_parse(struct text text, double *ret_number)
{
    double number = 0, unit = 1;
    bool point = false;
    for (size_t i = 0; i < text.length; i++) {
        bool digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (!digit && (point || text.at[i] != '.' || i == 0 || i + 1 == text.length))
            return false;
        point |= !digit;
        if (!digit)
            continue;
        unit = point ? unit / 10 : 1;
        number = point ? number + (text.at[i] - '0') * unit : number * 10 + (text.at[i] - '0');
    }
    *ret_number = number;
    return text.length > 0 && text.length <= 9;
}

static bool fit_factor(struct text text, struct error *err)
{
    double factor;
    if (decimal_parse(text, &factor) && factor >= 1 && factor <= 10)
        return true;
    return error_set(err, FAULT_CONFIG, "must be a number from 1 to 10, such as 1.5");
}

static bool percent_parse(struct text text, double *ret_percent)
{
    if (text.length > 0 && text.at[text.length - 1] == '%')
        text = text_slice(text, 0, text.length - 1);
    return decimal_parse(text, ret_percent) && *ret_percent <= 100;
}

static bool fit_percent(struct text text, struct error *err)
{
    double ignored;
    return percent_parse(text, &ignored) ||
           error_set(err, FAULT_CONFIG, "must be a percentage such as 5%% or 0.1%%");
}

static const struct key warmup_keys[] = {
    {"start", KEY_TIME(struct warmup, start), REQUIRED, NULL, "2026-12-01",
     "The first day of the warm-up, in UTC; before it nothing is bounded."},
    {"first_day", KEY_NUMBER(struct warmup, first_day, 1, 1000000000), REQUIRED, NULL, "200",
     "So many messages on the first day at most."},
    {"factor", KEY_TEXT_AS(struct warmup, factor_text, fit_factor), 0, "1.5", NULL,
     "Each day so many times the day before."},
};

static void check_warmup(struct schema *schema, void *at)
{
    struct warmup *warmup = at;
    (void)schema;
    if (warmup->factor_text.length > 0)
        must(decimal_parse(warmup->factor_text, &warmup->factor));
}

const struct shape warmup_shape = SHAPE_WITH(struct warmup, warmup_keys, .check = check_warmup);

static const struct key breaker_keys[] = {
    {"bounces", KEY_TEXT_AS(struct breaker_config, bounces_text, fit_percent), 0, "5%", NULL,
     "More hard bounces than this among the last results pause the edition; 0 never does."},
    {"window", KEY_NUMBER(struct breaker_config, window, 10, BREAKER_WINDOW), 0, "200", NULL,
     "How many of the last results are looked at."},
    {"refusals", KEY_NUMBER(struct breaker_config, refusals, 0, BREAKER_WINDOW), 0, "5", NULL,
     "So many refusals of policy in a row pause it; 0 never does."},
    {"complaints", KEY_TEXT_AS(struct breaker_config, complaints_text, fit_percent), 0, "0.1%",
     NULL, "More complaints than this of what was sent pause it; 0 never does."},
};

const struct shape breaker_shape = SHAPE(struct breaker_config, breaker_keys);

void breaker_config_settle(struct breaker_config *breaker)
{
    must(percent_parse(breaker->bounces_text, &breaker->bounces) &&
         percent_parse(breaker->complaints_text, &breaker->complaints));
}

static const struct key send_config_keys[] = {
    {"wait", KEY_DURATION(struct send_config, wait_ms, 0, 30 * DAY_MS), 0, "2s", NULL,
     "Messages that were put off and come due within so long are waited for; for later ones the "
     "sending ends with status 75, and the next `run` goes on."},
    {"wait_for_limits", KEY_DURATION(struct send_config, limit_wait_ms, 0, 30 * DAY_MS), 0, "2m",
     NULL, "So long is waited for room under a limit."},
};
const struct shape send_config_shape = SHAPE(struct send_config, send_config_keys);

bool frequency_parse(struct text text, struct frequency *ret_frequency, struct error *err)
{
    static const struct {
        const char *name;
        int64_t ms;
    } windows[] = {{"day", DAY_MS}, {"week", 7 * DAY_MS}, {"month", 30 * DAY_MS}};
    struct text rest = text, count;
    uint64_t number = 0;
    if (text_take_until(&rest, '/', &count) && text_to_number(count, &number) && number > 0 &&
        number <= 1000)
        for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
            if (text_equal(text_of(windows[i].name), rest)) {
                *ret_frequency = (struct frequency){(int64_t)number, windows[i].ms};
                return true;
            }
    return error_set(err, FAULT_CONFIG, "must be such as 1/day, 2/week or 4/month, not \"%.*s\"",
                     TEXT_ARGS(text_slice(text, 0, 64)));
}

bool fit_frequency(struct text text, struct error *err)
{
    struct frequency ignored;
    return frequency_parse(text, &ignored, err);
}
