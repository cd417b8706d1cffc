"""Every SQL text of the store.

Python's sqlite3 gives the interpreter lock away and waits for it again at each row it steps through.  While
the event loop is busy each of those waits can last a switch interval (5 ms), so statements here do their whole
work in one step: writes take many rows at once, reads give one JSON text for all of theirs.
"""

from __future__ import annotations

from functools import cache

from saywhy.infra.store.protocol import MOST_TURNS, TURN

MAX_ROWS = 96  # that a statement takes; below the 999 variables that old SQLite allows

ADD_MESSAGES = "INSERT INTO message (number, arrived, expires, sender, data, content, digest) VALUES {rows}"

PUT_RECIPIENTS = (
    "INSERT OR REPLACE INTO recipient "
    "(message, number, due, hop, tried, attempts, delay_reported, accepted, address, data, cause) VALUES {rows}"
)

# SQLite searches by row values when they come from a plain SELECT; of bare VALUES it makes a scan of the table.
SETTLE_RECIPIENTS = (
    "DELETE FROM recipient WHERE (message, number) IN (SELECT column1, column2 FROM (VALUES {rows}))"
)

END_MESSAGES = (
    "DELETE FROM message WHERE number IN (VALUES {rows}) "
    "AND NOT EXISTS (SELECT 1 FROM recipient WHERE recipient.message = message.number)"
)

ADD_TRACKING = "INSERT INTO tracking (at, kind, message, message_id, data) VALUES {rows}"

SET_CEILING = "UPDATE counter SET value = ? WHERE name = 'ceiling'"
CEILING = "SELECT value FROM counter WHERE name = 'ceiling'"

QUEUED_AMONG = "SELECT json_group_array(number) FROM message WHERE number IN (SELECT value FROM json_each(?))"
FILED_NUMBERS = "SELECT number FROM message WHERE content IS NULL"
FILED = "SELECT json_group_array(number) FROM message WHERE content IS NULL"

# -- what is due --

DUE_KEYS = """
SELECT json_group_array(json_array(message, number)) FROM (
    SELECT message, number FROM recipient
    WHERE due <= :until AND hop NOT IN (SELECT value FROM json_each(:skip))
    ORDER BY due, hop, message, number LIMIT :limit)
"""

DUE_KEYS_OF_QUEUE = """
SELECT json_group_array(json_array(message, number)) FROM (
    SELECT message, number FROM recipient
    WHERE hop = :queue AND due <= :until
    ORDER BY due, message, number LIMIT :limit)
"""

RECIPIENTS_BY_KEY = """
SELECT group_concat(recipient.data) FROM json_each(?) AS wanted
JOIN recipient ON recipient.message = json_extract(wanted.value, '$[0]')
    AND recipient.number = json_extract(wanted.value, '$[1]')
"""

MESSAGES_BY_NUMBER = """
SELECT group_concat(message.data) FROM json_each(?) AS wanted JOIN message ON message.number = wanted.value
"""

NEXT_DUE = "SELECT min(due) FROM recipient WHERE due > ?"

_HASTEN = """
UPDATE recipient SET due = :at, data = json_set(data, '$.due', json(:text))
WHERE (message, number) IN (
    SELECT message, number FROM recipient
    WHERE due > :above AND due < :below {which} ORDER BY due LIMIT :limit)
"""
HASTEN = {  # by whether a queue, and whether a message is named: each has its index
    (False, False): _HASTEN.format(which=""),
    (True, False): _HASTEN.format(which="AND hop = :queue"),
    (False, True): _HASTEN.format(which="AND message = :message"),
    (True, True): _HASTEN.format(which="AND message = :message AND hop = :queue"),
}

# When the recipient's sender is owed a word: the delay, or the end.
_REPORT_AT = """(SELECT CASE WHEN recipient.delay_reported THEN message.expires
    ELSE min(message.expires, message.arrived + :delay_after) END
    FROM message WHERE message.number = recipient.message)"""

_NEXT_TURN = f"min(:until + {TURN} * min(attempts, {MOST_TURNS}), {_REPORT_AT})"
POSTPONE = f"""
UPDATE recipient
SET due = {_NEXT_TURN}, data = json_set(data, '$.due', {_NEXT_TURN})
WHERE (message, number) IN (
    SELECT message, number FROM recipient
    WHERE hop = :queue AND due <= :now AND {_REPORT_AT} > :now LIMIT :limit)
"""  # noqa: S608 - no value of anybody's is in it

# -- one message --

CONTENT = "SELECT content IS NULL, content, digest FROM message WHERE number = ?"
IS_QUEUED = "SELECT EXISTS (SELECT 1 FROM message WHERE number = ?)"
RECIPIENTS_OF = """
SELECT group_concat(data) FROM recipient WHERE message = ?
"""

# -- lists --

OWED = """
SELECT group_concat(data) FROM recipient
WHERE hop = :queue AND message IN (SELECT value FROM json_each(:messages))
"""

LIST_MESSAGES = """
SELECT group_concat(data) FROM (
    SELECT data FROM message WHERE number > :after
    AND (:sender = '' OR sender = :sender)
    AND (:recipient = '' OR number IN (
        SELECT message FROM recipient WHERE accepted = :recipient OR address = :recipient))
    ORDER BY number LIMIT :limit)
"""
LIST_MESSAGES_OF_QUEUE = """
SELECT group_concat(data) FROM (
    SELECT message.data AS data FROM recipient CROSS JOIN message ON message.number = recipient.message
    WHERE hop = :queue AND recipient.message > :after AND (:sender = '' OR sender = :sender)
    AND (:recipient = '' OR EXISTS (SELECT 1 FROM recipient AS owed WHERE owed.message = message.number
        AND (owed.accepted = :recipient OR owed.address = :recipient)))
    GROUP BY recipient.message ORDER BY recipient.message LIMIT :limit)
"""

# One row a queue: its counts come from `queue`, the rest from the first entry of an index.
_QUEUES = """
SELECT json_group_array(json_array(hop, recipients, messages, retrying,
    (SELECT min(due) FROM recipient WHERE recipient.hop = queue.hop),
    (SELECT arrived FROM message WHERE number = (
        SELECT min(message) FROM recipient WHERE recipient.hop = queue.hop)),
    json((SELECT json_extract(data, '$.hop') FROM recipient WHERE recipient.hop = queue.hop LIMIT 1)),
    json((SELECT json_extract(data, '$.failure') FROM recipient
        WHERE recipient.hop = queue.hop AND cause <> '' ORDER BY tried DESC LIMIT 1))))
FROM queue WHERE {which}
"""
QUEUES = _QUEUES.format(which="(:hop = '' OR hop = :hop)")
HELD_QUEUES = _QUEUES.format(which="hop > 'held/' AND hop < 'held0'")  # 0 comes after /
CAUSES = "SELECT json_group_array(json_array(cause, hop, recipients)) FROM queue_cause"
COUNT = "SELECT (SELECT value FROM counter WHERE name = 'messages'), (SELECT total(recipients) FROM queue)"

# -- the counts, kept in the same transaction (counts.py) --

COUNT_MESSAGES = "UPDATE counter SET value = value + ? WHERE name = 'messages'"

# A message counts for a hop when it has no recipient there but those in `rows` (MAX_ROWS at most).
_COUNT = """
INSERT INTO queue (hop, recipients, retrying, messages)
SELECT hop, {sign} sum(found), {sign} sum(tried), {sign} sum(found = (
    SELECT count(*) FROM (
        SELECT 1 FROM recipient
        WHERE recipient.hop = touched.hop AND recipient.message = touched.message LIMIT {limit})))
FROM (
    SELECT hop, message, count(*) AS found, sum(attempts > 0) AS tried FROM recipient
    WHERE (message, number) IN (SELECT column1, column2 FROM (VALUES {{rows}})) GROUP BY hop, message) AS touched
WHERE true GROUP BY hop
ON CONFLICT (hop) DO UPDATE SET recipients = recipients + excluded.recipients,
    retrying = retrying + excluded.retrying, messages = messages + excluded.messages
"""
_COUNT_CAUSES = """
INSERT INTO queue_cause (cause, hop, recipients)
SELECT cause, hop, {sign} count(*) FROM recipient
WHERE (message, number) IN (SELECT column1, column2 FROM (VALUES {{rows}})) AND cause <> '' GROUP BY cause, hop
ON CONFLICT (cause, hop) DO UPDATE SET recipients = recipients + excluded.recipients
"""
COUNT_OUT, COUNT_IN = (_COUNT.format(sign=sign, limit=MAX_ROWS + 1) for sign in "-+")
COUNT_CAUSES_OUT, COUNT_CAUSES_IN = (_COUNT_CAUSES.format(sign=sign) for sign in "-+")
ANY_CAUSE = "SELECT EXISTS (SELECT 1 FROM queue_cause)"

# -- tracking --

TRACKING_OF = """
SELECT group_concat(data) FROM (
    SELECT data FROM tracking
    WHERE {where} AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds)))
    ORDER BY id LIMIT :limit)
"""
TRACKING_WHERE = {
    (False, False): "1",
    (True, False): "message = :message",
    (False, True): "message_id = :message_id AND message_id <> ''",
    (True, True): "(message = :message OR (message_id = :message_id AND message_id <> ''))",
}

FIRST_TRACKING = "SELECT id, at FROM tracking ORDER BY id LIMIT 1"
TRACKING_ENDS = "SELECT (SELECT min(id) FROM tracking), (SELECT max(id) FROM tracking)"
FORGET_FIRST = "DELETE FROM tracking WHERE id < ?"
FORGET_TRACKING = "DELETE FROM tracking WHERE id < ? AND at < ?"

# -- the organisation --

REVISION = "SELECT value FROM counter WHERE name = 'revision'"
SET_REVISION = "UPDATE counter SET value = ? WHERE name = 'revision'"
OBJECTS = """
SELECT json_array(
    (SELECT value FROM counter WHERE name = 'revision'),
    (SELECT json_group_array(json_array(kind, name, json(data))) FROM (
        SELECT kind, name, data FROM object ORDER BY kind, name)))
"""
PUT_OBJECT = "INSERT OR REPLACE INTO object (kind, name, data) VALUES (?, ?, ?)"
REMOVE_OBJECT = "DELETE FROM object WHERE kind = ? AND name = ?"


@cache
def many(template: str, columns: int, rows: int) -> str:
    """`template` with its `{rows}` for that many rows of that many columns."""
    row = "(" + ",".join("?" * columns) + ")"
    return template.format(rows=",".join([row] * rows))
