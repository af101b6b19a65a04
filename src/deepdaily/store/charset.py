"""Which encoding foreign bytes are in. A name in a header is foreign too: Python would run codecs that are none for text."""

from __future__ import annotations

import re

from resiliparse.parse.encoding import map_encoding_to_html5

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


_NAMED = re.compile(r"(?:charset|encoding)=[\"']?([\w.:-]+)", re.IGNORECASE)
_HEAD_BYTES = 2048


def decoded(body: bytes, media_type: str) -> str:
    """The body as text: by its byte order mark, its media type or its own first word, else as UTF-8.

    Nothing is guessed: what does not fit is U+FFFD.
    """
    named = encoding_of(body, media_type) or encoding_of(body, body[:_HEAD_BYTES].decode("latin-1"))
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
