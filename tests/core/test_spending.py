"""What several calls took together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from deepdaily.core.spending import spent, total
from deepdaily.core.types import Call, Usage

NOW = datetime(2026, 2, 11, tzinfo=UTC)
USED = Usage(prefill_tokens=1_200, cached_tokens=200, decode_tokens=300, first_token_s=0.5, total_s=4.0, cost=0.01)


def call(purpose: str, usage: Usage = USED, model: str = "quill") -> Call:
    return Call(f"{purpose}{usage}", "daily/2026-02-11T08:00:00+08:00", model, purpose, "answered", NOW, usage)


def test_calls_are_added_up_by_name_in_order() -> None:
    slow = replace(USED, first_token_s=1.5, estimated=True)
    facts, order = spent([call("facts"), call("facts", slow), call("ranking")], lambda one: one.purpose)

    assert (facts.name, facts.calls, facts.prefill_tokens, facts.cached_tokens, facts.decode_tokens) == (
        "facts",
        2,
        2_400,
        400,
        600,
    )
    assert (facts.first_token_s, facts.estimated, facts.seconds) == (1.0, True, 8.0)
    assert (order.calls, order.estimated) == (1, False)
    assert spent([], lambda one: one.model) == []


def test_a_line_tells_what_failed_what_is_an_estimate_and_money_only_in_a_currency() -> None:
    one = total("quill", [call("facts")])
    several = total("quill", [call("facts"), replace(call("facts", replace(USED, estimated=True)), state="failed")])

    assert one.told("") == "1 call, 1.2k + 0.3k tokens, 4 s"
    assert several.told("CNY") == "2 calls, 1 failed, about 2.4k + 0.6k tokens, 0.02 CNY, 8 s"
    assert total("", [call("facts", Usage())]).first_token_s is None
