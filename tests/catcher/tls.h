/* TLS: a server's end of it over a non-blocking socket. */
#ifndef CATCHER_TLS_H
#define CATCHER_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tls;
struct tls_identity;

/* Reads certificate chain and key, both PEM. Mistakes end the program. */
struct tls_identity *tls_identity_open(const char *certificate, const char *key);
void tls_identity_close(struct tls_identity *identity);

enum tls_step { TLS_DONE, TLS_READ, TLS_WRITE, TLS_BROKEN };

struct tls *tls_open(const struct tls_identity *identity, int socket);
enum tls_step tls_handshake(struct tls *tls);
/* As recv(2) and send(2): 0 is the end, -1 with EAGAIN is "later". An end without close_notify is
 * an error. */
ssize_t tls_read(struct tls *tls, void *at, size_t length);
ssize_t tls_write(struct tls *tls, const void *at, size_t length);
/* Says close_notify. */
void tls_bye(struct tls *tls);
void tls_close(struct tls *tls);

#endif
