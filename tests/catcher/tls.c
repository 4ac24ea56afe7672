/* TLS: a server's end of it over a non-blocking socket. */
#include "tls.h"
#include "bytes.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

struct tls_identity {
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t ticket_key;
};

struct tls {
    gnutls_session_t session;
    bool
        sending; /* the last record waits inside the library: it must be asked again with nothing */
};

struct tls_identity *tls_identity_open(const char *certificate, const char *key)
{
    struct tls_identity *identity = memory_zeroed(1, sizeof *identity);
    gnutls_certificate_allocate_credentials(&identity->credentials);
    int status = gnutls_certificate_set_x509_key_file(identity->credentials, certificate, key,
                                                      GNUTLS_X509_FMT_PEM);
    if (status < 0)
        die(66, "%s, %s: %s", certificate, key, gnutls_strerror(status));
    if (gnutls_session_ticket_key_generate(&identity->ticket_key) < 0)
        die(70, "no key for session tickets");
    return identity;
}

void tls_identity_close(struct tls_identity *identity)
{
    if (identity == NULL)
        return;
    gnutls_certificate_free_credentials(identity->credentials);
    gnutls_free(identity->ticket_key.data);
    free(identity);
}

struct tls *tls_open(const struct tls_identity *identity, int socket)
{
    struct tls *tls = memory_zeroed(1, sizeof *tls);
    if (gnutls_init(&tls->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
        die(70, "no TLS session");
    gnutls_set_default_priority(tls->session);
    gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, identity->credentials);
    /* Tickets, because they are what real servers send and what trips clients up. */
    gnutls_session_ticket_enable_server(tls->session, &identity->ticket_key);
    gnutls_transport_set_int(tls->session, socket);
    return tls;
}

enum tls_step tls_handshake(struct tls *tls)
{
    int status = gnutls_handshake(tls->session);
    while (status < 0 && status != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(status))
        status = gnutls_handshake(tls->session);
    if (status == GNUTLS_E_SUCCESS)
        return TLS_DONE;
    if (status != GNUTLS_E_AGAIN)
        return TLS_BROKEN;
    return gnutls_record_get_direction(tls->session) == 1 ? TLS_WRITE : TLS_READ;
}

static ssize_t result_of(ssize_t status)
{
    if (status >= 0)
        return status;
    errno = status == GNUTLS_E_AGAIN || status == GNUTLS_E_INTERRUPTED ? EAGAIN : EPROTO;
    return -1;
}

/* A record holds 16 KB at most; read on, or what waits inside the library is not seen by epoll. */
ssize_t tls_read(struct tls *tls, void *at, size_t length)
{
    size_t got = 0;
    while (got < length) {
        ssize_t more = gnutls_record_recv(tls->session, (char *)at + got, length - got);
        if (more > 0)
            got += (size_t)more;
        else if (got > 0)
            break;
        else
            return result_of(more);
    }
    return (ssize_t)got;
}

ssize_t tls_write(struct tls *tls, const void *at, size_t length)
{
    ssize_t sent =
        gnutls_record_send(tls->session, tls->sending ? NULL : at, tls->sending ? 0 : length);
    tls->sending = sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED;
    return result_of(sent);
}

void tls_bye(struct tls *tls)
{
    gnutls_bye(tls->session, GNUTLS_SHUT_WR);
}

void tls_close(struct tls *tls)
{
    if (tls == NULL)
        return;
    gnutls_deinit(tls->session);
    free(tls);
}
