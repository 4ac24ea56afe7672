/* Document syntax: what the YAML parser's complaints mean to the person who wrote the file. */
#ifndef SETTINGS_DOCUMENT_SYNTAX_H
#define SETTINGS_DOCUMENT_SYNTAX_H

#include <stdbool.h>

struct syntax_advice {
    const char *problem; /* as libyaml 0.2.5 says it */
    const char *advice;
    bool at_start; /* the mistake is where the broken thing begins, not where the parser gave up */
};

/* Never NULL; an unknown problem gets a row that says just that something is wrong. */
const struct syntax_advice *document_syntax_advice(const char *problem);

#endif
