/* Script: which rule fits an occasion. */
#include "script.h"

#include <fnmatch.h>
#include <string.h>

uint32_t *script_counters(const struct script *script)
{
    return memory_zeroed(script->count, sizeof(uint32_t));
}

static uint64_t mixed(uint64_t value)
{
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

static bool chance_holds(const struct script *script, size_t rule, const struct occasion *occasion)
{
    double chance = script->rules[rule].chance;
    if (chance >= 1)
        return true;
    uint64_t roll = mixed(script->seed);
    roll = mixed(roll ^ occasion->connection);
    roll = mixed(roll ^ rule);
    roll = mixed(roll ^ occasion->seen[rule]);
    return (double)(roll >> 11) * 0x1p-53 < chance;
}

static bool glob_holds(const char *glob, const char *address)
{
    return glob == NULL || fnmatch(glob, address == NULL ? "" : address, FNM_CASEFOLD) == 0;
}

static bool conditions_hold(const struct rule *rule, const struct occasion *occasion)
{
    uint64_t connection = occasion->connection;
    return (rule->events >> occasion->event & 1) != 0 && connection >= rule->connection_from &&
           connection <= rule->connection_to && connection % rule->connection_every == 0 &&
           (rule->message == 0 || rule->message == occasion->message) &&
           glob_holds(rule->to, occasion->to) && glob_holds(rule->from, occasion->from);
}

const struct rule *script_match(struct script *script, const struct occasion *occasion)
{
    const struct rule *match = NULL;
    for (size_t i = 0; i < script->count; i++) {
        const struct rule *rule = &script->rules[i];
        if (!conditions_hold(rule, occasion))
            continue;
        /* Every rule counts, also behind one that fits: nth=2 means the second time, whoever had
         * the first. */
        uint32_t count = ++occasion->seen[i];
        if (match != NULL || (rule->nth != 0 && rule->nth != count) ||
            script->used[i] >= rule->times || !chance_holds(script, i, occasion))
            continue;
        script->used[i]++;
        match = rule;
    }
    return match;
}
