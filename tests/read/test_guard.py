from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from functools import partial
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.errors import AddressRefused, BodyRefused
from deepdaily.read.guard import check_address, check_url, decode_body, is_allowed_private, is_opened, shown


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a?b=c#d",
        "http://news.example:80/",
        "HTTPS://News.Example:443/",
        "https://例子.中国/",
        "https://xn--fsqu00a.xn--fiqs8s/",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]/",
        "https://a_b.example/",
        "https://news.example./",
        "https://123.example/",
    ],
)
def test_public_addresses_pass(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("place", "url", "passes"),
    [
        ("127.0.0.1", "http://127.0.0.1:9009/x", True),
        ("nas.lan", "https://nas.lan:8443/feed", True),
        ("nas.lan", "https://other.lan/feed", False),
        ("192.168.0.0/24", "http://192.168.0.7:81/", True),
        ("192.168.0.0/24", "http://192.168.1.7:81/", False),
        ("192.168.0.0/24", "http://nas.lan/", False),
        ("::1", "http://[::1]:81/", True),
        ("fd00::/8", "http://[fd12::1]/", True),
        ("127.0.0.1:80", "http://127.0.0.1:81/", False),
    ],
)
def test_a_private_place_may_be_a_host_with_all_its_ports_or_a_network(place: str, url: str, passes: bool) -> None:
    assert is_allowed_private(url, [place]) is passes
    if passes:
        check_url(url, [place])
    else:
        with pytest.raises(AddressRefused):
            check_url(url, [place])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0000177.0.0.01", "0", "0.0.0.0",
        "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37%2e%30%2e%30%2e%31", "127.0.0.1.",
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "192.0.0.192", "198.18.0.1",
        "192.88.99.1", "203.0.113.5", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:53aa::1]", "[fd00::1]", "[fe80::1]", "[fe80::1%25eth0]",
        "[2606:4700::1%25eth0]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]",
        "localhost", "api.localhost", "LOCALHOST.", "metadata.google.internal", "printer.local", "router", "nas.lan",
        "host.home.arpa",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_in_every_notation(host: str) -> None:
    with pytest.raises(AddressRefused, match=r"^address not public"):
        check_url(f"http://{host}/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        (" \tfile:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "scheme"),
        ("data:text/html,<h1>x</h1>", "scheme"),
        ("view-source:http://127.0.0.1/", "scheme"),
        ("news.example/no-scheme", "scheme"),
        ("", "scheme"),
        ("http:///etc/passwd", "malformed"),
        ("http://", "malformed"),
        ("http://news.example:99999/", "malformed"),
        ("http://news.example:0/", "malformed"),
        ("http://news.example:x/", "malformed"),
        ("http://[::1/", "malformed"),
        ("http://127.0.0.1\\@news.example/", "malformed"),
        ("http://127.0.0\t.1/", "malformed"),
        ("http://news.example/\r\nX-Injected: 1", "malformed"),
        ("http://news.example/\udce9", "malformed"),
        ("http://news.example/" + "a" * 65536, "malformed"),
        ("http://256.0.0.1/", "malformed"),
        ("http://4294967296/", "malformed"),
        ("http://1.2.3.4.5/", "malformed"),
        ("http://news..example/", "malformed"),
        ("http://127.0.0.1%00.example/", "malformed"),
        ("http://user:word@news.example/", "malformed"),
        ("http://news.example:25/", "port"),
        ("https://news.example:8443/", "port"),
        ("http://news.example@127.0.0.1/", "address"),
        ("http://0.0.0.0:22/", "address"),
    ],
)
def test_a_refusal_names_its_reason(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused, match=f"^{reason} "):
        check_url(url)


def test_a_named_exception_opens_one_port_of_one_host() -> None:
    allowed = ("127.0.0.1:8888", "[::1]:9000", "Searx.internal:80")

    for url in ("http://127.0.0.1:8888/search", "http://[::1]:9000/", "http://searx.internal/"):
        check_url(url, allowed)
        assert is_allowed_private(url, allowed)
    for url in ("http://127.0.0.1/", "http://127.0.0.2:8888/", "http://user@127.0.0.1:8888/", "ftp://127.0.0.1:8888/"):
        with pytest.raises(AddressRefused):
            check_url(url, allowed)
    assert not is_allowed_private("https://news.example/", allowed)


def test_a_resolved_address_is_judged_with_what_it_carries() -> None:
    for address in ("93.184.216.34", "2606:4700:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"):
        check_address(address)
    for address in ("127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "169.254.169.254", "", "a.example"):
        with pytest.raises(AddressRefused):
            check_address(address)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://[", "http://a.example/", "http://u:p@", "//"]))
def test_whatever_is_given_it_is_passed_or_refused(text: str, before: str) -> None:
    message = ""
    try:
        check_url(before + text)
    except AddressRefused as error:
        message = str(error)
    assert message.isprintable()


@pytest.mark.eval
def test_the_hostile_set_is_refused(shared: Path) -> None:
    """The open half of the measured set; its words for our reasons."""
    words = {"scheme": "bad_scheme", "malformed": "bad_url", "address": "blocked_address", "port": "blocked_port"}
    lines = (shared / "eval/hostile/cases.jsonl").read_text("utf-8").splitlines()
    for case in (case for case in map(json.loads, lines) if case["kind"] == "url"):
        outcome, error = "ok", ""
        try:
            check_url(case["input"]["url"])
        except AddressRefused as refusal:
            outcome, error = "refused", words[str(refusal).split()[0]]
        expected = case["expected"]
        assert outcome in expected["outcome"], case["id"]
        assert error in expected["error"] or not expected["error"], case["id"]


CAP = 1000


def bare(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


packed = partial(gzip.compress, mtime=0)
"""The same bytes at any time: they are in the names of the tests."""


@pytest.mark.parametrize("size", [0, 1, CAP])
def test_the_codings_we_open_give_the_body(size: int) -> None:
    body = b"x" * size
    for raw, coding in (
        (body, ""),
        (body, "identity"),
        (packed(body), " GZip "),
        (packed(body[:1]) + packed(body[1:]), "x-gzip"),
        (packed(body) + b"\0" * 9, "gzip"),
        (zlib.compress(body), "deflate"),
        (bare(body), "deflate"),
        (b"", "gzip"),
    ):
        assert decode_body(raw, coding, CAP) == (body if raw else b"")


@pytest.mark.parametrize(
    ("raw", "coding"),
    [
        (b"x" * (CAP + 1), ""),
        (packed(b"x" * (CAP + 1)), "gzip"),
        (packed(b"x" * CAP) + packed(b"x"), "gzip"),
        (zlib.compress(b"x" * (CAP + 1)), "deflate"),
        (bare(b"x" * (CAP + 1)), "deflate"),
        (packed(b"\0" * 50_000_000), "gzip"),
        (packed(b"text" * 9)[:-9], "gzip"),
        (b"\x00\x01 no gzip", "gzip"),
        (b"anything", "br"),
        (b"anything", "zstd"),
        (packed(b"\0x"), "gzip, zstd, gzip"),
        (packed(packed(b"x" * (CAP + 1))), "gzip, gzip"),
        (packed(packed(packed(packed(b"x")))), "gzip, gzip, gzip, gzip"),
    ],
)
def test_what_is_too_large_damaged_or_coded_otherwise_is_refused(raw: bytes, coding: str) -> None:
    with pytest.raises(BodyRefused):
        decode_body(raw, coding, CAP)


PAGE = b"<p>" + b"Some words of a page. " * 9


@pytest.mark.parametrize("coding", ["utf-8", "none", "gzip", "deflate", "br", "zstd", "gzip, gzip"])
@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        b'{"items": []}',
        b"\xef\xbb\xbf\n<rss/>",
        "纯文本，没有任何标记，也没有压缩".encode() * 40,
        "<p>网页</p>".encode("gbk"),
    ],
)
def test_a_body_that_is_plainly_text_is_taken_whatever_its_header_says(body: bytes, coding: str) -> None:
    assert decode_body(body, coding, 10_000) == body


@pytest.mark.parametrize("lost", range(1, 9))
def test_a_stream_that_lacks_only_its_checksum_is_whole(lost: int) -> None:
    assert decode_body(packed(PAGE)[:-lost], "gzip", CAP) == PAGE
    if lost <= 4:
        assert decode_body(zlib.compress(PAGE)[:-lost], "deflate", CAP) == PAGE
    for raw, coding in ((packed(PAGE)[: -lost - 8], "gzip"), (zlib.compress(PAGE)[: -lost - 4], "deflate")):
        with pytest.raises(BodyRefused, match="cut off"):
            decode_body(raw, coding, CAP)


def test_gzip_under_another_name_is_opened() -> None:
    for coding in ("deflate", "utf-8", "binary", "", "identity", "none"):
        assert decode_body(packed(PAGE), coding, CAP) == PAGE


@pytest.mark.parametrize(
    ("raw", "coding"),
    [
        (packed(PAGE), "gzip, identity"),
        (packed(PAGE), "identity,gzip"),
        (packed(PAGE), "gzip,"),
        (packed(PAGE), "utf-8, gzip"),
        (packed(PAGE), "gzip, aws-chunked"),
        (packed(PAGE), "gzip, gzip"),  # one of them was undone on the way
        (packed(packed(PAGE)), "gzip, gzip"),
        (packed(packed(PAGE)), "gzip"),
        (packed(brotli.compress(PAGE)), "br, gzip"),
        (brotli.compress(packed(PAGE)), "gzip, br"),
        (zlib.compress(PAGE), "deflate, identity"),
        (packed(PAGE) + b"\x1f\x8b, and more", "gzip"),
    ],
)
def test_several_codings_are_undone_from_the_last_to_the_first(raw: bytes, coding: str) -> None:
    assert is_opened(raw, coding)
    assert decode_body(raw, coding, CAP) == PAGE


def test_a_few_letters_that_are_called_gzip_are_text() -> None:
    assert decode_body(b"Disallow: /", "gzip", CAP) == b"Disallow: /"


def test_a_false_checksum_is_damage() -> None:
    with pytest.raises(BodyRefused, match="damaged"):
        decode_body(packed(PAGE)[:-8] + b"\0" * 8, "gzip", CAP)


def test_brotli_is_opened_within_the_bound() -> None:
    assert decode_body(brotli.compress(PAGE), "br", CAP) == PAGE
    for raw, words in (
        (brotli.compress(b"\0" * 10**7), "larger"),
        (brotli.compress(PAGE)[:-3], "cut off"),
        (b"\xff" * 40, "damaged"),
    ):
        with pytest.raises(BodyRefused, match=words):
            decode_body(raw, "br", CAP)


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "br"]))
def test_any_bytes_are_opened_within_the_bound_or_refused(raw: bytes, coding: str) -> None:
    with contextlib.suppress(BodyRefused):
        assert len(decode_body(raw, coding, CAP)) <= CAP


def test_a_message_shows_no_secrets() -> None:
    url = "https://user:word@api.example/v1?q=agents&api_key=SECRET&X-Amz-Signature=SECRET&Token=SECRET#SECRET"

    assert shown(url) == "https://api.example/v1?q=agents&api_key=***&X-Amz-Signature=***&Token=***"
    assert "SECRET" not in shown("http://[broken?key=SECRET")
    assert len(shown("https://news.example/" + "a" * 9999)) == 200
    assert shown("http://a.example/\n\x1b[31m").isprintable()
