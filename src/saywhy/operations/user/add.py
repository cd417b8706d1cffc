"""`user add`: a login for submission."""

from __future__ import annotations

import dataclasses

from saywhy.model.address import Address, AddressError
from saywhy.model.organisation import User
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result, Type
from saywhy.operations.editing import Edit, check, commit, name_of

MIN_PASSWORD = 8  # characters (NIST SP 800-63B section 5.1.1)


async def run(context: Context, *, name: str, address: tuple[Address, ...], password: str) -> Result:
    addresses = address or _own(name)
    organisation = context.organisation()
    user = User(name, "$argon2", addresses)
    what = name_of(user)
    # Asked before the hash, which is made to be slow; asked again with it.
    check(context, organisation, [Edit(new=user)], what)
    user = dataclasses.replace(user, password=await _hash(context, what, password))
    revision = await commit(context, organisation, [Edit(new=user)], what)
    return Result(text=f"{name} may sign in and send as {', '.join(map(str, addresses))}. Revision {revision}.")


def _own(name: str) -> tuple[Address, ...]:
    try:
        return (Address.parse(name),)
    except AddressError:
        why = "it is not said which address the user may send as"
        raise OperationError("usage", f"user {name}", why, "add --address ADDRESS") from None


async def _hash(context: Context, what: str, password: str) -> str:
    if len(password) < MIN_PASSWORD:
        why = f"a password has at least {MIN_PASSWORD} characters"
        raise OperationError("refused", what, why, "choose a longer one")
    try:
        return await context.passwords.hash(password)
    except ValueError as error:
        raise OperationError("refused", what, str(error), "choose a shorter one") from None


OPERATION = Operation(
    name="user add",
    help="Let somebody sign in for submission. The password is asked for, or read from standard input.",
    example="saywhy user add anna --address anna@worcester.example",
    run=run,
    parameters=(
        Parameter("name", "The login.", positional=True, required=True),
        Parameter(
            "address",
            "An address to send as; default: a login that is one.",
            Type.ADDRESS,
            repeated=True,
        ),
        Parameter("password", "The new password.", Type.SECRET, required=True),
    ),
    changes=True,
)
