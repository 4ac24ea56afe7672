/* Styles move from the head to the elements, and nothing else changes. */
#include "template/css.h"
#include "template/inline.h"

#include "base/memory.h"

#include "check.h"

static const struct template_shaper shaper = {inline_styles, NULL};

/* The template as it is rendered, with each value shown in brackets. */
static struct text dressed(struct arena *arena, struct text html)
{
    FINDINGS(findings);
    struct error err = {0};
    struct template_options options = {.kind = TEMPLATE_HTML, .shaper = &shaper};
    struct source *source = arena_new(arena, struct source);
    *source = source_of_file(arena, TEXT("t.html"), html);
    struct template *template = template_compile(arena, source, &options, &findings);
    struct value_member members[] = {{TEXT("name"), value_string(TEXT("Ana"))},
                                     {TEXT("yes"), value_bool(true)}};
    struct value context = {.type = VALUE_OBJECT, .count = 2, .members = members};
    const struct value *contexts[] = {&context};
    struct buffer out = BUFFER_INIT(64 * 1024);
    if (template == NULL || !template_render(template, contexts, 1, &out, &err)) {
        fprintf(stderr, "    %s\n", findings.errors > 0 ? findings.first->message.at : err.message);
        buffer_free(&out);
        return TEXT("(broken)");
    }
    struct text result = arena_text(arena, buffer_text(&out));
    buffer_free(&out);
    return result;
}

static const struct {
    const char *promise, *html, *wanted;
} cases[] = {
    {"a class is dressed", "<style>.a { color: red }</style><p class=\"a\">x</p>",
     "<style></style><p style=\"color: red;\" class=\"a\">x</p>"},
    {"a type, an id, a descendant and a child are dressed",
     "<style>p{margin:0} #i{top:1px} div b{color:red} div > i{color:blue}</style>"
     "<p>1</p><p id=i>2</p><div><p><b>3</b></p><i>4</i></div><b>5</b>",
     "<style>   </style>"
     "<p style=\"margin: 0;\">1</p><p style=\"margin: 0; top: 1px;\" id=i>2</p><div>"
     "<p style=\"margin: 0;\"><b style=\"color: red;\">3</b></p>"
     "<i style=\"color: blue;\">4</i></div><b>5</b>"},
    {"what an element says for itself wins",
     "<style>p{color:red;margin:0}</style><p style=\"color: green\">x</p>",
     "<style></style><p style=\"margin: 0; color: green\">x</p>"},
    {"the more specific rule wins, wherever it stands",
     "<style>p.a{color:red} p{color:blue}</style><p class=a>x</p>",
     "<style> </style><p style=\"color: red;\" class=a>x</p>"},
    {"of two alike the later wins", "<style>p{color:red} p{color:blue}</style><p>x</p>",
     "<style> </style><p style=\"color: blue;\">x</p>"},
    {"media queries stay", "<style>@media (max-width:9px){p{color:red}}</style><p>x</p>",
     "<style>@media (max-width:9px){p{color:red}}</style><p>x</p>"},
    {"pseudo-classes and what is important stay",
     "<style>a:hover{color:red} p{color:red!important}</style><p><a href=\"x\">x</a></p>",
     "<style>a:hover{color:red} p{color:red!important}</style><p><a href=\"x\">x</a></p>"},
    {"values and sections keep their places",
     "<style>.a{color:red}</style><p class=\"a\" title=\"{{name}}\">{{#yes}}{{name}}{{/yes}}</p>",
     "<style></style><p style=\"color: red;\" class=\"a\" title=\"Ana\">Ana</p>"},
    {"a merged style is added to",
     "<style>.a{color:red}</style><p class=\"a\" style=\"top: {{name}}\">x</p>",
     "<style></style><p class=\"a\" style=\"color: red; top: Ana\">x</p>"},
    {"a class that is merged keeps its rules in the head",
     "<style>.a{color:red}</style><p class=\"{{name}}\">x</p><p class=a>y</p>",
     "<style>.a{color:red}</style><p class=\"Ana\">x</p><p class=a>y</p>"},
    {"an element that opens in a section and closes outside keeps its rules in the head",
     "<style>.a b{color:red}</style>{{#yes}}<p class=a>{{/yes}}<b>x</b></p>",
     "<style>.a b{color:red}</style><p class=a><b>x</b></p>"},
    {"quotes do not end the attribute",
     "<style>p{font-family:\"Segoe UI\",'Arial'}</style><p>x</p><p style='top:0'>y</p>",
     "<style></style><p style=\"font-family: 'Segoe UI','Arial';\">x</p>"
     "<p style='font-family: \"Segoe UI\",\"Arial\"; top:0'>y</p>"},
    {"comments and references stay", "<style>p{color:red} /* & */</style><p>x &amp; y</p>",
     "<style> /* & */</style><p style=\"color: red;\">x &amp; y</p>"},
    {"an element left open is dressed once", "<style>b{color:red}</style><p><b>x</p><p>y</p>",
     "<style></style><p><b style=\"color: red;\">x</p><p>y</p>"},
    {"a page without styles keeps its bytes", "<p class=a>x<br>\n&nbsp;</P>",
     "<p class=a>x<br>\n&nbsp;</P>"},
};

static const struct {
    const char *promise, *one, *other;
    double least, most;
} contrasts[] = {
    {"black on white is as far as it goes", "#000", "white", 20.9, 21.1},
    {"a colour is not apart from itself", "#0c4a56", "rgb(12, 74, 86)", 0.99, 1.01},
    {"light grey on white is too faint", "#aaaaaa", "#ffffff", 2.2, 2.4},
};

int main(void)
{
    ARENA(arena);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_text(cases[i].promise, dressed(&arena, text_of(cases[i].html)),
                   text_of(cases[i].wanted));
    for (size_t i = 0; i < COUNT_OF(contrasts); i++) {
        struct css_color one, other;
        bool read = css_color(text_of(contrasts[i].one), &one) &&
                    css_color(text_of(contrasts[i].other), &other);
        double ratio = read ? css_contrast(one, other) : 0;
        check(contrasts[i].promise, ratio > contrasts[i].least && ratio < contrasts[i].most);
    }
    return check_done();
}
