/* HTTP: a small server for one person, on 127.0.0.1 and nowhere else. */
#include "web/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include "base/memory.h"
#include "base/random.h"

#include "base/banned.h"

struct http {
    struct MHD_Daemon *daemon;
    http_answer *answer;
    void *self;
    uint16_t port;
    char token[HTTP_TOKEN], address[HTTP_ADDRESS];
    struct MHD_Connection *waiting[HTTP_WAITING];
    size_t waiting_count;
};

static const char *const headers[][2] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

static const char refusal[] = "default-src 'none'; frame-ancestors 'none'";

static enum MHD_Result respond(struct MHD_Connection *connection, const struct http_reply *reply)
{
    static char nothing[1];
    void *body = reply->body.length > 0 ? (void *)(uintptr_t)reply->body.at : nothing;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.length, body, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    MHD_add_response_header(response, "Content-Type", reply->type);
    MHD_add_response_header(response, "Content-Security-Policy", reply->policy);
    if (reply->attachment != NULL) {
        char value[256];
        snprintf(value, sizeof(value), "attachment; filename=\"%s\"", reply->attachment);
        MHD_add_response_header(response, "Content-Disposition", value);
    }
    enum MHD_Result queued =
        MHD_queue_response(connection, reply->status > 0 ? reply->status : 200, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *why)
{
    struct http_reply reply = {.status = status,
                               .type = "text/plain; charset=utf-8",
                               .policy = refusal,
                               .body = text_of(why)};
    return respond(connection, &reply);
}

/* DNS rebinding: a name of the attacker's that now means 127.0.0.1 still shows in Host. */
static bool is_host(const struct http *http, const char *host)
{
    char own[2][64];
    snprintf(own[0], sizeof(own[0]), "127.0.0.1:%u", http->port);
    snprintf(own[1], sizeof(own[1]), "localhost:%u", http->port);
    return host != NULL && (strcmp(host, own[0]) == 0 || strcmp(host, own[1]) == 0);
}

/* What stands behind "/TOKEN/"; compared without telling by its time how much of it was right. */
static bool is_allowed(const struct http *http, const char *url, struct text *ret_path)
{
    size_t length = strlen(http->token);
    unsigned char differs = 0;
    if (strlen(url) < length + 2 || url[0] != '/' || url[length + 1] != '/')
        return false;
    for (size_t i = 0; i < length; i++)
        differs |= (unsigned char)(url[i + 1] ^ http->token[i]);
    *ret_path = text_of(url + length + 2);
    return differs == 0;
}

static enum MHD_Result answer_or_wait(struct http *http, struct MHD_Connection *connection,
                                      struct text path)
{
    struct http_request request = {path, connection};
    struct http_reply reply = {.type = "text/plain; charset=utf-8", .policy = refusal};
    http->answer(http->self, &request, &reply);
    if (!reply.wait || http->waiting_count == HTTP_WAITING)
        return respond(connection, &reply);
    http->waiting[http->waiting_count++] = connection;
    MHD_suspend_connection(connection);
    return MHD_YES;
}

static enum MHD_Result handle(void *self, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    struct http *http = self;
    struct text path;
    (void)version, (void)upload, (void)upload_size, (void)request;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET is answered\n");
    if (!is_host(http, MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host")))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "this address is for this machine only\n");
    if (strlen(url) > HTTP_PATH || !is_allowed(http, url, &path))
        return refuse(connection, MHD_HTTP_FORBIDDEN,
                      "the address lacks its key; open the one that the terminal shows\n");
    return answer_or_wait(http, connection, path);
}

struct text http_query(const struct http_request *request, const char *name)
{
    return text_of(MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name));
}

static void make_token(char token[HTTP_TOKEN])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char bytes[HTTP_TOKEN];
    random_secret(bytes, sizeof(bytes));
    for (size_t i = 0; i + 1 < HTTP_TOKEN; i++)
        token[i] = letters[bytes[i] & 31];
    token[HTTP_TOKEN - 1] = '\0';
}

static bool start(struct http *http, uint16_t port, struct error *err)
{
    struct sockaddr_in loopback = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL, handle, http,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&loopback, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, 120u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32 * 1024, MHD_OPTION_END);
    if (http->daemon == NULL)
        return error_set(err, FAULT_CREATE,
                         "port %u on 127.0.0.1 is taken; choose another, or none", port);
    http->port = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return true;
}

struct http *http_open(uint16_t port, http_answer *answer, void *self, struct error *err)
{
    struct http *http = memory_take(sizeof(*http));
    http->answer = answer;
    http->self = self;
    make_token(http->token);
    if (!start(http, port, err)) {
        memory_free(http);
        return NULL;
    }
    snprintf(http->address, sizeof(http->address), "http://127.0.0.1:%u/%s/", http->port,
             http->token);
    return http;
}

void http_wake(struct http *http)
{
    size_t count = http->waiting_count;
    http->waiting_count = 0;
    for (size_t i = 0; i < count; i++)
        MHD_resume_connection(http->waiting[i]);
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    http_wake(http);
    MHD_stop_daemon(http->daemon);
    memory_free(http);
}

const char *http_address(const struct http *http)
{
    return http->address;
}

int http_descriptor(const struct http *http)
{
    return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int http_timeout_ms(const struct http *http)
{
    MHD_UNSIGNED_LONG_LONG timeout;
    if (MHD_get_timeout(http->daemon, &timeout) != MHD_YES)
        return -1;
    return timeout > 60000 ? 60000 : (int)timeout;
}

void http_work(struct http *http)
{
    MHD_run(http->daemon);
}
