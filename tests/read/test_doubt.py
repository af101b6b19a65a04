"""A second opinion chooses among our own blocks; the words stay ours."""

from __future__ import annotations

from dataclasses import replace

from deepdaily.read.blocks import Visible, tree_of, visible
from deepdaily.read.doubt import MOST_BLOCKS, handed_over, is_doubtful
from deepdaily.read.main_content import MainPart

SENTENCES = [
    f"Part {part} tells how a <b>queue</b> of its own keeps a prompt of 10<sup>{part}</sup> tokens from holding up every short one."
    for part in range(2, 19)
]
PAGE = (
    "<html><body><nav><a href=/>Home</a></nav><main><article><h1>Queues</h1>"
    + "".join(f"<p>{said} See <a href='/p'>the plan</a> of it.</p>" for said in SENTENCES)
    + "<pre>serve(pool)\n  rest()</pre><table><tr><th>Node</th><th>Wait</th></tr><tr><td>Alder</td><td>7 ms</td></tr></table></article></main>"
    + "".join(f'<div class="card"><a href="/t/{at}">Another text, number {at}</a></div>' for at in range(9))
    + "</body></html>"
)


def seen() -> Visible:
    return visible(tree_of(PAGE))


def test_what_another_takes_for_the_article_are_our_blocks_in_our_order() -> None:
    every = seen()
    taken = handed_over(every)

    texts = [block.text() for block in taken]
    assert [text for text in texts if text.startswith("Part")] == [
        f"Part {part} tells how a queue of its own keeps a prompt of 10^{part} tokens from holding up every short one. See the plan of it."
        for part in range(2, 19)
    ]
    assert not any(text.startswith("Another") for text in texts)
    assert [id(block) for block in taken] == [id(block) for block in every.blocks if block in taken]


def test_nobody_is_asked_where_most_of_the_page_was_taken_or_others_agree() -> None:
    every = seen()
    article = [block for block in every.blocks if block.box.tag != "div"]

    assert not is_doubtful(MainPart(article, 0.6), PAGE, every)
    assert not is_doubtful(MainPart(article, 0.4), PAGE, every)
    assert is_doubtful(MainPart(article[:1], 0.1), PAGE, every)


def test_nobody_is_asked_about_a_page_that_would_keep_him_busy() -> None:
    every = seen()
    long = replace(every, blocks=every.blocks * MOST_BLOCKS)

    assert not is_doubtful(MainPart(every.blocks[:1], 0.1), PAGE, long)


def test_nobody_is_asked_about_a_short_notice_among_menus() -> None:
    short = visible(tree_of("<h1>Quill 2.1.9</h1><p>Fixed the drawing of messages.</p>" + "<div><a href=/>Assets</a></div>" * 9))

    assert not is_doubtful(MainPart(short.blocks[:2], 0.3), PAGE, short)


def test_nothing_seen_is_nothing_taken() -> None:
    assert handed_over(visible(tree_of(""))) == []
