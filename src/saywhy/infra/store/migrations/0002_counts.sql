-- What waits, counted in the same transactions that change it, so that no list has to read the queue.

ALTER TABLE recipient ADD COLUMN cause TEXT NOT NULL DEFAULT '';

UPDATE recipient SET cause = coalesce(json_extract(data, '$.failure.cause'), '') WHERE data LIKE '%"failure"%';

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

INSERT INTO queue
SELECT hop, count(*), sum(attempts > 0), count(DISTINCT message) FROM recipient GROUP BY hop;

INSERT INTO queue_cause
SELECT cause, hop, count(*) FROM recipient WHERE cause <> '' GROUP BY cause, hop;

INSERT INTO counter SELECT 'messages', count(*) FROM message;
