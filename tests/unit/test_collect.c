/* Collect: a mail that ends its reader costs only itself. */
#include "check.h"

#include <signal.h>
#include <unistd.h>

#include "flow/collect_trial.h"

enum { MAILS = 12 };

struct reader {
    const char *fates; /* a letter a mail */
    bool forgotten;
};

static void forget(void *self)
{
    ((struct reader *)self)->forgotten = true;
}

static void read_mail(void *self, size_t index)
{
    const struct reader *reader = self;
    switch (reader->fates[index]) {
    case 'c': /* crashes */
        raise(SIGSEGV);
        break;
    case 'a': /* a broken promise */
        abort();
    case 'm': /* no memory */
        _exit(75);
    case 'k': /* was killed */
        raise(SIGKILL);
        break;
    default:
        if (!reader->forgotten)
            abort();
    }
}

static const struct {
    const char *promise, *fates, *poison;
} cases[] = {
    {"good mails all come through", "gggggg", "......"},
    {"no mail is no trouble", "", ""},
    {"a crash costs the mail that was read", "ggcggg", "..x..."},
    {"whatever way it ends", "cgagmgk", "x.x.x.x"},
    {"two in a row are two", "gccg", ".xx."},
    {"the last one too", "ggk", "..x"},
};

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reader reader = {cases[i].fates, false};
        bool poison[MAILS];
        char is[MAILS + 1] = "";
        struct error err;
        size_t count = strlen(cases[i].fates);
        check(cases[i].promise, collect_trial(count, read_mail, forget, &reader, poison, &err));
        for (size_t k = 0; k < count; k++)
            is[k] = poison[k] ? 'x' : '.';
        check_text(cases[i].promise, text_of(is), text_of(cases[i].poison));
        check("what the child forgets the parent keeps", !reader.forgotten);
    }
    return check_done();
}
