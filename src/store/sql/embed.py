"""Turns schema.sql and queries.sql into C: one string a block, one enum a name.

    embed.py schema.sql queries.sql sql.h sql.c header.h…

A block begins with "-- name: some_name" and ends at the next. $SOME_CONSTANT in the SQL is the
number that an enum in one of our headers gives it, so that a state is numbered in one place. An
unknown constant, a name given twice or text outside a block stops the build.
"""

import re
import sys

BLOCK = re.compile(r"^-- name: (\w+)$")
CONSTANT = re.compile(r"\$([A-Z][A-Z0-9_]*)")
ENUMERATOR = re.compile(r"\b([A-Z][A-Z0-9_]*) = (\d+)\b")


def constants_of(paths):
    constants = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            constants.update(ENUMERATOR.findall(file.read()))
    return constants


def blocks_of(path, constants):
    blocks, name = {}, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip()
            begins = BLOCK.match(line)
            if begins:
                name = begins.group(1)
                if name in blocks:
                    sys.exit(f"{path}:{number}: {name} is there twice")
                blocks[name] = []
            elif line and not line.lstrip().startswith("--"):
                if name is None:
                    sys.exit(f"{path}:{number}: SQL before the first '-- name:'")
                unknown = [c for c in CONSTANT.findall(line) if c not in constants]
                if unknown:
                    sys.exit(f"{path}:{number}: no enum knows {unknown[0]}")
                blocks[name].append(CONSTANT.sub(lambda m: constants[m.group(1)], line))
    return blocks


def literal(lines):
    return "\n".join('     "%s\\n"' % line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main(schema, queries, header, source, *headers):
    constants = constants_of(headers)
    migrations = blocks_of(schema, constants)
    queries = blocks_of(queries, constants)
    wanted = [f"migration_{n + 1}" for n in range(len(migrations))]
    if list(migrations) != wanted:
        sys.exit(f"{schema}: the blocks must be {', '.join(wanted)}")
    names = "".join(f"    QUERY_{name.upper()},\n" for name in queries)
    write(header, f"""/* Made by sql/embed.py from schema.sql and queries.sql. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

enum query_name {{
{names}    QUERY_COUNT
}};

enum {{ MIGRATION_COUNT = {len(migrations)} }};

extern const char *const query_names[QUERY_COUNT];
extern const char *const query_texts[QUERY_COUNT];
extern const char *const migration_texts[MIGRATION_COUNT];

#endif
""")
    listed = "".join(f'    "{name}",\n' for name in queries)
    texts = "".join(f"    (\n{literal(lines)}),\n" for lines in queries.values())
    steps = "".join(f"    (\n{literal(lines)}),\n" for lines in migrations.values())
    write(source, f"""/* Made by sql/embed.py from schema.sql and queries.sql. */
#include "store/sql.h"

/* A migration may be longer than the 4095 bytes of C99 5.2.4.1. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

const char *const query_names[QUERY_COUNT] = {{
{listed}}};

const char *const query_texts[QUERY_COUNT] = {{
{texts}}};

const char *const migration_texts[MIGRATION_COUNT] = {{
{steps}}};
""")


main(*sys.argv[1:])
