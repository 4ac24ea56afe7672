/* Preview, one message: its parts, its header, its sizes, and where its values came from. */
#include "template/escape.h"
#include "template/page.h"
#include "web/mail_view.h"
#include "web/preview_page.h"

#include "base/banned.h"

static void say(struct json_writer *writer, const char *key, struct text text)
{
    json_key(writer, key);
    json_say_text(writer, text);
}

/* ---- merged values ---- */

/* The HTML part on its way, each value told on the side. */
struct merging {
    struct answering *answering;
    struct json_writer *fields; /* NULL: marks only */
    size_t start;
};

static const char *origin_of(const struct template_seen *seen)
{
    static const char *const origins[] = {"Broadside", "the campaign's data",
                                          "the member's attributes", "the member's fields"};
    if (seen->context < sizeof(origins) / sizeof(origins[0]) && seen->context < seen->contexts)
        return origins[seen->context];
    return "the default, or an item of a list";
}

static void add_mark(const struct template_seen *seen, struct text escaped, struct buffer *out)
{
    char from[512];
    snprintf(from, sizeof(from), "%.*s: %s, %.*s:%u:%u", TEXT_ARGS(seen->name), origin_of(seen),
             TEXT_ARGS(seen->place.path), seen->place.line, seen->place.column);
    buffer_add_string(out, "<span class=\"broadside-merged\" tabindex=\"0\" data-from=\"");
    escape_html(out, text_of(from));
    buffer_add_string(out, "\">");
    buffer_add(out, escaped);
    buffer_add_string(out, "</span>");
}

static void mark(void *self, const struct template_seen *seen, struct text escaped,
                 struct buffer *out)
{
    (void)self;
    if (seen->between_tags)
        add_mark(seen, escaped, out);
    else
        buffer_add(out, escaped);
}

static void say_field(void *self, const struct template_seen *seen, struct text escaped,
                      struct buffer *out)
{
    struct merging *merging = self;
    BUFFER(value, PREVIEW_LINE * 4);
    ARENA(scratch);
    struct page_node *page = page_parse(&scratch, text_slice(escaped, 0, PREVIEW_LINE));
    buffer_add(out, escaped);
    if (page != NULL)
        page_words(page, &value);
    json_begin_object(merging->fields);
    say(merging->fields, "name", seen->name);
    say(merging->fields, "value", text_trim(buffer_text(&value)));
    say(merging->fields, "from", text_of(origin_of(seen)));
    say(merging->fields, "path", seen->place.path);
    json_key(merging->fields, "line");
    json_say_number(merging->fields, seen->place.line);
    json_key(merging->fields, "column");
    json_say_number(merging->fields, seen->place.column);
    json_end_object(merging->fields);
}

static bool say_fields(struct answering *answering, struct composition *composition,
                       const struct recipient *reader, struct json_writer *writer,
                       struct error *err)
{
    BUFFER(ignored, TEMPLATE_OUTPUT);
    struct stamp stamp = preview_stamp(answering->preview);
    struct merging merging = {.answering = answering, .fields = writer};
    json_key(writer, "fields");
    json_begin_array(writer);
    bool shown = composition_show_seen(composition, PART_HTML, reader, &stamp, say_field, &merging,
                                       &ignored, err);
    json_end_array(writer);
    return shown;
}

/* ---- the header ---- */

static void say_header_line(struct json_writer *writer, struct text field)
{
    size_t colon = text_find_byte(field, ':');
    if (colon == TEXT_NONE)
        return;
    json_begin_object(writer);
    say(writer, "name", text_slice(field, 0, colon));
    say(writer, "value", text_trim(text_after(field, colon + 1)));
    json_end_object(writer);
}

/* RFC 5322 2.2.3: a line that begins with white space goes on with the field. */
static void say_headers(struct json_writer *writer, struct text message)
{
    struct text head = text_slice(message, 0, text_find(message, TEXT("\r\n\r\n")));
    json_key(writer, "headers");
    json_begin_array(writer);
    for (size_t start = 0; start < head.length;) {
        size_t end = start;
        do {
            size_t line = text_find(text_after(head, end), TEXT("\r\n"));
            end = line == TEXT_NONE ? head.length : end + line + 2;
        } while (end < head.length && (head.at[end] == ' ' || head.at[end] == '\t'));
        say_header_line(writer, text_slice(head, start, end - start));
        start = end;
    }
    json_end_array(writer);
}

/* ---- the message ---- */

struct parts {
    struct buffer subject, text, html, message, snippet;
    struct envelope envelope;
};

static void parts_free(struct parts *parts)
{
    struct buffer *buffers[] = {&parts->subject, &parts->text, &parts->html, &parts->message,
                                &parts->snippet};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
        buffer_free(buffers[i]);
}

static bool merge(const struct preview *preview, struct composition *composition,
                  const struct recipient *reader, struct parts *parts, struct error *err)
{
    struct stamp stamp = preview_stamp(preview);
    *parts = (struct parts){.subject = BUFFER_INIT(TEMPLATE_OUTPUT),
                            .text = BUFFER_INIT(TEMPLATE_OUTPUT),
                            .html = BUFFER_INIT(TEMPLATE_OUTPUT),
                            .message = BUFFER_INIT(COMPOSE_MESSAGE),
                            .snippet = BUFFER_INIT(MAIL_VIEW_SNIPPET + 8)};
    return composition_show(composition, PART_SUBJECT, reader, &stamp, &parts->subject, err) &&
           composition_show(composition, PART_TEXT, reader, &stamp, &parts->text, err) &&
           composition_show(composition, PART_HTML, reader, &stamp, &parts->html, err) &&
           composition_merge(composition, reader, &stamp, &parts->message, &parts->envelope, err);
}

static void say_parts(struct parts *parts, struct json_writer *writer)
{
    mail_view_snippet(buffer_text(&parts->html), &parts->snippet);
    say(writer, "subject", buffer_text(&parts->subject));
    say(writer, "snippet", buffer_text(&parts->snippet));
    say(writer, "text", buffer_text(&parts->text));
    say(writer, "envelope_from", parts->envelope.from);
    say(writer, "envelope_to", parts->envelope.to);
    json_key(writer, "html_bytes");
    json_say_number(writer, (long long)parts->html.length);
    json_key(writer, "message_bytes");
    json_say_number(writer, (long long)parts->message.length);
    say_headers(writer, buffer_text(&parts->message));
}

static void say_mistake(struct answering *answering, const struct error *err)
{
    struct json_writer writer = {.out = &answering->out};
    buffer_clear(&answering->out);
    json_begin_object(&writer);
    json_key(&writer, "ok");
    json_say_bool(&writer, false);
    say(&writer, "message", text_of(err->message));
    preview_say_place(answering, &writer,
                      (struct place){text_of(err->path), err->line, err->column});
    json_end_object(&writer);
}

static struct composition *composition_for(struct answering *answering,
                                           struct recipient *ret_reader, struct error *err)
{
    struct composed *composed = answering->preview->show.composed;
    if (composed == NULL) {
        error_set(err, FAULT_FILE, "the campaign does not compose yet; the findings say why");
        return NULL;
    }
    return preview_reader(answering, ret_reader, err)
               ? composition_of(composed, ret_reader->language)
               : NULL;
}

void preview_say_message(struct answering *answering)
{
    struct recipient reader;
    struct parts parts = {0};
    struct error err = {0};
    struct json_writer writer = {.out = &answering->out};
    struct composition *composition = composition_for(answering, &reader, &err);
    bool merged =
        composition != NULL && merge(answering->preview, composition, &reader, &parts, &err);
    if (merged) {
        struct text name, address;
        compose_from(answering->preview->show.composed, &name, &address);
        json_begin_object(&writer);
        json_key(&writer, "ok");
        json_say_bool(&writer, true);
        say(&writer, "language", composition_language(composition));
        say(&writer, "from_name", name);
        say(&writer, "from_address", address);
        say_parts(&parts, &writer);
        merged = say_fields(answering, composition, &reader, &writer, &err);
        json_end_object(&writer);
    }
    if (!merged)
        say_mistake(answering, &err);
    parts_free(&parts);
}

/* ---- the frame, and the bytes ---- */

static bool is_on(const struct answering *answering, const char *name)
{
    return text_equal(http_query(answering->request, name), TEXT("on"));
}

/* The error as a page of its own, in the frame. */
static void say_mistake_page(struct answering *answering, const struct error *err)
{
    char line[ERROR_LINE];
    buffer_clear(&answering->out);
    buffer_add_string(&answering->out, "<!DOCTYPE html><html lang=en><meta charset=utf-8>"
                                       "<body style=\"font:15px/1.5 system-ui;padding:24px;"
                                       "color:#7a1f1f;background:#fff6f5\">");
    escape_html(&answering->out, text_of(error_line(err, line)));
}

void preview_say_mail(struct answering *answering)
{
    BUFFER(html, TEMPLATE_OUTPUT * 2);
    struct recipient reader;
    struct error err = {0};
    struct stamp stamp = preview_stamp(answering->preview);
    struct mail_view view = {.dark = is_on(answering, "dark"),
                             .images = is_on(answering, "images"),
                             .marks = is_on(answering, "marks")};
    answering->reply->policy = mail_view_policy(&view);
    struct composition *composition = composition_for(answering, &reader, &err);
    bool shown =
        composition != NULL &&
        (view.marks ? composition_show_seen(composition, PART_HTML, &reader, &stamp, mark, NULL,
                                            &html, &err)
                    : composition_show(composition, PART_HTML, &reader, &stamp, &html, &err));
    if (shown)
        mail_view_render(&view, buffer_text(&html), &answering->out);
    else
        say_mistake_page(answering, &err);
}

void preview_say_raw(struct answering *answering)
{
    struct recipient reader;
    struct envelope envelope;
    struct error err = {0};
    char line[ERROR_LINE];
    struct stamp stamp = preview_stamp(answering->preview);
    struct composition *composition = composition_for(answering, &reader, &err);
    if (is_on(answering, "save")) {
        answering->reply->type = "message/rfc822";
        answering->reply->attachment = "preview.eml";
    }
    if (composition == NULL ||
        !composition_merge(composition, &reader, &stamp, &answering->out, &envelope, &err))
        buffer_add_string(&answering->out, error_line(&err, line));
}
