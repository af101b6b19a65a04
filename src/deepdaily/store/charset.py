"""Which encoding foreign bytes are in. A name in a header is foreign too: Python would run codecs that are none for text."""

from __future__ import annotations

from resiliparse.parse.encoding import map_encoding_to_html5

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def encoding_of(body: bytes, declared: str) -> str:
    """Python's name of the encoding: by the byte order mark, else what browsers take `declared` for; empty for neither.

    Only encodings of the WHATWG standard: each decodes in linear time, and none gives half a character. Python's own list
    has `punycode`, which hangs on a long text, and `unicode_escape` and `utf-7`, which give lone surrogates.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    return marked or map_encoding_to_html5(declared, fallback_utf8=False) or ""
