/* Preview site: `preview --out`, every campaign as every persona sees it, in files. */
#include "proof/preview_site.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/banned.h"
#include "base/file.h"

enum { SITE_PAGE = 64 * 1024 * 1024 };

bool preview_site_open(struct preview_site *site, struct session *session, const char *folder,
                       struct error *err)
{
    site->session = session;
    site->folder = folder;
    site->mails = arena_array(&session->arena, struct site_mail, PREVIEW_SITE_MAILS);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_at(err, FAULT_CREATE, (struct place){.path = text_of(folder)},
                        "cannot be created: %s", strerror(errno));
    return true;
}

static bool write_file(struct preview_site *site, struct text stem, const char *ending,
                       struct text content, struct error *err)
{
    const char *path =
        arena_printf(&site->session->arena, "%s/%.*s%s", site->folder, TEXT_ARGS(stem), ending).at;
    if (!file_write(path, content, 0600, err))
        return false;
    session_sayf("%s\n", path);
    return true;
}

/* "a parent in Fresno" as part of a file's name: letters, digits and -. */
static struct text stem_of(struct arena *arena, struct text campaign, struct text persona)
{
    BUFFER(stem, 256);
    for (size_t i = 0; i < persona.length && stem.length < 100; i++) {
        char byte = text_lower_byte(persona.at[i]);
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (plain || (stem.length > 0 && stem.at[stem.length - 1] != '-'))
            buffer_add_byte(&stem, plain ? byte : '-');
    }
    while (stem.length > 0 && stem.at[stem.length - 1] == '-')
        stem.length--;
    return arena_printf(arena, "%.*s-%.*s", TEXT_ARGS(campaign), TEXT_ARGS(buffer_text(&stem)));
}

struct rendered {
    struct buffer subject, text, html, message;
};

static bool render(struct preview_site *site, struct composed *composed,
                   const struct recipient *reader, struct rendered *rendered, struct error *err)
{
    struct composition *composition = composition_of(composed, reader->language);
    struct stamp stamp = {.slot = TEXT("preview"),
                          .first_attempt_ms = clock_wall_ms(site->session->clock),
                          .key = site->key};
    struct envelope envelope;
    return composition_show(composition, PART_SUBJECT, reader, &stamp, &rendered->subject, err) &&
           composition_show(composition, PART_TEXT, reader, &stamp, &rendered->text, err) &&
           composition_show(composition, PART_HTML, reader, &stamp, &rendered->html, err) &&
           composition_merge(composition, reader, &stamp, &rendered->message, &envelope, err);
}

static bool write_parts(struct preview_site *site, const struct site_mail *mail,
                        const struct rendered *rendered, struct error *err)
{
    BUFFER(frame, SITE_PAGE);
    site_render_frame(mail, &frame);
    return write_file(site, mail->stem, ".mail.html", buffer_text(&frame), err) &&
           write_file(site, mail->stem, ".txt", mail->text, err) &&
           write_file(site, mail->stem, ".eml", buffer_text(&rendered->message), err);
}

static bool add(struct preview_site *site, struct composed *composed, const struct persona *persona,
                struct rendered *rendered, struct error *err)
{
    struct arena *arena = &site->session->arena;
    const struct campaign *campaign = compose_campaign_of(composed);
    struct site_mail *mail = &site->mails[site->count++];
    struct error mistake = {0};
    BUFFER(page, SITE_PAGE);
    *mail = (struct site_mail){
        .campaign = arena_text(arena, campaign->id),
        .title = arena_text(arena, campaign->title),
        .persona = arena_text(arena, persona->name),
        .language = arena_text(
            arena, composition_language(composition_of(composed, persona->reader.language))),
        .stem = stem_of(arena, campaign->id, persona->name),
    };
    compose_from(composed, &mail->from_name, &mail->from_address);
    if (!render(site, composed, &persona->reader, rendered, &mistake))
        mail->mistake = arena_text(arena, text_of(mistake.message));
    mail->text = buffer_text(&rendered->text);
    mail->html = buffer_text(&rendered->html);
    mail->subject = arena_text(arena, buffer_text(&rendered->subject));
    site_render_mail(mail, &page);
    return write_file(site, mail->stem, ".html", buffer_text(&page), err) &&
           (mail->mistake.length > 0 || write_parts(site, mail, rendered, err));
}

bool preview_site_add(struct preview_site *site, struct composed *composed,
                      const struct persona *persona, struct error *err)
{
    struct rendered rendered = {BUFFER_INIT(TEMPLATE_OUTPUT), BUFFER_INIT(TEMPLATE_OUTPUT),
                                BUFFER_INIT(TEMPLATE_OUTPUT), BUFFER_INIT(COMPOSE_MESSAGE)};
    if (site->count == PREVIEW_SITE_MAILS)
        return error_set(err, FAULT_FILE, "there are more than %d previews", PREVIEW_SITE_MAILS);
    bool added = add(site, composed, persona, &rendered, err);
    buffer_free(&rendered.subject);
    buffer_free(&rendered.text);
    buffer_free(&rendered.html);
    buffer_free(&rendered.message);
    return added;
}

bool preview_site_close(struct preview_site *site, struct error *err)
{
    BUFFER(index, SITE_PAGE);
    site_render_index(site->mails, site->count, &index);
    return write_file(site, TEXT("index"), ".html", buffer_text(&index), err);
}
