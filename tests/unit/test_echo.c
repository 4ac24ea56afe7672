/* Echo: a secret is recognized in whatever form a server repeats it. */
#include "check.h"

#include "mail/echo.h"

static const struct {
    const char *promise, *words, *secret;
    bool held;
} cases[] = {
    {"as it is", "no such user right-password", "right-password", true},
    {"in base64", "cmlnaHQtcGFzc3dvcmQ=", "right-password", true},
    {"behind a user, as AUTH PLAIN has it", "AGJvdW5jZXMAcmlnaHQtcGFzc3dvcmQ=", "right-password",
     true},
    {"one byte further", "AGJvdW5jZXMxAHJpZ2h0LXBhc3N3b3Jk", "right-password", true},
    {"not what only resembles it", "right-passwort", "right-password", false},
    {"no secret is in nothing", "", "right-password", false},
    {"no words hold no secret", "words", NULL, false},
    {"an empty one is none", "words", "", false},
};

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(cases[i].promise,
              echo_holds(text_of(cases[i].words), cases[i].secret) == cases[i].held);
    return check_done();
}
