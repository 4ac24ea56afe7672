#!/usr/bin/env python3
"""Turns the files of the preview's page into a C table.

usage: embed.py OUTPUT FILE...
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "base"))
from literal import literal  # noqa: E402

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def main():
    output, *files = sys.argv[1:]
    rows = []
    for name in files:
        path = pathlib.Path(name)
        content = path.read_bytes()
        served = "" if path.name == "index.html" else path.name
        rows.append(f'    {{"{served}", "{TYPES[path.suffix]}",\n     {{{literal(content)},\n      {len(content)}}}}},\n')
    pathlib.Path(output).write_text(
        '/* The files of the preview\'s page. */\n#include "web/asset.h"\n\n'
        f'const struct asset assets[] = {{\n{"".join(rows)}}};\n\nconst size_t asset_count = {len(rows)};\n')


if __name__ == "__main__":
    main()
