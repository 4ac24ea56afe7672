/* Config: config/broadside.yaml as a checked struct: who sends, by which relay, how fast, where
 * answers go. */
#ifndef CAMPAIGN_CONFIG_H
#define CAMPAIGN_CONFIG_H

#include "base/log.h"
#include "campaign/fit.h"
#include "campaign/notify.h"
#include "campaign/restraint.h"
#include "settings/schema.h"

enum { CONFIG_RELAYS = 16, CONFIG_CONNECTIONS = 1000, CONFIG_DEPTH = 16 };

struct sender {
    struct place place;
    struct text name, address, postal_address;
};

enum tls_mode { TLS_BY_SCHEME, TLS_STARTTLS, TLS_IMPLICIT, TLS_NONE };

struct relay_config {
    struct place place;
    struct text url;   /* smtp://host[:port] or smtps://host[:port]; no user, no path */
    struct text host;  /* of the url, without brackets */
    uint16_t port;     /* of the url; 25, or 465 for smtps */
    enum tls_mode tls; /* never TLS_BY_SCHEME after config_read */
    struct text user;  /* empty: no AUTH */
    struct secret_source password;
    struct text ca_file; /* empty: the system's */
    int64_t connections;
    int64_t depth; /* transactions in flight on a connection, where the relay offers CHUNKING */
    struct rate_list limits;
    struct warmup warmup;
};

/* In order of preference; at least one. */
struct relay_list {
    struct relay_config *at;
    size_t count;
};

/* Recipient domains that share one limit. */
struct domain_group {
    struct place place;
    struct text name;
    struct text_list match; /* lower case; none: each other domain by itself ("default") */
    struct rate_list limits;
};

struct domain_group_list {
    struct domain_group *at;
    size_t count;
};

struct bounce_config {
    struct place place;
    struct text mailbox;       /* imaps:// pop3s:// maildir:PATH mbox:PATH; empty: none */
    struct mailbox_url server; /* of it; `is_remote` says whether there is one */
    struct secret_source password;
    struct text ca_file;     /* empty: the system's */
    int64_t timeout_ms;      /* for one answer of the server */
    bool keep;               /* what was taken stays on the server */
    struct text return_path; /* an address; +TOKEN is added to its local part; empty: the sender's
                                address */
};

struct unsubscribe_config {
    struct place place;
    struct text url;    /* the token is appended; empty: none */
    struct text mailto; /* an address; empty: none */
};

struct log_config {
    struct place place;
    struct text file; /* below the workspace when relative; empty: none */
    enum log_level level;
};

struct config {
    struct place place;
    struct sender sender;
    struct relay_list relay;
    struct domain_group_list domains;
    struct send_config send;
    struct breaker_config breaker;
    struct text frequency_text;
    struct frequency frequency; /* across campaigns, alerts exempt */
    struct bounce_config bounces;
    struct unsubscribe_config unsubscribe;
    struct text feedback_id; /* the sender's part of Feedback-ID; empty: no such header */
    struct notify_config notify;
    struct log_config log;
};

extern const struct shape config_shape;

/*
 * Reads and checks the configuration; `path` names it. Each override is KEY=VALUE as -o takes it: a
 * dotted path
 * ("relay.url", "relay.0.url") and YAML; later ones win. True when nothing is wrong; else the
 * errors are in `findings` (FAULT_CONFIG; FAULT_USAGE for an override without sense) and
 * `ret_config` must not be used.
 */
bool config_read(struct arena *arena, struct text text, struct text path,
                 const struct text *overrides, size_t override_count, struct findings *findings,
                 struct config *ret_config);

#endif
