"""Bytes as C string literals, for the generators that build files into the binary."""

LONGEST = 90  # of a source line


def literal(content):
    lines, line = [], ""
    for byte in content:
        if byte in b'"\\':
            line += "\\" + chr(byte)
        elif 32 <= byte < 127 and byte != ord("?"):
            line += chr(byte)
        else:
            line += f"\\{byte:03o}"
        if byte == 10 or len(line) > LONGEST:
            lines.append(line)
            line = ""
    lines.append(line)
    return "\n     ".join(f'"{line}"' for line in lines)
