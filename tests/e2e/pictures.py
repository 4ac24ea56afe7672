"""Pictures: a screenshot against the last accepted one, coarsely, so that another font is no failure and another layout is."""
import os
import pathlib
import struct
import zlib

ACROSS, DOWN = 96, 60
ACCEPTED = pathlib.Path(__file__).resolve().parents[1] / "golden/preview"


def read(path):
    """(width, height, rows of bytes, bytes a pixel) of an 8-bit PNG without interlacing."""
    content = pathlib.Path(path).read_bytes()
    at, packed, width, height, kind = 8, b"", 0, 0, 0
    while at < len(content):
        length, name = struct.unpack(">I4s", content[at:at + 8])
        body = content[at + 8:at + 8 + length]
        if name == b"IHDR":
            width, height, _, kind = struct.unpack(">IIBB", body[:10])
        packed += body if name == b"IDAT" else b""
        at += length + 12
    size = {0: 1, 2: 3, 6: 4}[kind]
    return width, height, unfilter(zlib.decompress(packed), width * size, height, size), size


def unfilter(data, stride, height, size):
    rows, before, at = [], bytearray(stride), 0
    for _ in range(height):
        kind, row = data[at], bytearray(data[at + 1:at + 1 + stride])
        at += stride + 1
        if kind == 2:
            row = bytearray((a + b) & 255 for a, b in zip(row, before))
        elif kind:
            for i in range(stride):
                left, corner = (row[i - size], before[i - size]) if i >= size else (0, 0)
                if kind == 1:
                    guess = left
                elif kind == 3:
                    guess = (left + before[i]) // 2
                else:
                    options = (abs(before[i] - corner), abs(left - corner), abs(left + before[i] - 2 * corner))
                    guess = (left, before[i], corner)[options.index(min(options))]
                row[i] = (row[i] + guess) & 255
        rows.append(row)
        before = row
    return rows


def grid(path):
    """ACROSS x DOWN grey cells."""
    width, height, rows, size = read(path)
    cells = []
    for y in range(DOWN):
        lines = rows[y * height // DOWN:max((y + 1) * height // DOWN, y * height // DOWN + 1)]
        for x in range(ACROSS):
            start, end = x * width // ACROSS, (x + 1) * width // ACROSS
            inside = [line[i * size + c] for line in lines for i in range(start, max(end, start + 1)) for c in range(min(size, 3))]
            cells.append(sum(inside) // max(1, len(inside)))
    return bytes(cells)


def cells_of(accepted):
    return b"".join(bytes(row) for row in read(accepted)[2])


def write(path, cells):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    lines = b"".join(b"\0" + cells[y * ACROSS:(y + 1) * ACROSS] for y in range(DOWN))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", ACROSS, DOWN, 8, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))


def difference(name, picture):
    """How much of the picture looks otherwise than the accepted one, in percent. UPDATE_GOLDEN=1 accepts it."""
    cells, accepted = grid(picture), ACCEPTED / f"{name}.png"
    if os.environ.get("UPDATE_GOLDEN"):
        ACCEPTED.mkdir(parents=True, exist_ok=True)
        write(accepted, cells)
        return 0.0
    if not accepted.exists():
        return 100.0
    return 100 * sum(abs(a - b) > 40 for a, b in zip(cells, cells_of(accepted))) / len(cells)


def likest(name, picture):
    """The accepted picture of the same size ("wide-…") that this one is most like. Views of mere text are so like each other
    that `difference` takes one for the other, but each is most like itself, in another font as well."""
    cells, size = grid(picture), name.split("-")[0]
    others = [path for path in ACCEPTED.glob(f"{size}-*.png") if path.stem != name]
    accepted = [path for path in (ACCEPTED / f"{name}.png", *sorted(others)) if path.exists()]
    return min(accepted, key=lambda path: sum(abs(a - b) for a, b in zip(cells, cells_of(path)))).stem
