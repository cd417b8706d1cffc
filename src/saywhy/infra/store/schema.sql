-- The queue, its tracking rows and the organisation's objects.

-- One row per queued message.  `data` is the Message as JSON (model/record); `content` is NULL when the
-- content stands in a file of its own.  `sender` is the reverse-path's key, `<>` for the null one.
CREATE TABLE message (
    number INTEGER PRIMARY KEY,
    arrived REAL NOT NULL,
    expires REAL NOT NULL,
    sender TEXT NOT NULL,
    data TEXT NOT NULL,
    content BLOB
);

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
    data TEXT NOT NULL,
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

CREATE INDEX recipient_due ON recipient (due, hop);

CREATE INDEX recipient_hop ON recipient (hop, due);

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
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO counter VALUES ('ceiling', 1), ('revision', 0);
