"""Which encoding foreign bytes are in. A name in a header is foreign too: Python would run codecs that are none for text."""

from __future__ import annotations

import re
from contextlib import suppress

from resiliparse.parse.encoding import map_encoding_to_html5

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


_NAMED = re.compile(r"(?:charset|encoding)=[\"']?([\w.:-]+)", re.IGNORECASE)
_HEAD_BYTES = 2048


def decoded(body: bytes, media_type: str) -> str:
    """The body as text, as browsers and our reader take it where what is said of it is wrong.

    By its byte order mark; as UTF-8 where it can be nothing else; else as its media type or its own first words say, or
    as GB 18030, whichever fits. What does not fit is U+FFFD; a byte in a hundred may be damaged.
    """
    if marked := encoding_of(body, ""):
        return body.decode(marked, "replace")
    named = encoding_of(body, media_type) or encoding_of(body, body[:_HEAD_BYTES].decode("latin-1"))
    mended = body.decode("utf-8", "replace")
    likely = 100 * mended.count("\ufffd") <= len(mended)
    if likely and (named in ("", "utf-8") or not body.isascii()):
        return mended
    for encoding in filter(None, (named, "gb18030")):
        with suppress(UnicodeDecodeError):
            return body.decode(encoding)
    return body.decode(named or "utf-8", "replace")


def encoding_of(body: bytes, said: str) -> str:
    """Python's name of the encoding: by the byte order mark, else what browsers take the one for that is named in `said`.

    Empty for neither. Only encodings of the WHATWG standard: each decodes in linear time, and none gives half a character.
    Python's own list has `punycode`, which hangs on a long text, and `unicode_escape` and `utf-7`, which give lone surrogates.

    Args:
        said: a media type, or the beginning of the body.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    named = _NAMED.search(said)
    return marked or (map_encoding_to_html5(named[1], fallback_utf8=False) if named else "") or ""


def is_pdf(body: bytes) -> bool:
    """Whether bytes are a PDF, by their first 1,024 as readers look for it."""
    return b"%PDF-" in body[:1024]
