/* Nearest: what was meant is guessed, what is another word is not. */
#include "base/nearest.h"

#include "check.h"

static const char *const names[] = {"status", "send", "suppress", "resend", "run", "subject"};

static const struct guess {
    const char *promise, *typed, *nearest;
} guesses[] = {
    {"a letter is wrong", "statos", "status"},
    {"two have changed places", "sned", "send"},
    {"a long word may be three letters off", "supprez", "suppress"},
    {"a short one only one", "rin", "run"},
    {"not two", "r", ""},
    {"the nearer one, whichever comes first", "resen", "resend"},
    {"upper and lower case are one", "SUBJECT", "subject"},
    {"another word is nothing", "templates", ""},
};

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(guesses); i++) {
        struct nearest nearest = nearest_to(text_of(guesses[i].typed));
        for (size_t j = 0; j < COUNT_OF(names); j++)
            nearest_offer(&nearest, text_of(names[j]));
        check_text(guesses[i].promise, nearest.name, text_of(guesses[i].nearest));
    }
    return check_done();
}
