"""Foreign bytes become text in the encoding that is named, and in no other."""

from __future__ import annotations

import pytest

from deepdaily.core.charset import decoded

WORDS = "时延降到 86 毫秒"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (WORDS.encode("gbk"), "text/html; charset=gbk"),
        (WORDS.encode("gbk"), "text/html; CHARSET='GB2312'"),
        (b"\xff\xfe" + WORDS.encode("utf-16-le"), "text/html; charset=gbk"),
        (b'<meta charset="gbk">' + WORDS.encode("gbk"), "text/html"),
        (b'<?xml version="1.0" encoding="gbk"?>' + WORDS.encode("gbk"), "application/rss+xml"),
        (b'<meta charset="gbk">' + WORDS.encode(), "text/html; charset=utf-8"),
        (WORDS.encode(), ""),
        (WORDS.encode(), "text/html; charset=punycode"),
    ],
    ids=["answer", "alias", "mark", "page", "feed", "answer before page", "nobody", "none for text"],
)
def test_a_mark_counts_more_than_the_answer_and_that_more_than_the_page(body: bytes, media_type: str) -> None:
    assert decoded(body, media_type).endswith(WORDS)


def test_what_does_not_fit_is_marked() -> None:
    assert decoded(WORDS.encode() + b"\xff", "text/plain; charset=utf-8") == WORDS + "\ufffd"
