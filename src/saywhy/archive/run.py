"""Many tasks, in order: numbers, rows, marks.

Stretches of an mbox are split by workers that know only their part.  Here it is known where the last message of
one ended: the next has to begin there, or that stretch is done again from the right place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from saywhy.archive.engines import Answer, Broken, Engine
from saywhy.archive.rows import fill, shown
from saywhy.archive.tasks import RESYNC, Done, Fault, Form, Lines, Mark, Task, Unit
from saywhy.archive.work import work
from saywhy.infra.mailbox.file import Stretch

MAX_DEATHS = 3  # of workers over the same task, before it is passed over


@dataclass(frozen=True, slots=True)
class Step:
    """The rows of one unit, with their numbers, and the mark behind them."""

    text: bytes
    unit: Unit
    mark: Mark
    done: Done


@dataclass(slots=True)
class _File:
    """The mbox that is being numbered."""

    path: str = ""
    messages: int = 0
    expected: int | None = None


def run(
    units: Iterator[Unit],
    engine: Engine,
    form: Form,
    first: Mark | None = None,
    note: Callable[[], None] | None = None,
) -> Iterator[Step]:
    """The steps, in the order of `units`.  `first` is the mark behind which the first file goes on.

    `note` is called when a worker had to be replaced.
    """
    waiting: deque[tuple[Unit, Answer]] = deque()
    file = _File(first.file, first.messages, first.offset) if first and first.offset >= 0 else _File()
    deaths = 0
    while True:
        while len(waiting) < engine.width and (unit := next(units, None)) is not None:
            waiting.append((unit, engine.submit(unit.task, form)))
        if not waiting:
            return
        unit, answer = waiting[0]
        try:
            done = answer() if deaths < MAX_DEATHS else _passed_over(unit.task, form)
            step = _step(unit, done, file, engine, form)
        except Broken:
            deaths += 1
            engine.renew()
            waiting = deque((each, engine.submit(each.task, form)) for each, _ in waiting)
            if note is not None:
                note()
            continue
        deaths = 0
        waiting.popleft()
        yield step


def _step(unit: Unit, done: Done, file: _File, engine: Engine, form: Form) -> Step:
    task, mark = unit.task, unit.mark
    if isinstance(task, Stretch | Lines):
        if file.path != task.path:
            file.path, file.messages, file.expected = task.path, 0, None
        done = _checked(task, done, file, engine, form)
        text = fill(done.text, file.messages + 1)
        file.messages += done.messages
        if done.end is not None:
            file.expected = done.end
        elif done.errors:
            file.expected = None  # it could not be read: where the next message begins has to be looked for
        if isinstance(task, Lines) or file.expected is None:
            mark = Mark(task.path, file.messages, task.stop, RESYNC)
        else:
            mark = Mark(task.path, file.messages, file.expected)
    else:
        text = done.text
    return Step(text, unit, mark, done)


def _checked(task: Stretch | Lines, done: Done, file: _File, engine: Engine, form: Form) -> Done:
    """What was read in the stretch if it began where the one before ended; else it is read again from there."""
    expected = file.expected
    if isinstance(task, Lines) or task.exact or expected is None:
        return done
    if expected >= task.stop:  # the last message covers all of it
        return done if done.begin is None and not done.messages else Done(b"", 0, 0, b"")
    if done.begin == expected or done.begin is None:
        return done
    return engine.submit(replace(task, start=expected, exact=True), form)()


def _passed_over(task: Task, form: Form) -> Done:
    """One row that says so, for a task that ends whatever process does it."""
    match task:
        case Stretch() | Lines():
            source = f"{shown(task.path)} from octet {task.start} to {task.stop}"
        case Fault():
            source = task.source
        case _:
            source = " ".join(map(shown, task.paths if hasattr(task, "paths") else task.sources))
    error = f"{MAX_DEATHS} processes ended over it, perhaps for want of memory: it is passed over"
    return work(Fault(source, error), form)
