/* Envelope: who a message says it is from and for, read strictly from MAIL and RCPT. */
#include "envelope.h"

#include <string.h>
#include <strings.h>

void envelope_clear(struct envelope *envelope)
{
    envelope->begun = envelope->utf8 = false;
    envelope->count = 0;
    envelope->from.length = envelope->mail_parameters.length = 0;
    envelope->to.length = envelope->rcpt_parameters.length = 0;
}

void envelope_free(struct envelope *envelope)
{
    bytes_free(&envelope->from);
    bytes_free(&envelope->mail_parameters);
    bytes_free(&envelope->to);
    bytes_free(&envelope->rcpt_parameters);
}

/* The `>` that closes the path; one inside a quoted local part does not (RFC 5321 4.1.2). */
static const char *path_end(const char *at, const char *end)
{
    bool quoted = false;
    for (; at < end; at++) {
        if (quoted && *at == '\\')
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && *at == '>')
            return at;
        else if (!quoted && (*at == '<' || *at == ' '))
            return NULL;
    }
    return NULL;
}

bool path_parse(const char *line, size_t length, const char *prefix, struct path *ret_path)
{
    size_t skip = strlen(prefix);
    if (length < skip + 2 || strncasecmp(line, prefix, skip) != 0 || line[skip] != '<')
        return false;
    const char *end = line + length;
    const char *address = line + skip + 1;
    const char *close = path_end(address, end);
    if (close == NULL || (close + 1 < end && close[1] != ' '))
        return false;
    const char *parameters = close + 1 < end ? close + 2 : end;
    *ret_path =
        (struct path){address, (size_t)(close - address), parameters, (size_t)(end - parameters)};
    return true;
}

bool path_is_mailbox(const struct path *path)
{
    const char *at_sign = memrchr(path->address, '@', path->address_length);
    if (at_sign == NULL || at_sign == path->address || path->address_length > ENVELOPE_PATH_MAX ||
        at_sign + 1 == path->address + path->address_length)
        return false;
    for (size_t i = 0; i < path->address_length; i++) {
        unsigned char byte = (unsigned char)path->address[i];
        if (byte < ' ' || byte == 0x7f)
            return false;
    }
    return true;
}

bool path_is_ascii(const struct path *path)
{
    for (size_t i = 0; i < path->address_length; i++) {
        if ((unsigned char)path->address[i] >= 0x80)
            return false;
    }
    return true;
}

bool path_parameter(struct path *path, const char **ret_word, size_t *ret_length)
{
    while (path->parameters_length > 0 && *path->parameters == ' ') {
        path->parameters++;
        path->parameters_length--;
    }
    if (path->parameters_length == 0)
        return false;
    const char *space = memchr(path->parameters, ' ', path->parameters_length);
    *ret_word = path->parameters;
    *ret_length = space == NULL ? path->parameters_length : (size_t)(space - path->parameters);
    path->parameters += *ret_length;
    path->parameters_length -= *ret_length;
    return true;
}
