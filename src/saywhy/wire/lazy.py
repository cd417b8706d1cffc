"""A value that is worked out when it is first asked for: functools.cached_property without its lock, which costs
more than most of what is worked out here.  For objects that one thread uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

V = TypeVar("V")


class lazy(Generic[V]):  # noqa: N801 - it reads as the decorator that it is
    """`@lazy` before a method without arguments; the value may also be set."""

    def __init__(self, make: Callable[[Any], V]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> lazy[V]: ...

    @overload
    def __get__(self, owner: object, kind: type) -> V: ...

    def __get__(self, owner: object | None, kind: type) -> V | lazy[V]:
        if owner is None:
            return self
        value = owner.__dict__[self._name] = self._make(owner)
        return value
