/*
 * Relay: one connection to the server that takes our mail. The only file that knows libcurl.
 *
 * libcurl's own SMTP transfer blocks its whole multi handle until the answer to the final dot, and
 * writes addresses into commands as they are; hence CURLOPT_CONNECT_ONLY. What libcurl decides by
 * the environment (proxy, .netrc) is switched off.
 */
#include "wire/relay.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/banned.h"
#include "base/memory.h"
#include "wire/relay_failure.h"
#include "wire/relay_greeting.h"

enum {
    TCP_SECONDS = 30,       /* a relay that does not even answer to TCP */
    GREETING_SECONDS = 300, /* RFC 5321 4.5.3.2.1: five minutes for each answer */
    CONNECT_SECONDS = 900,  /* all answers until AUTH together */
    HUB_EVENTS = 64,
    RECORD = 16 * 1024, /* TLS takes no more at once */
    PIECES = 64,
};

struct relay_hub {
    CURLM *multi;
    int epoll;
    const struct clock *clock;
    int64_t wake_ms;
    struct relay *connecting; /* a list */
    struct relay *ended;      /* a list: to be handed out by relay_hub_ready() */
};

struct relay {
    struct relay_hub *hub;
    struct relay *next;
    const struct relay_target *target;
    void *owner;
    CURL *easy;
    CURLSH *alone; /* its own cache of connections, with its one connection in it */
    enum relay_state state;
    int socket;
    int64_t began_ms;
    struct relay_greeting greeting;
    struct relay_failure failure;
    char *record; /* TLS: pieces joined, RECORD bytes */
    char words[CURL_ERROR_SIZE];
};

/* Hub */

static int socket_changed(CURL *easy, curl_socket_t socket, int what, void *self, void *known)
{
    struct relay_hub *hub = self;
    (void)easy;
    struct epoll_event event = {.data.fd = socket};
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(hub->epoll, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    if (epoll_ctl(hub->epoll, EPOLL_CTL_MOD, socket, &event) != 0)
        epoll_ctl(hub->epoll, EPOLL_CTL_ADD, socket, &event);
    if (known == NULL)
        curl_multi_assign(hub->multi, socket, hub);
    return 0;
}

static int timer_changed(CURLM *multi, long timeout_ms, void *self)
{
    struct relay_hub *hub = self;
    (void)multi;
    hub->wake_ms = timeout_ms < 0 ? INT64_MAX : clock_steady_ms(hub->clock) + timeout_ms;
    return 0;
}

struct relay_hub *relay_hub_open(const struct clock *clock, struct error *err)
{
    static bool begun;
    if (!begun && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        error_set(err, FAULT_UNREACHABLE, "libcurl does not start");
        return NULL;
    }
    begun = true;
    struct relay_hub *hub = memory_take(sizeof(*hub));
    hub->clock = clock;
    hub->wake_ms = INT64_MAX;
    hub->epoll = epoll_create1(EPOLL_CLOEXEC);
    hub->multi = curl_multi_init();
    if (hub->epoll < 0 || hub->multi == NULL) {
        error_set(err, FAULT_UNREACHABLE, "cannot watch connections: %s", strerror(errno));
        relay_hub_close(hub);
        return NULL;
    }
    curl_multi_setopt(hub->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(hub->multi, CURLMOPT_SOCKETDATA, hub);
    curl_multi_setopt(hub->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(hub->multi, CURLMOPT_TIMERDATA, hub);
    return hub;
}

void relay_hub_close(struct relay_hub *hub)
{
    if (hub == NULL)
        return;
    must(hub->connecting == NULL && hub->ended == NULL);
    curl_multi_cleanup(hub->multi);
    if (hub->epoll >= 0)
        close(hub->epoll);
    memory_free(hub);
}

int relay_hub_socket(const struct relay_hub *hub)
{
    return hub->epoll;
}

int64_t relay_hub_deadline(const struct relay_hub *hub)
{
    int64_t deadline = hub->wake_ms;
    for (const struct relay *relay = hub->connecting; relay != NULL; relay = relay->next)
        if (relay->began_ms + TCP_SECONDS * 1000 < deadline)
            deadline = relay->began_ms + TCP_SECONDS * 1000;
    return hub->ended != NULL ? 0 : deadline;
}

static void list_remove(struct relay **list, const struct relay *relay)
{
    while (*list != NULL && *list != relay)
        list = &(*list)->next;
    if (*list != NULL)
        *list = relay->next;
}

static void connecting_ended(struct relay *relay, enum relay_state state)
{
    list_remove(&relay->hub->connecting, relay);
    relay->state = state;
    relay->next = relay->hub->ended;
    relay->hub->ended = relay;
}

static void fail(struct relay *relay, enum relay_trouble trouble)
{
    relay_failure_of(trouble, relay->target, &relay->greeting, relay->words, &relay->failure);
    connecting_ended(relay, RELAY_FAILED);
}

/* What libcurl calls by its own names. */
static enum relay_trouble trouble_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        enum relay_trouble trouble;
    } rows[] = {
        {CURLE_COULDNT_RESOLVE_HOST, RELAY_NO_HOST},
        {CURLE_URL_MALFORMAT, RELAY_BAD_URL},
        {CURLE_USE_SSL_FAILED, RELAY_NO_TLS},
        {CURLE_PEER_FAILED_VERIFICATION, RELAY_BAD_CERTIFICATE},
        {CURLE_SSL_CACERT_BADFILE, RELAY_BAD_CA_FILE},
        {CURLE_SSL_CONNECT_ERROR, RELAY_TLS_BROKEN},
        {CURLE_SSL_CERTPROBLEM, RELAY_TLS_BROKEN},
        {CURLE_SSL_CIPHER, RELAY_TLS_BROKEN},
        {CURLE_LOGIN_DENIED, RELAY_NO_AUTH},
        {CURLE_AUTH_ERROR, RELAY_NO_AUTH},
        {CURLE_WEIRD_SERVER_REPLY, RELAY_REFUSED},
        {CURLE_REMOTE_ACCESS_DENIED, RELAY_REFUSED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i].trouble;
    return RELAY_DOWN;
}

/* libcurl goes on without a word when a password is set and no AUTH is offered. */
static void connected(struct relay *relay)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(relay->easy, CURLINFO_ACTIVESOCKET, &socket);
    if (socket == CURL_SOCKET_BAD) {
        fail(relay, RELAY_DOWN);
        return;
    }
    if (relay->target->user != NULL && !relay->greeting.authenticated) {
        snprintf(relay->words, sizeof(relay->words), "it offers no AUTH that we know");
        fail(relay, RELAY_NO_AUTH);
        return;
    }
    epoll_ctl(relay->hub->epoll, EPOLL_CTL_DEL, socket, NULL);
    relay->socket = socket;
    connecting_ended(relay, RELAY_READY);
}

static void read_messages(struct relay_hub *hub)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(hub->multi, &left)) != NULL;) {
        struct relay *relay = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&relay);
        must(relay != NULL);
        if (message->msg != CURLMSG_DONE || relay->state != RELAY_CONNECTING)
            continue;
        if (message->data.result == CURLE_OK) {
            connected(relay);
            continue;
        }
        if (relay->words[0] == '\0')
            snprintf(relay->words, sizeof(relay->words), "%s",
                     curl_easy_strerror(message->data.result));
        fail(relay, trouble_of(message->data.result));
    }
}

static void give_up_on_silence(struct relay_hub *hub)
{
    int64_t now_ms = clock_steady_ms(hub->clock);
    for (struct relay *relay = hub->connecting, *next; relay != NULL; relay = next) {
        curl_off_t connected_us = 0;
        next = relay->next;
        curl_easy_getinfo(relay->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
        if (connected_us > 0 || now_ms - relay->began_ms < TCP_SECONDS * 1000)
            continue;
        snprintf(relay->words, sizeof(relay->words), "no answer within %d seconds", TCP_SECONDS);
        fail(relay, RELAY_DOWN);
    }
}

void relay_hub_turn(struct relay_hub *hub)
{
    struct epoll_event events[HUB_EVENTS];
    int running, count = epoll_wait(hub->epoll, events, HUB_EVENTS, 0);
    for (int i = 0; i < count; i++) {
        int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(hub->multi, events[i].data.fd, what, &running);
    }
    if (clock_steady_ms(hub->clock) >= hub->wake_ms) {
        hub->wake_ms = INT64_MAX;
        curl_multi_socket_action(hub->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    read_messages(hub);
    give_up_on_silence(hub);
}

struct relay *relay_hub_ready(struct relay_hub *hub)
{
    struct relay *relay = hub->ended;
    if (relay != NULL) {
        hub->ended = relay->next;
        relay->next = NULL;
    }
    return relay;
}

/* Relay */

static size_t overhear(char *at, size_t size, size_t count, void *self)
{
    struct relay *relay = self;
    if (relay->state == RELAY_CONNECTING)
        relay_greeting_read(&relay->greeting, text_from(at, size * count));
    return size * count;
}

static void set_security(struct relay *relay)
{
    const struct relay_target *target = relay->target;
    curl_easy_setopt(relay->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(relay->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(relay->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(relay->easy, CURLOPT_USE_SSL,
                     (long)(target->security == RELAY_CLEAR ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (target->ca_file != NULL) {
        curl_easy_setopt(relay->easy, CURLOPT_CAINFO, target->ca_file);
        curl_easy_setopt(relay->easy, CURLOPT_CAPATH, NULL);
    }
    if (target->user == NULL)
        return;
    curl_easy_setopt(relay->easy, CURLOPT_USERNAME, target->user);
    curl_easy_setopt(relay->easy, CURLOPT_PASSWORD, target->secret);
}

static void set_options(struct relay *relay)
{
    CURL *easy = relay->easy;
    curl_easy_setopt(easy, CURLOPT_URL, relay->target->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_SHARE, relay->alone);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)GREETING_SECONDS);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, overhear);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, relay);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, relay->words);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)relay);
    set_security(relay);
}

/*
 * libcurl takes a connection that we use by ourselves for idle. Whenever it opens another one it
 * closes those in the same cache that are older than 118 s or seem dead: the socket was
 * gone under our hands, and its number perhaps the new connection's. So each has a cache of its
 * own.
 */
static bool make_easy(struct relay *relay)
{
    relay->easy = curl_easy_init();
    relay->alone = curl_share_init();
    if (relay->easy == NULL || relay->alone == NULL ||
        curl_share_setopt(relay->alone, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) != CURLSHE_OK)
        return false;
    set_options(relay);
    return curl_multi_add_handle(relay->hub->multi, relay->easy) == CURLM_OK;
}

struct relay *relay_open(struct relay_hub *hub, const struct relay_target *target, void *owner)
{
    struct relay *relay = memory_take(sizeof(*relay));
    *relay = (struct relay){.hub = hub,
                            .target = target,
                            .owner = owner,
                            .state = RELAY_CONNECTING,
                            .socket = -1,
                            .began_ms = clock_steady_ms(hub->clock)};
    relay_greeting_begin(&relay->greeting, target->security == RELAY_STARTTLS);
    if (target->security != RELAY_CLEAR)
        relay->record = memory_take(RECORD);
    relay->next = hub->connecting;
    hub->connecting = relay;
    must(target->security != RELAY_CLEAR || target->secret == NULL);
    if (!make_easy(relay))
        fail(relay, RELAY_DOWN);
    return relay;
}

void relay_close(struct relay *relay)
{
    if (relay == NULL)
        return;
    list_remove(&relay->hub->connecting, relay);
    list_remove(&relay->hub->ended, relay);
    if (relay->easy != NULL) {
        curl_multi_remove_handle(relay->hub->multi, relay->easy);
        curl_easy_cleanup(relay->easy);
    }
    if (relay->alone != NULL) /* behind the handle that uses it */
        curl_share_cleanup(relay->alone);
    relay_greeting_free(&relay->greeting);
    memory_free(relay->record);
    memory_free(relay);
}

void *relay_owner(const struct relay *relay)
{
    return relay->owner;
}

enum relay_state relay_state(const struct relay *relay)
{
    return relay->state;
}

const struct smtp_capabilities *relay_capabilities(const struct relay *relay)
{
    return &relay->greeting.capabilities;
}

int relay_socket(const struct relay *relay)
{
    return relay->socket;
}

const struct relay_failure *relay_failure(const struct relay *relay)
{
    return &relay->failure;
}

/* Bytes. In clear the socket is used as it is: libcurl would add nothing but a search for its own
 * connection at every call. */

static enum relay_io read_clear(struct relay *relay, char *at, size_t size, size_t *ret_got)
{
    ssize_t got;
    do
        got = recv(relay->socket, at, size, 0);
    while (got < 0 && errno == EINTR);
    *ret_got = got > 0 ? (size_t)got : 0;
    if (got > 0)
        return RELAY_MOVED;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? RELAY_AGAIN : RELAY_ENDED;
}

enum relay_io relay_read(struct relay *relay, char *at, size_t size, size_t *ret_got)
{
    must(relay->state == RELAY_READY);
    if (relay->target->security == RELAY_CLEAR)
        return read_clear(relay, at, size, ret_got);
    CURLcode code = curl_easy_recv(relay->easy, at, size, ret_got);
    if (code == CURLE_AGAIN)
        return RELAY_AGAIN;
    return code == CURLE_OK && *ret_got > 0 ? RELAY_MOVED : RELAY_ENDED;
}

bool relay_buffers(const struct relay *relay)
{
    return relay->target->security != RELAY_CLEAR;
}

static enum relay_io write_clear(struct relay *relay, const struct text *pieces, size_t count,
                                 size_t *ret_taken)
{
    struct iovec vector[PIECES];
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = count < PIECES ? count : PIECES};
    for (size_t i = 0; i < message.msg_iovlen; i++)
        vector[i] = (struct iovec){(void *)(uintptr_t)pieces[i].at, pieces[i].length};
    ssize_t sent;
    do
        sent = sendmsg(relay->socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? RELAY_AGAIN : RELAY_ENDED;
    *ret_taken = (size_t)sent;
    return RELAY_MOVED;
}

/* A record that TLS could not bring out whole is offered again with the same bytes in front, as
 * GnuTLS wants it; until then they may have reached the peer or not. */
static enum relay_io write_record(struct relay *relay, const struct text *pieces, size_t count,
                                  size_t *ret_taken, size_t *ret_reached)
{
    size_t length = 0;
    for (size_t i = 0; i < count && length < RECORD; i++) {
        struct text part = text_slice(pieces[i], 0, RECORD - length);
        memcpy(relay->record + length, part.at, part.length);
        length += part.length;
    }
    CURLcode code = curl_easy_send(relay->easy, relay->record, length, ret_taken);
    *ret_reached = code == CURLE_OK ? *ret_taken : length;
    if (code == CURLE_OK)
        return RELAY_MOVED;
    *ret_taken = 0;
    return code == CURLE_AGAIN ? RELAY_AGAIN : RELAY_ENDED;
}

enum relay_io relay_write(struct relay *relay, const struct text *pieces, size_t count,
                          size_t *ret_taken, size_t *ret_reached)
{
    must(relay->state == RELAY_READY && count > 0);
    *ret_taken = *ret_reached = 0;
    if (relay->target->security != RELAY_CLEAR)
        return write_record(relay, pieces, count, ret_taken, ret_reached);
    enum relay_io io = write_clear(relay, pieces, count, ret_taken);
    *ret_reached = *ret_taken;
    return io;
}
