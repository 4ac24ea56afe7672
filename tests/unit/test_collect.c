/* Collect: a mail that ends its reader costs only itself. */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "flow/collect_trial.h"

enum { MAILS = 40 };

struct reader {
    bool forgotten;
    int secret; /* a descriptor the child must not have */
};

struct taken {
    struct text mails[MAILS];
    bool told[MAILS];
};

static void forget(void *self)
{
    ((struct reader *)self)->forgotten = true;
}

/* A mail's first letter is what it does. What was found in a good one is the mail itself. */
static size_t read_mail(void *self, struct text mail, char *at)
{
    const struct reader *reader = self;
    switch (mail.at[0]) {
    case 'c': /* crashes */
        raise(SIGSEGV);
        break;
    case 'a': /* a broken promise */
        abort();
    case 'm': /* no memory */
        _exit(75);
    case 'q': /* leaves as if all were well */
        _exit(0);
    case 'k': /* was killed */
        raise(SIGKILL);
        break;
    case 'l': /* leaves a length that cannot be */
        return SIZE_MAX / 2;
    case 'b': /* leaves much */
        memset(at, 'b', TRIAL_RESULT);
        return TRIAL_RESULT;
    default:
        if (!reader->forgotten || fcntl(reader->secret, F_GETFD) >= 0)
            abort();
    }
    memcpy(at, mail.at, mail.length);
    return mail.length;
}

/* 'r' is not what a reader leaves. */
static bool take(void *self, size_t index, struct text result)
{
    struct taken *taken = self;
    bool is_big = result.length == TRIAL_RESULT && result.at[result.length - 1] == 'b';
    taken->told[index] = is_big || text_equal(result, taken->mails[index]);
    return result.at[0] != 'r';
}

static const struct {
    const char *promise, *fates, *poison; /* a letter a mail */
} cases[] = {
    {"good mails all come through", "gggggg", "......"},
    {"no mail is no trouble", "", ""},
    {"a crash costs the mail that was read", "ggcggg", "..x..."},
    {"whatever way it ends", "cgagmgkgq", "x.x.x.x.x"},
    {"two in a row are two", "gccg", ".xx."},
    {"the last one too", "ggk", "..x"},
    {"a length that cannot be costs its mail", "gglgg", "..x.."},
    {"what no reader leaves costs its mail", "grg", ".x."},
    {"much that was found takes several rounds", "bbbbbbbbbbbbbbbbbbbbg", "....................."},
    {"and a crash among it costs one", "bbbbbbbbbcbbbbbbg", ".........x......."},
};

int main(void)
{
    struct reader reader = {.secret = open("/dev/null", O_RDONLY)};
    const struct trial_reader how = {read_mail, forget, &reader};
    struct trial *trial;
    struct error err;
    check("a reader starts", trial_open(&how, &trial, &err));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool poison[MAILS], told = true;
        char is[MAILS + 1] = "";
        struct taken taken = {0};
        size_t count = strlen(cases[i].fates);
        for (size_t k = 0; k < count; k++) {
            taken.mails[k] = text_from(cases[i].fates + k, 1);
            trial_add(trial, taken.mails[k]);
        }
        trial_begin(trial);
        check(cases[i].promise, trial_end(trial, take, &taken, poison, &err));
        for (size_t k = 0; k < count; k++) {
            is[k] = poison[k] ? 'x' : '.';
            told = told && (poison[k] || taken.told[k]);
        }
        check_text(cases[i].promise, text_of(is), text_of(cases[i].poison));
        check("what was found comes to its mail", told);
        check("what the child forgets the parent keeps", !reader.forgotten);
    }
    trial_close(trial);
    check("it can end with work before it", trial_open(&how, &trial, &err));
    trial_add(trial, TEXT("g"));
    trial_begin(trial);
    trial_close(trial);
    return check_done();
}
