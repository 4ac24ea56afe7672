/* Secret: fetched from where it may be kept, refused from where it may not, and never shown. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "settings/secret.h"

#define CANARY "Kanarie/4c1f seven+doors%" /* as in tests/e2e/secrecy.py */

static char root[] = "/tmp/broadside-secret-XXXXXX";

static void put_file(const char *name, const char *content, unsigned mode)
{
    ARENA(scratch);
    struct error err;
    const char *path = arena_printf(&scratch, "%s/%s", root, name).at;
    check("a file is put",
          file_write(path, text_of(content), mode, &err) && chmod(path, (mode_t)mode) == 0);
}

static const struct {
    const char *promise, *file, *env, *command;
    const char *secret; /* NULL: refused, and then */
    const char *said;
} cases[] = {
    {"a file gives it, without its newline", "good", "", "", CANARY, NULL},
    {"only one newline is taken off", "two", "", "", NULL, "holds a control character or a second"},
    {"a file that the group can read is refused", "group", "", "", NULL, "is open to others"},
    {"a file that others can read is refused", "others", "", "", NULL, "chmod 600"},
    {"a missing file is told", "none", "", "", NULL, "cannot be opened"},
    {"a folder is no file", ".", "", "", NULL, "is no regular file"},
    {"an empty file is refused", "empty", "", "", NULL, "is empty"},
    {"a long file is refused", "long", "", "", NULL, "longer than 4 KB"},
    {"the environment gives it", "", "BROADSIDE_TEST_SECRET", "", CANARY, NULL},
    {"a missing variable is told", "", "BROADSIDE_TEST_NONE", "", NULL,
     "BROADSIDE_TEST_NONE is not set"},
    {"a command gives it", "", "", "echo " CANARY, CANARY, NULL},
    {"in the workspace", "", "", "cat good", CANARY, NULL},
    {"a failing command is told", "", "", "echo " CANARY "; exit 3", NULL, "failed (status 3)"},
    {"an unknown command is told", "", "", "broadside-no-such 2>/dev/null", NULL, "(status 127)"},
    {"a command that says too much is refused", "", "", "cat long", NULL, "longer than 4 KB"},
    {"without waiting for its end", "", "", "yes", NULL, "longer than 4 KB"},
    {"a command that says nothing is refused", "", "", "true", NULL, "is empty"},
};

static void fetches_or_refuses(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct secret_source source = {text_of(cases[i].file),
                                       text_of(cases[i].env),
                                       text_of(cases[i].command),
                                       {TEXT("c.yaml"), 3, 1}};
        struct error err = {0};
        struct secret *secret = secret_open(&source, root, &err);
        if (check(cases[i].promise, (secret != NULL) == (cases[i].secret != NULL)) &&
            secret != NULL)
            check_text(cases[i].promise, text_of(secret_reveal(secret)), text_of(cases[i].secret));
        if (secret == NULL && !check(cases[i].promise, strstr(err.message, cases[i].said) != NULL))
            fprintf(stderr, "    said %s\n", err.message);
        if (secret == NULL)
            check("it is told where it is named, as a fault of configuration",
                  err.line == 3 && err.fault == FAULT_CONFIG);
        check("no message holds it", strstr(err.message, CANARY) == NULL);
        secret_close(secret);
    }
}

static void is_never_shown(void)
{
    struct secret_source source = {.command = TEXT("echo " CANARY)};
    struct error err;
    struct secret *secret = secret_open(&source, root, &err);
    check_text("it is shown as stars", text_of(secret_shown(secret)), TEXT("***"));
    check_text("and its absence as nothing", text_of(secret_shown(NULL)), TEXT(""));
    secret_close(secret);
    secret_close(NULL);
}

int main(void)
{
    static char large[SECRET_BYTES + 100];
    memset(large, 'x', sizeof(large) - 1);
    if (mkdtemp(root) == NULL)
        return EXIT_FAILURE;
    put_file("good", CANARY "\n", 0600);
    put_file("two", CANARY "\n\n", 0600);
    put_file("group", CANARY "\n", 0640);
    put_file("others", CANARY "\n", 0604);
    put_file("empty", "\n", 0600);
    put_file("long", large, 0600);
    setenv("BROADSIDE_TEST_SECRET", CANARY, 1);
    fetches_or_refuses();
    is_never_shown();
    static const char *const files[] = {"good", "two", "group", "others", "empty", "long"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        ARENA(scratch);
        unlink(arena_printf(&scratch, "%s/%s", root, files[i]).at);
    }
    rmdir(root);
    return check_done();
}
