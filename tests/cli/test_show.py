"""What `show` prints of what the built-in writer makes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from deepdaily.cli import show
from deepdaily.store.opening import open_store
from render import issues


def test_an_item_says_what_kind_of_news_it_is_and_whose_words_a_translation_is(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        priced, short = (show.item(issues.briefed(), number, store).lines for number in ("1", "2"))

    assert priced[1] == "business · 一手来源 · 发布于 2026-02-10"
    assert "  fact: 现在所有人都可以订购 Quill Large。 (translated by opus-mt-en-zh)" in priced
    assert "  fact: Small：输入 $0.20，输出 $0.80" in priced
    assert short[0] == "2) quillserve 0.8.3 及以下版本存在路径穿越漏洞"
    assert len(short) == 4
