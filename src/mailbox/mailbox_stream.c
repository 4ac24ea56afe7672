/*
 * Stream: one TLS connection to a mail server, within a time and a number of bytes.
 *
 * libetpan accepts any certificate, so libcurl connects. It is asked for https, although nothing of
 * HTTP is ever said: with imaps it would talk IMAP itself, greeting and all. So no ALPN either.
 */
#include "mailbox/mailbox_stream.h"

#include <curl/curl.h>
#include <poll.h>

#include "base/banned.h"
#include "base/clock.h"
#include "base/confine.h"
#include "base/memory.h"

enum { PROCESSOR_SECONDS = 5 }; /* for one answer */

struct mailbox_stream {
    CURL *easy;
    int socket;
    int64_t timeout_ms, deadline_ms;
    size_t bytes; /* that may still come */
    enum mailbox_trouble trouble;
};

static enum mailbox_trouble trouble_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        enum mailbox_trouble trouble;
    } rows[] = {
        {CURLE_COULDNT_RESOLVE_HOST, TROUBLE_NO_HOST},
        {CURLE_PEER_FAILED_VERIFICATION, TROUBLE_BAD_CERTIFICATE},
        {CURLE_SSL_CACERT_BADFILE, TROUBLE_BAD_CA_FILE},
        {CURLE_SSL_CONNECT_ERROR, TROUBLE_NO_TLS},
        {CURLE_SSL_CERTPROBLEM, TROUBLE_NO_TLS},
        {CURLE_SSL_CIPHER, TROUBLE_NO_TLS},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i].trouble;
    return TROUBLE_DOWN;
}

static void set_options(struct mailbox_stream *stream, const struct mailbox_server *server,
                        const char *url, char *words)
{
    CURL *easy = stream->easy;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)server->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
    if (server->ca_file == NULL)
        return;
    curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

enum mailbox_trouble mailbox_stream_open(const struct mailbox_server *server,
                                         struct mailbox_stream **ret_stream,
                                         char words[STREAM_WORDS])
{
    ARENA(scratch);
    char said[CURL_ERROR_SIZE] = "";
    curl_socket_t socket = CURL_SOCKET_BAD;
    bool numeric = strchr(server->host, ':') != NULL;
    struct text url = arena_printf(&scratch, "https://%s%s%s:%u/", numeric ? "[" : "", server->host,
                                   numeric ? "]" : "", (unsigned)server->port);
    struct mailbox_stream *stream = memory_take(sizeof(*stream));
    stream->timeout_ms = server->timeout_ms;
    must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    stream->easy = curl_easy_init();
    must(stream->easy != NULL);
    set_options(stream, server, url.at, said);
    CURLcode code = curl_easy_perform(stream->easy);
    if (code == CURLE_OK)
        curl_easy_getinfo(stream->easy, CURLINFO_ACTIVESOCKET, &socket);
    curl_easy_setopt(stream->easy, CURLOPT_ERRORBUFFER, NULL);
    stream->socket = socket;
    snprintf(words, STREAM_WORDS, "%s", said[0] != '\0' ? said : curl_easy_strerror(code));
    *ret_stream = stream;
    return code != CURLE_OK ? trouble_of(code) : socket < 0 ? TROUBLE_DOWN : TROUBLE_NONE;
}

void mailbox_stream_allow(struct mailbox_stream *stream, size_t bytes)
{
    stream->deadline_ms = clock_steady_ms(&clock_system) + stream->timeout_ms;
    stream->bytes = bytes;
    confine_processor(PROCESSOR_SECONDS);
}

enum mailbox_trouble mailbox_stream_trouble(const struct mailbox_stream *stream)
{
    return stream->trouble;
}

static ssize_t break_off(struct mailbox_stream *stream, enum mailbox_trouble trouble)
{
    stream->trouble = trouble;
    return -1;
}

/* A ticket of TLS may make the socket readable without a byte for us: then it is waited on again.
 */
static bool wait_for(struct mailbox_stream *stream, short events)
{
    int64_t left = stream->deadline_ms - clock_steady_ms(&clock_system);
    struct pollfd watched = {.fd = stream->socket, .events = events};
    if (left > 0 && poll(&watched, 1, left > INT32_MAX ? INT32_MAX : (int)left) != 0)
        return true;
    break_off(stream, TROUBLE_TOO_SLOW);
    return false;
}

ssize_t mailbox_stream_read(struct mailbox_stream *stream, char *at, size_t size)
{
    while (stream->trouble == TROUBLE_NONE) {
        size_t got = 0, room = size < stream->bytes ? size : stream->bytes;
        if (room == 0)
            return break_off(stream, TROUBLE_TOO_MUCH);
        if (stream->deadline_ms <= clock_steady_ms(&clock_system))
            return break_off(stream, TROUBLE_TOO_SLOW);
        CURLcode code = curl_easy_recv(stream->easy, at, room, &got);
        if (code == CURLE_OK && got > 0) {
            stream->bytes -= got;
            return (ssize_t)got;
        }
        if (code != CURLE_AGAIN)
            return break_off(stream, TROUBLE_ENDED);
        wait_for(stream, POLLIN);
    }
    return -1;
}

ssize_t mailbox_stream_write(struct mailbox_stream *stream, const char *at, size_t size)
{
    while (stream->trouble == TROUBLE_NONE) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(stream->easy, at, size, &sent);
        if (code == CURLE_OK && sent > 0)
            return (ssize_t)sent;
        if (code != CURLE_AGAIN && code != CURLE_OK)
            return break_off(stream, TROUBLE_ENDED);
        wait_for(stream, POLLOUT);
    }
    return -1;
}
