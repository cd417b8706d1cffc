from __future__ import annotations

import asyncio
from collections.abc import Iterator

import argon2
import pytest

from saywhy.infra.passwords import MAX_PASSWORD, Passwords, PasswordsBusy


class CountingHasher(argon2.PasswordHasher):
    """Cheap, and remembers which hashes were compared."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.compared: list[str | bytes] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.compared.append(hash)
        return super().verify(hash, password)


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def passwords(hasher: CountingHasher) -> Iterator[Passwords]:
    made = Passwords(hasher=hasher)
    yield made
    made.close()


async def test_a_password_is_known_again_and_another_is_not(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify(hashed, "correct horse")
    assert not await passwords.verify(hashed, "correct horse ")


async def test_a_user_who_does_not_exist_costs_a_comparison_too(
    passwords: Passwords, hasher: CountingHasher
) -> None:
    assert not await passwords.verify("", "anything")
    assert len(hasher.compared) == 1


async def test_a_row_that_is_no_hash_lets_nobody_in(passwords: Passwords) -> None:
    assert not await passwords.verify("plain text", "plain text")


async def test_no_password_is_only_ever_nobodys(passwords: Passwords) -> None:
    for password in ("-", "x"):
        assert not await passwords.verify(await passwords.hash(password), "")
    assert not await passwords.verify("", "")


async def test_two_spellings_of_one_letter_are_one_password(passwords: Passwords) -> None:
    hashed = await passwords.hash("caf\u00e9 au lait")
    assert await passwords.verify(hashed, "cafe\u0301 au lait")


async def test_endless_passwords_are_neither_hashed_nor_right(
    passwords: Passwords, hasher: CountingHasher
) -> None:
    with pytest.raises(ValueError, match="at most 1024 octets"):
        await passwords.hash("é" * MAX_PASSWORD)
    assert not await passwords.verify(await passwords.hash("x"), "x" * (MAX_PASSWORD + 1))
    assert len(hasher.compared) == 1


async def test_more_sign_ins_than_may_wait_are_told_to_come_back() -> None:
    passwords = Passwords(threads=1, waiting=1, hasher=CountingHasher())
    results = await asyncio.gather(*(passwords.verify("", "x") for _ in range(5)), return_exceptions=True)
    passwords.close()
    assert [type(result) for result in results] == [bool, bool] + [PasswordsBusy] * 3


async def test_cancelled_sign_ins_leave_room_for_others(passwords: Passwords) -> None:
    task = asyncio.ensure_future(passwords.verify("", "x"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await passwords.verify("", "x")
