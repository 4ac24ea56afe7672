#!/usr/bin/env python3
"""Turns the example workspace into a C table, so that `broadside init` needs nothing but the binary.

usage: embed.py OUTPUT ROOT FILE...
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "base"))
from literal import literal  # noqa: E402


def main():
    output, root, *files = sys.argv[1:]
    rows = []
    for name in files:
        path = pathlib.Path(name)
        content = path.read_bytes()
        relative = path.resolve().relative_to(pathlib.Path(root).resolve())
        rows.append(f'    {{TEXT_INIT("{relative}"),\n     {{{literal(content)},\n      {len(content)}}}}},\n')
    pathlib.Path(output).write_text(
        '/* The example workspace, made from the files of the repository. */\n'
        '#include "cli/example.h"\n\n'
        f'const struct example_file example_files[] = {{\n{"".join(rows)}}};\n\n'
        f"const size_t example_file_count = {len(rows)};\n")


if __name__ == "__main__":
    main()
