"""Every SQL text of the store.

Python's sqlite3 gives the interpreter lock away and waits for it again at each row it steps through.  While
the event loop is busy each of those waits can last a switch interval (5 ms), so statements here do their whole
work in one step: writes take many rows at once, reads give one JSON text for all of theirs.
"""

from __future__ import annotations

from functools import cache

ADD_MESSAGES = "INSERT INTO message (number, arrived, expires, sender, data, content) VALUES {rows}"

PUT_RECIPIENTS = (
    "INSERT OR REPLACE INTO recipient "
    "(message, number, due, hop, tried, attempts, delay_reported, accepted, address, data) VALUES {rows}"
)

SETTLE_RECIPIENTS = "DELETE FROM recipient WHERE (message, number) IN (VALUES {rows})"

END_MESSAGES = (
    "DELETE FROM message WHERE number IN (VALUES {rows}) "
    "AND NOT EXISTS (SELECT 1 FROM recipient WHERE recipient.message = message.number)"
)

ADD_TRACKING = "INSERT INTO tracking (at, kind, message, message_id, data) VALUES {rows}"

SET_CEILING = "UPDATE counter SET value = ? WHERE name = 'ceiling'"
CEILING = "SELECT value FROM counter WHERE name = 'ceiling'"

QUEUED_AMONG = "SELECT json_group_array(number) FROM message WHERE number IN (SELECT value FROM json_each(?))"
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

HASTEN = """
UPDATE recipient SET due = :at, data = json_set(data, '$.due', json(:text))
WHERE due > :at AND (:queue = '' OR hop = :queue) AND (:message < 0 OR message = :message)
"""

# When the recipient's sender is owed a word: the delay, or the end.
_REPORT_AT = """(SELECT CASE WHEN recipient.delay_reported THEN message.expires
    ELSE min(message.expires, message.arrived + :delay_after) END
    FROM message WHERE message.number = recipient.message)"""

POSTPONE = f"""
UPDATE recipient
SET due = min(:until, {_REPORT_AT}), data = json_set(data, '$.due', min(:until, {_REPORT_AT}))
WHERE (message, number) IN (
    SELECT message, number FROM recipient
    WHERE hop = :queue AND due <= :now AND {_REPORT_AT} > :now LIMIT :limit)
"""  # noqa: S608 - no value of anybody's is in it

# -- one message --

CONTENT = "SELECT content IS NULL, content FROM message WHERE number = ?"
RECIPIENTS_OF = """
SELECT group_concat(data) FROM recipient WHERE message = ?
"""

# -- lists --

LIST_MESSAGES = """
SELECT group_concat(data) FROM (
    SELECT data FROM message WHERE number > :after
    AND (:sender = '' OR sender = :sender)
    AND (:queue = '' OR number IN (SELECT message FROM recipient WHERE hop = :queue))
    AND (:recipient = '' OR number IN (
        SELECT message FROM recipient WHERE accepted = :recipient OR address = :recipient))
    ORDER BY number LIMIT :limit)
"""

QUEUES = """
SELECT hop, recipients, messages, next_due, retrying,
    (SELECT arrived FROM message WHERE message.number = waiting.first)
FROM (
    SELECT hop, count(*) AS recipients, count(DISTINCT message) AS messages, min(due) AS next_due,
        sum(attempts > 0) AS retrying, min(message) AS first
    FROM recipient GROUP BY hop) AS waiting
ORDER BY hop
"""

LAST_TRIED = "SELECT hop, max(tried), data FROM recipient GROUP BY hop"

COUNT = "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM recipient)"

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
FORGET_TRACKING = "DELETE FROM tracking WHERE id < ? AND at < ?"

# -- the organisation --

REVISION = "SELECT value FROM counter WHERE name = 'revision'"
NEXT_REVISION = "UPDATE counter SET value = value + 1 WHERE name = 'revision'"
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
