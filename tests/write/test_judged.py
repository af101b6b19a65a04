"""What the built-in writer judges: only what a stated attribute fills, on what is printed, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from deepdaily.core.evidence import locate
from deepdaily.core.types import Attribute, Story
from deepdaily.write.by_rule.brief import write_item
from deepdaily.write.by_rule.judged import judged
from making import story

TOLD = story(
    "Kernwerk gateway: what changes",
    "Affected: < 3.4.1\nFixed: 3.4.1\nkw-1 retires 2026-04-01, use kw-2\nModel | Input ($/1M)\nkw-1 | $30\nkw-2 | $5\nkw-3 | free",
)


def attribute(name: str, value: str, of: str = "", *, day: date | None = None, passage: str = "") -> Attribute:
    return Attribute(name, value, (locate(passage or value, TOLD.lead),), of=of, day=day)


def row(of: str, price: str, columns: tuple[str, ...] = ("Model", "Input ($/1M)")) -> Attribute:
    evidence = (locate("Model | Input ($/1M)", TOLD.lead), locate(f"{of} | {price}", TOLD.lead))
    return Attribute("price", price, evidence, of=of, columns=columns, cells=(of, price))


def lines(*stated: Attribute, spent: tuple[str, ...] = (), told: Story = TOLD, language: str = "zh") -> list[str]:
    return [claim.text for section in judged(told, stated, language, spent, date(2026, 3, 12)) for claim in section.points]


def test_nothing_stated_is_nothing_judged() -> None:
    assert lines() == []
    assert lines(attribute("affected", "< 3.4.1")) == []


def test_an_advisory_names_what_is_affected_and_what_is_fixed() -> None:
    (advice,) = lines(attribute("affected", "< 3.4.1"), attribute("fixed", "3.4.1", passage="Fixed: 3.4.1"))

    assert "< 3.4.1" in advice
    assert "升到 3.4.1" in advice
    assert "我们的建议值" in advice


@pytest.mark.parametrize(("day", "left"), [(date(2026, 4, 1), "20 天"), (date(2026, 3, 13), "1 天"), (date(2026, 3, 12), "")])
def test_a_deadline_says_how_many_days_are_left_and_one_that_has_passed_says_nothing(day: date, left: str) -> None:
    found = lines(attribute("retires", "2026-04-01", "kw-1", day=day))

    assert bool(found) == bool(left)
    assert all(left in line for line in found)


def test_what_retires_is_replaced_by_what_the_page_names_for_it() -> None:
    retires = attribute("retires", "2026-04-01", "kw-1", day=date(2026, 4, 1))
    other, strange = attribute("replacement", "kw-2", "kw-1"), attribute("replacement", "kw-2", "kw-9")

    assert any("换成 kw-2" in line for line in lines(retires, other))
    assert not any("换成" in line for line in lines(retires, strange))


def test_two_prices_of_one_column_are_compared_with_their_sum() -> None:
    (line,) = lines(row("kw-1", "$30"), row("kw-2", "$5"))

    assert "kw-1 的输入 ($/1M)是 kw-2 的 6 倍（按所引数字计算：30/5）" in line


@pytest.mark.parametrize(
    "rows",
    [
        (row("kw-1", "$30"),),
        (row("kw-1", "$30"), row("kw-3", "free")),
        (row("kw-1", "$30"), row("kw-2", "$5", ("Model", "Output ($/1M)"))),
    ],
)
def test_prices_that_cannot_be_compared_are_not(rows: tuple[Attribute, ...]) -> None:
    assert lines(*rows) == []


def test_a_sentence_that_was_said_is_not_said_again_and_a_page_that_was_not_read_is_not_judged() -> None:
    stated = (row("kw-1", "$30"), row("kw-2", "$5"))

    assert lines(*stated, spent=tuple(lines(*stated))) == []
    assert lines(*stated, told=replace(TOLD, documents=(replace(TOLD.lead, partial=True),))) == []
    assert "6 times" in lines(*stated, language="en")[0]


def test_a_judgement_is_ours_and_says_what_it_is_drawn_from() -> None:
    (section,) = judged(TOLD, (row("kw-1", "$30"), row("kw-2", "$5")), "zh")

    assert section.kind == "impact"
    assert section.label == "规则判断"
    assert {proof.quote for claim in section.points for proof in claim.basis} >= {"kw-1 | $30", "kw-2 | $5"}
    assert section.points[0].judgement


NOTES = """- Fixed a bypass of the sandbox where excluded commands ran without permission
- Added a colour picker for the dashboard
- Improved the start of the server"""


def test_an_entry_of_security_is_judged_by_the_version_that_has_it_and_only_where_it_is_printed() -> None:
    released = story("Kernwerk v3.4.1", NOTES, url="https://github.com/kern/werk/releases/tag/v3.4.1")
    item = write_item(released, "zh")
    said = [section for section in item.sections if section.points and section.points[0].judgement]

    assert [section.kind for section in said] == ["advice"]
    assert all("v3.4.1" in section.points[0].text for section in said)
    silent = story("Kernwerk v3.4.2", NOTES.partition("\n")[2], url="https://github.com/kern/werk/releases/tag/v3.4.2")
    assert not any(claim.judgement for claim in write_item(silent, "zh").claims())


def test_sections_stand_in_one_order() -> None:
    released = story("Kernwerk v3.4.1", NOTES, url="https://github.com/kern/werk/releases/tag/v3.4.1")
    kinds = [section.kind for section in write_item(released, "zh").sections]

    assert kinds == sorted(kinds, key=["what", "detail", "why", "impact", "advice"].index)


def test_a_release_that_its_own_page_advises_against_is_advised_by_nobody() -> None:
    warned = f"We do not recommend upgrading yet.\n\n{NOTES}"
    released = story("Kernwerk v3.4.1", warned, url="https://github.com/kern/werk/releases/tag/v3.4.1")

    assert write_item(released, "zh").judged() == ()


def test_prices_that_are_nearly_the_same_and_a_state_of_nothing_that_has_a_name_are_not_judged() -> None:
    near = story("Kernwerk gateway", "Model | Input ($/1M)\nkw-1 | $5.50\nkw-2 | $5")
    head = locate("Model | Input ($/1M)", near.lead)
    rows = tuple(
        Attribute(
            "price",
            price,
            (head, locate(f"{of} | {price}", near.lead)),
            of=of,
            columns=("Model", "Input ($/1M)"),
            cells=(of, price),
        )
        for of, price in (("kw-1", "$5.50"), ("kw-2", "$5"))
    )
    nameless = story("A better way is now generally available", "Update: We are pausing the rollout.\n\nIt rains in the valley.")

    assert lines(*rows, told=near) == []
    assert lines(told=nameless) == []
