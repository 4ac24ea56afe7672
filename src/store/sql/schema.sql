-- The database, as a sequence of migrations; user_version counts those that were applied. A
-- migration that was released is never edited: the next one changes what it made.
-- Times are milliseconds since 1970, UTC. $NAMES are enumerators of our headers.

-- name: migration_1

-- Names that rows share, by number.
CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE domain (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE reason (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO reason (id, name) VALUES
    ($REASON_NONE, ''),
    ($REASON_SUPPRESSED, 'suppressed'),
    ($REASON_UNSUBSCRIBED, 'unsubscribed'),
    ($REASON_ERASED, 'erased'),
    ($REASON_CANCELLED, 'cancelled'),
    ($REASON_INTERRUPTED, 'interrupted'),
    ($REASON_RESEND, 'resend');

-- One row per recipient as the group knows them. Ids are given by import, above all that ever were:
-- deliveries and tokens go by them. (AUTOINCREMENT would write a second table for every row, and a
-- foreign key look one up, which a million rows feel.)
CREATE TABLE member (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    address_hash BLOB NOT NULL,
    domain_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    organization TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    timezone TEXT NOT NULL,
    tags TEXT NOT NULL,
    attributes TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX member_address ON member (address_hash);

-- Ids of erased members, so that none is given again.
CREATE TABLE erased (id INTEGER PRIMARY KEY) STRICT;

-- What a member says now about a topic, since when and by which way. By topic first: planning walks a
-- topic's members in their order.
CREATE TABLE subscription (
    topic_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    consent INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    PRIMARY KEY (topic_id, member_id)
) STRICT, WITHOUT ROWID;

-- What they said before: a row of subscription moves here when another word takes its place, so that
-- both together are the whole history. Append-only; only erasing the member ends it.
CREATE TABLE consent_event (
    member_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    consent INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    PRIMARY KEY (member_id, at_ms, topic_id, consent)
) STRICT, WITHOUT ROWID;

-- By the keyed hash, so that the promise outlives the member. `address` is for people to read, and
-- is emptied when its member is erased. until_ms 0: for ever.
CREATE TABLE suppression (
    hash BLOB PRIMARY KEY,
    address TEXT NOT NULL,
    class TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What editions are made of, once per hash.
CREATE TABLE content (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- first_id, last_id: its rows in delivery, which are inserted in one piece.
-- open: some row can still move by itself or by an operator's word about what is unknown.
CREATE TABLE edition (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign TEXT NOT NULL,
    slot TEXT NOT NULL,
    topic_id INTEGER REFERENCES topic (id),
    priority INTEGER NOT NULL,
    state INTEGER NOT NULL,
    open INTEGER NOT NULL,
    pause_reason TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    commit_id TEXT NOT NULL,
    commit_dirty INTEGER NOT NULL,
    on_unknown INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    planned_ms INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    moved_ms INTEGER NOT NULL,
    finished_ms INTEGER NOT NULL,
    UNIQUE (campaign, slot)
) STRICT;
CREATE INDEX edition_open ON edition (priority) WHERE open = 1;

-- The topics of the audience an edition was planned for; none: all members.
CREATE TABLE edition_topic (
    edition_id INTEGER NOT NULL REFERENCES edition (id),
    topic_id INTEGER NOT NULL REFERENCES topic (id),
    PRIMARY KEY (edition_id, topic_id)
) STRICT, WITHOUT ROWID;

-- Who gets what, and what became of it. Rows of an edition are inserted in the order in which they
-- are sent (domains interleaved), so that the ids a turn touches lie side by side.
-- reason: of READY why it waits (0: it was never tried), of the others why they ended so.
-- address: as sent, once the member has another one; else NULL.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    edition_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    domain_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    first_attempt_ms INTEGER NOT NULL,
    settled_ms INTEGER NOT NULL,
    reply_code INTEGER NOT NULL,
    enhanced TEXT,
    reply TEXT,
    address TEXT
) STRICT;
CREATE UNIQUE INDEX delivery_of ON delivery (edition_id, member_id);
CREATE INDEX delivery_due ON delivery (edition_id, next_ms) WHERE state = $DELIVERY_READY;
CREATE INDEX delivery_trouble ON delivery (edition_id, state, next_ms)
    WHERE state IN ($DELIVERY_FAILED, $DELIVERY_UNKNOWN);

-- How many of an edition's rows are in a state for a reason. Moves with the rows.
CREATE TABLE tally (
    edition_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (edition_id, state, reason)
) STRICT, WITHOUT ROWID;

-- A member as they were when a delivery that is not settled was first attempted: every attempt
-- carries the same bytes. Written when the member changes, so the usual row has none.
CREATE TABLE frozen (
    delivery_id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    address_hash BLOB NOT NULL,
    kind INTEGER NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    organization TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    timezone TEXT NOT NULL,
    tags TEXT NOT NULL,
    attributes TEXT NOT NULL
) STRICT;

CREATE TRIGGER member_freeze
AFTER UPDATE OF email, kind, first_name, last_name, organization, role, language, timezone, tags,
    attributes ON member
BEGIN
    INSERT OR IGNORE INTO frozen
    SELECT d.id, old.email, old.address_hash, old.kind, old.first_name, old.last_name,
        old.organization, old.role, old.language, old.timezone, old.tags, old.attributes
    FROM edition e CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = old.id
    WHERE e.open = 1 AND d.first_attempt_ms > 0
        AND d.state IN ($DELIVERY_READY, $DELIVERY_INTENT, $DELIVERY_UNKNOWN);
END;

CREATE TRIGGER member_moved
AFTER UPDATE OF email ON member WHEN old.email <> new.email
BEGIN
    UPDATE delivery SET address = old.email WHERE id IN (
        SELECT d.id FROM edition e
        CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = old.id
        WHERE d.address IS NULL AND d.attempts > 0);
    UPDATE delivery SET domain_id = new.domain_id WHERE id IN (
        SELECT d.id FROM edition e
        CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = old.id
        WHERE e.open = 1 AND d.first_attempt_ms = 0);
END;

-- Who dispatches, for people to read; the lock itself is a file.
CREATE TABLE dispatcher (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT;

-- name: migration_2

-- Slots of schedules that have come, and what was made of them: planned as an edition, or skipped
-- with the reason. The edition row, not this one, keeps a slot from being sent twice.
CREATE TABLE occasion (
    campaign TEXT NOT NULL,
    slot TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    reason TEXT NOT NULL,
    noted_ms INTEGER NOT NULL,
    PRIMARY KEY (campaign, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX occasion_due ON occasion (campaign, due_ms);

-- Content of a campaign that a person has looked at and let go out.
CREATE TABLE approval (
    campaign TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    approver TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (campaign, content_hash)
) STRICT, WITHOUT ROWID;

-- name: migration_3

-- What went out, a row a turn: see grants.h. Blobs of (edition, domain, count).
CREATE TABLE granted (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    steady_ms INTEGER NOT NULL,
    relay TEXT NOT NULL,
    began BLOB,
    ended BLOB
) STRICT;

-- How fast a recipient domain is written to now, where it asked for less: see pace.h.
CREATE TABLE pace (
    relay TEXT NOT NULL,
    domain TEXT NOT NULL,
    rate REAL NOT NULL,
    ceiling REAL NOT NULL,
    rests_until_ms INTEGER NOT NULL,
    cool_ms INTEGER NOT NULL,
    halved INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    moved_ms INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (relay, domain)
) STRICT, WITHOUT ROWID;

-- What the breaker remembers of an edition: its last results, a byte each.
CREATE TABLE breaker (
    edition_id INTEGER PRIMARY KEY,
    results BLOB NOT NULL,
    complaints_forgiven INTEGER NOT NULL
) STRICT;

-- name: migration_4

-- Mails that came home, each once, known by its bytes; what was found out about each, and what taking
-- it changed. raw: as much of it as was read, to be judged again; NULL once its member is erased.
CREATE TABLE bounce (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    size INTEGER NOT NULL,
    taken_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    proof INTEGER NOT NULL,
    delivery_id INTEGER NOT NULL,
    hash BLOB,
    address TEXT NOT NULL,
    class TEXT NOT NULL,
    action TEXT NOT NULL,
    status TEXT NOT NULL,
    reply_code INTEGER NOT NULL,
    diagnostic TEXT NOT NULL,
    rule TEXT NOT NULL,
    permanent INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    effect INTEGER NOT NULL,
    raw BLOB,
    UNIQUE (digest, size)
) STRICT;
CREATE INDEX bounce_of_delivery ON bounce (delivery_id) WHERE delivery_id > 0;
CREATE INDEX bounce_counted ON bounce (hash) WHERE counted = 1;
CREATE INDEX bounce_of_hash ON bounce (hash) WHERE hash IS NOT NULL;

-- Names that mailboxes gave to mails that were taken, so that those need not be read again.
CREATE TABLE bounce_name (
    mailbox TEXT NOT NULL,
    uid BLOB NOT NULL,
    bounce_id INTEGER NOT NULL,
    PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;

-- name: migration_5

-- The relays of the last sending: see route.h. Times are 0 when it is not so.
CREATE TABLE route (
    relay TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    rank INTEGER NOT NULL,
    used_ms INTEGER NOT NULL DEFAULT 0,
    failing_ms INTEGER NOT NULL DEFAULT 0,
    tried_ms INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
