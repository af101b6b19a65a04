"""What stands in the place of an article."""

from __future__ import annotations

import pytest

from deepdaily.core.errors import NoText
from deepdaily.read.extract import Extracted, PageBytes, page

PROSE = "".join(
    f"<p>Part {part} tells how a queue of its own keeps a long prompt from holding up every short one behind it.</p>"
    for part in "abcd"
)


def read(title: str, body: str) -> Extracted:
    source = f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
    return page(PageBytes("https://blog.example.com/queues", "text/html", source.encode()))


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Just a moment...", f"<p>{'Checking the connection, please wait for it. ' * 6}</p>"),
        ("抱歉，您访问的页面不存在", f"<p>{'您可以返回首页，或者看看别的内容。' * 8}</p>"),
        ("文章已被作者删除_示例网", f"<p>{'您可以返回首页，或者看看别的内容。' * 8}</p>"),
        ("This post has been removed", f"<p>{'Perhaps you would like to read something else of ours. ' * 6}</p>"),
        (
            "Members",
            "<p>Please sign in to continue with what you were about to read here, it takes no more than a minute of yours.</p>",
        ),
        (
            "Queues",
            f"<p>{'A beginning of about a sentence or two, and that is all there is of it. ' * 2}</p><p>This post is for paid subscribers</p>",
        ),
        ("Queues", "<p>Short.</p>"),
        ("Access to this page has been denied", f"<p>{'Press and hold the button to go on to the page. ' * 6}</p>"),
        ("503 Service Unavailable", f"<p>{'The server is busy, please come back in a few minutes. ' * 6}</p>"),
        ("Seite nicht gefunden – Example", f"<p>{'Bitte nutzen Sie die Suche oder das Menü der Seite. ' * 6}</p>"),
        ("ページが見つかりません | Example", f"<p>{'アドレスをもう一度お確かめのうえ、ご覧ください。' * 8}</p>"),
        ("请稍候…", f"<p>{'正在验证您是否是真人，这可能需要几秒钟。' * 6}</p>"),
        ("知乎 - 有问题，就会有答案", "<p>登录知乎</p><p>请先登录，验证码登录，密码登录，未注册手机验证后自动登录。</p>"),
        (
            "Redirecting",
            "<p>Redirecting you to the page that you have asked for, in a few seconds from now.</p><script>go()</script>",
        ),
        ("账号已迁移", f"<p>{'如需查看原来的文章，请前往新的账号。' * 8}</p>"),
    ],
)
def test_a_page_that_is_none_is_refused(title: str, body: str) -> None:
    with pytest.raises(NoText, match=r"login|challenge|hardly"):
        read(title, body)


@pytest.mark.parametrize(
    "wall",
    [
        "<h1>Your privacy</h1><p>We and our 600 partners store and read cookies on your device. You can accept all or manage your choices.</p>"
        "<p>With your consent we measure how ads are seen. Reject all to use only cookies that the site needs.</p>",
        "<h1>隐私提示</h1><p>继续访问即表示您同意我们使用cookie并收集相关的个人信息。您可以随时在隐私设置中更改您的选择。</p><p>我们的隐私政策说明了个人信息如何被使用，以及如何联系客服。</p>",
        "<h1>提示</h1><p>很遗憾，该内容已下架，暂时无法查看，可能的原因是发布者自己删除了它，或者因为违规被平台删除。</p><p>您可以返回首页继续浏览，也可以联系客服反馈。</p>",
        "<h1>Nothing here</h1><p>The page you are looking for could not be found, it may have been moved or deleted some time ago.</p>"
        "<p>Go back to the home page, or try a search for the words of its title in the box above.</p>",
    ],
)
def test_a_notice_is_told_by_what_most_of_its_sentences_speak_of(wall: str) -> None:
    assert read("Example", wall).notice


@pytest.mark.parametrize(
    "article",
    [
        PROSE,
        f"<p>Browsers will drop cookies of others next year. {PROSE}",
        f"<p>团队删除了旧的缓存层，并且把不存在的分支清理干净。</p>{'<p>新的缓存层把预填充与解码分开，长提示不再拖慢其他请求的输出。</p>' * 4}",
    ],
)
def test_an_article_that_speaks_of_it_once_is_no_notice(article: str) -> None:
    assert not read("Queues", f"<article><h1>Queues</h1>{article}</article>").notice


@pytest.mark.parametrize("call", ["Log in to leave a comment", "Sign in to reply", "登录后查看评论"])
def test_a_short_article_with_a_call_to_log_in_is_read(call: str) -> None:
    assert "Part d tells" in read("Queues", f"<article><h1>Queues</h1>{PROSE}<p>{call}</p></article>").text


def test_a_text_about_maintenance_or_an_error_is_read() -> None:
    assert read("Maintenance of the eu-west pool", f"<h1>Maintenance of the eu-west pool</h1>{PROSE}").title
    assert read("503 errors explained", f"<h1>503 errors explained</h1>{PROSE}").title


@pytest.mark.parametrize(
    "call",
    [
        "Dieser Artikel ist nur für Abonnenten",
        "La suite est réservée aux abonnés",
        "この記事は有料会員限定です。残り1200文字",
        "付费后可阅读剩余 2000 字",
        "最低0.5元/天 解锁文章",
        "该内容仅对会员开放",
        "试读已结束",
        "The author made this story available to Example members only.",
    ],
)
def test_a_call_to_pay_in_another_language_says_that_the_text_is_partial(call: str) -> None:
    assert read("Queues", f"<article><h1>Queues</h1>{PROSE}<p>{call}</p></article>").partial
    assert not read("Queues", f"<article><h1>Queues</h1>{PROSE}<p>The paid plan has a newsletter.</p></article>").partial


def test_what_is_said_of_another_thing_than_the_text_is_not_said_of_it() -> None:
    said = '[{"@type":"Article","isAccessibleForFree":true},{"@type":"Product","isAccessibleForFree":false}]'
    page_of = f'<script type="application/ld+json">{said}</script><article><h1>Queues</h1>{PROSE}</article>'

    assert not read("Queues", page_of).partial
    assert read("Queues", page_of.replace("true", "false")).partial


def test_a_short_note_is_a_text_with_its_title() -> None:
    note = "<h1>Quillserve 2.1.9 released</h1><ul><li>Fast mode is now there for the larger one of both models, and it is on; see the notes.</li></ul>"

    assert read("Quillserve 2.1.9 released", note).text.endswith("see the notes.")
    with pytest.raises(NoText, match="hardly"):
        read("Quillserve 2.1.9 released", "<h1>Quillserve 2.1.9 released</h1><p>Fixed the drawing of messages.</p>")


def test_a_page_that_calls_itself_an_article_may_be_a_line() -> None:
    called = '</title><meta property="og:type" content="article"><title>'

    assert read(f"Quill{called}", "<h1>Quill 2.1.9</h1><p>Fixed the drawing of messages.</p>").text
    with pytest.raises(NoText, match="hardly"):
        read(f"Quill{called}", "<h1>Quill</h1><p>Loading it …</p>")
