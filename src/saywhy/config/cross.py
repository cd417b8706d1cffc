"""What must be true between server settings, and of the files that they name."""

from __future__ import annotations

import os
import pwd
import re
import ssl
from collections.abc import Iterator

from saywhy.config.complaints import dotted
from saywhy.config.faults import Fault
from saywhy.config.locate import Path as KeyPath
from saywhy.config.settings import Binding, Settings
from saywhy.config.toml import Source
from saywhy.config.words import shown

MAX_SOCKET_PATH = 107  # octets in sockaddr_un on Linux
_LISTENER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ANY = {"0.0.0.0", "::"}  # noqa: S104  (recognised, not bound)

Found = Iterator[tuple[KeyPath, str, str]]


def faults(settings: Settings, source: Source) -> list[Fault]:
    checks = (_names, _bindings, _user, _certificate, _socket, _directories, _files, _organisation, _directory)
    return [
        Fault(source.name, source.lines.of(path), dotted(path), reason, cure)
        for check in checks
        for path, reason, cure in check(settings, source)
    ]


def _directory(settings: Settings, _: Source) -> Found:
    section = settings.directory
    if section.source == "file" and section.file is None:
        yield ("directory", "source"), "there is no file", 'add file = "recipients.toml"'
    if section.source == "ldap":
        if not section.url.startswith(("ldap://", "ldaps://")):
            yield ("directory", "url"), f"{shown(section.url)} is no LDAP server", "write ldap://dc1.corp.example"
        if not section.base:
            yield ("directory", "base"), "it is not said where recipients are", "write dc=corp,dc=example"
        if bool(section.user) != bool(section.password_file):
            yield ("directory", "user"), "user and password_file go together", "give both, or neither"
    for name in ("file", "password_file", "ca_file"):
        path = getattr(section, name)
        if path is not None and not os.access(path, os.R_OK):
            yield ("directory", name), f"{path} cannot be read", "name a file that exists and that you may read"


def _names(settings: Settings, _: Source) -> Found:
    for name in settings.listeners:
        if _LISTENER.fullmatch(name) is None:
            yield (
                ("listeners", name),
                f"{shown(name)} cannot name a listener",
                "use letters, digits, - and _ only",
            )


def _bindings(settings: Settings, _: Source) -> Found:
    taken: list[tuple[Binding, str]] = []
    for name, listener in settings.listeners.items():
        for binding in listener.address:
            other = next((owner for held, owner in taken if _collide(held, binding)), "")
            if other:
                yield (
                    ("listeners", name, "address"),
                    f"{binding} is taken by the listener {other}",
                    "give each listener an address or a port of its own",
                )
            taken.append((binding, name))


def _collide(one: Binding, two: Binding) -> bool:
    same_family = (":" in one.host) == (":" in two.host)
    hosts = one.host == two.host or (same_family and not _ANY.isdisjoint((one.host, two.host)))
    return hosts and one.port == two.port != 0


def _user(settings: Settings, _: Source) -> Found:
    name = settings.server.user
    if not name:
        return
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError):
        yield (
            ("server", "user"),
            f"this host has no user {shown(name)}",
            f"make it with `useradd --system {name}`, or name another",
        )


def _certificate(settings: Settings, source: Source) -> Found:
    """A pair that was named must be there and fit; the default pair is made at the first start."""
    tls = settings.tls
    named = source.values.get("tls", {})
    for one, other in (("certificate", "key"), ("key", "certificate")):
        if one in named and other not in named:
            yield ("tls", one), f"this is set, but tls.{other} is not", f"set tls.{other} too"
            return
    missing = [name for name in ("certificate", "key") if not os.path.lexists(getattr(tls, name))]
    for name in missing:
        if name in named:
            yield (
                ("tls", name),
                f"there is no file {getattr(tls, name)}",
                "correct the path, or leave certificate and key out to have a self-signed pair made",
            )
    if not missing:
        yield from _pair(settings)


def _pair(settings: Settings) -> Found:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.tls.certificate, settings.tls.key, password=lambda: "")
    except ssl.SSLError as error:
        other = error.reason == "KEY_VALUES_MISMATCH"
        yield (
            ("tls", "certificate"),
            "the key belongs to another certificate"
            if other
            else "certificate or key is no PEM, or has a passphrase",
            "name a PEM certificate and the PEM key that belongs to it, without a passphrase",
        )
    except OSError as error:
        yield (
            ("tls", "certificate"),
            f"the certificate or its key cannot be read: {error.strerror}",
            "let the server's user read both files, or run this as that user",
        )


def _socket(settings: Settings, _: Source) -> Found:
    path = os.fsencode(settings.control.socket)
    if len(path) > MAX_SOCKET_PATH:
        yield (
            ("control", "socket"),
            f"the path has {len(path)} octets, a Unix socket's at most {MAX_SOCKET_PATH}",
            "write a shorter path, such as /run/saywhy/control.sock",
        )


def _directories(settings: Settings, _: Source) -> Found:
    if settings.store.path == settings.mailboxes.path:
        yield (
            ("mailboxes", "path"),
            "this is the directory of the queue too",
            "give mailboxes and store a directory each",
        )


def _files(settings: Settings, _: Source) -> Found:
    """Each folder of files is one of its own: what the server keeps is no mail to be taken."""
    taken = {
        settings.server.data_dir: "server",
        settings.store.path: "store",
        settings.mailboxes.path: "mailboxes",
    }
    for name in ("pickup", "replay"):
        path = getattr(settings, name).path
        if path is not None and path in taken:
            yield (name, "path"), f"this is the directory of {taken[path]} too", "give it a folder of its own"
        if path is not None:
            taken[path] = name


def _organisation(settings: Settings, _: Source) -> Found:
    file = settings.organisation.file
    if file is not None and not file.is_file():
        yield (
            ("organisation", "file"),
            f"there is no file {file}",
            "correct the path; a relative one is beside the settings file",
        )
