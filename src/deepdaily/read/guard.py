"""Addresses and bodies we refuse. Knows nothing of HTTP libraries: URLs and bytes in, errors out."""

from __future__ import annotations

import codecs
import re
import socket
import unicodedata
import zlib
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

import brotli

from deepdaily.core.errors import AddressRefused, BodyRefused

MAX_URL_CHARS = 8000
"""Longer ones are attacks or mistakes; most servers and aiohttp's own reader stop at 8,190 bytes a line."""

SENT_UNASKED = "the site sends what nobody asked for: take another address of it"
TOO_LARGE = "more of one address is not read: name a smaller one, like a feed of fewer entries, or leave it out"
TRY_LATER = "the answer came damaged: it may be whole next time"

PORTS = {"http": 80, "https": 443}

PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa", "intranet", "lan")
"""Names that mean a machine near us (RFC 6761, 6762, 8375, ICANN's .internal, and two habits), with all below."""

NOT_PUBLIC = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is Oracle's metadata service
        "192.88.99.0/24",  # 6to4 relay
        "::/96",  # IPv4-compatible
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 7915)
        "64:ff9b:1::/48",  # NAT64 of the local network
        "100::/64",  # discard
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
    )
)
"""Refused beside what `ipaddress` calls not global; CPython 3.11.7 calls most of these global."""

OPENED = frozenset(("gzip", "x-gzip", "deflate", "br"))
NO_CODING = frozenset(("", "identity", "none", "utf-8", "aws-chunked"))
"""What servers write that codes nothing; the last is left there by storage services, which have undone it."""

MAX_CODINGS = 3
"""A server and a proxy each pack once; more is an attack."""

GZIP_MAGIC = b"\x1f\x8b\x08"

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
"""What no text holds; form feeds and the escapes of ISO-2022 are allowed."""

NAT64 = ip_network("64:ff9b::/96")

SECRET_KEYS = re.compile(r"key|token|secret|sig|passw|pwd|auth|credential|session", re.IGNORECASE)
"""Names of query values that are not repeated in a message or a log."""


def check_url(url: str, allow_private: Collection[str] = ()) -> None:
    """Pass a URL we may ask for.

    Args:
        url: as a person or a redirect wrote it.
        allow_private: which may be private, and use any port: `host:port` pairs (IPv6 in brackets), hosts, networks. A network
            holds addresses, not names: what a name leads to is not known here.

    Raises:
        AddressRefused: its message begins with `scheme`, `malformed`, `address` or `port`, in that order of judgement.
    """
    parts = _split(url)
    port = parts.port or PORTS[parts.scheme]
    host = _plain_host(parts.hostname or "")
    allowed = _is_named(host, port, allow_private)
    if not allowed:
        _check_host(host)
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(f"malformed address: credentials in {shown(url)}")
    if not allowed and port not in PORTS.values():
        raise AddressRefused(f"port not visited: {port} of {host}")


def is_allowed_private(url: str, allow_private: Collection[str]) -> bool:
    """Whether `url`, which passed `check_url`, is one of the named exceptions."""
    parts = urlsplit(url)
    return _is_named(_plain_host(parts.hostname or ""), parts.port or PORTS[parts.scheme], allow_private)


def _is_named(host: str, port: int, places: Collection[str]) -> bool:
    """Whether a host and port is one of the places: `host:port`, a host with all its ports, or a network."""
    named = {one.lower() for one in places}
    if named & {_authority(host, port), host, f"[{host}]"}:
        return True
    try:
        ip = ip_address(host)
    except ValueError:
        return False
    return any(ip in ip_network(one, strict=False) for one in named if "/" in one)


def check_address(address: str) -> None:
    """Pass a public IP address; called with the resolved one just before connecting.

    Raises:
        AddressRefused: loopback, private, link-local, multicast, reserved, or one that carries such an address.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        raise AddressRefused(f"address not public: {address!r} is none") from None
    if not _is_public(ip):
        raise AddressRefused(f"address not public: {address}")


def decode_body(raw: bytes, content_encoding: str, cap_bytes: int) -> bytes:
    """The body as its author wrote it, at most `cap_bytes` long.

    Only gzip, deflate (with and without zlib header), brotli and identity are opened: their decoders can be told where to stop.
    405 bytes of brotli became 512 MiB in one piece. As browsers do, a body that is plainly text is taken as it is whatever
    the header says (`UTF-8`, `none`, gzip that somebody on the way has opened); so is gzip under another name or none.
    Of several codings the last is undone first (RFC 9110, 8.4).

    Raises:
        BodyRefused: another coding, too many of them, damaged or cut data, or too large.
    """
    body, codings = raw, _codings(content_encoding)
    for _ in range(MAX_CODINGS + 1):
        coding = codings.pop() if codings else ""
        if len(body) > cap_bytes:
            raise BodyRefused(f"body larger than {cap_bytes} bytes", TOO_LARGE)
        if not body or _is_text(body, coding) or not (coding or body.startswith(GZIP_MAGIC)):
            return body
        body = _opened(body, coding, cap_bytes)
    raise BodyRefused(f"body packed more than {MAX_CODINGS} times", SENT_UNASKED)


def is_opened(raw: bytes, content_encoding: str) -> bool:
    """Whether `decode_body` knows the codings, or needs none; a site that sends another may be asked for none."""
    codings = _codings(content_encoding)
    return OPENED.issuperset(codings) or not raw or raw.startswith(GZIP_MAGIC) or _is_text(raw, codings[-1])


def _codings(content_encoding: str) -> list[str]:
    named = (coding.strip(" \t\"'") for coding in content_encoding[:200].lower().split(","))
    return [coding for coding in named if coding not in NO_CODING]


def _opened(raw: bytes, coding: str, cap_bytes: int) -> bytes:
    if (raw.startswith(GZIP_MAGIC) and coding != "br") or coding in ("gzip", "x-gzip"):
        return _inflate(raw, 16 + zlib.MAX_WBITS, cap_bytes)
    if coding == "deflate":
        # RFC 9110 means zlib; some servers send the bare stream. A zlib header is 0x_8 and divisible by 31 (RFC 1950).
        zlib_header = raw[0] & 0x0F == 8 and int.from_bytes(raw[:2], "big") % 31 == 0
        return _inflate(raw, zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS, cap_bytes)
    if coding == "br":
        return _unbrotlied(raw, cap_bytes)
    raise BodyRefused(f"content coding {coding[:40]!r} is not opened", SENT_UNASKED)


def _is_text(raw: bytes, coding: str) -> bool:
    """Whether a body needs no opening: it begins like markup or JSON, or is some UTF-8, and holds no control characters.

    What is called gzip shows it in its first bytes; so there a few letters are text too (a short robots.txt).
    """
    head = raw[:1024]
    if _CONTROL.search(head):
        return False
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"<", b"{", b"["):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return len(head) >= 32 or coding in ("gzip", "x-gzip")


def shown(url: str) -> str:
    """`url` fit for a message: no credentials, no control characters, at most 200 characters."""
    printable = "".join(char if char.isprintable() else "�" for char in url[:MAX_URL_CHARS])
    try:
        parts = urlsplit(printable)
        query = [(key, "***" if SECRET_KEYS.search(key) else value) for key, value in parse_qsl(parts.query, True)]
    except ValueError:  # not a URL: what stands before a question mark carries no query values
        return printable.partition("?")[0].rpartition("@")[2][:200]
    netloc = parts.netloc.rpartition("@")[2]
    masked = parts._replace(netloc=netloc, query=urlencode(query, safe="*/:,", quote_via=quote), fragment="")
    whole = masked.geturl()
    return whole if len(whole) <= 200 else whole[:199] + "…"


def _split(url: str) -> SplitResult:
    scheme = url.strip().partition(":")[0].lower()
    if scheme not in PORTS:
        raise AddressRefused(f"scheme not visited: {scheme[:20]!r}")
    # Blanks, control characters, backslashes and half letters are read differently by different parsers: nobody writes them
    # honestly.
    if len(url) > MAX_URL_CHARS or re.search(r"[\x00-\x20\x7f\\\ud800-\udfff]", url):
        raise AddressRefused(f"malformed address: {shown(url)}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"malformed address: {shown(url)}: {error}") from None
    if not parts.hostname or port == 0:
        raise AddressRefused(f"malformed address: {shown(url)}")
    return parts


def _plain_host(host: str) -> str:
    """`host` as a resolver would understand it: percent signs and look-alikes undone, lower case, no end dot."""
    plain = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").lower()
    return plain.removesuffix(".")


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _check_host(host: str) -> None:
    if ":" in host or re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]):  # WHATWG: a number at the end
        check_address(_literal_address(host))
    elif re.search(r"[\x00-\x20\x7f\s/?#@:%\[\]<>^|\"`{}]", host) or ".." in host or not host:
        raise AddressRefused(f"malformed address: host {host[:100]!r}")
    elif "." not in host or any(host == name or host.endswith("." + name) for name in PRIVATE_NAMES):
        raise AddressRefused(f"address not public: the name {host[:100]!r}")


def _literal_address(host: str) -> str:
    """The address that resolvers make of `2130706433`, `0x7f.1`, `0177.0.0.01` or `127.1`; unchanged for IPv6."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        raise AddressRefused(f"malformed address: host {host[:100]!r}") from None


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        if ip.scope_id:
            return False
        if ip.ipv4_mapped:
            return _is_public(ip.ipv4_mapped)
        if ip in NAT64:
            return _is_public(IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip.is_global and not ip.is_multicast and not any(ip in block for block in NOT_PUBLIC)


def _inflate(raw: bytes, window: int, cap_bytes: int) -> bytes:
    """At most `cap_bytes` + 1 bytes: one more than allowed tells "too large" from "just fits"."""
    body, rest = b"", raw
    while rest and len(body) <= cap_bytes:
        decoder = zlib.decompressobj(window)
        try:
            member = decoder.decompress(rest, cap_bytes + 1 - len(body))
        except zlib.error as error:
            raise BodyRefused(f"damaged compressed body: {error}", TRY_LATER) from error
        body += member
        if not decoder.eof and len(body) <= cap_bytes and not _lacks_only_its_check(decoder, member, window):
            raise BodyRefused("compressed body cut off", TRY_LATER)
        # gzip files may be chained; what else follows the end is padding, which browsers ignore too.
        rest = decoder.unused_data if decoder.unused_data.startswith(GZIP_MAGIC) else b""
    return body


def _lacks_only_its_check(decoder: zlib._Decompress, member: bytes, window: int) -> bool:
    """Whether all data came and only (a part of) the checksum behind them did not: then the right one ends the stream."""
    if window < 0:
        return False
    if window > zlib.MAX_WBITS:
        check = zlib.crc32(member).to_bytes(4, "little") + (len(member) & 0xFFFFFFFF).to_bytes(4, "little")
    else:
        check = zlib.adler32(member).to_bytes(4, "big")
    return any(_ends_with(decoder, check[came:]) for came in range(len(check)))


def _ends_with(decoder: zlib._Decompress, rest: bytes) -> bool:
    trial = decoder.copy()
    try:
        return not trial.decompress(rest, 1) and trial.eof
    except zlib.error:
        return False


def _unbrotlied(raw: bytes, cap_bytes: int) -> bytes:
    """At most `cap_bytes` + 1 bytes, and what one step of the decoder gives beyond them."""
    decoder, body, rest = brotli.Decompressor(), b"", raw
    try:
        while not decoder.is_finished() and len(body) <= cap_bytes:
            part = decoder.process(rest, output_buffer_limit=cap_bytes + 1 - len(body))
            if not part and not rest:
                raise BodyRefused("compressed body cut off", TRY_LATER)
            body, rest = body + part, b""
    except brotli.error as error:
        raise BodyRefused("damaged compressed body: brotli", TRY_LATER) from error
    return body
