"""Real spellings by which sites say that somebody paid, and what only sounds like one."""

from __future__ import annotations

import pytest

from deepdaily.core.urls import sponsored_link
from deepdaily.read.paid import is_label, is_slot, marked_address, marked_class, marked_title

LABELS = """
Sponsored|SPONSORED CONTENT|Sponsored Post|Sponsored by Acme Cloud|Sponsored Feature|Sponsor content|Sponsor's message
Paid Post|Paid partnership with Acme|Paid for by Acme Cloud|Paid Program|Paid advertisement|Partner Content|Partnered post
From our partners|A message from our sponsor|Advertorial|Advertisement feature|Advertiser Content|Native advertising
Promoted|Promoted story|Branded content|Brand Studio|Presented by Acme|Brought to you by Acme Cloud|In partnership with Acme
Created in partnership with Acme|This article is sponsored by Acme.|This post is a paid partnership with Acme
Disclosure: this article was produced in partnership with Larkspur.|*This newsletter is brought to you by Copse.*|（本文为商业推广内容）
This post contains affiliate links, which means we may earn a commission.|As an Amazon Associate I earn from qualifying purchases.
#ad|#sponsored|赞助内容|赞助|赞助商内容|商业推广|付费推广|商业合作|合作推广|有偿推广|品牌合作内容|推广|推广内容|广告合作|广告文章
软文|恰饭|本文由示例公司赞助|本文由示例公司赞助播出|本文为商业推广|本文为广告|本内容为付费推广|本文属于商业合作|本期内容是品牌推广
Sponsored by: Acme Cloud|This content was paid for by Acme|In association with Acme|Sponsor content from Acme|Paid article|Partner story
Acme BrandVoice|A word from our sponsor|Today’s issue is brought to you by Acme|Advertisement from Acme Cloud
商务合作|品牌专区|厂商供稿|企业供稿|赞助商：示例云|本文由示例云特约刊登|感谢示例云赞助本期节目|以下内容来自合作伙伴|利益相关：本文为推广
本文含有返利链接|本文含推广链接，购买后我们可能获得佣金|#广告|贊助內容|商業合作|廣告內容|廣編特輯|業配文|本文為廣告|本文由示例公司贊助
"""

NO_LABELS = """
Sponsored by a grant from the National Science Foundation|Sponsored by Senator Wiener|Sponsored by Rep. Example|Sponsored by the ACM
In collaboration with researchers of three labs|本文由国家自然科学基金赞助|赞助商在世界杯的投入|英超赞助商更换|本研究由示例基金会赞助|推广到全部用户
GitHub Sponsors|Sponsor|Sponsors|Become a sponsor|Sponsored search is changing|Why sponsored content fails|Advertising
How ads find their way into chatbots|The conference was sponsored by nobody|Partner|Our partners|Promoted to staff engineer
Sponsored content is 40 % of what they show.|Affiliate links in the age of agents|This post explains affiliate links|This page was produced by hand
This article is about paid search|Presented at NeurIPS 2025|Brand|广告系统|广告系统的推理加速实践|广告推荐大模型|推广大模型的五个教训
赞助开源项目的三种方式|广告业务|本文介绍广告系统的推理优化|本文由编辑部整理|合作|商业模式|商业化|品牌|联盟链|程序化广告平台
本文为转载|本文为广告系统团队的推理优化实践总结与复盘|推广计划已经开始
"""

PAID_TITLES = """
[Sponsored] A gateway for agents|[Sponsor] A gateway|(Sponsored) Faster agents|[Ad] A gateway|【推广】新一代推理网关|【广告】新网关
（赞助）新网关|【商业推广】新网关|「廣告」新閘道|Sponsored: a gateway for agents|Sponsored Post: a gateway|Partner content: a gateway
Build faster agents (Sponsor)|Build faster agents (sponsored)|Ship agents [Ad]|新一代推理网关（广告）|新一代推理网关【推广】
Ship agents | Partner Content|Ship agents - Sponsored Content|赞助：新网关
"""

FREE_TITLES = """
Sponsored search is changing|GitHub Sponsors now supports agents|How ads find their way into chatbots|Sponsors: who pays for vLLM?
Meta tests (ad) auctions with LLMs|广告系统：推理加速实践|推广大模型的五个教训|【广告系统】推理加速实践|广告：大模型的下一个战场|推广：从零到一
Llama 4 (Scout)|Open models [PDF]|Ad ranking at scale - Meta Engineering|Funding - GitHub Sponsors|How we rank | Ads
Advertisement: what a chatbot sees of it|阿里妈妈广告大模型（实践）|Paid: the economics of tokens
"""


def rows(text: str, bar: str = "|") -> list[str]:
    """The spellings; a bar with spaces around it belongs to its spelling."""
    marked = text.replace(f" {bar} ", "\0").replace("\n", bar)
    return [one.replace("\0", f" {bar} ").strip() for one in marked.split(bar) if one.strip()]


@pytest.mark.parametrize("text", rows(LABELS))
def test_a_label_of_either_language_is_known(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize("text", rows(NO_LABELS))
def test_a_sentence_or_a_topic_is_no_label(text: str) -> None:
    assert not is_label(text)


@pytest.mark.parametrize("title", rows(PAID_TITLES))
def test_a_title_says_that_it_was_paid_for(title: str) -> None:
    assert marked_title(title)


@pytest.mark.parametrize("title", rows(FREE_TITLES))
def test_a_title_about_money_or_advertising_is_free(title: str) -> None:
    assert not marked_title(title)


def test_a_place_for_advertisements_and_a_class_of_the_markup_are_known() -> None:
    assert all(map(is_slot, ("Advertisement", "AD", "广告", "廣告")))
    assert not any(map(is_slot, ("ads", "广告系统", "Add")))
    assert marked_class("post type-post category-sponsored-content")
    assert marked_class("is-sponsored")
    assert not marked_class("post category-sponsorship tag-github-sponsors has-sponsored-sidebar")


@pytest.mark.parametrize(
    ("url", "paid"),
    [
        ("https://uland.taobao.com/coupon/edetail?e=1", True),
        ("https://union-click.jd.com/jdc?e=1", True),
        ("https://example.com/?utm_medium=paid_social", True),
        ("https://example.com/?UTM_MEDIUM=CPC", True),
        ("https://example.com/?fpr=ana", True),
        ("https://example.com/?cjevent=1", True),
        ("https://www.taobao.com/help", False),
        ("https://jd.com/research/paper", False),
        ("https://example.com/?utm_medium=social", False),
        ("https://github.com/sponsors/someone", False),
        ("https://example.com/sponsored-search?medium=paid", False),
    ],
)
def test_a_link_that_pays_somebody_is_known_by_host_and_parameters(url: str, paid: bool) -> None:
    assert sponsored_link(url) is paid


@pytest.mark.parametrize(
    ("url", "paid"),
    [
        ("https://news.example/sponsored/a-gateway-for-agents", True),
        ("https://news.example/sites/acme/brandvoice/2026/a-gateway", True),
        ("https://news.example/partner-content/a-gateway", True),
        ("https://paidpost.news.example.com/acme/a-gateway.html", True),
        ("https://zh.example/tuiguang/2026/1.html", True),
        ("https://news.example/2026/sponsored-content-is-changing", False),
        ("https://news.example/sponsored", False),
        ("https://github.com/sponsors/someone", False),
        ("https://news.example/partners/acme", False),
    ],
)
def test_a_part_of_an_address_says_that_somebody_paid_and_a_word_of_its_title_does_not(url: str, paid: bool) -> None:
    assert marked_address(url) is paid
