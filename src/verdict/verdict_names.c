/* Verdict names: the words that are stored, printed and compared. */
#include "base/memory.h"
#include "verdict/verdict.h"

#include "base/banned.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name;
    enum verdict_action action; /* of a bounce, before finality is looked at */
} classes[VERDICT_CLASSES] = {
    [CLASS_OTHER] = {"other", VERDICT_COUNT_IF_FINAL},
    [CLASS_BAD_MAILBOX] = {"bad-mailbox", VERDICT_SUPPRESS},
    [CLASS_BAD_DOMAIN] = {"bad-domain", VERDICT_SUPPRESS},
    [CLASS_INACTIVE_MAILBOX] = {"inactive-mailbox", VERDICT_COUNT},
    [CLASS_MAILBOX_FULL] = {"mailbox-full", VERDICT_COUNT},
    [CLASS_RECIPIENT_REFUSED] = {"recipient-refused", VERDICT_COUNT},
    [CLASS_MESSAGE_TOO_BIG] = {"message-too-big", VERDICT_ALERT},
    [CLASS_POLICY_BLOCK] = {"policy-block", VERDICT_ALERT},
    [CLASS_CONTENT] = {"content", VERDICT_ALERT},
    [CLASS_AUTH_FAILURE] = {"auth-failure", VERDICT_ALERT},
    [CLASS_RATE_LIMITED] = {"rate-limited", VERDICT_RETRY},
    [CLASS_REMOTE_SYSTEM] = {"remote-system", VERDICT_COUNT_IF_FINAL},
    [CLASS_TEMPORARY_NETWORK] = {"temporary-network", VERDICT_COUNT_IF_FINAL},
    [CLASS_EXPIRED] = {"expired", VERDICT_COUNT},
    [CLASS_COMPLAINT] = {"complaint", VERDICT_SUPPRESS},
    [CLASS_AUTO_REPLY] = {"auto-reply", VERDICT_IGNORE},
    [CLASS_DELIVERED] = {"delivered", VERDICT_IGNORE},
};

static const char *const actions[VERDICT_ACTIONS] = {
    [VERDICT_IGNORE] = "ignore",
    [VERDICT_SUPPRESS] = "suppress",
    [VERDICT_COUNT] = "count",
    [VERDICT_COUNT_IF_FINAL] = "count-if-final",
    [VERDICT_RETRY] = "retry",
    [VERDICT_SLOW_DOWN] = "slow-down",
    [VERDICT_AGAIN_AT_ONCE] = "again-at-once",
    [VERDICT_ALERT] = "alert",
    [VERDICT_PAUSE_EDITION] = "pause-edition",
    [VERDICT_PAUSE] = "pause",
};

const char *verdict_class_name(enum verdict_class class)
{
    must((size_t) class < VERDICT_CLASSES);
    return classes[class].name;
}

const char *verdict_action_name(enum verdict_action action)
{
    must((size_t)action < VERDICT_ACTIONS);
    return actions[action];
}

enum verdict_action verdict_class_action(enum verdict_class class)
{
    must((size_t) class < VERDICT_CLASSES);
    return classes[class].action;
}

bool verdict_class_find(struct text name, enum verdict_class *ret_class)
{
    for (size_t i = 0; i < VERDICT_CLASSES; i++)
        if (text_equal(name, text_of(classes[i].name))) {
            *ret_class = (enum verdict_class)i;
            return true;
        }
    return false;
}

static const char *name_at(const char *const *names, size_t count, size_t at)
{
    must(at < count);
    return names[at];
}

const char *facts_stage_name(enum facts_stage stage)
{
    static const char *const names[] = {"greeting", "ehlo", "starttls",   "auth",  "mail",
                                        "rcpt",     "data", "completion", "bounce"};
    return name_at(names, COUNT_OF(names), stage);
}

const char *facts_kind_name(enum facts_kind kind)
{
    static const char *const names[] = {"bounce", "complaint", "autoreply", "unsubscribe", "other"};
    return name_at(names, COUNT_OF(names), kind);
}

const char *facts_action_name(enum facts_action action)
{
    static const char *const names[] = {"",          "failed",  "delayed",
                                        "delivered", "relayed", "expanded"};
    return name_at(names, COUNT_OF(names), action);
}
