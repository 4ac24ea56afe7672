/* Headers and bodies: whatever a member's value holds, it stays one field, and every line is fit.
 */
#include <stdint.h>

#include "base/memory.h"
#include "mail/encode.h"
#include "mail/header.h"

enum { ROOM = 1024 * 1024 };

/* Lines that end in CRLF, none longer than `most`, no control character, no bare CR or LF. */
static void check_lines(struct text lines, size_t most)
{
    struct text rest = lines;
    while (rest.length > 0) {
        size_t end = text_find(rest, TEXT("\r\n"));
        must(end != TEXT_NONE && end <= most);
        must(!text_has_control(text_slice(rest, 0, end), "\t"));
        must(text_is_ascii(text_slice(rest, 0, end)));
        rest = text_after(rest, end + 2);
    }
}

/* One field: every line but the first goes on with a blank, and none is blank. */
static void check_field(struct text field)
{
    struct text rest = field, line;
    check_lines(field, HEADER_LINE);
    must(text_take_line(&rest, &line) && line.length > 0 && line.at[0] != ' ');
    while (text_take_line(&rest, &line))
        must(line.length > 1 && line.at[0] == ' ' && text_trim(line).length > 0);
}

static void check_piece(struct text piece)
{
    struct text rest = piece, line;
    check_lines(piece, ENCODE_LINE);
    while (text_take_line(&rest, &line)) {
        must(!text_starts(line, TEXT(".")) && !text_starts(line, TEXT("From ")));
        must(!text_ends(line, TEXT(" ")) && !text_ends(line, TEXT("\t")));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    struct text input = text_from((const char *)data, size);
    struct mailbox mailbox = {input, TEXT("a@example.org")};
    BUFFER(out, ROOM);
    if (header_text(&out, "Subject", input, &err))
        check_field(buffer_text(&out));
    buffer_clear(&out);
    if (header_mailboxes(&out, "To", &mailbox, 1, &err))
        check_field(buffer_text(&out));
    buffer_clear(&out);
    if (header_value_check("name", input, &err)) {
        buffer_add_string(&out, "Content-Disposition: attachment");
        encode_parameter("filename", input, &out);
        buffer_add_string(&out, "\r\n");
        check_field(buffer_text(&out));
    }
    buffer_clear(&out);
    encode_qp_piece(input, &out);
    check_piece(buffer_text(&out));
    buffer_clear(&out);
    encode_qp(input, &out);
    check_piece(buffer_text(&out));
    return 0;
}
