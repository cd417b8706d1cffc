"""Messages on their way out in the forms that are demanded: once for each form, whoever wants it.

The queue keeps the original, which is what reports return.  A thread converts, one message at a time, so that what
it takes in memory is bounded; what came of it is kept a while, since other hops of the message may want the same.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from operator import attrgetter

from saywhy.flow.deliver import convert_failures, trouble
from saywhy.flow.deliver.forms import Forms
from saywhy.flow.stages import CurrentOrganisation, Transmission
from saywhy.model.clock import Clock
from saywhy.model.form import AS_IT_IS, Form
from saywhy.model.outcome import Conversion, Delivered, Outcome, Relayed
from saywhy.model.queued import QueueId
from saywhy.model.transport import TransportConfig
from saywhy.wire.convert.charsets import Charsets
from saywhy.wire.convert.convert import Converted, convert
from saywhy.wire.convert.errors import CannotConvert

MAX_KEPT = 32 * 1024 * 1024  # octets of converted messages kept for other hops

Send = Callable[[Transmission], Awaitable[list[Outcome]]]
_PLAIN = attrgetter("plain")
_Made = Converted | CannotConvert
_Key = tuple[QueueId, Form, tuple[str, ...], tuple[str, ...]]


class Conversions:
    """Stands before delivery.  `wanted` first: where it says no, the message goes as it is."""

    def __init__(self, organisation: CurrentOrganisation, clock: Clock) -> None:
        self._organisation = organisation
        self._clock = clock
        self._forms = Forms(organisation)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="convert")
        self._kept: OrderedDict[_Key, asyncio.Future[_Made]] = OrderedDict()
        self._octets = 0

    def wanted(self, transmission: Transmission) -> bool:
        return self._forms.any(transmission.hop) or any(map(_PLAIN, transmission.pending))

    async def send(self, transmission: Transmission, send: Send) -> list[Outcome]:
        """`send` each form of the message to those that want it; one outcome per pending recipient, in order."""
        own = transmission.message.origin.own
        numbers: dict[Form, list[int]] = {}
        for number, pending in enumerate(transmission.pending):
            numbers.setdefault(self._forms.of(pending, own=own), []).append(number)
        if list(numbers) == [AS_IT_IS]:
            return await send(transmission)
        outcomes: dict[int, Outcome] = {}
        for form, wanting in numbers.items():
            part = replace(transmission, pending=tuple(transmission.pending[number] for number in wanting))
            outcomes.update(zip(wanting, await self._send(part, form, send), strict=True))
        return [outcomes[number] for number in range(len(transmission.pending))]

    async def stop(self) -> None:
        """Call when no delivery is under way."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _send(self, part: Transmission, form: Form, send: Send) -> list[Outcome]:
        if form is AS_IT_IS:
            return await send(part)
        config = self._organisation().transport
        made = await self._made(part, form, config)
        if isinstance(made, CannotConvert):
            failure = convert_failures.failure(made, part.hop, part.message, config, self._clock.now())
            return [trouble.outcome(failure) for _ in part.pending]
        if not made.done:
            return await send(part)
        told = Conversion(made.done, made.lost)
        outcomes = await send(replace(part, content=made.content))
        return [_with(outcome, told) for outcome in outcomes]

    async def _made(self, part: Transmission, form: Form, config: TransportConfig) -> _Made:
        key = (part.message.id, form, config.charset_aliases, config.disabled_charsets)
        making = self._kept.get(key)
        if making is None:
            loop = asyncio.get_running_loop()
            making = loop.run_in_executor(self._thread, _make, part.content, form, _charsets(config))
            self._kept[key] = making
            making.add_done_callback(lambda made: self._keep(key, made))
        else:
            self._kept.move_to_end(key)
        return await asyncio.shield(making)  # another hop may wait for it

    def _keep(self, key: _Key, made: asyncio.Future[_Made]) -> None:
        if made.cancelled() or made.exception() is not None:
            self._kept.pop(key, None)
            return
        self._octets += _size(made.result())
        while self._octets > MAX_KEPT or len(self._kept) > 1000:
            oldest = next(each for each, future in self._kept.items() if future.done())
            self._octets -= _size(self._kept.pop(oldest).result())


def _make(content: bytes, form: Form, charsets: Charsets) -> _Made:
    try:
        return convert(content, form, charsets)
    except CannotConvert as error:
        error.__cause__ = error.__context__ = error.__traceback__ = None  # they would keep the message
        return error


def _size(made: _Made) -> int:
    return len(made.content) if isinstance(made, Converted) and made.done else 0


def _charsets(config: TransportConfig) -> Charsets:
    pairs = (alias.lower().partition("=") for alias in config.charset_aliases)
    aliases = {label.strip(): name.strip() for label, _, name in pairs}
    return Charsets(aliases, frozenset(each.strip().lower() for each in config.disabled_charsets))


def _with(outcome: Outcome, told: Conversion) -> Outcome:
    return replace(outcome, conversion=told) if isinstance(outcome, Delivered | Relayed) else outcome
