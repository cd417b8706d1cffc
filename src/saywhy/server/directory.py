"""The second source of recipients that the settings name."""

from __future__ import annotations

from collections.abc import Callable

from saywhy.config.settings import DirectorySettings
from saywhy.infra.directory.combined import Source
from saywhy.infra.directory.file import FileDirectory


def second_source(settings: DirectorySettings, tell: Callable[[str], None]) -> Source | None:
    """None when the store is all there is."""
    if settings.source == "file" and settings.file is not None:
        return FileDirectory(settings.file, tell)
    if settings.source == "ldap":
        return _ldap(settings)
    return None


def _ldap(settings: DirectorySettings) -> Source:
    try:
        from saywhy.infra.directory.ldap import LdapDirectory, LdapServer
    except ImportError as error:
        raise OSError(
            f'directory.source is ldap, and {error.name} is not installed: pip install "saywhy[ldap]"'
        ) from None
    password = settings.password_file.read_text("utf-8").strip() if settings.password_file else ""
    return LdapDirectory(
        LdapServer(
            settings.url,
            settings.base,
            settings.user,
            password,
            start_tls=settings.start_tls,
            ca_file=str(settings.ca_file or ""),
            timeout=settings.timeout,
            keep=settings.keep,
            connections=settings.connections,
            homes=settings.homes,
        )
    )
