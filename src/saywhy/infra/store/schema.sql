-- The queue, its tracking rows and the organisation's objects.

-- One row per queued message.  `data` is the Message as JSON (model/record); `content` is NULL when the
-- content stands in a file of its own.  `sender` is the reverse-path's key, `<>` for the null one.  `digest` is the
-- content's (digest.py).  `expires` is when the sender is told of the end, or of his own deadline before it.
CREATE TABLE message (
    number INTEGER PRIMARY KEY,
    arrived REAL NOT NULL,
    expires REAL NOT NULL,
    sender TEXT NOT NULL,
    data TEXT NOT NULL,
    content BLOB
, digest BLOB);

-- One row per recipient still owed.  `data` is the Pending as JSON; the columns are what is searched.
CREATE TABLE recipient (
    message INTEGER NOT NULL REFERENCES message (number),
    number INTEGER NOT NULL,
    due REAL NOT NULL,
    hop TEXT NOT NULL,
    tried REAL NOT NULL,
    attempts INTEGER NOT NULL,
    delay_reported INTEGER NOT NULL,
    accepted TEXT NOT NULL,
    address TEXT NOT NULL,
    data TEXT NOT NULL, cause TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

CREATE INDEX recipient_due ON recipient (due, hop);

CREATE INDEX recipient_hop ON recipient (hop, due);

-- The oldest message of a queue, and its messages in order.
CREATE INDEX recipient_message ON recipient (hop, message);

-- The last trouble of a queue.  What was never tried is not in it, so that ordinary mail does not pay for it.
CREATE INDEX recipient_failed ON recipient (hop, tried) WHERE cause <> '';

-- What is looked for at the start; contents in the database are not in it.
CREATE INDEX message_filed ON message (number) WHERE content IS NULL;

-- `messages` have at least one recipient that waits for `hop`; `retrying` recipients were tried at least once.
CREATE TABLE queue (
    hop TEXT PRIMARY KEY,
    recipients INTEGER NOT NULL,
    retrying INTEGER NOT NULL,
    messages INTEGER NOT NULL
) WITHOUT ROWID;

-- Queues that nothing waits for any more are no queues.
CREATE TRIGGER queue_empty AFTER UPDATE OF recipients ON queue WHEN NEW.recipients = 0
BEGIN
    DELETE FROM queue WHERE hop = NEW.hop;
END;

-- Recipients by the cause of their last trouble; those without one are not in it.
CREATE TABLE queue_cause (
    cause TEXT NOT NULL,
    hop TEXT NOT NULL,
    recipients INTEGER NOT NULL,
    PRIMARY KEY (cause, hop)
) WITHOUT ROWID;

CREATE TRIGGER queue_cause_empty AFTER UPDATE OF recipients ON queue_cause WHEN NEW.recipients = 0
BEGIN
    DELETE FROM queue_cause WHERE cause = NEW.cause AND hop = NEW.hop;
END;

-- Message events.  `data` is the whole Event as a JSON array; the columns are what is searched.
CREATE TABLE tracking (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    kind INTEGER NOT NULL,
    message TEXT NOT NULL,
    message_id TEXT NOT NULL,
    data TEXT NOT NULL
);

CREATE INDEX tracking_message ON tracking (message);

CREATE INDEX tracking_message_id ON tracking (message_id) WHERE message_id <> '';

CREATE TABLE object (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- `ceiling`: no message has or had this number or a higher one.  `revision`: the organisation's.
-- `messages`: how many are queued.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counter VALUES ('ceiling', 1), ('revision', 0), ('messages', 0);
