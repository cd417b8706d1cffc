"""The MIME reader against the standard library's, and against input that is made to hurt."""

from __future__ import annotations

import email
import email.policy
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywhy.wire.mime import Bounds, Part, decoded, parameters, read

SIMPLE = (
    b'From: a@b\r\nContent-Type: multipart/mixed; boundary="x y"\r\n\r\npreamble\r\n'
    b"--x y\r\nContent-Type: TEXT/Plain; Charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=FC=DFe=\r\n!\r\n--x y  \r\n\r\nsecond\r\n\r\n--x yz\r\n--x y--\r\nepilogue\r\n--x y\r\n\r\nnot a part\r\n"
)


def test_parts_are_split_at_boundary_lines_and_decoded_on_demand() -> None:
    root = read(SIMPLE)
    first, second = root.parts
    assert (root.type, first.type, second.type) == ("multipart/mixed", "text/plain", "text/plain")
    assert first.text == "Grüße!"
    assert second.body == b"second\r\n\r\n--x yz"
    assert not root.cut


def test_a_multipart_without_its_last_boundary_keeps_its_last_part() -> None:
    cut_off = SIMPLE[: SIMPLE.index(b"--x y--")]
    assert [part.body for part in read(cut_off).parts][1] == b"second\r\n\r\n--x yz\r\n"


def test_a_part_may_be_empty() -> None:
    content = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\n--b--\r\n"
    assert [part.body for part in read(content).parts] == [b"", b""]


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global"])
def test_a_message_inside_a_message_is_read_as_one(kind: str) -> None:
    content = f"Content-Type: {kind}\r\n\r\nSubject: inner\r\n\r\nbody\r\n".encode()
    (inner,) = read(content).parts
    assert inner.get("subject") == "inner"
    assert inner.body == b"body\r\n"


def test_an_encoded_message_inside_a_message_is_decoded_first() -> None:
    content = b"Content-Type: message/global\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogaQ0KDQpi\r\n"
    (inner,) = read(content).parts
    assert (inner.get("subject"), inner.body) == ("i", b"b")


def test_parts_of_a_digest_are_messages() -> None:
    content = b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\n--b--\r\n"
    assert [part.type for part in read(content).walk()] == ["multipart/digest", "message/rfc822", "text/plain"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain; charset=utf-8; Format = flowed", {"charset": "utf-8", "format": "flowed"}),
        (r'multipart/mixed; boundary="a;\"b"; x=1', {"boundary": 'a;"b', "x": "1"}),
        ("a/b; x=1; X=2", {"x": "1"}),
        ("a/b; =1; y; z=", {"z": ""}),
        ('a/b; boundary="open', {"boundary": "open"}),
    ],
)
def test_parameters_are_read_with_quotes_and_escapes(value: str, expected: dict[str, str]) -> None:
    assert parameters(value) == expected


@pytest.mark.parametrize(
    ("raw", "encoding", "expected"),
    [
        (b"aGVsbG8=\r\n", "BASE64", b"hello"),
        (b"aGVs\r\n bG8", " base64 ", b"hello"),
        (b"aGVsb*G8=", "base64", b"hello"),
        (b"aGVsbG8=x", "base64", b"hello"),
        (b"a", "base64", b""),
        (b"a=3Db=\r\nc=ZZ", "quoted-printable", b"a=bc=ZZ"),
        (b"as it is", "x-unknown", b"as it is"),
    ],
)
def test_broken_transfer_encodings_give_what_can_be_read(raw: bytes, encoding: str, expected: bytes) -> None:
    assert decoded(raw, encoding) == expected


@pytest.mark.parametrize("label", ["", "us-ascii", "no-such-charset", "idna", "zip", "\0", "x" * 500])
def test_a_wrong_charset_label_does_not_hide_the_text(label: str) -> None:
    content = b'Content-Type: text/plain; charset="' + label.encode() + b'"\r\n\r\nna\xefve\r\n'
    assert read(content).text == "naïve\n"


# Input that is made to hurt: each must end soon and say that it was cut.


def nested(depth: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(depth)
    )
    return head + b"\r\ndeep\r\n"


def test_depth_is_bounded() -> None:
    root = read(nested(5000))
    assert len(list(root.walk())) == Bounds().depth + 1
    assert root.cut


def test_parts_are_bounded_across_the_whole_message() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=i\r\n\r\n" + b"--i\r\n\r\n" * 900
    content = b"Content-Type: multipart/mixed; boundary=o\r\n\r\n" + (b"--o\r\n" + inner + b"\r\n") * 900
    root = read(content)
    assert len(list(root.walk())) == Bounds().parts + 1
    assert root.cut


def test_header_fields_are_bounded() -> None:
    root = read(b"A: b\r\n" * 50_000 + b"\r\nbody")
    assert len(root.fields) == Bounds().fields
    assert root.cut


def test_octets_beyond_the_bound_are_not_looked_at() -> None:
    root = read(SIMPLE + b"x" * 200, Bounds(octets=len(SIMPLE)))
    assert root.cut
    assert len(root.parts) == 2


def test_lines_that_only_look_like_a_boundary_are_bounded() -> None:
    content = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + b"--bx\n" * 500_000
    assert len(read(content).parts) == 1


# The standard library as the oracle.


def shape(message: Message) -> list[object]:
    """Type, fields and decoded body of each entity, in order."""
    out: list[object] = []
    for part in message.walk():
        body = None if part.is_multipart() else part.get_payload(decode=True)
        fields = [(name, str(value).replace("\r", "").replace("\n", "").strip()) for name, value in part.items()]
        out.append((part.get_content_type(), fields, body))
    return out


def our_shape(root: Part) -> list[object]:
    out: list[object] = []
    for part in root.walk():
        fields = [(field.name, field.text) for field in part.fields]
        out.append((part.type, fields, None if part.parts else part.data))
    return out


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60)
LEAVES = st.one_of(
    TEXTS.map(lambda text: MIMEText(text, "plain", "utf-8")),
    TEXTS.filter(str.isascii).map(lambda text: MIMEText(text, "html", "us-ascii")),
    st.just(MIMEBase("application", "octet-stream", name='a;"b'.replace('"', ""))),
)


def multipart(kind: str, parts: list[Message]) -> Message:
    message = MIMEMultipart(kind)
    for part in parts:
        message.attach(part)
    return message


ENTITIES: st.SearchStrategy[Message] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(multipart, st.sampled_from(["mixed", "alternative", "report"]), st.lists(inner, min_size=1)),
        inner.map(lambda message: MIMEMessage(message)),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(ENTITIES, TEXTS)
def test_messages_read_as_the_standard_library_reads_them(entity: Message, subject: str) -> None:
    entity["Subject"] = " ".join(subject.split()).encode("ascii", "ignore").decode()
    content = entity.as_bytes(policy=email.policy.compat32.clone(linesep="\r\n"))
    theirs = email.message_from_bytes(content, policy=email.policy.compat32)
    assert our_shape(read(content)) == shape(theirs)


SCRAPS = st.lists(
    st.sampled_from(
        [
            b"Content-Type: multipart/mixed; boundary=b\r\n",
            b"Content-Type: message/rfc822\r\n",
            b"--b\r\n",
            b"--b--\r\n",
            b"\r\n",
            b"text\r\n",
            b"A: b\r\n",
            b" folded\r\n",
            b"--c\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
        ]
    ),
    max_size=14,
).map(b"".join)


@given(SCRAPS)
def test_scraps_of_mime_never_break_it_and_keep_their_text(content: bytes) -> None:
    for part in read(content).walk():
        assert part.text is not None
        assert part.parameters is not None
