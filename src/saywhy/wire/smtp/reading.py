"""From octets to commands, credentials and content: one reader for each `Mode`.

A reader takes one thing from the inbox, acts on it, and says whether it could.  What it makes of the octets never
depends on how the reads cut them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from saywhy.wire.smtp import content, refusals, sasl
from saywhy.wire.smtp.commands import DOERS, challenge
from saywhy.wire.smtp.content import ChunkReader, DataReader
from saywhy.wire.smtp.events import Content, Reset
from saywhy.wire.smtp.refusals import CommandError, Found, Refusal
from saywhy.wire.smtp.session import HIDDEN, Session
from saywhy.wire.smtp.states import RULES, Mode, State

_TLS_RECORD = b"\x16"  # the first octet of a ClientHello, never of a command


def _nothing(_session: Session) -> bool:
    return False


def _command(session: Session) -> bool:
    if session.inbox.first() == _TLS_RECORD:
        _refuse_line(session, b"(TLS handshake)", b"", Found(refusals.WRONG_PROTOCOL))
        return True
    line = session.inbox.line(session.limits.max_line)
    if line is None:
        return False
    if not line:
        _refuse_line(
            session, b"(line too long)", b"", Found(refusals.LINE_TOO_LONG, limit=session.limits.max_line)
        )
        return True
    if line.find(b"\r") != len(line) - 2:
        _refuse_line(session, line[:-1], line[:4].upper(), Found(refusals.BARE_IN_COMMAND))
        return True
    line = line.rstrip()
    verb, _, argument = line.partition(b" ")
    rules = RULES[session.state]
    rule = rules.get(verb)
    if rule is None:
        verb = verb.upper()
        rule = rules.get(verb, refusals.UNKNOWN)
    if isinstance(rule, Refusal):
        _refuse_line(session, line, verb, Found(rule))
        return True
    session.note(line, verb)
    try:
        DOERS[rule](session, verb, argument.lstrip())
    except CommandError as error:
        session.refuse(error.found)
    return True


def _refuse_line(session: Session, line: bytes, verb: bytes, found: Found) -> None:
    """`line` is not obeyed.

    Between two chunks what is no command is content beyond the size that BDAT gave (RFC 3030 section 2).  Where
    the content ends nobody can know then, and what it goes on with must not be obeyed: the session ends.
    """
    if session.chunks is not None and session.state is State.CHUNKS and found.refusal not in _ORDER:
        session.note(b"(octets beyond the chunk)", b"")
        size = session.chunks.size
        found = Found(refusals.BEYOND_CHUNK, observed=size + max(1, len(line)), limit=size)
    else:
        session.note(line, verb)
    session.refuse(found)


_ORDER = (refusals.CHUNKING_BEGUN, refusals.IN_TRANSACTION, refusals.NOT_IMPLEMENTED)


def _credentials(session: Session) -> bool:
    line = session.inbox.line(sasl.MAX_LINE)
    if line is None or session.sasl is None:
        return False
    session.log.client(HIDDEN)
    try:
        if not line:
            raise CommandError(refusals.AUTH_LINE_TOO_LONG)
        if line[-2:] != b"\r\n":
            raise CommandError(refusals.BARE_IN_COMMAND)
        challenge(session, session.sasl.respond(line[:-2]))
    except CommandError as error:
        session.mode = Mode.COMMAND
        session.refuse(error.found)
    return True


def _data(session: Session) -> bool:
    inbox, reader = session.inbox, session.data
    if not inbox:
        return False
    used, raw = reader.feed(inbox.rest())
    inbox.skip(used)
    if raw is None:
        return False
    session.mode = Mode.COMMAND
    session.data = DataReader(0)  # an idle session keeps no message in memory
    session.note_content(reader.octets)
    if reader.over:
        _refuse_content(session, content.too_large(reader.octets, session.limits.max_message_size))
    else:
        _hand_out(session, content.unstuff(raw))
    return True


def _chunk(session: Session) -> bool:
    chunks = session.chunks
    if chunks is None:
        return False
    chunks.feed(session.inbox.take(chunks.left))
    if chunks.left:
        return False
    session.mode = Mode.COMMAND
    if chunks.last:
        session.chunks = None
    _end_chunk(session, chunks)
    return True


def _end_chunk(session: Session, chunks: ChunkReader) -> None:
    session.note_content(chunks.size)
    if isinstance(chunks.answer, Found):
        session.refuse(chunks.answer)
    elif chunks.answer is not None:
        session.state = _after_failed(chunks)
        session.say(chunks.answer)
    elif chunks.over:
        session.state = _after_failed(chunks)
        _refuse_content(session, content.too_large(chunks.octets, session.limits.max_message_size))
    elif chunks.last:
        _hand_out(session, chunks.content())
    else:
        session.say(b"250 2.0.0 %d octets received\r\n" % chunks.size)


def _after_failed(chunks: ChunkReader) -> State:
    """RFC 3030 section 2: after a failed BDAT the client must reset, but after the last nothing is left to."""
    return State.READY if chunks.last else State.CHUNK_FAILED


def _hand_out(session: Session, data: bytes) -> None:
    found = content.fault(data, session.limits.max_message_size, session.limits.max_header_size)
    if found is None:
        session.idle = 0
        session.ask(Content(data))
    else:
        session.state = State.READY
        _refuse_content(session, found)


def _refuse_content(session: Session, found: Found) -> None:
    session.refuse(found)
    session.events.append(Reset())


READERS: Mapping[Mode, Callable[[Session], bool]] = {
    Mode.NOTHING: _nothing,
    Mode.COMMAND: _command,
    Mode.CREDENTIALS: _credentials,
    Mode.DATA: _data,
    Mode.CHUNK: _chunk,
}
