"""PDF to lines, and lines to paragraphs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.charset import is_pdf
from deepdaily.core.errors import NoText
from deepdaily.core.pdf import MOST_PAGES, read_pdf
from deepdaily.read.extract import PageBytes, page
from deepdaily.read.pdf_text import paragraphs
from pdfs import Placed, column, pdf

TITLE = "Split pools for serving large language models"
FIRST = [
    "The serving team moved prefill and decode to separate pools, and measured how",
    "the queue behaves when prompts grow beyond thirty thousand tokens of infor-",
    "mation on one node. The state-of-the-",
    "art design scales to 32 nodes.",
]
ROWS = [("Model", "Score", "Price"), ("Alpha", "92.4", "1,200"), ("Beta", "71.3", "800")]
PAPER = pdf(
    [
        *column(72, 720, 20, "Split pools for serving", "large language models"),
        *column(72, 640, 10, *FIRST),
        *column(72, 580, 10, "A second paragraph tells what the pools cost, and what an operator should watch."),
        (72, 540, 10, "It was trained on 10"), (164, 544, 7, "13"), (176, 540, 10, "tokens, and scores 92.4 on the set."),
        *((x, 500 - 12 * row, 10, cell) for row, cells in enumerate(ROWS) for x, cell in zip((72, 200, 300), cells, strict=True)),
        (72, 30, 8, "Venue 2026, page 1"),
    ],
    [*column(72, 720, 10, "The cache is moved over a fast link, and the copy costs 3 ms in the median."), (72, 30, 8, "Venue 2026, page 2")],
    [*column(72, 720, 10, "References"), *column(72, 700, 10, "A. Ann. Pools, 2024."), (72, 30, 8, "Venue 2026, page 3")],
    title="paper.tex", author="Ann Author", made="D:20260311120000Z", rotated="A stamp of 1 Mar 2026",
)  # fmt: skip


def test_a_paper_is_its_paragraphs_without_heads_stamps_and_references() -> None:
    body = paragraphs(read_pdf(PAPER))
    texts, begins = body.texts, body.begins

    assert texts == [
        TITLE,
        "The serving team moved prefill and decode to separate pools, and measured how the queue behaves when prompts grow beyond"
        " thirty thousand tokens of information on one node. The state-of-the-art design scales to 32 nodes.",
        "A second paragraph tells what the pools cost, and what an operator should watch.",
        "It was trained on 10^13 tokens, and scores 92.4 on the set.",
        *["Model | Score | Price", "Alpha | 92.4 | 1,200", "Beta | 71.3 | 800"],
        "The cache is moved over a fast link, and the copy costs 3 ms in the median.",
    ]
    assert begins == [0, 7, 8]


def test_a_paper_becomes_a_document_with_pages_tables_and_names() -> None:
    found = page(PageBytes("https://lab.example/paper", "application/pdf", PAPER))

    assert (found.title, found.author, found.published_at) == (TITLE, "Ann Author", datetime(2026, 3, 11, tzinfo=UTC))
    assert found.text.startswith(f"{TITLE}\n\nThe serving team")
    assert found.text[found.pages[1] :].startswith("The cache is moved")
    (told,) = found.structure.tables
    assert (told.rows[1], told.headings) == (("Alpha", "92.4", "1,200"), 1)
    assert found.text[told.start :].startswith("Model | Score | Price")


def test_every_paragraph_of_a_paper_is_found_in_its_bytes_and_a_false_figure_is_not() -> None:
    found = page(PageBytes("https://lab.example/paper", "application/pdf", PAPER))

    assert unseen(Asked(PAPER, "application/pdf", tuple(found.text.split("\n\n", 1)[1].split("\n")))) == []
    wrong = ("It was trained on 1013 tokens", "scores 92.41", "The cache is not moved")
    assert unseen(Asked(PAPER, "application/pdf", wrong)) == list(wrong)


def test_two_columns_are_read_one_after_the_other() -> None:
    left = column(72, 700, 10, "The left column says that the scheduler picks", "a pool by the length of its queue alone.")
    right = column(320, 700, 10, "The right column says that a full pool sends", "what it cannot take to the one beside it.")

    texts = paragraphs(read_pdf(pdf([*left, *right]))).texts

    assert texts == [
        "The left column says that the scheduler picks a pool by the length of its queue alone.",
        "The right column says that a full pool sends what it cannot take to the one beside it.",
    ]


def grid(*rows: tuple[str, ...], at: tuple[float, ...]) -> list[Placed]:
    return [(x, 700 - 14 * down, 10, cell) for down, row in enumerate(rows) for x, cell in zip(at, row, strict=True) if cell]


def test_columns_that_stand_close_are_told_by_the_strip_that_all_rows_leave_free() -> None:
    rows = grid(("Model", "Requests (1/s)", "Wait (ms)"), ("Pools 7B", "312", "176"), ("Baseline", "130", "410"), at=(72, 120, 196))

    found = page(PageBytes("https://lab.example/paper", "application/pdf", pdf([*rows, *column(72, 600, 10, *FIRST)])))

    (told,) = found.structure.tables
    assert told.rows == (("Model", "Requests (1/s)", "Wait (ms)"), ("Pools 7B", "312", "176"), ("Baseline", "130", "410"))


@pytest.mark.parametrize(
    "rows",
    [
        grid(("Model", "Score Price"), ("Alpha", "92.4 1,200"), ("Beta", "71.3 800"), at=(72, 160)),
        grid(("Model Requests", "Wait"), ("Alpha 312", "176"), ("Beta 130", "410"), at=(72, 260)),
        grid(("2024", "12"), ("2025", "19"), ("2026", "31"), at=(72, 160)),
        grid(("value", "INTEGER"), ("name", "STRING"), ("size", "INTEGER"), at=(72, 160)),
        grid(("Model", "Score"), ("Alpha", "92.4"), at=(72, 104)),
    ],
    ids=["two columns in one", "a figure behind the name", "no names", "no figures", "two rows close together"],
)
def test_where_columns_cannot_be_told_apart_or_nothing_names_them_there_is_no_table(rows: list[Placed]) -> None:
    found = page(PageBytes("https://lab.example/paper", "application/pdf", pdf([*rows, *column(72, 600, 10, *FIRST)])))

    assert found.structure.tables == ()
    assert " | " not in found.text


def test_an_empty_cell_keeps_the_others_in_their_columns() -> None:
    rows = grid(
        ("Model", "Score", "Price"), ("Alpha", "", "1,200"), ("Beta", "71.3", "800"), ("Gamma", "88", ""), at=(72, 160, 240)
    )

    found = page(PageBytes("https://lab.example/paper", "application/pdf", pdf([*rows, *column(72, 600, 10, *FIRST)])))

    (told,) = found.structure.tables
    assert told.rows[1:] == (("Alpha", "", "1,200"), ("Beta", "71.3", "800"), ("Gamma", "88", ""))


def test_two_columns_of_prose_that_are_set_line_by_line_are_read_one_after_the_other() -> None:
    left = [
        "The left column says that the scheduler",
        "picks a pool by the length of its queue",
        "alone, and never by the size of a batch.",
    ]
    right = [
        "The right column says that a full pool",
        "sends what it cannot take to the one",
        "beside it, and that nobody waits for it.",
    ]
    lines = grid(*zip(left, right, strict=True), at=(72, 320))

    assert paragraphs(read_pdf(pdf(lines))).texts == [" ".join(left), " ".join(right)]


def test_a_pdf_without_letters_and_a_damaged_one_have_no_text() -> None:
    with pytest.raises(NoText, match="pictures"):
        read_pdf(pdf([]))
    with pytest.raises(NoText, match="damaged"):
        read_pdf(b"%PDF-1.7\nnothing else")
    with pytest.raises(NoText, match="hardly any text"):
        page(PageBytes("https://lab.example/a", "application/pdf", pdf([(72, 700, 12, "Slides")])))


def test_a_page_that_is_damaged_costs_itself_and_a_date_that_is_none_says_nothing() -> None:
    two = pdf([(72, 700, 12, "The first page is whole.")], [(72, 700, 12, "The second is lost.")], made="D:20261399000000Z")

    found = read_pdf(two.replace(b"[4 0 R 6 0 R]", b"[4 0 R 9 0 R]"))

    assert [line.text for line in found.pages[0]] == ["The first page is whole."]
    assert "The second is lost." not in [line.text for page in found.pages for line in page]
    assert found.made_at is None


def test_pages_beyond_the_bound_are_not_read() -> None:
    def leaf(number: int) -> list[Placed]:
        return [(72, 700, 12, f"Sentence {number} of this report.")]

    assert len(read_pdf(pdf(*map(leaf, range(MOST_PAGES)))).pages) == MOST_PAGES
    assert len(read_pdf(pdf(*map(leaf, range(MOST_PAGES + 1)))).pages) == MOST_PAGES


def test_a_pdf_is_known_by_its_first_bytes() -> None:
    assert is_pdf(PAPER)
    assert is_pdf(b"\n" * 900 + PAPER)
    assert not is_pdf(b"<p>%PDF is a format</p>")
