"""Links and strings from outside before any format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.render.foreign import QUOTE_COLUMNS, anchor, at_passage, on_page, quotation, safe_link, shown
from render import issues


@pytest.mark.parametrize(
    "url", [*issues.BAD_LINKS, "https://localhost/", "https://2130706433/", "http://[::1]/", "https://a.example:x/"]
)
def test_a_link_off_the_public_web_is_refused(url: str) -> None:
    assert safe_link(url) is None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.example/x?b=1&c=2#top", "https://a.example/x?b=1&c=2#top"),
        ("https://a.example/x_(y)", "https://a.example/x_%28y%29"),
        ("https://a.example/%7B%7B%3C", "https://a.example/%7B%7B%3C"),
        ("https://例子.example/路", "https://xn--fsqu00a.example/%E8%B7%AF"),
        ("https://a.example/\"onmouseover='x'><b>", "https://a.example/%22onmouseover=%27x%27%3E%3Cb%3E"),
        ("https://a.example/?q=1&api_key=s3cret&token=t", "https://a.example/?q=1"),
        ("https://a.example:8443/", "https://a.example:8443/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
    ],
)
def test_a_good_link_is_kept_as_plain_ascii(url: str, address: str) -> None:
    assert safe_link(url) == address


@given(st.text())
def test_whatever_is_linked_carries_no_markup(path: str) -> None:
    address = safe_link("https://a.example/" + path)

    assert address is None or (address.isascii() and not set(address) & set("<>\"'()[]{}`\\ \n"))


def test_a_long_path_is_shortened_for_display() -> None:
    assert shown("https://www.a.example/x/") == "a.example/x"
    assert shown("https://a.example/" + "long-" * 30).endswith("…")


def test_only_short_quotations_are_published() -> None:
    source = issues.document("https://a.example/", "t", "字" * 1000)

    assert len(quotation(issues.proof(source, "字" * 1000))) <= QUOTE_COLUMNS / 2
    assert quotation(issues.proof(source, "字" * 100)) == "字" * 100


def test_an_anchor_is_a_plain_name() -> None:
    assert anchor('s-a" onclick=x{#b}') == "s-aonclickxb"
    assert anchor("标题") == "s"


@pytest.mark.parametrize(
    ("quote", "fragment"),
    [
        ("one-two, three", "one%2Dtwo%2C%20three"),
        ("- an entry of a list", "an%20entry%20of%20a%20list"),
        (
            "The figure was taken on eight accelerators in one rack, with FP8 weights and a warm prefix cache.",
            "The%20figure%20was%20taken%20on%20eight,and%20a%20warm%20prefix%20cache.",
        ),
        ("Large | $1.20 | batch", "Large,batch"),
        ("x" * 500, f"{'x' * 60},{'x' * 60}"),
    ],
)
def test_a_link_leads_to_the_passage_in_its_page(quote: str, fragment: str) -> None:
    assert at_passage("https://a.example/p", quote) == f"https://a.example/p#:~:text={fragment}"
    assert at_passage("https://a.example/p#part", quote) == f"https://a.example/p#part:~:text={fragment}"


def test_a_link_to_no_passage_is_the_page_and_to_no_page_is_none() -> None:
    assert at_passage("https://a.example/p", " ") == "https://a.example/p"
    assert at_passage("javascript:alert(1)", "x") is None


@given(st.text(min_size=1))
def test_a_link_to_any_passage_is_short_and_has_no_sign_of_markup(quote: str) -> None:
    address = at_passage("https://a.example/p", quote) or ""

    assert len(address) < 1600
    assert not set(address) & set(" <>()[]\"'`*\\\n")


def test_a_page_of_a_pdf_is_opened_by_its_number() -> None:
    assert on_page("https://a.example/p.pdf", 3) == "https://a.example/p.pdf#page=3"
    assert on_page("https://a.example/p.pdf#part", 3) == "https://a.example/p.pdf#part"
    assert on_page("javascript:alert(1)", 3) is None
