/* Address: what its functions promise. */
#include "check.h"

#include "mail/address.h"

static const struct {
    const char *promise, *input, *whole, *key;
    unsigned flags;
} good[] = {
    {"a plain address stays as it is", "robin@example.org", "robin@example.org",
     "robin@example.org", 0},
    {"the local part keeps its case, the domain and the key lose theirs", "Robin.E@Example.ORG",
     "Robin.E@example.org", "robin.e@example.org", 0},
    {"every mark of an atom is accepted", "!#$%&'*+-/=?^_`{|}~@example.org",
     "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org", 0},
    {"a quoted local part keeps its quotes where it needs them", "\"a b\"@example.org",
     "\"a b\"@example.org", "\"a b\"@example.org", 0},
    {"an @ within quotes is no separator", "\"a@b\"@example.org", "\"a@b\"@example.org",
     "\"a@b\"@example.org", 0},
    {"quotes that are not needed go", "\"robin\"@example.org", "robin@example.org",
     "robin@example.org", 0},
    {"a backslash that is not needed goes", "\"ro\\bin x\"@example.org", "\"robin x\"@example.org",
     "\"robin x\"@example.org", 0},
    {"a quoted quote stays quoted", "\"a\\\"b\"@example.org", "\"a\\\"b\"@example.org",
     "\"a\\\"b\"@example.org", 0},
    {"a name beyond ASCII becomes A-labels",
     "kontakt@b\xC3\xBC"
     "cher.example",
     "kontakt@xn--bcher-kva.example", "kontakt@xn--bcher-kva.example", 0},
    {"a capital umlaut is the same domain",
     "kontakt@B\xC3\x9C"
     "CHER.example",
     "kontakt@xn--bcher-kva.example", "kontakt@xn--bcher-kva.example", 0},
    {"an umlaut in two code points is the same domain",
     "kontakt@bu\xCC\x88"
     "cher.example",
     "kontakt@xn--bcher-kva.example", "kontakt@xn--bcher-kva.example", 0},
    {"a sharp s is not turned into ss",
     "a@stra\xC3\x9F"
     "e.example",
     "a@xn--strae-oqa.example", "a@xn--strae-oqa.example", 0},
    {"an A-label passes", "a@XN--bcher-kva.example", "a@xn--bcher-kva.example",
     "a@xn--bcher-kva.example", 0},
    {"a local part beyond ASCII passes where it may", "\xC3\xA9@example.org",
     "\xC3\xA9@example.org", "\xC3\xA9@example.org", ADDRESS_UTF8_LOCAL},
    {"a domain without a dot passes where it may", "root@localhost", "root@localhost",
     "root@localhost", ADDRESS_SINGLE_LABEL},
    {"digits in a domain are fine", "a@1.2.example", "a@1.2.example", "a@1.2.example", 0},
};

#define X8 "xxxxxxxx"
#define X56 X8 X8 X8 X8 X8 X8 X8
#define X63 X56 "xxxxxxx"

static const struct {
    const char *promise, *input, *says;
} bad[] = {
    {"nothing is no address", "", "no address"},
    {"a word is no address", "robin", "no @"},
    {"nothing before the @", "@example.org", "nothing before the @"},
    {"nothing after the @", "robin@", "nothing after the @"},
    {"two dots in a row", "ro..bin@example.org", "two dots in a row before the @"},
    {"two dots in the domain", "robin@example..org", "two dots in a row after the @"},
    {"a dot at the beginning", ".robin@example.org", "begins with a dot"},
    {"a dot before the @", "robin.@example.org", "dot right before the @"},
    {"a dot before the domain", "robin@.example.org", "domain begins with a dot"},
    {"a dot behind the domain", "robin@example.org.", "domain ends with a dot"},
    {"a domain without a dot", "robin@example", "domain has no dot"},
    {"a blank inside", "ro bin@example.org", "blank before the @"},
    {"a blank in the domain", "robin@exa mple.org", "domain cannot hold \" \""},
    {"blanks around", " robin@example.org", "blanks around"},
    {"two addresses", "a@example.org,b@example.org", "two addresses"},
    {"two @", "a@b@example.org", "more than one @"},
    {"a name with it", "<robin@example.org>", "without a name"},
    {"a comment", "robin(x)@example.org", "comments"},
    {"a comment in the domain", "robin@example.org(x)", "cannot hold \"(\""},
    {"an address literal", "robin@[192.0.2.1]", "in brackets"},
    {"an IPv4 address", "robin@192.0.2.1", "ends in a number"},
    {"a line feed", "robin@example.org\nBcc: x@example.org", "control character"},
    {"a carriage return in quotes", "\"a\rb\"@example.org", "control character"},
    {"a tab in quotes", "\"a\tb\"@example.org", "control character"},
    {"a DEL", "a\x7F@example.org", "control character"},
    {"a C1 control", "a\xC2\x85@example.org", "control character"},
    {"broken UTF-8", "a\xFF@example.org", "not UTF-8"},
    {"an open quote", "\"robin@example.org", "not closed"},
    {"a quote closed by a backslash", "\"robin\\\"@example.org", "not closed"},
    {"a quote within quotes", "\"a\"b\"@example.org", "quote within"},
    {"empty quotes", "\"\"@example.org", "between the quotes"},
    {"a quote in an atom", "a\"b@example.org", "cannot hold"},
    {"a local part beyond ASCII", "\xC3\xA9@example.org", "beyond ASCII"},
    {"a label that begins with a hyphen", "a@-x.example", "hyphen"},
    {"a label that ends with a hyphen", "a@x-.example", "hyphen"},
    {"an underscore in the domain", "a@x_y.example", "cannot hold \"_\""},
    {"an A-label that decodes to nothing", "a@xn--a.example", "internationalized"},
    {"a symbol in the domain", "a@\xE2\x98\x83.\xE2\x80\xAE.example", "internationalized"},
    {"a local part of 65", X63 "xx@example.org", "longer than 64"},
    {"a label of 64", "a@" X63 "x.example", "longer than 63"},
    {"a domain of 259", "a@" X63 "." X63 "." X63 "." X63 ".org", "longer than 255"},
    {"a whole of 255", "abcdef@" X63 "." X63 "." X63 "." X56, "longer than 254"},
};

static void parse_good(void)
{
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        ARENA(arena);
        struct address address = {0};
        struct error err = {0};
        bool passed = address_parse(&arena, text_of(good[i].input), good[i].flags, &address, &err);
        check(good[i].promise, passed);
        if (!passed)
            fprintf(stderr, "    %s\n", err.message);
        check_text(good[i].promise, address.whole, text_of(good[i].whole));
        check_text(good[i].promise, address.key, text_of(good[i].key));
    }
}

static void parse_bad(void)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        ARENA(arena);
        struct address address;
        struct error err = {0};
        check(bad[i].promise, !address_parse(&arena, text_of(bad[i].input), 0, &address, &err));
        if (!check(bad[i].promise, strstr(err.message, bad[i].says) != NULL))
            fprintf(stderr, "    says \"%s\"\n", err.message);
    }
}

static void parts_and_limits(void)
{
    ARENA(arena);
    struct address address = {0};
    struct error err;
    check("a NUL is refused",
          !address_parse(&arena, text_from("a\0b@example.org", 15), 0, &address, &err));
    check("64 before the @ fit",
          address_parse(&arena, TEXT(X63 "x@example.org"), 0, &address, &err));
    check("63 a label fit", address_parse(&arena, TEXT("a@" X63 ".example"), 0, &address, &err));
    check("254 in all fit",
          address_parse(&arena, TEXT("abcd@" X63 "." X63 "." X63 "." X56 "x"), 0, &address, &err) &&
              address.whole.length == 254);
    check("an address beyond ASCII says so",
          address_parse(&arena, TEXT("\xC3\xA9@example.org"), ADDRESS_UTF8_LOCAL, &address, &err) &&
              address.needs_smtputf8);
    check("a domain beyond ASCII alone does not",
          address_parse(&arena, TEXT("e@\xC3\xA9.example"), ADDRESS_UTF8_LOCAL, &address, &err) &&
              !address.needs_smtputf8);
    check_text("its local part", address.local, TEXT("e"));
    check_text("its domain", address.domain, TEXT("xn--9ca.example"));
    check_text("the domain of an address", address_domain_of(TEXT("\"a@b\"@c.example")),
               TEXT("c.example"));
}

int main(void)
{
    parse_good();
    parse_bad();
    parts_and_limits();
    return check_done();
}
