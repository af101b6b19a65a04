"""What only the source of a Markdown text holds is no text."""

from __future__ import annotations

from deepdaily.archive.visible import bare, holds
from deepdaily.read.extract import PageBytes, page
from deepdaily.read.markdown_source import seen_of

SOURCE = """# Quillserve 2.4

[![builds said to be fine](https://ci.example/b.svg)](https://ci.example) It moves [cold blocks](https://quill.example/a_(b) "a hidden title") to disk.

[//]: # (a comment
that goes on)
<!-- another
comment --> Reading them back takes 31 ms on one node, and 40 ms on two.

[1]: https://quill.example/docs "one more title"

```
[kept]: as it stands <!-- code -->
```
"""


def test_comments_definitions_pictures_and_titles_of_links_are_not_seen() -> None:
    seen = seen_of(SOURCE)

    assert "It moves cold blocks to disk." in seen
    assert "Reading them back" in seen
    for hidden in ("builds said", "hidden title", "goes on", "another", "one more", "https://"):
        assert hidden not in seen
    assert "[kept]: as it stands <!-- code -->" in seen


def test_what_is_read_of_it_is_proven_in_its_bytes() -> None:
    body = SOURCE.encode()
    read = page(PageBytes("https://quill.example/r", "text/markdown", body))

    assert read.title == "Quillserve 2.4"
    assert holds(bare(body, "text/markdown"), "It moves cold blocks to disk.")
    assert not holds(bare(b"<p>other", "text/markdown"), "It moves cold blocks to disk.")


def test_a_comment_or_a_title_without_an_end_takes_what_follows() -> None:
    assert seen_of("a\n<!-- b\nc") == "a\n "
    assert seen_of('a\n[1]: https://x.example "b\nc"\nd') == "a\nd"
    assert seen_of('a\n[1]: https://x.example "b\n\nd') == "a\nd"
