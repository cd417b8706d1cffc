"""One function for each command that the tables let through: arguments in, an event or a reply out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from saywhy.wire.smtp import content, grammar, refusals
from saywhy.wire.smtp.content import ChunkReader
from saywhy.wire.smtp.events import Auth, Data, Hello, Quit, Reset, StartTls
from saywhy.wire.smtp.refusals import CommandError, Found
from saywhy.wire.smtp.reply import plain
from saywhy.wire.smtp.sasl import Exchange
from saywhy.wire.smtp.session import Session
from saywhy.wire.smtp.states import CHUNK_REFUSED, Do, Mode, State

_OK = b"250 2.0.0 OK\r\n"
_HELP = b"214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP STARTTLS AUTH QUIT\r\n"
_VRFY = b"252 2.0.0 Cannot verify the user, but mail for it will be tried\r\n"


def _hello(session: Session, verb: bytes, argument: bytes) -> None:
    _idle(session)
    name = grammar.hello_name(argument, session.offer, required=session.limits.require_ehlo_domain)
    session.extended = verb == b"EHLO"
    session.ask(Hello(name, session.extended))


def _starttls(session: Session, _verb: bytes, argument: bytes) -> None:
    _no_argument(argument)
    if session.tls:
        raise CommandError(refusals.TLS_ACTIVE)
    if not session.offer.starttls:
        raise CommandError(refusals.NOT_IMPLEMENTED)
    session.ask(StartTls())


def _auth(session: Session, _verb: bytes, argument: bytes) -> None:
    if session.authenticated:
        raise CommandError(refusals.AUTH_DONE)
    if not session.offer.auth:
        raise CommandError(refusals.TLS_FOR_AUTH if session.offer.starttls else refusals.NOT_IMPLEMENTED)
    mechanism, _, initial = argument.partition(b" ")
    name = mechanism.decode("ascii", "replace").upper()
    if name not in session.offer.auth:
        raise CommandError(refusals.MECHANISM)
    session.sasl = Exchange(name)
    challenge(session, session.sasl.begin(initial.strip()))


def challenge(session: Session, result: Auth | bytes) -> None:
    """Go on with an AUTH exchange: the next challenge, or the credentials for the driver to judge."""
    if isinstance(result, Auth):
        session.mode = Mode.COMMAND
        session.ask(result)
    else:
        session.mode = Mode.CREDENTIALS
        session.say(b"334 %b\r\n" % result)


def _mail(session: Session, _verb: bytes, argument: bytes) -> None:
    session.state = State.MAIL_REFUSED  # until it is accepted
    event = grammar.mail(argument, session.offer)
    limit = session.limits.max_message_size
    if event.size > limit:
        session.refuse(content.too_large(event.size, limit))
        return
    session.smtputf8 = event.smtputf8
    session.ask(event)


def _rcpt(session: Session, _verb: bytes, argument: bytes) -> None:
    session.ask(grammar.rcpt(argument, session.offer, smtputf8=session.smtputf8))


def _data(session: Session, _verb: bytes, argument: bytes) -> None:
    _no_argument(argument)
    session.chunks = None
    session.ask(Data())


def _bdat(session: Session, _verb: bytes, argument: bytes) -> None:
    if not session.offer.chunking:
        raise CommandError(refusals.NOT_IMPLEMENTED)
    size, last = grammar.chunk(argument)
    refusal = CHUNK_REFUSED.get(session.state)
    chunks = session.chunks
    if chunks is None or session.state is not State.CHUNKS:
        chunks = session.chunks = ChunkReader(session.limits.max_message_size)
    chunks.begin(size, last)
    if session.state is State.RCPT:
        session.ask(Data())
        return
    if refusal is not None:
        chunks.discard(Found(refusal))
    session.mode = Mode.CHUNK


def _rset(session: Session, _verb: bytes, argument: bytes) -> None:
    _idle(session)
    _no_argument(argument)
    if session.state is not State.GREETED:
        session.state = State.READY
    session.chunks = None
    session.say(_OK)
    session.events.append(Reset())


def _noop(session: Session, _verb: bytes, _argument: bytes) -> None:
    _idle(session)
    session.say(_OK)


def _help(session: Session, _verb: bytes, _argument: bytes) -> None:
    _idle(session)
    session.say(_HELP)


def _vrfy(session: Session, _verb: bytes, argument: bytes) -> None:
    _idle(session)
    if not argument:
        raise CommandError(refusals.ARGUMENT, "expected VRFY user")
    session.say(_VRFY)


def _quit(session: Session, _verb: bytes, argument: bytes) -> None:
    _no_argument(argument)
    fqdn = plain(session.offer.fqdn).encode()
    session.say(b"221 2.0.0 %b Service closing transmission channel\r\n" % fqdn)
    session.events.append(Quit())
    session.close()


def _idle(session: Session) -> None:
    """Small commands with large answers, sent without end, are the cheapest way to keep a server busy."""
    session.idle += 1
    if session.idle > session.limits.max_idle_commands:
        raise CommandError(
            refusals.TOO_MANY_COMMANDS, observed=session.idle, limit=session.limits.max_idle_commands
        )


def _no_argument(argument: bytes) -> None:
    if argument:
        raise CommandError(refusals.NO_ARGUMENT)


Doer = Callable[[Session, bytes, bytes], None]

DOERS: Mapping[Do, Doer] = {
    Do.HELLO: _hello,
    Do.STARTTLS: _starttls,
    Do.AUTH: _auth,
    Do.MAIL: _mail,
    Do.RCPT: _rcpt,
    Do.DATA: _data,
    Do.BDAT: _bdat,
    Do.RSET: _rset,
    Do.NOOP: _noop,
    Do.HELP: _help,
    Do.VRFY: _vrfy,
    Do.QUIT: _quit,
}
