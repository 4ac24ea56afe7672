/*
 * Bench of the store: importing, planning, showing and dispatching a million members.
 *
 *     store [COUNT]       in a folder of its own below $TMPDIR or /tmp
 *
 * Prints a line a figure. Peak memory is that of the whole process so far.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/random.h"
#include "mail/token.h"
#include "store/edition.h"
#include "store/import.h"
#include "store/ledger.h"

enum { MILLION = 1000000 };

struct bench {
    char folder[256], csv[300];
    long count;
    struct token_key key;
    struct store *store;
    struct lock *lock;
    struct error err;
    int64_t edition;
};

static void need(struct bench *bench, bool good)
{
    if (!good)
        fprintf(stderr, "bench: %s\n", bench->err.message);
    must(good);
}

static double cpu(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static long peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

static void figure(const char *what, double seconds, double count, const char *unit)
{
    static double used;
    printf("%-34s %8.3f s %12.0f %s/s, processor %.3f s, peak %ld MB\n", what, seconds,
           count / seconds, unit, cpu() - used, peak_mb());
    used = cpu();
    fflush(stdout);
}

/* Keys and addresses in random order; a third of the members at each of two domains, the rest at
 * ten thousand. */
static void write_csv(struct bench *bench)
{
    struct random random = random_seeded(1);
    FILE *file = fopen(bench->csv, "w");
    must(file != NULL);
    fputs("key,email,first_name,last_name,kind,organization,role,language,timezone,topics,tags,"
          "county,district\n",
          file);
    for (long i = 0; i < bench->count; i++) {
        unsigned long id = ((unsigned long)i * 7919 + 13) % (unsigned long)bench->count;
        unsigned domain = (unsigned)random_below(&random, 30000);
        char name[32];
        snprintf(name, sizeof(name),
                 domain < 10000   ? "mail.example"
                 : domain < 20000 ? "post.example"
                                  : "d%u.example",
                 domain);
        fprintf(file,
                "m%lu,first%lu.last@%s,First%lu,Last,individual,,parent,%s,America/Los_Angeles,"
                "news;stem,partner,Alameda,\"District %u\"\n",
                id, id, name, id, id % 3 == 0 ? "es" : "en", domain % 63);
    }
    must(fclose(file) == 0);
}

static void import_all(struct bench *bench, const char *what, bool strict)
{
    struct import_counts counts;
    struct import import = {.path = TEXT("bench.csv"),
                            .fd = open(bench->csv, O_RDONLY | O_CLOEXEC),
                            .key = &bench->key,
                            .strict = strict,
                            .now_ms = MILLION,
                            .lock = bench->lock};
    double start = now();
    need(bench, import_members(bench->store, &import, &counts, &bench->err));
    figure(what, now() - start, (double)counts.rows, "rows");
    must(counts.rejected == 0);
    close(import.fd);
}

static void plan(struct bench *bench)
{
    static const struct text topics[] = {TEXT_INIT("news")};
    struct selection selection = {
        .topic = topics[0], .topics = topics, .topic_count = 1, .now_ms = MILLION};
    struct edition_order order = {.campaign = TEXT("bench"),
                                  .slot = TEXT("one"),
                                  .selection = &selection,
                                  .content_hash = TEXT("hash"),
                                  .content = TEXT("content"),
                                  .now_ms = MILLION};
    struct edition_planned planned;
    struct selection_counts counts;
    double start = now();
    need(bench, selection_count(bench->store, &selection, &counts, &bench->err));
    figure("plan, counting only", now() - start, (double)counts.selected, "members");
    start = now();
    need(bench, edition_plan(bench->store, &order, &planned, &bench->err));
    figure("plan", now() - start, (double)planned.counts.selected, "deliveries");
    must(planned.counts.selected == bench->count);
    bench->edition = planned.edition_id;
    need(bench, store_checkpoint(bench->store, bench->lock, true, &bench->err));
}

static void show_status(struct bench *bench)
{
    struct store *store;
    struct arena arena = {0};
    struct edition *editions;
    struct tally *tallies;
    struct audit audit;
    size_t count;
    double start = now();
    need(bench, store_open(bench->folder, STORE_READ, &store, &bench->err));
    need(bench, edition_list(store, &arena, text_of(""), &editions, &count, &bench->err));
    need(bench, edition_tally(store, &arena, bench->edition, &tallies, &count, &bench->err));
    figure("status, open to close", now() - start, 1, "times");
    start = now();
    need(bench, ledger_audit(store, bench->edition, &audit, &bench->err));
    must(audit.holds);
    figure("status --audit", now() - start, (double)audit.rows, "rows");
    store_close(store);
    arena_free(&arena);
}

/* One dispatcher, `batch` messages a turn: each turn commits the results of the turn before and the
 * intents of its own. */
static void dispatch(struct bench *bench, size_t batch, size_t total, bool with_taking)
{
    struct arena arena = {0};
    struct ledger *ledger;
    struct delivery *rows = NULL;
    size_t count = 0, done = 0, at = 0;
    double taking = 0, start = now();
    const struct reply reply = {250, {2, 0, 0}, TEXT_INIT("2.0.0 Ok: queued as 4ZbYx13Kqrz9rtt")};
    int64_t *under_way = memory_take(batch * sizeof(*under_way));
    size_t under_way_count = 0;
    need(bench, ledger_open(bench->store, bench->lock, MILLION, &ledger, NULL, &bench->err));
    for (;;) {
        if (at == count) {
            double before = now();
            arena_clear(&arena);
            need(bench, ledger_take(ledger, &arena, MILLION, 2000, &rows, &count, &bench->err));
            at = 0;
            taking += now() - before;
        }
        for (size_t i = 0; i < under_way_count; i++)
            ledger_settle(ledger, &(struct settlement){
                                      .id = under_way[i], .state = DELIVERY_SENT, .reply = &reply});
        done += under_way_count;
        under_way_count = 0;
        for (; under_way_count < batch && at < count && done + under_way_count < total; at++) {
            under_way[under_way_count++] = rows[at].id;
            ledger_intend(ledger, rows[at].id, MILLION);
        }
        need(bench, ledger_commit(ledger, MILLION, &bench->err));
        need(bench, store_checkpoint(bench->store, bench->lock, false, &bench->err));
        if (under_way_count == 0)
            break;
    }
    char what[64];
    double seconds = now() - start - (with_taking ? 0 : taking);
    snprintf(what, sizeof(what), "%s, %zu a commit",
             with_taking ? "take, intend, settle" : "intend, settle", batch);
    figure(what, seconds, (double)done, "messages");
    ledger_close(ledger);
    arena_free(&arena);
    memory_free(under_way);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

int main(int argc, char **argv)
{
    struct bench bench = {.count = argc > 1 ? strtol(argv[1], NULL, 10) : MILLION};
    static const unsigned char secret[TOKEN_KEY] = {7};
    const char *below = getenv("TMPDIR");
    snprintf(bench.folder, sizeof(bench.folder), "%s/broadside-bench-XXXXXX",
             below != NULL ? below : "/tmp");
    must(mkdtemp(bench.folder) != NULL);
    snprintf(bench.csv, sizeof(bench.csv), "%s/members.csv", bench.folder);
    token_key_set(&bench.key, secret);
    write_csv(&bench);
    need(&bench, store_open(bench.folder, STORE_WRITE, &bench.store, &bench.err));
    need(&bench, lock_take(bench.store, MILLION, &bench.lock, &bench.err));
    import_all(&bench, "import", false);
    need(&bench, store_checkpoint(bench.store, bench.lock, true, &bench.err));
    import_all(&bench, "import again, nothing new", false);
    if (getenv("IMPORT_ONLY") != NULL)
        return 0;
    plan(&bench);
    show_status(&bench);
    dispatch(&bench, 1, 5000, false);
    dispatch(&bench, 10, 50000, false);
    dispatch(&bench, 100, 300000, false);
    dispatch(&bench, 100, SIZE_MAX, true);
    show_status(&bench);
    lock_release(bench.lock);
    store_close(bench.store);
    nftw(bench.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
