"""Bytes of mails give headers and one text, whatever they are made of; what would keep a reader busy is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deepdaily.core.errors import SourceError
from deepdaily.sources.mail_parts import HEAD_BYTES, MOST_CONTAINERS, MOST_PARTS, MailHead, mail_text, parse_heads
from newsletters import READER, mail

SAID = b'3 (UID 7 INTERNALDATE "11-Feb-2026 09:30:00 +0100" RFC822.SIZE 1234 BODY[HEADER.FIELDS (FROM)] {9}'
AT = datetime(2026, 2, 11, 8, 30, tzinfo=UTC)
LISTED = b"From: Lark <News@Letter.example>\r\nSubject: One\r\nList-Id: <l.example>\r\n\r\n"


def head(fields: bytes, said: bytes = SAID) -> MailHead:
    [found] = parse_heads([(said, fields)])
    return found


def test_number_day_and_size_are_the_servers_and_the_rest_is_the_headers() -> None:
    assert head(LISTED) == MailHead(7, AT, 1234, "news@letter.example", "One", listed=True)


def test_a_server_may_tell_the_number_behind_the_bytes() -> None:
    said = b'3 (RFC822.SIZE 1234 INTERNALDATE " 1-Feb-2026 00:00:00 -0000" BODY[] {9}  UID 8)'

    assert (head(LISTED, said).uid, head(LISTED, said).at) == (8, datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "said", [b"", b"3 (UID 7)", SAID.replace(b"Feb", b"Foo"), SAID.replace(b"11-", b"31-"), SAID.replace(b"SIZE 1", b"SIZE x")]
)
def test_a_row_that_lacks_one_of_them_costs_itself(said: bytes) -> None:
    assert parse_heads([(said, LISTED), (SAID, LISTED)]) == [head(LISTED)]


def test_the_newest_comes_first() -> None:
    early = SAID.replace(b"UID 7", b"UID 9").replace(b"11-Feb", b"10-Feb")

    assert [one.uid for one in parse_heads([(early, LISTED), (SAID, LISTED)])] == [7, 9]


@pytest.mark.parametrize(
    ("fields", "listed"),
    [
        (b"List-Id: <l.example>", True),
        (b"List-Unsubscribe: <https://l.example/u>", True),
        (b"List-Unsubscribe: <https://l.example/u>\r\nList-Post: NO", True),
        (b"List-Unsubscribe: <https://l.example/u>\r\nAuto-Submitted: no", True),
        (b"", False),
        (b"List-Id: <l.example>\r\nList-Post: <mailto:l@l.example>", False),
        (b"List-Id: <l.example>\r\nIn-Reply-To: <1@l.example>", False),
        (b"List-Id: <l.example>\r\nReferences: <1@l.example>", False),
        (b"List-Id: <l.example>\r\nAuto-Submitted: auto-generated", False),
        (b"List-Id: lark/heron <heron.lark.example>\r\nX-GitHub-Reason: review_requested", False),
    ],
)
def test_a_letter_to_one_a_discussion_and_a_report_are_no_newsletters(fields: bytes, listed: bool) -> None:
    assert head(b"From: a@l.example\r\n" + fields + b"\r\n\r\n").listed == listed


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        (b"=?utf-8?B?6Iu56bmtIDEuMA==?=", "苹鹭 1.0"),
        (b"=?gb2312?B?zbzK6bnd?= =?utf-8?Q?_und_=C3=A4?=", "图书馆 und ä"),
        ("苍鹭".encode(), "苍鹭"),
        (b"=?no-such-charset?Q?a=62c?=", "abc"),
        (b"=?unicode_escape?Q?\\ud800?=", "\\ud800"),
        (b"=?utf-8?B?broken!?=", None),
        (b"a\r\n  b", "a b"),
        (b"x" * 9_000, "x" * 4_000),
    ],
)
def test_a_subject_is_read_as_far_as_it_can_be(written: bytes, subject: str | None) -> None:
    got = head(b"From: a@l.example\r\nSubject: " + written + b"\r\n\r\n").subject

    assert subject is None or got == subject


@pytest.mark.parametrize(
    "sender", [b"a@l.example", b'"b@evil.example" <a@l.example>', b"L <a@l.example>", b"=?utf-8?B?6Iu5?= <A@L.example>"]
)
def test_the_sender_is_the_address_not_the_name(sender: bytes) -> None:
    assert head(b"From: " + sender + b"\r\n\r\n").sender == "a@l.example"


def test_html_is_shown_before_plain_text_and_attachments_are_none() -> None:
    got = mail_text(mail("<p>Shown</p>", To=f"Lark <{READER.upper()}>"))

    assert (got.name, got.subject, got.text.strip(), got.is_html, got.readers) == (
        "12.lark@letter.example",
        "The Lark Letter",
        "<p>Shown</p>",
        True,
        (READER,),
    )
    attached = b"Content-Type: text/html\r\nContent-Disposition: attachment\r\n\r\n<p>Not shown</p>"
    with pytest.raises(SourceError, match="no text"):
        mail_text(attached)


@pytest.mark.parametrize(
    ("said", "body", "text"),
    [
        ("text/html; charset=gb2312", "<p>苍鹭</p>".encode("gb18030"), "<p>苍鹭</p>"),
        ("text/html; charset=utf-8", "<p>苍鹭</p>".encode("gb18030"), None),
        ("text/html; charset=no-such", "<p>苍鹭</p>".encode(), "<p>苍鹭</p>"),
        ("text/html", "<p>苍鹭</p>".encode(), "<p>苍鹭</p>"),
        ("text/html; charset=punycode", b"<p>abc</p>", "<p>abc</p>"),
        ("text/html; charset=us-ascii", "<p>ä</p>".encode(), "<p>ä</p>"),
    ],
)
def test_what_a_mail_says_of_its_encoding_is_believed_as_far_as_it_can_be(said: str, body: bytes, text: str | None) -> None:
    got = mail_text(f"Content-Type: {said}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + body).text

    assert "p>" in got
    assert text is None or got == text


def nested(depth: int) -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return b"From: a@l.example\r\n" + opened + b"Content-Type: text/plain\r\n\r\nInside\r\n"


def test_parts_within_parts_and_many_parts_are_refused() -> None:
    assert mail_text(nested(MOST_CONTAINERS)).text.strip() == "Inside"
    many = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * MOST_PARTS
    for raw in (nested(MOST_CONTAINERS + 1), nested(3000), many):
        with pytest.raises(SourceError, match="parts"):
            mail_text(raw)


def test_a_header_without_end_is_refused() -> None:
    for raw in (b"X: " + b"a" * HEAD_BYTES + b"\r\n\r\nHi", b"X: a\r\n" * 3000 + b"\r\nHi", b"X: a\r\n" * 600 + b"\r\nHi"):
        with pytest.raises(SourceError, match="header"):
            mail_text(raw)
    assert mail_text(b"X: a\r\n" * 400 + b"\r\nHi").text == "Hi"


@pytest.mark.parametrize("raw", [b"", b"Subject: x\r\n\r\n", b"Content-Type: image/png\r\n\r\nx"])
def test_a_mail_without_a_text_is_told(raw: bytes) -> None:
    with pytest.raises(SourceError, match="it has no text"):
        mail_text(raw)


@pytest.mark.parametrize(
    "raw", [b"\0\0\0", bytes(range(256)), b"Content-Type: text/html; charset*0=\xff; charset*1*=''x\r\n\r\nHi"]
)
def test_bytes_that_are_no_mail_are_a_text_at_most(raw: bytes) -> None:
    assert len(mail_text(raw).text) <= len(raw)


def test_a_header_with_lines_that_are_none_is_read_all_the_same() -> None:
    broken = LISTED.replace(b"\r\n\r\n", b"\r\n\x08x\r\n: 1\r\n\r\nHi")

    assert head(broken) == head(LISTED)
    assert mail_text(broken).subject == "One"
