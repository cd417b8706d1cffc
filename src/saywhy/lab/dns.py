"""A DNS server for tests and the demo: zones as plain data, over UDP and TCP on loopback (RFC 1035).

It answers as the resolver of a small internet that knows its own names only: CNAMEs are followed, names that
nobody has entered do not exist (with an SOA, so that this is cached for `negative_ttl` seconds).  It counts what
it is asked.  dnspython builds and reads the packets.  Not here: delegation, DNSSEC, zone files.
"""

from __future__ import annotations

import asyncio
import enum
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from saywhy.model.address import domain_key

# name -> type -> values: {"a.example": {"MX": ["10 mx.a.example"]}}
Zone = Mapping[str, Mapping[str, Sequence[str]]]

MAX_ALIASES = 20
PORT_TRIES = 50


class Mood(enum.Enum):
    """How a name is answered when not with its records."""

    SERVFAIL = "SERVFAIL"
    REFUSED = "REFUSED"
    FORMERR = "FORMERR"
    SILENT = "silent"  # no answer at all
    TRUNCATED = "truncated"  # over UDP only: ask again by TCP
    GARBAGE = "garbage"  # octets that are no DNS message


_RCODES = {
    Mood.SERVFAIL: dns.rcode.SERVFAIL,
    Mood.REFUSED: dns.rcode.REFUSED,
    Mood.FORMERR: dns.rcode.FORMERR,
}


class FakeDns:
    """`async with FakeDns({...}) as dns: Resolver([dns.host], dns.port)`.  Changeable while it runs."""

    def __init__(
        self, zone: Zone | None = None, *, host: str = "127.0.0.1", port: int = 0, negative_ttl: int = 60
    ) -> None:
        self.host = host
        self.port = port  # 0: a free one, known once it runs
        self.questions: Counter[tuple[str, str]] = Counter()  # (name, type) -> how often asked
        self._negative_ttl = negative_ttl
        self._records: dict[str, dict[str, dns.rrset.RRset]] = {}
        self._moods: dict[tuple[str, str], Mood] = {}
        self._others: dict[str, dns.rrset.RRset] = {}
        self._nowhere: tuple[str, ...] = ()
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        for name, records in (zone or {}).items():
            for rtype, values in records.items():
                self.set(name, rtype, *values)

    async def __aenter__(self) -> FakeDns:
        loop = asyncio.get_running_loop()
        for _ in range(PORT_TRIES):
            self._tcp = await asyncio.start_server(self._converse, self.host, self.port)
            port = self._tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(self.host, port)
                )
            except OSError:  # somebody has the UDP port: another pair
                self._tcp.close()
            else:
                self.port = port
                return self
        raise OSError(f"no port of {self.host} is free for both UDP and TCP")

    async def __aexit__(self, *_exc: object) -> None:
        if self._udp is not None:
            self._udp.close()
        for client in self._clients:
            client.close()
        if self._tcp is not None:
            self._tcp.close()
            await self._tcp.wait_closed()

    def set(self, name: str, rtype: str, *values: str, ttl: int = 300) -> None:
        """Replace the records of a name and type; no value: none of that type (NODATA if the name has others)."""
        records = self._records.setdefault(_key(name), {})
        records.pop(rtype.upper(), None)
        if values:
            rdatas = [_rdata(rtype.upper(), value) for value in values]
            records[rtype.upper()] = dns.rrset.from_rdata_list(_name(name), ttl, rdatas)

    def remove(self, name: str) -> None:
        """Forget a name: NXDOMAIN from now on."""
        self._records.pop(_key(name), None)

    def catch_all(self, rtype: str, value: str, *, nowhere: Sequence[str] = ()) -> None:
        """A record that every name has that nobody has entered, except those below `nowhere`."""
        self._others[rtype.upper()] = dns.rrset.from_rdata_list(dns.name.root, 0, [_rdata(rtype.upper(), value)])
        self._nowhere = tuple(map(_key, nowhere))

    def misbehave(self, name: str, mood: Mood | None, rtype: str = "") -> None:
        """Answer questions about `name` (of type `rtype`; empty: every type) in this way; None: as usual."""
        key = _key(name), rtype.upper()
        if mood is None:
            self._moods.pop(key, None)
        else:
            self._moods[key] = mood

    def answer(self, packet: bytes, udp: bool) -> bytes | None:
        """What to send back for a packet; None: nothing."""
        try:
            query = dns.message.from_wire(packet)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None
        name = _key(question.name.to_text())
        rtype = dns.rdatatype.to_text(question.rdtype)
        self.questions[name, rtype] += 1
        mood = self._moods.get((name, rtype)) or self._moods.get((name, ""))
        if mood is Mood.SILENT:
            return None
        if mood is Mood.GARBAGE:
            return packet[:2] + b"\xff" * 30
        response = dns.message.make_response(query, recursion_available=True)
        if mood in _RCODES:
            response.set_rcode(_RCODES[mood])
        elif mood is Mood.TRUNCATED and udp:
            response.flags |= dns.flags.TC
        else:
            self._look_up(response, name, rtype)
        return response.to_wire(max_size=max(query.payload, 512) if udp else 65_535, prefer_truncation=True)

    def _look_up(self, response: dns.message.Message, name: str, rtype: str) -> None:
        records = self._records.get(name, {})
        for _ in range(MAX_ALIASES):
            if rtype in records or "CNAME" not in records:
                break
            response.answer.append(records["CNAME"])
            name = _key(records["CNAME"][0].to_text())
            records = self._records.get(name, {})
        if rtype in records:
            response.answer.append(records[rtype])
            return
        caught = bool(self._others) and not self._exists(name) and self._elsewhere(name)
        if caught and rtype in self._others:
            rdatas = list(self._others[rtype])
            response.answer.append(dns.rrset.from_rdata_list(_name(name), 0, rdatas))
            return
        response.authority.append(self._soa(name))
        if not (caught or self._exists(name)):
            response.set_rcode(dns.rcode.NXDOMAIN)

    def _exists(self, name: str) -> bool:
        """A name with records, or above one (RFC 8020)."""
        return name in self._records or any(known.endswith("." + name) for known in self._records)

    def _elsewhere(self, name: str) -> bool:
        return not any(name == zone or name.endswith("." + zone) for zone in self._nowhere)

    def _soa(self, name: str) -> dns.rrset.RRset:
        top = name.rpartition(".")[2]
        ttl = self._negative_ttl
        return dns.rrset.from_text(top + ".", ttl, "IN", "SOA", f"ns.{top}. root.{top}. 1 600 60 86400 {ttl}")

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                answer = self.answer(await reader.readexactly(length), udp=False)
                if answer is not None:
                    writer.write(struct.pack("!H", len(answer)) + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._clients.discard(writer)
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: FakeDns) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.answer(data, udp=True)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)


def _key(name: str) -> str:
    return domain_key(name).removesuffix(".")


def _name(name: str) -> dns.name.Name:
    return dns.name.from_text(_key(name) + ".")


def _rdata(rtype: str, value: str) -> dns.rdata.Rdata:
    if rtype == "TXT":
        octets = value.encode()
        strings = [octets[i : i + 255] for i in range(0, len(octets), 255)] or [b""]
        value = " ".join('"' + "".join(f"\\{octet:03d}" for octet in string) + '"' for string in strings)
    kind = dns.rdatatype.from_text(rtype)
    return dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin=dns.name.root, relativize=False)
