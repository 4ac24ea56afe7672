/* Bundle: what its functions promise. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "compose/bundle.h"

static char root[] = "/tmp/broadside-bundle-XXXXXX";

static void put_file(const char *name, struct text bytes)
{
    ARENA(scratch);
    struct error err;
    struct text path = arena_printf(&scratch, "%s/%s", root, name);
    check("a sample is written", file_write(path.at, bytes, 0600, &err));
}

static struct text read_or(struct bundle *bundle, const char *path, size_t cap)
{
    struct text bytes = {0};
    struct error err = {0};
    bool found = false;
    if (!bundle_read(bundle, text_of(path), cap, &bytes, &found, &err))
        return TEXT("(refused)");
    return found ? bytes : TEXT("(absent)");
}

static void record_and_read_back(void)
{
    ARENA(arena);
    struct error err = {0};
    struct bundle *disk = bundle_record(&arena, root), *kept = NULL;
    check_text("a file is read", read_or(disk, "b.txt", 100), TEXT("bytes\0of b"));
    check_text("another", read_or(disk, "sub/a.txt", 100), TEXT("a"));
    check_text("what is not there is said", read_or(disk, "none.txt", 100), TEXT("(absent)"));
    bundle_put(disk, TEXT(":settings"), TEXT("old"));
    bundle_put(disk, TEXT(":settings"), TEXT("made"));
    struct text serialized = bundle_serialize(disk);
    put_file("b.txt", TEXT("changed meanwhile"));
    check_text("a file is read once", read_or(disk, "b.txt", 100), TEXT("bytes\0of b"));

    check("it reads back", bundle_parse(&arena, serialized, &kept, &err));
    check_text("with its files", read_or(kept, "b.txt", 100), TEXT("bytes\0of b"));
    check_text("and what was generated", read_or(kept, ":settings", 100), TEXT("made"));
    check_text("and nothing from the disk", read_or(kept, "c.txt", 100), TEXT("(absent)"));
    check_text("it serializes to the same bytes", bundle_serialize(kept), serialized);
    unsigned char one[DIGEST_SIZE], two[DIGEST_SIZE];
    bundle_digest(disk, one);
    bundle_digest(kept, two);
    check("and has the same digest", token_same(one, two, DIGEST_SIZE));
    bundle_put(kept, TEXT(":settings"), TEXT("other"));
    bundle_digest(kept, two);
    check("other content has another", !token_same(one, two, DIGEST_SIZE));
}

static void order(void)
{
    ARENA(arena);
    struct bundle *one = bundle_record(&arena, root), *two = bundle_record(&arena, root);
    read_or(one, "c.txt", 100), read_or(one, "sub/a.txt", 100), read_or(one, "d.txt", 100);
    read_or(two, "d.txt", 100), read_or(two, "sub/a.txt", 100), read_or(two, "c.txt", 100);
    check_text("the order of reading does not matter", bundle_serialize(one),
               bundle_serialize(two));
}

static void folders(void)
{
    ARENA(arena);
    struct error err;
    struct bundle *disk = bundle_record(&arena, root), *kept;
    check("a folder is read", bundle_read_folder(disk, TEXT("sub/"), TEXT(".txt"), 100, &err));
    check("one that is not there is no error",
          bundle_read_folder(disk, TEXT("none/"), TEXT(".txt"), 100, &err));
    check("with what ends as asked", bundle_parse(&arena, bundle_serialize(disk), &kept, &err));
    check_text("its file is kept", read_or(kept, "sub/a.txt", 100), TEXT("a"));
    check_text("and no other", read_or(kept, "c.txt", 100), TEXT("(absent)"));
    check("a link in it is refused", !bundle_read_folder(disk, TEXT(""), TEXT("k.txt"), 100, &err));
    check("a bundle that was kept reads no folder",
          bundle_read_folder(kept, TEXT(""), TEXT(".txt"), 1, &err));
}

static void refuse(void)
{
    static const struct {
        const char *promise, *path;
        size_t cap;
    } cases[] = {
        {"a path out of the workspace is refused", "../../etc/passwd", 10000},
        {"an absolute path is refused", "/etc/passwd", 10000},
        {"a symbolic link is refused", "link.txt", 10000},
        {"a folder on the way that is a link is refused", "sublink/a.txt", 10000},
        {"a folder is refused", "sub", 10000},
        {"a file over the cap is refused", "c.txt", 1},
        {"the key is refused", "var/secret.key", 100},
        {"so is what a detour leads to", "./var/secret.key", 100},
        {"the members are refused", "config/members.csv", 100},
        {"a hidden file is refused", "sub/.hidden", 100},
        {"the name of a generated entry is no file", ":c", 100},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena);
        check_text(cases[i].promise,
                   read_or(bundle_record(&arena, root), cases[i].path, cases[i].cap),
                   TEXT("(refused)"));
    }
    ARENA(arena);
    struct bundle *bundle = bundle_record(&arena, root);
    read_or(bundle, "c.txt", 100);
    check_text("the cap holds for what is known already", read_or(bundle, "c.txt", 1),
               TEXT("(refused)"));
}

static void damaged(void)
{
    ARENA(arena);
    struct error err;
    struct bundle *bundle = bundle_record(&arena, root), *kept;
    read_or(bundle, "c.txt", 100), read_or(bundle, "d.txt", 100);
    struct text whole = bundle_serialize(bundle);
    bool any = false;
    size_t one_entry = sizeof("broadside bundle 1\n5 2\nc.txtcc\n") - 1;
    for (size_t length = 0; length < whole.length; length++)
        any = any || (length != 19 && length != one_entry &&
                      bundle_parse(&arena, text_slice(whole, 0, length), &kept, &err));
    check("half an entry is refused", !any);
    check("entries out of order are refused",
          !bundle_parse(&arena, TEXT("broadside bundle 1\n1 1\nbx\n1 1\nax\n"), &kept, &err));
    check(
        "a huge length is refused",
        !bundle_parse(&arena, TEXT("broadside bundle 1\n1 99999999999999999999\nb"), &kept, &err));
    check("another version is refused",
          !bundle_parse(&arena, TEXT("broadside bundle 2\n"), &kept, &err));
}

int main(void)
{
    char path[64];
    if (mkdtemp(root) == NULL || chdir(root) != 0 || mkdir("sub", 0700) != 0)
        return EXIT_FAILURE;
    put_file("b.txt", TEXT("bytes\0of b"));
    put_file("c.txt", TEXT("cc"));
    put_file("d.txt", TEXT("d"));
    put_file("sub/a.txt", TEXT("a"));
    check("links are made", symlink("c.txt", "link.txt") == 0 && symlink("sub", "sublink") == 0);
    record_and_read_back();
    order();
    folders();
    refuse();
    damaged();
    static const char *const files[] = {"b.txt",     "c.txt",    "d.txt",
                                        "sub/a.txt", "link.txt", "sublink"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", root, files[i]);
        unlink(path);
    }
    rmdir("sub");
    rmdir(root);
    return check_done();
}
