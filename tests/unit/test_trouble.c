/* Trouble: a full disk, a failing disk, a locked database, a damaged one. Nothing is lost by any.
 */
#include <signal.h>
#include <sys/resource.h>

#include "store/statement.h"
#include "store_world.h"

struct scene {
    struct world world;
    struct lock *lock;
    struct ledger *ledger;
    int64_t edition;
    struct delivery *rows;
    size_t count;
};

enum { PEOPLE = 40 };

static struct scene scene_open(void)
{
    struct scene scene = {.world = world_open()};
    struct world *world = &scene.world;
    world_people(world, PEOPLE, "news");
    scene.edition = world_plan(world, "one", (struct edition_order){.on_unknown = ON_UNKNOWN_HOLD});
    world_must(world, store_ballast_keep(world->store, &world->err));
    world_must(world, lock_take(world->store, NOW, &scene.lock, &world->err));
    world_must(world, ledger_open(world->store, scene.lock, NOW, &scene.ledger, NULL, &world->err));
    world_must(world, ledger_take(scene.ledger, &world->arena, NOW, PEOPLE, &scene.rows,
                                  &scene.count, &world->err));
    return scene;
}

static void reopen(struct scene *scene)
{
    struct world *world = &scene->world;
    ledger_close(scene->ledger);
    lock_release(scene->lock);
    store_close(world->store);
    world_must(world, store_open(world->folder, STORE_WRITE, &world->store, &world->err));
    world_must(world, lock_take(world->store, NOW, &scene->lock, &world->err));
    world_must(world,
               ledger_open(world->store, scene->lock, NOW, &scene->ledger, NULL, &world->err));
}

static void scene_close(struct scene *scene)
{
    check("the counters are what the rows say", world_audit(&scene->world, scene->edition));
    ledger_close(scene->ledger);
    lock_release(scene->lock);
    world_close(&scene->world);
}

static bool commit(struct scene *scene)
{
    return ledger_commit(scene->ledger, NOW, &scene->world.err);
}

/* Row 0 is in INTENT; row 1 is intended and row 0 settled in the turn that will fail. */
static void prepare_turn(struct scene *scene)
{
    ledger_intend(scene->ledger, scene->rows[0].id, NOW);
    world_must(&scene->world, commit(scene));
    ledger_settle(scene->ledger,
                  &(struct settlement){.id = scene->rows[0].id, .state = DELIVERY_SENT});
    ledger_intend(scene->ledger, scene->rows[1].id, NOW);
}

/* No file of this process may grow: every write to the log fails. */
static void forbid_growth(bool forbidden)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = forbidden ? 1 : limit.rlim_max;
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void pragma(struct scene *scene, const char *sql)
{
    world_must(&scene->world, statement_run(statement_made(scene->world.store, text_of(sql)), NULL,
                                            &scene->world.err));
}

static bool ballast_is_there(struct scene *scene)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/ballast", scene->world.folder);
    return access(path, F_OK) == 0;
}

static void a_disk_fails(void)
{
    struct scene scene = scene_open();
    prepare_turn(&scene);
    forbid_growth(true);
    bool good = commit(&scene);
    forbid_growth(false);
    check("a write that fails is said", !good && scene.world.err.fault == FAULT_WRITE);
    check_number("nothing is granted", ledger_grant(scene.ledger, scene.rows[1].id), GRANT_NO);
    check("the ballast is given back", !ballast_is_there(&scene));
    check("the ledger grants no more", ledger_failed(scene.ledger));
    check("but keeps the result", ledger_pending(scene.ledger));
    ledger_intend(scene.ledger, scene.rows[2].id, NOW);
    check("the result is saved once the disk writes again", commit(&scene));
    check_number("an intent still is not granted", ledger_grant(scene.ledger, scene.rows[2].id),
                 GRANT_NO);
    struct edition edition = world_edition(&scene.world, scene.edition);
    check("nobody is lost", edition.sent == 1 && edition.ready == PEOPLE - 1);
    reopen(&scene);
    edition = world_edition(&scene.world, scene.edition);
    check("nor after opening anew",
          edition.sent == 1 && edition.ready == PEOPLE - 1 && edition.unknown == 0);
    scene_close(&scene);
}

/* The database may not grow by a page; a long reply that needs one cannot be written. */
static void a_disk_is_full(void)
{
    struct scene scene = scene_open();
    char words[LEDGER_REPLY];
    memset(words, 'w', sizeof(words));
    const struct reply reply = {250, {2, 0, 0}, {words, sizeof(words)}};
    for (size_t i = 0; i < PEOPLE; i++)
        ledger_intend(scene.ledger, scene.rows[i].id, NOW);
    world_must(&scene.world, commit(&scene));
    pragma(&scene, "PRAGMA max_page_count = 1");
    bool good = true;
    for (size_t i = 0; i < PEOPLE; i++) {
        char class[8];
        snprintf(class, sizeof(class), "c%zu", i);
        ledger_settle(scene.ledger, &(struct settlement){.id = scene.rows[i].id,
                                                         .state = DELIVERY_FAILED,
                                                         .suppress_class = text_of(class),
                                                         .reply = &reply});
    }
    good = commit(&scene);
    check("a full disk is said", !good && scene.world.err.fault == FAULT_WRITE &&
                                     strstr(scene.world.err.message, "full") != NULL);
    pragma(&scene, "PRAGMA max_page_count = 100000");
    check("with room again the results are written", commit(&scene));
    check_number("all of them", world_edition(&scene.world, scene.edition).failed, PEOPLE);
    scene_close(&scene);
}

static void somebody_locks(void)
{
    struct scene scene = scene_open();
    struct store *other;
    prepare_turn(&scene);
    world_must(&scene.world, store_open(scene.world.folder, STORE_WRITE, &other, &scene.world.err));
    world_must(&scene.world, store_begin(other, &scene.world.err));
    pragma(&scene, "PRAGMA busy_timeout = 1");
    check("a locked database is said", !commit(&scene) && scene.world.err.fault == FAULT_REMAINS);
    check_number("nothing is granted", ledger_grant(scene.ledger, scene.rows[1].id), GRANT_NO);
    check("it is no failure", !ledger_failed(scene.ledger) && ledger_pending(scene.ledger));
    store_rollback(other);
    store_close(other);
    ledger_intend(scene.ledger, scene.rows[1].id, NOW);
    check("later it goes on", commit(&scene));
    check_number("with a grant", ledger_grant(scene.ledger, scene.rows[1].id), GRANT_YES);
    check_number("and the result", world_edition(&scene.world, scene.edition).sent, 1);
    scene_close(&scene);
}

/* Every page but the first is overwritten. */
static void a_file_is_damaged(void)
{
    struct world world = world_open();
    struct lock *lock;
    struct stat before, after;
    char path[96];
    int64_t count;
    world_people(&world, 200, "news");
    world_must(&world, lock_take(world.store, NOW, &lock, &world.err));
    world_must(&world, store_checkpoint(world.store, lock, true, &world.err));
    lock_release(lock);
    store_close(world.store);
    world.store = NULL;
    snprintf(path, sizeof(path), "%s/broadside.db", world.folder);
    must(stat(path, &before) == 0);
    int fd = open(path, O_WRONLY);
    for (off_t at = 4096; at < before.st_size; at += 64)
        must(pwrite(fd, "damage", 6, at) == 6);
    close(fd);
    bool good = store_open(world.folder, STORE_WRITE, &world.store, &world.err) &&
                member_count(world.store, &count, &world.err);
    check("a damaged database is refused",
          !good && world.err.fault == FAULT_FILE && strstr(world.err.message, "backup") != NULL);
    store_close(world.store);
    world.store = NULL;
    check("and not recreated", stat(path, &after) == 0 && after.st_size == before.st_size);
    world_close(&world);
}

static void import_meets_a_full_disk(void)
{
    struct world world = world_open();
    struct import_counts counts;
    world_must(&world, statement_run(statement_made(world.store, TEXT("PRAGMA max_page_count = 1")),
                                     NULL, &world.err));
    BUFFER(csv, 1 << 20);
    buffer_add_string(&csv, "email\n");
    for (int i = 0; i < 2000; i++)
        buffer_printf(&csv, "somebody%d@x.example\n", i);
    check("an import on a full disk says so",
          !world_import(&world, buffer_string(&csv), (struct import){0}, &counts) &&
              world.err.fault == FAULT_WRITE);
    int64_t count = -1;
    check("and leaves no half batch", member_count(world.store, &count, &world.err) && count == 0);
    world_close(&world);
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    a_disk_fails();
    a_disk_is_full();
    somebody_locks();
    a_file_is_damaged();
    import_meets_a_full_disk();
    return check_done();
}
