"""Which page a link means, told from the link alone."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.cues import table
from deepdaily.core.urls import canonical, host, page_key

PAGE = "https://lab.example/post/1?id=7&lang=en"
PAPER = "https://arxiv.org/abs/2603.01234"
TABLE = table("deepdaily.core.same_page")


@pytest.mark.parametrize(("place", "names"), TABLE["in_parameter"].items())
def test_a_gate_is_seen_through_to_the_page_that_it_holds(place: str, names: str) -> None:
    for name in names.split():
        assert canonical(f"https://www.{place}?a=b&{name}={quote(PAGE, safe='')}&ct=ga") == PAGE


@pytest.mark.parametrize(
    "link",
    [
        "https://web.archive.org/web/20260310/https://lab.example/post/1?id=7&lang=en",
        "https://web.archive.org/web/20260310093000id_/lab.example/post/1?id=7&lang=en",
        "https://web.archive.org/web/2026/https:/lab.example/post/1?id=7&lang=en",
        "https://r.jina.ai/https://lab.example/post/1?id=7&lang=en",
        "https://12ft.io/proxy?q=https%3A%2F%2Flab.example%2Fpost%2F1%3Fid%3D7%26lang%3Den",
        "https://href.li/?https://lab.example/post/1?id=7&lang=en",
        "https://tracking.tldrnewsletter.com/CL0/https:%2F%2Flab.example%2Fpost%2F1%3Fid=7%26lang=en/1/0100-0000/abc=2",
        "https://ab12cd.r.eu-west-1.awstrack.me/L0/https:%2F%2Flab.example%2Fpost%2F1%3Fid=7%26lang=en/1/0100-0000/abc=2",
        "https://eur05.safelinks.protection.outlook.com/?url=https%3A%2F%2Flab.example%2Fpost%2F1%3Fid%3D7%26lang%3Den&data=05",
        "https://urldefense.com/v3/__https://lab.example/post/1?id=7&lang=en__;!!abc!d$",
    ],
)
def test_an_archive_a_reading_service_and_a_mail_s_tracker_are_seen_through(link: str) -> None:
    assert canonical(link) == PAGE


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("https://huggingface.co/papers/2603.01234", PAPER),
        ("https://hf.co/papers/2603.01234v2", PAPER),
        ("https://www.alphaxiv.org/overview/2603.01234v1", PAPER),
        ("https://ar5iv.labs.arxiv.org/html/2603.01234", PAPER),
        ("https://doi.org/10.48550/arXiv.2603.01234", PAPER),
        ("https://papers.cool/arxiv/2603.01234", PAPER),
        ("https://aclanthology.org/2026.acl-long.12.pdf", "https://aclanthology.org/2026.acl-long.12/"),
        ("https://openreview.net/pdf?id=Xy_1", "https://openreview.net/forum?id=Xy_1"),
        ("https://open.substack.com/pub/one/p/a?r=abc&utm_medium=ios", "https://one.substack.com/p/a"),
        ("https://mp.weixin.qq.com/s/AbC-1?scene=1&poc_token=x", "https://mp.weixin.qq.com/s/AbC-1"),
        ("https://m.ithome.com/html/800123.htm", "https://www.ithome.com/0/800/123.htm"),
        ("https://www.bbc.com/news/articles/abc.amp", "https://www.bbc.com/news/articles/abc"),
        ("https://www.toutiao.com/article/7?wid=1&log_from=abc", "https://www.toutiao.com/article/7"),
        ("https://www.ft.com/content/abc?ftcamp=engage", "https://www.ft.com/content/abc"),
        ("https://www.google.com.tw/url?sa=t&q=https%3A%2F%2Flab.example%2Fa&usg=A", "https://lab.example/a"),
        ("https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9sYWIuZXhhbXBsZS9h&ntb=1", "https://lab.example/a"),
        ("https://substack.com/redirect/2/eyJlIjoiaHR0cHM6Ly9sYWIuZXhhbXBsZS9hIiwicCI6MX0.sig?j=1", "https://lab.example/a"),
        ("https://webcache.googleusercontent.com/search?q=cache:abc:https://lab.example/a", "https://lab.example/a"),
        ("https://link.zhihu.com/?target=https%253A%252F%252Flab.example%252Fa", "https://lab.example/a"),
        ("https://www.wsj.com/articles/a-1?mod=hp_lead_pos1", "https://www.wsj.com/articles/a-1"),
        ("https://archive.ph/2026.03.10-101010/https://lab.example/a", "https://lab.example/a"),
        ("https://www.youtube.com/shorts/abc_def?si=1", "https://www.youtube.com/watch?v=abc_def"),
        ("https://www.youtube.com/live/abc", "https://www.youtube.com/watch?v=abc"),
        ("https://www.youtube-nocookie.com/embed/abc", "https://www.youtube.com/watch?v=abc"),
        ("https://www.youtube.com/watch?v=abc&list=PL1&t=30s", "https://www.youtube.com/watch?v=abc"),
        (
            "https://raw.githubusercontent.com/lab/Engine/refs/heads/main/CHANGES.md",
            "https://github.com/lab/Engine/blob/main/CHANGES.md",
        ),
        ("https://github.com/lab/Engine.git", "https://github.com/lab/Engine"),
        ("https://github.com/lab/Engine/tree/main", "https://github.com/lab/Engine"),
        ("https://github.com/lab/Engine?tab=readme-ov-file#install", "https://github.com/lab/Engine"),
        ("https://nitter.net/lab/status/12", "https://x.com/lab/status/12"),
        ("https://one.substack.com/p/a?r=abc&triedRedirect=true&publication_id=1&post_id=2", "https://one.substack.com/p/a"),
        ("https://news.writer.example/p/a?r=2x&publication_id=1&post_id=2", "https://news.writer.example/p/a"),
        ("https://lab.example/a-b-c/?outputType=amp", "https://lab.example/a-b-c/"),
        ("https://lab.example/a.html?partner=rss&emc=rss", "https://lab.example/a.html"),
        ("https://medium.com/@a/b-1?source=rss----0a1b2c---4", "https://medium.com/@a/b-1"),
        ("https://www.bilibili.com/video/BV1/?spm_id_from=333&vd_source=abc&p=2", "https://www.bilibili.com/video/BV1/?p=2"),
        ("https://36kr.com/p/12?f=rss", "https://36kr.com/p/12"),
        ("https://juejin.cn/post/7?searchId=2026", "https://juejin.cn/post/7"),
    ],
)
def test_mirrors_twins_and_marks_of_sharing_have_one_spelling(link: str, page: str) -> None:
    assert canonical(link) == page


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://github.com/VLLM-Project/vLLM/releases", "https://github.com/vllm-project/vllm/releases"),
        ("https://huggingface.co/lab/quill-7b", "https://huggingface.co/Lab/Quill-7B"),
        ("https://gitlab.com/Group/Sub/Proj/-/tags", "https://gitlab.com/group/sub/proj/-/tags"),
        ("https://pypi.org/project/vLLM/", "https://pypi.org/project/vllm"),
        ("https://x.com/lab/status/12?s=20&t=abc", "https://twitter.com/i/web/status/12/photo/1"),
        ("https://old.reddit.com/r/LocalLLaMA/comments/1abc/a_title/", "https://www.reddit.com/r/LocalLLaMA/comments/1abc"),
    ],
)
def test_what_a_site_takes_for_one_page_has_one_key_and_keeps_its_spelling(one: str, other: str) -> None:
    assert page_key(one) == page_key(other)
    assert canonical(one).partition("?")[0] == one.partition("?")[0].replace("old.reddit", "www.reddit")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://lab.example/read?source=a", "https://lab.example/read?source=b"),
        ("https://lab.example/read?trk=1", "https://lab.example/read?trk=2"),
        ("https://lab.example/a?tab=api", "https://lab.example/a?tab=cli"),
        (
            "https://mp.weixin.qq.com/s?src=11&timestamp=1&signature=aaa",
            "https://mp.weixin.qq.com/s?src=11&timestamp=1&signature=bbb",
        ),
        ("https://mp.weixin.qq.com/s/AbC", "https://mp.weixin.qq.com/s/abc"),
        ("https://github.com/lab/Engine/blob/main/A.md", "https://github.com/lab/Engine/blob/main/a.md"),
        ("https://github.com/lab/engine/tree/v2", "https://github.com/lab/engine"),
        ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/playlist?list=PL2"),
        ("https://news.ycombinator.com/item?id=1", "https://news.ycombinator.com/item?id=2"),
        ("https://openreview.net/forum?id=A", "https://openreview.net/forum?id=B"),
        ("https://www.google.com/search?q=https://a.example/", "https://www.google.com/search?q=https://b.example/"),
        ("https://x.com/search?q=vllm", "https://x.com/search?q=sglang"),
        ("https://codeberg.example/a/src/x?ref=main", "https://codeberg.example/a/src/x?ref=dev"),
        ("https://lab.example/index.php?ref=v1.0", "https://lab.example/index.php?ref=v2.0"),
        ("https://lab.example/p?token=gpt", "https://lab.example/p?token=llama"),
        ("https://groups.example/g?sig=llm", "https://groups.example/g?sig=vision"),
        ("https://mp.weixin.qq.com/mp/x?url=a", "https://mp.weixin.qq.com/mp/x?url=b"),
    ],
)
def test_two_pages_stay_two(one: str, other: str) -> None:
    assert page_key(one) != page_key(other)


@pytest.mark.parametrize(
    "link",
    [
        "https://link.zhihu.com/?target=mailto:a@lab.example",
        "https://www.google.com/url?q=",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://r.jina.ai/docs/start",
        "https://web.archive.org/web/2026/https://",
        "https://href.li/?ftp://lab.example/a",
        "https://link.zhihu.com/?target=https://?a=1",
        "https://link.zhihu.com/?target=https://[::1",
        "https://substack.com/redirect/2/eyJub3QganNvbiBhdCBhbGw",
    ],
)
def test_a_gate_that_holds_no_page_is_itself(link: str) -> None:
    assert host(canonical(link)) == host(link)


def test_gates_in_gates_are_opened_however_deep() -> None:
    link = "https://lab.example/a"
    for gate in ["https://link.zhihu.com/?target=", "https://r.jina.ai/", "https://web.archive.org/web/2026/"] * 4:
        link = gate + (quote(link, safe="") if "=" in gate else link)

    assert canonical(link) == "https://lab.example/a"


HOSTS = sorted({
    *(place.partition("/")[0] for place in TABLE["in_parameter"]), *TABLE["behind_path"], *TABLE["same_host"],
    *(name for row in TABLE["twin"] for name in row["hosts"].split()), *TABLE["dropped"],
})  # fmt: skip


@given(
    st.sampled_from(HOSTS),
    st.text(alphabet="/absdfhtmlwe260.3-_vAB1%", max_size=30),
    st.text(alphabet="urltagqv=&:/%2Fhtpsx.", max_size=40),
)
def test_what_a_link_means_means_itself(name: str, path: str, query: str) -> None:
    try:
        once = canonical(f"https://{name}/{path}?{query}")
    except ValueError:
        return
    assert canonical(once) == once
    assert page_key(once) == page_key(f"https://{name}/{path}?{query}")
