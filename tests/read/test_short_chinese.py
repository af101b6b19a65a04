"""Short Chinese pages, as news flashes are: whole lines, whatever stands inside them and around them."""

from __future__ import annotations

import pytest

from deepdaily.read.extract import PageBytes, page

MENU = '<nav><a href="/">首页</a> <a href="/ai">智能</a> <a href="/login">登录</a></nav>'
A = "新版推理框架不再支持旧的插件接口，升级以前请先读迁移说明。"
B = "团队在四张显卡上重测了一遍，首字延迟降到三成左右，吞吐没有变化。"
C = "自己编译内核的用户，需要在升级之后重新编译一次。"


def read(body: str, title: str = "新版推理框架发布") -> list[str]:
    source = f'<html lang="zh"><head><meta charset="utf-8"><title>{title}_示例网</title></head><body>{body}</body></html>'
    return page(PageBytes("https://news.example.cn/a/1.html", "text/html", source.encode())).text.split("\n")


def whole(*lines: str) -> list[str]:
    return ["新版推理框架发布", "", *lines]


@pytest.mark.parametrize(
    "body",
    [
        f"<article><h1>新版推理框架发布</h1><p>{A.replace('不', '<strong>不</strong>', 1)}</p><p>{B.replace('三', '<b>三</b>')}</p><p>{C}</p></article>",
        f"{MENU}<article><h1>新版推理框架发布</h1><p>{A}</p><p>{B}</p><p>{C}</p></article>",
        f"<h1>新版推理框架发布</h1><div>{A.replace('旧', '<em>旧</em>')}</div><div>{B}</div><div>{C}</div>",
        f"<h1>新版推理框架发布</h1><div>{A}<br>{B}<br/>{C}</div>",
        f'<h1>新版推理框架发布</h1><div class="comments"><p>{A.replace("不", "<span>不</span>", 1)}</p><p>{B.replace("了", "<i>了</i>")}</p><p>{C}</p></div>',
        f"<h1>新版推理框架发布</h1><p>{A.replace('迁移说明', '<a href=/m>迁移说明</a>')}</p><p>{B.replace('四张显卡', '<a href=/g>四</a>张<a href=/g2>显卡</a>')}</p><p>{C}</p>",
        f"<header><h1>新版推理框架发布</h1></header><section><section><p><span>{A}</span></p></section><section><p><span>{B[:9]}</span><span>{B[9:]}</span></p></section></section><p>{C}</p>",
        f'<div class="rich_media"><h1>新版推理框架发布</h1><div id="js_content" style="visibility:hidden;opacity:0">{"".join(f"<section><span>{one}</span></section>" for one in (A, B, C))}</div></div>',
        f"<article><h1>新版推理框架发布</h1><p>{A}</p><p>{B}</p><p>{C}</p></article><div class=related><a href=/2>旧版停止维护</a><a href=/3>社区投票</a></div>",
        f"<article><h1>新版推理框架发布</h1><p>{A}</p>\n<p>{B[:12]}\n{B[12:]}</p><p>{C}</p><p>关注公众号获取更多资讯</p><h3>相关阅读</h3><ul><li><a href=/2>旧版停止维护</a></li></ul></article>",
    ],
    ids=["bold", "menu", "divs", "breaks", "lone-characters", "links", "sections", "wechat", "related", "calls"],
)
def test_three_sentences_are_three_lines(body: str) -> None:
    assert read(body) in (whole(A, B, C), whole(A, B[:12] + " " + B[12:], C))


def test_a_list_of_three_is_three_entries() -> None:
    body = f"<h1>新版推理框架发布</h1><ul><li>{A.replace('旧', '<code>旧</code>')}</li><li>{B}</li><li>{C}</li></ul>"

    assert read(body) == whole(f"- {A}", f"- {B}", f"- {C}")


def test_a_caption_is_a_line_of_its_own_and_the_title_stands_once() -> None:
    body = f"{MENU}<article><h1>新版推理框架发布</h1><figure><img src=a.png><figcaption>图：四卡机</figcaption></figure><p>{A}</p><p>{B}</p></article>"

    assert read(body) == whole("图：四卡机", A, B)


def test_terms_and_cells_are_lines_with_all_their_characters() -> None:
    body = f"<h1>新版推理框架发布</h1><p>{A}</p><p>{B}</p><dl><dt>许可</dt><dd>阿<b>帕</b>奇</dd></dl><table><tr><th>卡</th><th>延迟</th></tr><tr><td>四</td><td>三<i>成</i></td></tr></table>"

    assert read(body) == whole(A, B, "许可", "- 阿帕奇", "卡 | 延迟", "四 | 三成")
