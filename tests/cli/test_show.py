"""What `show` prints of what the built-in writer makes."""

from __future__ import annotations

import re
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from deepdaily.cli import show
from deepdaily.store.opening import open_store
from render import issues


def test_an_item_says_what_kind_of_news_it_is_and_whose_words_a_translation_is(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        priced, short = (show.item(issues.briefed(), number, store).lines for number in ("1", "2"))

    assert priced[1] == "business · 一手来源 · 发布于 2026-02-10"
    assert "    现在所有人都可以订购 Quill Large。（机器译文：opus-mt-en-zh）" in priced
    assert "    Small：输入 $0.20，输出 $0.80" in priced
    assert not any("fact:" in line or "ours:" in line for line in priced)
    assert short[0] == "2) quillserve 0.8.3 及以下版本存在路径穿越漏洞"


def test_each_fact_is_printed_once_and_digests_are_short_unless_all_is_asked_for(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        for number in ("1", "2"):
            lines = show.item(issues.briefed(), number, store).lines
            whole = show.item(issues.briefed(), number, store, audit=True).lines
            said = [line for line in lines[2:] if line.strip()]

            assert not any(len(digits) > show.SHORT for line in said for digits in re.findall(r"[0-9a-f]{13,}", line))
            assert any("https://" in line for line in whole)
            for before, after in pairwise(said):
                quoted = re.match(r" {8}“(.*)” ", after)
                assert quoted is None or show.normalized(quoted[1]) not in show.normalized(before)
