-- Every query, by name. Parameters are ?1, ?2 …; $NAMES are enumerators of our headers. A block
-- whose name begins with fragment_ is a piece of a query that selection.c puts together.

-- name: begin
BEGIN IMMEDIATE
-- name: commit
COMMIT
-- name: rollback
ROLLBACK

-- name: dispatcher_set
INSERT INTO dispatcher (id, pid, host, since_ms) VALUES (1, ?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET pid = excluded.pid, host = excluded.host,
    since_ms = excluded.since_ms
-- name: dispatcher_get
SELECT pid, host, since_ms FROM dispatcher WHERE id = 1

-- Names by number.

-- name: topic_find
SELECT id FROM topic WHERE name = ?1
-- name: topic_add
INSERT INTO topic (name) VALUES (?1)
-- name: domain_find
SELECT id FROM domain WHERE name = ?1
-- name: domain_add
INSERT INTO domain (name) VALUES (?1)
-- name: source_find
SELECT id FROM source WHERE name = ?1
-- name: source_add
INSERT INTO source (name) VALUES (?1)
-- name: reason_find
SELECT id FROM reason WHERE name = ?1
-- name: reason_add
INSERT INTO reason (name) VALUES (?1)

-- Members. The columns of a member are always these, in this order.

-- name: member_by_id
SELECT id, key, email, kind, first_name, last_name, organization, role, language, timezone, tags,
    attributes, created_ms, changed_ms
FROM member WHERE id = ?1
-- name: member_by_key
SELECT id, key, email, kind, first_name, last_name, organization, role, language, timezone, tags,
    attributes, created_ms, changed_ms
FROM member WHERE key = ?1
-- name: member_by_address
SELECT id, key, email, kind, first_name, last_name, organization, role, language, timezone, tags,
    attributes, created_ms, changed_ms
FROM member WHERE address_hash = ?1 ORDER BY id LIMIT 1
-- name: member_all
SELECT id, key, email, kind, first_name, last_name, organization, role, language, timezone, tags,
    attributes, created_ms, changed_ms
FROM member WHERE id > ?1 ORDER BY id LIMIT ?2
-- name: member_search
SELECT id, key, email, kind, first_name, last_name, organization, role, language, timezone, tags,
    attributes, created_ms, changed_ms
FROM member
WHERE id > ?1 AND (key LIKE ?3 ESCAPE '\' OR email LIKE ?3 ESCAPE '\'
    OR first_name || ' ' || last_name LIKE ?3 ESCAPE '\' OR organization LIKE ?3 ESCAPE '\'
    OR tags LIKE ?3 ESCAPE '\')
ORDER BY id LIMIT ?2
-- name: member_count
SELECT count(*) FROM member
-- name: member_attribute_names
SELECT DISTINCT j.key FROM member m, json_each(m.attributes) j ORDER BY 1

-- name: member_attribute_known
SELECT EXISTS (SELECT 1 FROM member WHERE json_extract(attributes, ?1) IS NOT NULL)

-- name: topic_names
SELECT name FROM topic ORDER BY name

-- name: member_subscriptions
SELECT t.name, s.consent, s.since_ms, o.name
FROM topic t CROSS JOIN subscription s ON s.topic_id = t.id AND s.member_id = ?1
JOIN source o ON o.id = s.source_id
ORDER BY t.name
-- name: member_events
SELECT c.at_ms, t.name, c.consent, o.name
FROM consent_event c JOIN topic t ON t.id = c.topic_id JOIN source o ON o.id = c.source_id
WHERE c.member_id = ?1
UNION ALL
SELECT s.since_ms, t.name, s.consent, o.name
FROM topic t CROSS JOIN subscription s ON s.topic_id = t.id AND s.member_id = ?1
JOIN source o ON o.id = s.source_id
ORDER BY 1, 2
-- name: member_deliveries
SELECT e.campaign, e.slot, d.state, r.name, coalesce(d.reply, ''), d.settled_ms, d.attempts
FROM edition e CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?1
JOIN reason r ON r.id = d.reason
ORDER BY e.id DESC
-- name: member_suppression
SELECT x.class, x.reason FROM member m JOIN suppression x ON x.hash = m.address_hash
WHERE m.id = ?1 AND (x.until_ms = 0 OR x.until_ms > ?2)

-- name: consent_find
SELECT consent FROM subscription WHERE topic_id = ?1 AND member_id = ?2
-- name: consent_keep
INSERT OR IGNORE INTO consent_event (member_id, at_ms, topic_id, consent, source_id)
SELECT member_id, since_ms, topic_id, consent, source_id FROM subscription
WHERE topic_id = ?1 AND member_id = ?2
-- name: consent_change
UPDATE subscription SET consent = ?3, since_ms = ?4, source_id = ?5
WHERE topic_id = ?1 AND member_id = ?2
-- name: consent_add
INSERT INTO subscription (topic_id, member_id, consent, since_ms, source_id)
VALUES (?1, ?2, ?3, ?4, ?5)

-- Erasing a member: first what waits for them, then what names them, then the row.

-- name: erase_suppress
INSERT INTO suppression (hash, address, class, reason, source, since_ms, until_ms)
SELECT address_hash, '', 'erased', '', 'operator', ?2, 0 FROM member WHERE id = ?1
ON CONFLICT (hash) DO UPDATE SET until_ms = 0, class = excluded.class
-- name: erase_forget_address
UPDATE suppression SET address = '', reason = ''
WHERE hash = (SELECT address_hash FROM member WHERE id = ?1)
    AND NOT EXISTS (SELECT 1 FROM member o WHERE o.id <> ?1 AND o.address_hash = suppression.hash)
-- name: erase_waiting
SELECT d.id, d.edition_id, d.reason
FROM edition e CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?1
WHERE d.state = $DELIVERY_READY
-- name: erase_deliveries
UPDATE delivery SET reply = NULL, address = '' WHERE id IN (
    SELECT d.id FROM edition e
    CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?1)
-- name: erase_frozen
DELETE FROM frozen WHERE delivery_id IN (
    SELECT d.id FROM edition e
    CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?1)
-- name: erase_subscriptions
DELETE FROM subscription WHERE (topic_id, member_id) IN (SELECT id, ?1 FROM topic)
-- name: erase_events
DELETE FROM consent_event WHERE member_id = ?1
-- name: erase_id
INSERT INTO erased (id) VALUES (?1)
-- name: erase_member
DELETE FROM member WHERE id = ?1

-- Suppressions.

-- name: suppression_add
INSERT INTO suppression (hash, address, class, reason, source, since_ms, until_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (hash) DO UPDATE SET class = excluded.class, reason = excluded.reason,
    source = excluded.source, since_ms = excluded.since_ms, until_ms = excluded.until_ms,
    address = excluded.address
WHERE (suppression.until_ms <> 0 AND suppression.until_ms <= excluded.since_ms)
    OR (suppression.until_ms <> 0
        AND (excluded.until_ms = 0 OR excluded.until_ms > suppression.until_ms))
-- name: suppression_of_delivery
INSERT INTO suppression (hash, address, class, reason, source, since_ms, until_ms)
SELECT coalesce(f.address_hash, m.address_hash), coalesce(f.email, m.email), ?2, ?3, 'smtp', ?4, ?5
FROM delivery d JOIN member m ON m.id = d.member_id LEFT JOIN frozen f ON f.delivery_id = d.id
WHERE d.id = ?1
ON CONFLICT (hash) DO UPDATE SET class = excluded.class, reason = excluded.reason,
    source = excluded.source, since_ms = excluded.since_ms, until_ms = excluded.until_ms,
    address = excluded.address
WHERE (suppression.until_ms <> 0 AND suppression.until_ms <= excluded.since_ms)
    OR (suppression.until_ms <> 0
        AND (excluded.until_ms = 0 OR excluded.until_ms > suppression.until_ms))
-- name: suppression_remove
DELETE FROM suppression WHERE hash = ?1
-- name: suppression_find
SELECT hash, address, class, reason, source, since_ms, until_ms FROM suppression
WHERE hash = ?1 AND (until_ms = 0 OR until_ms > ?2)
-- name: suppression_list
SELECT hash, address, class, reason, source, since_ms, until_ms FROM suppression
WHERE until_ms = 0 OR until_ms > ?1 ORDER BY since_ms DESC, address

-- Editions. The columns of an edition are always these, in this order.

-- name: edition_by_id
SELECT e.id, e.campaign, e.slot, coalesce(t.name, ''), e.priority, e.state, e.pause_reason,
    e.content_hash, e.commit_id, e.commit_dirty, e.on_unknown, e.planned, e.planned_ms,
    e.started_ms, e.finished_ms, e.moved_ms
FROM edition e LEFT JOIN topic t ON t.id = e.topic_id WHERE e.id = ?1
-- name: edition_by_slot
SELECT e.id, e.campaign, e.slot, coalesce(t.name, ''), e.priority, e.state, e.pause_reason,
    e.content_hash, e.commit_id, e.commit_dirty, e.on_unknown, e.planned, e.planned_ms,
    e.started_ms, e.finished_ms, e.moved_ms
FROM edition e LEFT JOIN topic t ON t.id = e.topic_id WHERE e.campaign = ?1 AND e.slot = ?2
-- name: edition_all
SELECT e.id, e.campaign, e.slot, coalesce(t.name, ''), e.priority, e.state, e.pause_reason,
    e.content_hash, e.commit_id, e.commit_dirty, e.on_unknown, e.planned, e.planned_ms,
    e.started_ms, e.finished_ms, e.moved_ms
FROM edition e LEFT JOIN topic t ON t.id = e.topic_id
WHERE ?1 = '' OR e.campaign = ?1 ORDER BY e.id DESC
-- name: edition_counts
SELECT state, reason, count FROM tally WHERE edition_id = ?1
-- name: edition_tally
SELECT t.state, r.name, t.count FROM tally t JOIN reason r ON r.id = t.reason
WHERE t.edition_id = ?1 AND t.count > 0 ORDER BY t.state, t.count DESC
-- name: edition_add
INSERT INTO edition (campaign, slot, topic_id, priority, state, open, pause_reason, content_hash,
    commit_id, commit_dirty, on_unknown, first_id, last_id, planned, planned_ms, started_ms,
    moved_ms, finished_ms)
VALUES (?1, ?2, ?3, ?4, $EDITION_RUNNING, 1, '', ?5, ?6, ?7, ?8, 0, 0, 0, ?9, 0, 0, 0)
-- name: edition_topic_add
INSERT OR IGNORE INTO edition_topic (edition_id, topic_id) VALUES (?1, ?2)
-- name: edition_planned
UPDATE edition SET first_id = ?2, last_id = ?3, planned = ?4 WHERE id = ?1
-- name: edition_last_row
SELECT max(id) FROM delivery
-- name: edition_conclude
UPDATE edition SET moved_ms = max(moved_ms, ?2),
    started_ms = CASE WHEN ?3 AND started_ms = 0 THEN ?2 ELSE started_ms END,
    (state, finished_ms, open) = (
        SELECT CASE WHEN edition.state = $EDITION_RUNNING AND moving = 0
                THEN $EDITION_DONE ELSE edition.state END,
            CASE WHEN edition.state = $EDITION_RUNNING AND moving = 0
                THEN ?2 ELSE edition.finished_ms END,
            moving + unknown > 0
        FROM (SELECT coalesce(sum(count) FILTER (
                    WHERE t.state IN ($DELIVERY_READY, $DELIVERY_INTENT)
                        OR (t.state = $DELIVERY_UNKNOWN
                            AND edition.on_unknown = $ON_UNKNOWN_RESEND)), 0) AS moving,
                coalesce(sum(count) FILTER (WHERE t.state = $DELIVERY_UNKNOWN), 0) AS unknown
            FROM tally t WHERE t.edition_id = ?1))
WHERE id = ?1
-- name: edition_pause
UPDATE edition SET state = $EDITION_PAUSED, pause_reason = ?2
WHERE id = ?1 AND state = $EDITION_RUNNING
-- name: edition_resume
UPDATE edition SET state = $EDITION_RUNNING, pause_reason = ''
WHERE id = ?1 AND state = $EDITION_PAUSED
-- name: edition_cancel
UPDATE edition SET state = $EDITION_CANCELLED, finished_ms = ?2, pause_reason = ''
WHERE id = ?1 AND state IN ($EDITION_RUNNING, $EDITION_PAUSED)
-- name: edition_rerun
UPDATE edition SET state = $EDITION_RUNNING, open = 1, finished_ms = 0
WHERE id = ?1 AND state IN ($EDITION_RUNNING, $EDITION_DONE)
-- name: edition_cancel_rows
UPDATE delivery SET state = $DELIVERY_SKIPPED, reason = $REASON_CANCELLED, settled_ms = ?2
WHERE state = $DELIVERY_READY AND id BETWEEN (SELECT first_id FROM edition WHERE id = ?1)
    AND (SELECT last_id FROM edition WHERE id = ?1)
-- name: content_add
INSERT OR IGNORE INTO content (hash, bytes) VALUES (?1, ?2)
-- name: content_get
SELECT bytes FROM content WHERE hash = ?1

-- Counters.

-- name: tally_add
UPDATE tally SET count = count + ?4 WHERE edition_id = ?1 AND state = ?2 AND reason = ?3
-- name: tally_begin
INSERT INTO tally (edition_id, state, reason, count) VALUES (?1, ?2, ?3, ?4)
-- name: tally_sum
SELECT coalesce(sum(count), 0) FROM tally WHERE edition_id = ?1 AND state = ?2
-- name: tally_clear
UPDATE tally SET count = 0 WHERE edition_id = ?1 AND state = ?2

-- The ledger.

-- name: ledger_editions
SELECT id FROM edition WHERE open = 1 AND state = $EDITION_RUNNING ORDER BY priority DESC, id
-- name: ledger_due
SELECT id, next_ms FROM delivery INDEXED BY delivery_due
WHERE edition_id = ?1 AND state = $DELIVERY_READY AND next_ms <= ?2 ORDER BY next_ms, id
-- In the order of the table, whatever a planner thinks of the index on what is due.
-- name: ledger_rows
SELECT d.id, d.edition_id, d.reason, d.domain_id, n.name, d.attempts, d.first_attempt_ms,
    d.next_ms, m.id, m.key, coalesce(f.email, m.email), coalesce(f.kind, m.kind),
    coalesce(f.first_name, m.first_name), coalesce(f.last_name, m.last_name),
    coalesce(f.organization, m.organization), coalesce(f.role, m.role),
    coalesce(f.language, m.language), coalesce(f.timezone, m.timezone), coalesce(f.tags, m.tags),
    coalesce(f.attributes, m.attributes), m.created_ms, m.changed_ms
FROM delivery d NOT INDEXED CROSS JOIN member m ON m.id = d.member_id
CROSS JOIN domain n ON n.id = d.domain_id LEFT JOIN frozen f ON f.delivery_id = d.id
WHERE d.id BETWEEN ?1 AND ?2 AND d.state = $DELIVERY_READY ORDER BY d.id

-- The planner uses a partial index only where its own condition stands word by word.
-- name: ledger_resting
SELECT min(d.next_ms) FROM edition e
CROSS JOIN delivery d INDEXED BY delivery_trouble
    ON d.edition_id = e.id AND d.state = $DELIVERY_UNKNOWN
        AND d.state IN ($DELIVERY_FAILED, $DELIVERY_UNKNOWN)
WHERE e.open = 1 AND e.state = $EDITION_RUNNING AND e.on_unknown = $ON_UNKNOWN_RESEND
-- name: ledger_rested
SELECT d.id, d.edition_id, d.reason FROM edition e
CROSS JOIN delivery d INDEXED BY delivery_trouble
    ON d.edition_id = e.id AND d.state = $DELIVERY_UNKNOWN AND d.next_ms <= ?1
        AND d.state IN ($DELIVERY_FAILED, $DELIVERY_UNKNOWN)
WHERE e.open = 1 AND e.state = $EDITION_RUNNING AND e.on_unknown = $ON_UNKNOWN_RESEND
LIMIT ?2

-- Every condition of an INTENT in the statement itself: ready, edition running, member there,
-- nothing suppressed, still subscribed.
-- name: ledger_intend
UPDATE delivery SET state = $DELIVERY_INTENT, reason = $REASON_NONE, attempts = attempts + 1,
    first_attempt_ms = CASE first_attempt_ms WHEN 0 THEN ?2 ELSE first_attempt_ms END
WHERE id = ?1 AND state = $DELIVERY_READY
    AND EXISTS (SELECT 1 FROM edition e JOIN member m ON m.id = delivery.member_id
        WHERE e.id = delivery.edition_id AND e.state = $EDITION_RUNNING
            AND NOT EXISTS (SELECT 1 FROM suppression x
                WHERE x.hash = m.address_hash AND (x.until_ms = 0 OR x.until_ms > ?3))
            AND NOT EXISTS (SELECT 1 FROM subscription s
                WHERE s.topic_id = e.topic_id AND s.member_id = m.id
                    AND s.consent = $CONSENT_UNSUBSCRIBED))
    AND (EXISTS (SELECT 1 FROM edition_topic t
            JOIN subscription s ON s.topic_id = t.topic_id AND s.member_id = delivery.member_id
            WHERE t.edition_id = delivery.edition_id AND s.consent = $CONSENT_SUBSCRIBED)
        OR NOT EXISTS (SELECT 1 FROM edition_topic t WHERE t.edition_id = delivery.edition_id))
    AND NOT EXISTS (SELECT 1 FROM frozen f JOIN suppression x ON x.hash = f.address_hash
        WHERE f.delivery_id = delivery.id AND (x.until_ms = 0 OR x.until_ms > ?3))

-- Why an INTENT was not granted.
-- name: ledger_veto
SELECT d.state, d.reason, e.state, m.id IS NOT NULL,
    EXISTS (SELECT 1 FROM suppression x LEFT JOIN frozen f ON f.delivery_id = d.id
        WHERE x.hash IN (m.address_hash, f.address_hash)
            AND (x.until_ms = 0 OR x.until_ms > ?2))
FROM delivery d JOIN edition e ON e.id = d.edition_id LEFT JOIN member m ON m.id = d.member_id
WHERE d.id = ?1
-- name: ledger_skip
UPDATE delivery SET state = $DELIVERY_SKIPPED, reason = ?2, settled_ms = ?3
WHERE id = ?1 AND state = $DELIVERY_READY
-- name: ledger_move
UPDATE delivery SET state = ?3, reason = ?4, attempts = max(0, attempts + ?5),
    next_ms = CASE ?6 WHEN 0 THEN next_ms ELSE ?6 END, settled_ms = ?7, reply_code = ?8,
    enhanced = ?9, reply = ?10,
    first_attempt_ms = CASE WHEN ?11 AND first_attempt_ms = 0 THEN ?7 ELSE first_attempt_ms END
WHERE id = ?1 AND state = ?2

-- name: ledger_interrupted_editions
SELECT DISTINCT edition_id FROM tally WHERE state = $DELIVERY_INTENT AND count > 0
-- name: ledger_interrupted_rows
UPDATE delivery SET state = $DELIVERY_UNKNOWN, reason = $REASON_INTERRUPTED, settled_ms = ?2,
    next_ms = ?3
WHERE state = $DELIVERY_INTENT AND id BETWEEN (SELECT first_id FROM edition WHERE id = ?1)
    AND (SELECT last_id FROM edition WHERE id = ?1)

-- name: ledger_find
SELECT id FROM delivery WHERE edition_id = ?1 AND member_id = ?2
-- name: ledger_whose
SELECT edition_id, reason, state FROM delivery WHERE id = ?1
-- name: ledger_resend
UPDATE delivery SET state = $DELIVERY_READY, reason = $REASON_RESEND, next_ms = ?3
WHERE edition_id = ?1 AND state = ?2 AND state IN ($DELIVERY_FAILED, $DELIVERY_UNKNOWN)
-- name: ledger_list
SELECT d.id, d.member_id, coalesce(m.key, ''), coalesce(d.address, f.email, m.email, ''), d.state,
    r.name, coalesce(d.enhanced, ''), coalesce(d.reply, ''), d.reply_code, d.attempts, d.next_ms,
    d.settled_ms
FROM delivery d JOIN reason r ON r.id = d.reason LEFT JOIN member m ON m.id = d.member_id
LEFT JOIN frozen f ON f.delivery_id = d.id
WHERE d.state = ?2 AND d.id BETWEEN (SELECT first_id FROM edition WHERE id = ?1)
    AND (SELECT last_id FROM edition WHERE id = ?1)
-- name: audit_rows
SELECT state, reason, count(*) FROM delivery
WHERE id BETWEEN (SELECT first_id FROM edition WHERE id = ?1)
    AND (SELECT last_id FROM edition WHERE id = ?1)
GROUP BY state, reason
-- name: audit_total
SELECT count(*) FROM delivery WHERE edition_id = ?1

-- Import.

-- name: import_find
SELECT id, email, kind, first_name, last_name, organization, role, language, timezone, tags,
    attributes
FROM member WHERE key = ?1
-- name: import_last_id
SELECT max(coalesce((SELECT max(id) FROM member), 0), coalesce((SELECT max(id) FROM erased), 0))
-- name: import_add
INSERT INTO member (id, key, email, address_hash, domain_id, kind, first_name, last_name, organization,
    role, language, timezone, tags, attributes, created_ms, changed_ms)
VALUES (?15, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)
ON CONFLICT (key) DO NOTHING
-- name: import_change
UPDATE member SET email = ?2, address_hash = ?3, domain_id = ?4, kind = ?5, first_name = ?6,
    last_name = ?7, organization = ?8, role = ?9, language = ?10, timezone = ?11, tags = ?12,
    attributes = ?13, changed_ms = ?14
WHERE id = ?15 AND key = ?1

-- Pieces of a selection: which members it looks at, and what becomes of them.

-- name: fragment_walk
SELECT m.id, m.key, m.email, m.kind, m.first_name, m.last_name, m.organization, m.role, m.language,
    m.timezone, m.tags, m.attributes, m.created_ms, m.changed_ms
-- name: fragment_count
SELECT count(*)
-- name: fragment_domains
SELECT (SELECT name FROM domain WHERE id = m.domain_id), count(*)
-- name: fragment_plan
INSERT INTO delivery (edition_id, member_id, domain_id, state, reason, attempts, next_ms,
    first_attempt_ms, settled_ms, reply_code)
SELECT ?1, m.id, m.domain_id, $DELIVERY_READY, $REASON_NONE, 0, ?2, 0, 0, 0
-- name: fragment_from_all
FROM member m WHERE true
-- name: fragment_from_topics
FROM subscription s CROSS JOIN member m ON m.id = s.member_id WHERE s.topic_id IN
-- name: fragment_best_topic
AND NOT EXISTS (SELECT 1 FROM subscription p
    WHERE p.member_id = s.member_id AND p.topic_id <> s.topic_id
        AND (p.consent, p.topic_id) < (s.consent, s.topic_id) AND p.topic_id IN
-- name: fragment_unsubscribed
EXISTS (SELECT 1 FROM subscription u WHERE u.member_id = m.id
    AND u.consent = $CONSENT_UNSUBSCRIBED AND u.topic_id =
-- name: fragment_received
EXISTS (SELECT 1 FROM edition re CROSS JOIN delivery rd
    ON rd.edition_id = re.id AND rd.member_id = m.id
    WHERE (rd.state = $DELIVERY_INTENT OR (rd.state IN ($DELIVERY_SENT, $DELIVERY_UNKNOWN)
            AND rd.settled_ms >= ?4)) AND re.campaign =
-- name: fragment_frequency
(SELECT count(*) FROM edition fe CROSS JOIN delivery fd
    ON fd.edition_id = fe.id AND fd.member_id = m.id
    WHERE fe.priority < $PRIORITY_ALERT
        AND (fd.state IN ($DELIVERY_READY, $DELIVERY_INTENT)
            OR (fd.state IN ($DELIVERY_SENT, $DELIVERY_UNKNOWN) AND fd.settled_ms >
-- name: fragment_suppressed
EXISTS (SELECT 1 FROM suppression x WHERE x.hash = m.address_hash
    AND (x.until_ms = 0 OR x.until_ms > ?3))
-- name: fragment_same_address
first_of(m.address_hash)
-- name: fragment_same_organization
first_of(CASE m.organization WHEN '' THEN 'member ' || m.id
    ELSE 'organization ' || m.organization END)
-- name: fragment_kind
CASE m.kind WHEN $MEMBER_ORGANIZATION THEN 'organization' ELSE 'individual' END
-- name: fragment_interleaved
ORDER BY turn_of(m.domain_id), m.id LIMIT ?5
-- name: seen_table
CREATE TEMP TABLE IF NOT EXISTS seen (what BLOB PRIMARY KEY) WITHOUT ROWID
-- name: seen_empty
DELETE FROM temp.seen
-- name: seen_add
INSERT OR IGNORE INTO temp.seen (what) VALUES (?1)

-- Several reads of one state; ends with commit.
-- name: snapshot
BEGIN
-- name: audit_planned
SELECT planned FROM edition WHERE id = ?1
-- name: edition_id
SELECT id FROM edition WHERE campaign = ?1 AND slot = ?2
-- name: suppression_count
SELECT count(*) FROM suppression

-- Slots of schedules, and approvals.

-- name: occasion_add
INSERT INTO occasion (campaign, slot, due_ms, outcome, reason, noted_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING
-- name: occasion_planned
INSERT INTO occasion (campaign, slot, due_ms, outcome, reason, noted_ms)
VALUES (?1, ?2, ?3, $OCCASION_PLANNED, '', ?4)
ON CONFLICT DO UPDATE SET outcome = $OCCASION_PLANNED, reason = '', noted_ms = excluded.noted_ms
-- name: occasion_newest
SELECT due_ms, 1 FROM occasion WHERE campaign = ?1 ORDER BY due_ms DESC LIMIT 1
-- name: occasion_forget
DELETE FROM occasion WHERE campaign = ?1 AND due_ms > ?2
-- name: occasion_known
SELECT 1 FROM occasion WHERE campaign = ?1 AND slot = ?2
UNION ALL SELECT 1 FROM edition WHERE campaign = ?1 AND slot = ?2
-- name: occasion_skipped
SELECT campaign, slot, due_ms, reason, noted_ms FROM occasion
WHERE outcome = $OCCASION_SKIPPED AND (?1 = '' OR campaign = ?1)
ORDER BY due_ms DESC, campaign LIMIT ?2
-- name: approval_add
INSERT INTO approval (campaign, content_hash, approver, at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING
-- name: approval_find
SELECT 1 FROM approval WHERE campaign = ?1 AND content_hash = ?2
-- name: edition_refreeze
UPDATE edition SET content_hash = ?2, commit_id = ?3, commit_dirty = ?4
WHERE id = ?1 AND state = $EDITION_PAUSED AND started_ms = 0
-- name: edition_last_planned
SELECT planned FROM edition
WHERE campaign = ?1 AND state <> $EDITION_CANCELLED AND slot <> ?2
ORDER BY id DESC LIMIT 1
-- name: edition_any_running
SELECT EXISTS (SELECT 1 FROM edition WHERE open = 1 AND state = $EDITION_RUNNING)

-- Limits: what went out, the pace of domains, the breaker's memory.

-- Behind the cursor (?3, ?4). In two pieces: SQLite finds no place in an index by a row value that
-- ends with the rowid.
-- name: ledger_after
SELECT * FROM (SELECT id, next_ms, domain_id FROM delivery INDEXED BY delivery_due
    WHERE edition_id = ?1 AND state = $DELIVERY_READY AND next_ms = ?3 AND id > ?4 AND ?3 <= ?2
    ORDER BY id)
UNION ALL
SELECT * FROM (SELECT id, next_ms, domain_id FROM delivery INDEXED BY delivery_due
    WHERE edition_id = ?1 AND state = $DELIVERY_READY AND next_ms > ?3 AND next_ms <= ?2
    ORDER BY next_ms, id)
-- name: ledger_span
SELECT first_id, last_id FROM edition WHERE id = ?1
-- name: grants_add
INSERT INTO granted (at_ms, steady_ms, relay, began, ended) VALUES (?1, ?2, ?3, ?4, ?5)
-- name: grants_read
SELECT id, at_ms, steady_ms, relay, began, ended FROM granted ORDER BY id
-- name: grants_relays
SELECT DISTINCT relay FROM granted
-- name: grants_forget
DELETE FROM granted WHERE at_ms < ?1 AND (steady_ms < ?2 OR steady_ms > ?3)
-- name: grants_domain
SELECT name FROM domain WHERE id = ?1
-- name: route_unlist
UPDATE route SET rank = -1
-- name: route_put
INSERT INTO route (relay, url, rank) VALUES (?1, ?2, ?3)
ON CONFLICT (relay) DO UPDATE SET url = excluded.url, rank = excluded.rank
-- name: route_forget
DELETE FROM route WHERE rank = -1
-- name: route_use
UPDATE route SET used_ms = CASE WHEN relay != ?1 THEN 0 WHEN used_ms = 0 THEN ?2 ELSE used_ms END
-- name: route_fail
UPDATE route SET failing_ms = CASE failing_ms WHEN 0 THEN ?2 ELSE failing_ms END, tried_ms = ?2,
    why = ?3, used_ms = 0
WHERE relay = ?1
-- name: route_answer
UPDATE route SET failing_ms = 0, why = '' WHERE relay = ?1
-- name: route_list
SELECT relay, url, used_ms, failing_ms, tried_ms, why FROM route ORDER BY rank
-- name: pace_put
INSERT INTO pace (relay, domain, rate, ceiling, rests_until_ms, cool_ms, halved, since_ms, moved_ms,
    why)
VALUES (?1, ?2, ?3 / 1000.0, ?4 / 1000.0, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (relay, domain) DO UPDATE SET rate = excluded.rate, ceiling = excluded.ceiling,
    rests_until_ms = excluded.rests_until_ms, cool_ms = excluded.cool_ms,
    halved = excluded.halved, moved_ms = excluded.moved_ms, why = excluded.why
-- name: pace_drop
DELETE FROM pace WHERE relay = ?1 AND domain = ?2
-- name: pace_list
SELECT relay, domain, CAST(rate * 1000 AS INTEGER), CAST(ceiling * 1000 AS INTEGER),
    rests_until_ms, cool_ms, halved, since_ms, moved_ms, why,
    coalesce((SELECT id FROM domain n WHERE n.name = pace.domain), 0)
FROM pace ORDER BY relay, domain
-- name: breaker_get
SELECT results, complaints_forgiven FROM breaker WHERE edition_id = ?1
-- name: breaker_put
INSERT INTO breaker (edition_id, results, complaints_forgiven) VALUES (?1, ?2, ?3)
ON CONFLICT (edition_id) DO UPDATE SET results = excluded.results,
    complaints_forgiven = excluded.complaints_forgiven
-- name: breaker_complaints
SELECT count(*) FROM bounce WHERE kind = 'complaint' AND delivery_id > 0
    AND delivery_id BETWEEN (SELECT first_id FROM edition WHERE id = ?1)
        AND (SELECT last_id FROM edition WHERE id = ?1)

-- Mails that came home.

-- name: bounce_name_find
SELECT b.id, b.effect FROM bounce_name n JOIN bounce b ON b.id = n.bounce_id
WHERE n.mailbox = ?1 AND n.uid = ?2
-- name: bounce_name_add
INSERT INTO bounce_name (mailbox, uid, bounce_id) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET bounce_id = excluded.bounce_id
-- name: bounce_find
SELECT id, effect FROM bounce WHERE digest = ?1 AND size = ?2
-- name: bounce_add
INSERT INTO bounce (kind, proof, delivery_id, hash, address, class, action, status, reply_code,
    diagnostic, rule, permanent, counted, effect, digest, size, taken_ms, raw)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
-- name: bounce_change
UPDATE bounce SET kind = ?1, proof = ?2, delivery_id = ?3, hash = ?4, address = ?5, class = ?6,
    action = ?7, status = ?8, reply_code = ?9, diagnostic = ?10, rule = ?11, permanent = ?12,
    counted = ?13, effect = ?14
WHERE id = ?15
-- name: bounce_next
SELECT id, digest, size, taken_ms, kind, proof, delivery_id, hash, address, class, action, permanent,
    counted, effect, raw
FROM bounce WHERE id > ?1 AND raw IS NOT NULL ORDER BY id LIMIT 1
-- name: bounce_target
SELECT d.id, d.edition_id, d.member_id, d.state, d.settled_ms,
    coalesce(d.address, f.email, m.email, ''), coalesce(m.key, ''), e.campaign, e.slot,
    coalesce(t.name, '')
FROM delivery d JOIN edition e ON e.id = d.edition_id LEFT JOIN member m ON m.id = d.member_id
LEFT JOIN frozen f ON f.delivery_id = d.id LEFT JOIN topic t ON t.id = e.topic_id
WHERE d.edition_id = ?1 AND d.member_id = ?2
-- name: bounce_candidates
SELECT d.id, d.edition_id, d.member_id, d.state, d.settled_ms,
    coalesce(d.address, f.email, m.email, ''), m.key, e.campaign, e.slot, coalesce(t.name, '')
FROM edition e CROSS JOIN member m ON m.address_hash = ?1
CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = m.id
LEFT JOIN frozen f ON f.delivery_id = d.id LEFT JOIN topic t ON t.id = e.topic_id
WHERE d.attempts > 0 ORDER BY e.id DESC LIMIT ?2
-- name: bounce_lift
DELETE FROM suppression WHERE hash = ?1 AND source = ?2
-- name: bounce_topics
SELECT topic_id FROM edition WHERE id = ?1 AND topic_id IS NOT NULL
UNION SELECT topic_id FROM edition_topic
WHERE edition_id = ?1 AND (SELECT topic_id FROM edition WHERE id = ?1) IS NULL
-- name: patience_whose
SELECT d.member_id, coalesce(f.address_hash, m.address_hash)
FROM delivery d JOIN member m ON m.id = d.member_id LEFT JOIN frozen f ON f.delivery_id = d.id
WHERE d.id = ?1
-- name: patience_at_most
SELECT (SELECT count(*) FROM bounce WHERE hash = ?1 AND counted = 1 AND taken_ms >= ?2)
    + (SELECT count(*)
        FROM edition e CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?3
        WHERE e.moved_ms >= ?2 AND d.state = $DELIVERY_FAILED AND d.settled_ms >= ?2)
-- name: patience_arrived
SELECT max(d.settled_ms)
FROM edition e CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?1
WHERE d.state = $DELIVERY_SENT AND d.settled_ms <= ?2
    AND NOT EXISTS (SELECT 1 FROM bounce b
        WHERE b.delivery_id = d.id AND b.delivery_id > 0 AND b.counted = 1)
-- Of the address by mail, and of the member by a server's own word, where no mail says the same.
-- name: patience_ends
SELECT (SELECT count(DISTINCT b.delivery_id) FROM bounce b JOIN delivery d ON d.id = b.delivery_id
        WHERE b.hash = ?1 AND b.counted = 1 AND b.taken_ms >= ?2 AND d.settled_ms > ?3)
    + (SELECT count(*)
        FROM edition e CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?4
        WHERE e.moved_ms >= ?2 AND d.state = $DELIVERY_FAILED AND d.settled_ms >= ?2
            AND d.settled_ms > ?3 AND d.reason IN (SELECT id FROM reason
                WHERE name IN ('mailbox-full', 'inactive-mailbox', 'recipient-refused'))
            AND NOT EXISTS (SELECT 1 FROM bounce b
                WHERE b.delivery_id = d.id AND b.delivery_id > 0 AND b.counted = 1))
-- name: bounce_tally
SELECT (SELECT coalesce(sum(count), 0) FROM tally
        WHERE edition_id = ?1 AND state = $DELIVERY_SENT),
    count(*) FILTER (WHERE b.kind = 'complaint'),
    count(*) FILTER (WHERE b.effect = $EFFECT_OURS)
FROM edition e
CROSS JOIN bounce b ON b.delivery_id BETWEEN e.first_id AND e.last_id AND b.delivery_id > 0
    AND b.proof >= $PROOF_MESSAGE_ID
WHERE e.id = ?1
-- name: bounce_returned
SELECT count(DISTINCT b.delivery_id)
FROM edition e
CROSS JOIN bounce b ON b.delivery_id BETWEEN e.first_id AND e.last_id AND b.delivery_id > 0
    AND b.proof >= $PROOF_MESSAGE_ID AND b.kind = 'bounce'
WHERE e.id = ?1
-- name: erase_bounces
UPDATE bounce SET address = '', diagnostic = '', raw = NULL
WHERE hash = (SELECT address_hash FROM member WHERE id = ?1) OR delivery_id IN (
    SELECT d.id FROM edition e
    CROSS JOIN delivery d ON d.edition_id = e.id AND d.member_id = ?1)
