/* Import: what a file may say, and what it may never undo. */
#include "store_world.h"

struct rejected {
    unsigned count;
    uint64_t line;
    char reason[256], row[256];
};

static bool note(void *self, uint64_t line, const char *reason, struct text row, struct error *err)
{
    struct rejected *rejected = self;
    (void)err;
    if (rejected->count++ > 0)
        return true;
    rejected->line = line;
    snprintf(rejected->reason, sizeof(rejected->reason), "%s", reason);
    snprintf(rejected->row, sizeof(rejected->row), "%.*s", TEXT_ARGS(row));
    return true;
}

static const char head[] = "key,email,first_name,kind,topics,tags,county\n";

static void rejects_rows(void)
{
    static const struct {
        const char *promise, *rows;
        uint64_t line;
        const char *reason, *row;
    } cases[] = {
        {"an address without a domain", "a,nobody,,,,,\nb,b@x.example,,,,,\n", 2, "address",
         "a,nobody,,,,,"},
        {"no address at all", "a,,,,,,\nb,b@x.example,,,,,\n", 2, "there is no address", "a,,,,,,"},
        {"an unknown kind", "b,b@x.example,,,,,\nc,c@x.example,,robot,,,\n", 3, "kind",
         "c,c@x.example,,robot,,,"},
        {"too few fields", "a,a@x.example\nb,b@x.example,,,,,\n", 2, "it has 2 fields",
         "a,a@x.example"},
        {"too many fields", "b,b@x.example,,,,,\na,a@x.example,,,,,,\n", 3,
         "it has 8 fields, the header has 7; a field with a comma", "a,a@x.example,,,,,,"},
        {"a line break in a name", "a,a@x.example,\"A\nBcc: x\",,,,\nb,b@x.example,,,,,\n", 2,
         "line break", "a,a@x.example,\"A\nBcc: x\",,,,"},
        {"a NUL-like control in a name", "a,a@x.example,A\x01,,,,\nb,b@x.example,,,,,\n", 2,
         "control character in first_name", "a,a@x.example,A\x01,,,,"},
        {"another encoding", "a,a@x.example,Jos\xE9,,,,\nb,b@x.example,,,,,\n", 2, "not UTF-8",
         NULL},
        {"a quote within a field", "a,a@x.example,Al \"Bo\",,,,\nb,b@x.example,,,,,\n", 2,
         "quote is out of place", NULL},
        {"a quote that is never closed", "a,a@x.example,\"Al,,,,\nb,b@x.example,,,,,\n", 2,
         "a quote is never closed", "a,a@x.example,\"Al,,,,"},
        {"a key that was there before",
         "b,b@x.example,,,,,\nc,c@x.example,,,,,\nb,d@x.example,,,,,\n", 4,
         "its key is that of line 2", "b,d@x.example,,,,,"},
        {"a carriage return alone", "b,b@x.example,,,,,\nc,c@x.example,,,,,\rd\n", 3,
         "carriage return stands alone", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world = world_open();
        struct rejected rejected = {0};
        struct import_counts counts;
        char csv[1024];
        snprintf(csv, sizeof(csv), "%s%s", head, cases[i].rows);
        bool good =
            world_import(&world, csv, (struct import){.reject = note, .self = &rejected}, &counts);
        bool held = check(cases[i].promise,
                          good && rejected.count == 1 && rejected.line == cases[i].line &&
                              strstr(rejected.reason, cases[i].reason) != NULL &&
                              (cases[i].row == NULL || strcmp(rejected.row, cases[i].row) == 0));
        if (!held)
            fprintf(stderr, "    %s: line %u, %u rejected: %s | %s\n",
                    good ? "" : world.err.message, (unsigned)rejected.line, rejected.count,
                    rejected.reason, rejected.row);
        check_number("is rejected alone", (long long)counts.added, (long long)counts.rows - 1);
        check("and the good row is in",
              text_equal(world_member(&world, "b")->email, TEXT("b@x.example")));
        world_close(&world);
    }
}

struct guesses {
    char said[512];
};

static void note_guess(void *self, struct text column, struct text guess)
{
    struct guesses *guesses = self;
    size_t length = strlen(guesses->said);
    snprintf(guesses->said + length, sizeof(guesses->said) - length, "%.*s=%.*s ",
             TEXT_ARGS(column), TEXT_ARGS(guess));
}

static void guesses_columns(void)
{
    static const struct {
        const char *promise, *columns, *said;
    } cases[] = {
        {"a slip of the finger", "email,frist_name,lst_name",
         "frist_name=first_name lst_name=last_name "},
        {"a spreadsheet's own spelling", "email,First Name,LASTNAME,Time-Zone",
         "First Name=first_name LASTNAME=last_name Time-Zone=timezone "},
        {"the other spelling", "email,organisation,topic,tag",
         "organisation=organization topic=topics tag=tags "},
        {"a beginning", "email,lang,org", "lang=language "},
        {"not when the column is there as well", "email,first_name,frist_name", ""},
        {"not what is another word", "email,county,note,city,zip,district_phone,name,state,date",
         ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world = world_open();
        struct guesses guesses = {{0}};
        struct import_counts counts;
        char csv[1024];
        snprintf(csv, sizeof(csv), "%s\n", cases[i].columns);
        check("the file is read all the same",
              world_import(&world, csv, (struct import){.doubt = note_guess, .self = &guesses},
                           &counts));
        check_text(cases[i].promise, text_of(guesses.said), text_of(cases[i].said));
        world_close(&world);
    }
}

static void refuses_files(void)
{
    static const struct {
        const char *promise, *csv, *says;
    } cases[] = {
        {"an empty file", "", "empty"},
        {"a file without addresses", "name,key\na,b\n", "no column \"email\""},
        {"a header with a name twice", "email,key,key\n", "same name"},
        {"a header with two attributes of a name", "email,x,x\n", "same name"},
        {"a column without a name", "email,,x\n", "column 2 has no name"},
        {"semicolons", "email;key\na@x.example;b\n", "semicolons: save the file with commas"},
        {"a spreadsheet of today", "PK\x03\x04\x14\x01\b\n", "a spreadsheet (.xlsx or .ods): save"},
        {"a spreadsheet of old", "\xD0\xCF\x11\xE0\xA1\n", "a spreadsheet (.xls): save it as"},
        {"lines of an old Macintosh", "email,key\ra@x.example,b\r", "old Macintosh"},
        {"UTF-16",
         "\xFF\xFE"
         "e",
         "UTF-16"},
        {"a quote in a column's name", "email,\"a\"\"b\"\n", "quote"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world = world_open();
        struct import_counts counts;
        bool good = world_import(&world, cases[i].csv, (struct import){0}, &counts);
        check(cases[i].promise, !good && world.err.fault == FAULT_FILE &&
                                    strstr(world.err.message, cases[i].says) != NULL);
        world_close(&world);
    }
}

static void reads_what_is_meant(void)
{
    struct world world = world_open();
    struct import_counts counts;
    world_must(&world, world_import(&world,
                                    "\xEF\xBB\xBF"
                                    "Email,First_Name,kind,language,tags,zip code,note\r\n"
                                    "\r\n"
                                    ",,,,,\"\",\r\n"
                                    "Bo@B\xC3\xBC"
                                    "cher.example, Bo ,Organization,ES,b; a;b,\"1,2\",\"x\r\ny\"",
                                    (struct import){.topic = TEXT("news")}, &counts));
    check_number("neither a blank line nor a row of commas is a row", (long long)counts.rows, 1);
    struct member *member = world_member(&world, "bo@xn--bcher-kva.example");
    check_text("the key is the address, unless one is named", member->key,
               TEXT("bo@xn--bcher-kva.example"));
    check_text("an IDN domain becomes A-labels", member->email, TEXT("Bo@xn--bcher-kva.example"));
    check_text("blanks around a field go", member->first_name, TEXT("Bo"));
    check_number("a kind in any case", member->kind, MEMBER_ORGANIZATION);
    check_text("a language in lower case", member->language, TEXT("es"));
    check_text("tags are sorted and once", member->tags, TEXT("a;b"));
    check_text("other columns are attributes", member->attributes,
               TEXT("{\"note\":\"x\\r\\ny\",\"zip code\":\"1,2\"}"));
    world_close(&world);
}

static void is_idempotent(void)
{
    static const char csv[] = "key,email,first_name,topics,county\n"
                              "a,a@x.example,A,news;stem,Kern\n"
                              "b,b@x.example,B,news,\n";
    struct world world = world_open();
    struct import_counts counts;
    world_must(&world, world_import(&world, csv, (struct import){0}, &counts));
    check("a first import adds", counts.added == 2 && counts.subscribed == 3);
    world.now_ms += 1000;
    world_must(&world, world_import(&world, csv, (struct import){0}, &counts));
    check("a second changes nothing", counts.unchanged == 2 && counts.added == 0 &&
                                          counts.changed == 0 && counts.subscribed == 0);
    check_number("not even a time", world_member(&world, "a")->changed_ms, NOW);
    world_must(&world, world_import(&world, "key,email,first_name\na,a2@x.example,A\n",
                                    (struct import){0}, &counts));
    check_number("another address is a change", (long long)counts.changed, 1);
    struct member *member = world_member(&world, "a2@x.example");
    check("a column that the file lacks stays as it was",
          text_equal(member->key, TEXT("a")) &&
              text_equal(member->attributes, TEXT("{\"county\":\"Kern\"}")));
    world_must(&world, world_import(&world, "key,email,board\na,a2@x.example,yes\n",
                                    (struct import){0}, &counts));
    check_text("new attributes join the old", world_member(&world, "a")->attributes,
               TEXT("{\"board\":\"yes\",\"county\":\"Kern\"}"));
    world_must(&world, world_import(&world, "key,email,county\na,a2@x.example,\n",
                                    (struct import){0}, &counts));
    check_text("an emptied attribute goes", world_member(&world, "a")->attributes,
               TEXT("{\"board\":\"yes\"}"));
    world_close(&world);
}

static void never_undoes(void)
{
    static const char csv[] = "key,email,topics\na,a@x.example,news\nb,b@x.example,news\n";
    struct world world = world_open();
    struct import_counts counts;
    struct member_history history;
    struct suppression hard = {
        .address = TEXT("b@x.example"), .class = TEXT("hard"), .since_ms = NOW};
    struct suppression *found;
    bool added;
    world_must(&world, world_import(&world, csv, (struct import){0}, &counts));
    int64_t id = world_member(&world, "a")->id;
    world_must(&world, member_consent(world.store, id, TEXT("news"), CONSENT_UNSUBSCRIBED, NOW + 1,
                                      TEXT("one-click"), &world.err));
    world_must(&world, suppression_add(world.store, &world.key, &hard, &added, &world.err));
    world_must(&world, world_import(&world, csv, (struct import){.topic = TEXT("news")}, &counts));
    check_number("who unsubscribed is kept out", (long long)counts.kept_out, 1);
    check_number("who is suppressed is counted", (long long)counts.suppressed, 1);
    world_must(&world, member_history(world.store, &world.arena, id, NOW, &history, &world.err));
    check("and stays unsubscribed", history.subscription_count == 1 &&
                                        history.subscriptions[0].consent == CONSENT_UNSUBSCRIBED);
    check("with the history of it",
          history.event_count == 2 && history.events[0].consent == CONSENT_SUBSCRIBED &&
              text_equal(history.events[0].source, TEXT("import members.csv")) &&
              history.events[1].consent == CONSENT_UNSUBSCRIBED);
    world_must(&world, suppression_find(world.store, &world.arena, &world.key, TEXT("B@X.example"),
                                        NOW, &found, &world.err));
    check("who is suppressed stays suppressed", found != NULL);
    world_close(&world);
}

static void strict_and_dry(void)
{
    struct world world = world_open();
    struct import_counts counts;
    int64_t count;
    bool good = world_import(&world, "email\na@x.example\nbroken\n",
                             (struct import){.strict = true}, &counts);
    check("strict names the line", !good && world.err.line == 3 && world.err.fault == FAULT_FILE);
    world_must(&world, member_count(world.store, &count, &world.err));
    check_number("and imports nothing", count, 0);
    world_must(&world, world_import(&world, "email\na@x.example\n", (struct import){.strict = true},
                                    &counts));
    world_must(&world, member_count(world.store, &count, &world.err));
    check_number("a clean file it imports", count, 1);
    world_must(&world, world_import(&world, "email\na@x.example\nb@x.example\n",
                                    (struct import){.dry_run = true}, &counts));
    check("a dry run counts", counts.added == 1 && counts.unchanged == 1);
    world_must(&world, member_count(world.store, &count, &world.err));
    check_number("and changes nothing", count, 1);
    world_close(&world);
}

/* Rows and lines of every length, so that each falls across the end of the input once. */
static void keeps_count_of_lines(void)
{
    struct world world = world_open();
    struct import_counts counts;
    struct rejected rejected = {0};
    BUFFER(csv, 1 << 24);
    buffer_add_string(&csv, "key,email,note\n");
    for (unsigned i = 0; i < 30000; i++) {
        buffer_printf(&csv, "k%u,k%u@x.example,\"", i, i);
        buffer_add_repeated(&csv, 'n', i % 61);
        buffer_add_string(&csv, "\n\"\n");
    }
    buffer_add_string(&csv, "broken\n");
    world_must(&world, world_import(&world, buffer_string(&csv),
                                    (struct import){.reject = note, .self = &rejected}, &counts));
    check_number("rows across two lines are all there", (long long)counts.added, 30000);
    check_number("and the line of the broken one is right", (long long)rejected.line, 60002);
    world_close(&world);
}

static void survives_endless_lines(void)
{
    struct world world = world_open();
    struct import_counts counts;
    struct rejected rejected = {0};
    BUFFER(csv, 1 << 24);
    buffer_add_string(&csv, "key,email\na,");
    buffer_add_repeated(&csv, 'x', 3000000);
    buffer_add_string(&csv, "\nb,b@x.example\n");
    world_must(&world, world_import(&world, buffer_string(&csv),
                                    (struct import){.reject = note, .self = &rejected}, &counts));
    check("a line of 3 MB is rejected alone", counts.added == 1 && counts.rejected == 1 &&
                                                  rejected.line == 2 &&
                                                  strstr(rejected.reason, "longer than") != NULL);
    world_close(&world);
}

/* More rows than a batch, a group of batches, and neither a multiple of them. */
static void groups_of_batches(void)
{
    static const unsigned rows[] = {1, 20000, 20001, 100001};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world world = world_open();
        int64_t count;
        world_people(&world, rows[i], "news");
        world_must(&world, member_count(world.store, &count, &world.err));
        check_number("every row of a long file is in", count, rows[i]);
        world_close(&world);
    }
}

int main(void)
{
    groups_of_batches();
    rejects_rows();
    guesses_columns();
    refuses_files();
    reads_what_is_meant();
    is_idempotent();
    never_undoes();
    strict_and_dry();
    keeps_count_of_lines();
    survives_endless_lines();
    return check_done();
}
