"""What may stand where a host is named: a host name, an address in brackets, a socket; as predicates of text."""

from __future__ import annotations

import re
from collections.abc import Collection

from saywhy.model.address import AddressError, check_domain, literal_ip

_PORT = re.compile(r"[1-9][0-9]{0,4}")


def is_unix_socket(text: str) -> bool:
    return text.startswith("unix:/") and "\0" not in text and "," not in text


def have_ports(hosts: Collection[str]) -> bool:
    return all(is_unix_socket(host) or host.rpartition(":")[2].isdigit() for host in hosts)


def is_smart_host(text: str) -> bool:
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host = text
    elif _PORT.fullmatch(port) is None or int(port) > 65535:
        return False
    if host.startswith("["):
        return literal_ip(host) is not None
    return is_host(host)


def is_host(text: str) -> bool:
    try:
        check_domain(text)
    except AddressError:
        return False
    return not text.startswith("[")
