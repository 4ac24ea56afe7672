/* Document syntax: what the YAML parser's complaints mean to the person who wrote the file. */
#include "settings/document_syntax.h"

#include "base/text.h"

#include "base/banned.h"

static const struct syntax_advice advices[] = {
    {"mapping values are not allowed in this context",
     "a \": \" cannot stand here; put the text in quotes, or look at the indentation", false},
    {"did not find expected key",
     "a key is expected here; look at the indentation, and at quotes in the line", false},
    {"did not find expected '-' indicator",
     "an item (\"- \") is expected here; look at the indentation", false},
    {"could not find expected ':'",
     "a key without its \":\"; or a longer text, which needs quotes or a \"|\" before it", true},
    {"found character that cannot start any token",
     "a value cannot begin with this character; put it in quotes (a tab: use spaces)", false},
    {"found a tab character that violates indentation", "a tab; indent with spaces", false},
    {"found a tab character where an indentation space is expected", "a tab; indent with spaces",
     false},
    {"found unexpected end of stream", "this quote is never closed", true},
    {"found unexpected document indicator", "this quote is never closed", true},
    {"did not find expected ',' or ']'", "this [ is never closed, or a comma is missing in it",
     true},
    {"did not find expected ',' or '}'", "this { is never closed, or a comma is missing in it",
     true},
    {"found unknown escape character",
     "an unknown escape behind \"\\\"; in single quotes a backslash is just itself", false},
    {"did not find expected hexdecimal number", "an escape needs hexadecimal digits", false},
    {"did not find expected <document start>",
     "text that belongs to nothing; look at the quotes "
     "and brackets before it",
     false},
    {"did not find expected comment or line break",
     "the text after | or > begins on the next line; only a comment may follow here", false},
    {"did not find expected alphabetic or numeric character",
     "text that begins with * or & needs quotes around it", true},
    {"block sequence entries are not allowed in this context",
     "a \"- \" cannot stand here; put it on a line of its own, or in quotes", false},
};

static const struct syntax_advice unknown = {"", "broken YAML", false};

const struct syntax_advice *document_syntax_advice(const char *problem)
{
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
        if (text_equal(text_of(advices[i].problem), text_of(problem)))
            return &advices[i];
    return &unknown;
}
