"""What a page's own style sheet hides is hidden, where a simple rule says so."""

from __future__ import annotations

import pytest

from deepdaily.read.extract import PageBytes, page
from deepdaily.read.sheets import SHEET_CHARS, hidden_names

SEEN = "<p>The team moved prefill and decode to pools of their own, and measured the queue of each under a long load.</p>"


def read(sheet: str, inner: str) -> str:
    markup = f"<html><head><style>{sheet}</style></head><body><article><h1>Pools are split</h1>{SEEN}{inner}{SEEN[:-4]} again.</p></article>"
    return page(PageBytes("https://blog.example/p", "text/html", markup.encode())).text


@pytest.mark.parametrize(
    "sheet", [".x{opacity:0}", "p.x, .y { display : none }", "/* a */ .x{font-size:0}", "#k{position:absolute;left:-9999px}"]
)
def test_what_a_class_or_an_id_hides_is_not_read(sheet: str) -> None:
    assert "never seen" not in read(sheet, "<p class='a x' id='k'>These words are never seen.</p>")


@pytest.mark.parametrize(
    "sheet",
    [
        ".y{opacity:0}",
        "@media print{.x{display:none}}",
        ".a > .b .x{display:none}",
        ".x:hover{display:none}",
        ".x{color:red}",
        "",
        ".x{",
        "/* .x{display:none}",
    ],
)
def test_other_rules_hide_nothing(sheet: str) -> None:
    assert "always seen" in read(sheet, "<p class='a x' id='k'>These words are always seen.</p>")


def test_what_is_hidden_and_most_of_the_page_is_the_page() -> None:
    text = read(".x{opacity:0}", f"<div class='x'>{SEEN.replace('team', 'lab') * 8}</div>")

    assert "The lab moved" in text


def test_a_sheet_without_end_is_read_in_bounded_work() -> None:
    for sheet in (".x{" * 100_000, "/*" * 200_000, "." * 300_000, ".x," * 100_000 + "{display:none}", ".x{display:none}" * 20_000):
        assert len(hidden_names([sheet])) <= 1
    assert hidden_names([" " * SHEET_CHARS + ".x{display:none}"]) == {}
