"""What may be answered to `init`, and the defaults that it proposes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deepdaily.cli import init_answers as answers
from deepdaily.cli.finding import FoundModel, keyed, writes
from deepdaily.cli.init_answers import WrongAnswer
from deepdaily.words import of

SAY = of("zh").init
FOUND = [FoundModel("http://127.0.0.1:1/v1", "qwen3:8b"), *keyed({"DEEPSEEK_API_KEY": "x"})]


def refused(check: Callable[..., Any], *given: Any) -> str:
    with pytest.raises(WrongAnswer) as wrong:
        check(*given)
    return str(wrong.value)


@pytest.mark.parametrize(("said", "language"), [("zh", "zh"), ("中文", "zh"), (" English", "en"), ("英文", "en"), ("EN", "en")])
def test_a_language_is_known_by_its_names(said: str, language: str) -> None:
    assert answers.language_said(said) == language


def test_a_language_without_words_is_refused_with_those_there_are() -> None:
    assert refused(answers.language_said, "klingon").endswith("zh 中文, en English")


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("08:00 Asia/Shanghai", ("08:00", "Asia/Shanghai")),
        ("8", ("08:00", "Asia/Shanghai")),
        ("８：３０　北京", ("08:30", "Asia/Shanghai")),
        ("7点 berlin", ("07:00", "Europe/Berlin")),
        ("18:30 america/new york", ("18:30", "America/New_York")),
        ("7:05  UTC", ("07:05", "UTC")),
    ],
)
def test_an_hour_may_be_short_and_a_zone_may_be_a_city(said: str, moment: tuple[str, str]) -> None:
    assert answers.moment_said(said, SAY) == moment


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("25:00", "不是时刻"),
        ("8:60", "不是时刻"),
        ("", "不是时刻"),
        ("8 zh", "没有“zh”这个时区"),
        ("8 Asia/Shanghia", "是不是 Asia/Shanghai"),
    ],
)
def test_an_hour_that_is_none_and_a_zone_that_is_none_are_refused(said: str, reason: str) -> None:
    assert reason in refused(answers.moment_said, said, SAY)


def test_a_folder_is_one_that_is_there_or_can_be_made_in_one_that_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "blog/content").mkdir(parents=True)
    (tmp_path / "blog/hugo.toml").write_text('baseURL = "https://blog.acme.cn/"\n')

    assert answers.folder_said("new", tmp_path, SAY) == "new"
    assert answers.folder_said("", tmp_path, SAY) == "deepdaily-out"
    assert answers.folder_said("blog", tmp_path, SAY) == "blog"
    assert "是文件" in refused(answers.folder_said, "file", tmp_path, SAY)
    assert "/nonexistent/x 不存在" in refused(answers.folder_said, "/nonexistent/x/y", tmp_path, SAY)
    assert str(tmp_path / "blog") in refused(answers.folder_said, "blog/content", tmp_path, SAY)
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused() -> None:
    assert "不可写" in refused(answers.folder_said, "/usr", Path("/"), SAY)


def test_a_hugo_site_is_seen_beside_and_what_was_read_of_it_is_said(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    assert answers.site_near(here) == ""
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog/hugo.toml").write_text('baseURL = "https://blog.acme.cn/"\n')

    assert answers.site_near(here) == "../blog"
    assert answers.site_near(tmp_path) == "blog"
    assert answers.site_near(tmp_path / "blog") == "."
    assert answers.site_read("../blog", here, "en") == ["a Hugo site: posts go to content/posts, feeds and pages to static"]
    assert answers.url_of("../blog", here, "en") == "https://blog.acme.cn/"
    (tmp_path / "blog/hugo.toml").write_text('baseURL = "https://example.org/"\n')
    assert answers.url_of("../blog", here, "en") == ""
    (tmp_path / "other").mkdir()
    (tmp_path / "other/hugo.toml").write_text('title = "x"\n')
    assert answers.site_near(here) == ""
    assert answers.site_read(".", here, "en") == []


@pytest.mark.parametrize(("said", "url"), [("https://blog.acme.cn/d/", "https://blog.acme.cn/d/"), ("", ""), ("无", "")])
def test_an_address_may_be_none(said: str, url: str) -> None:
    assert answers.url_said(said, SAY) == url


@pytest.mark.parametrize(
    "said", ["foo", "blog.acme.cn", "ftp://a.b", "https://", "https://me:word@a.b/", "https://a.b/?q", "https://a b", "https://[x"]
)
def test_what_is_no_address_is_refused(said: str) -> None:
    assert "不是网址" in refused(answers.url_said, said, SAY)


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ("none", None),
        ("", None),
        ("1", FOUND[0]),
        ("2", FOUND[1]),
        ("qwen3:8b", FOUND[0]),
        ("deepseek", FOUND[1]),
        ("https://api.example/v1 big-1", FoundModel("https://api.example/v1", "big-1")),
    ],
)
def test_a_model_is_chosen_by_number_name_label_or_address(said: str, model: FoundModel | None) -> None:
    assert answers.model_said(said, FOUND, SAY) == model


@pytest.mark.parametrize("said", ["4", "0", "quill", "local", "https://api.example/v1", "https:// x", "²", "'08:00 Beijing'"])
def test_what_names_no_model_is_refused(said: str) -> None:
    assert "不是可选的模型" in refused(answers.model_said, said, FOUND, SAY)


@pytest.mark.parametrize(
    "name",
    "bge-m3 BAAI/bge-m3:latest nomic-embed-text snowflake-arctic-embed2 mxbai-embed-large all-minilm paraphrase-multilingual"
    " qwen3-embedding:4b jina-reranker-v2 whisper-large-v3 LaBSE voyage-3-large gritlm-7b uae-large-v1 text2vec-base".split(),
)
def test_a_model_that_writes_no_text_is_never_a_writer(name: str) -> None:
    assert not writes(name)
    assert "不写文字" in refused(answers.model_said, f"http://127.0.0.1:1/v1 {name}", [], SAY)


@pytest.mark.parametrize("name", ["qwen3:8b", "gemma-3-12b-it", "deepseek-chat", "glm-4.6", "kimi-latest", "mistral-small"])
def test_a_model_that_writes_is_one(name: str) -> None:
    assert writes(name)


def test_chats_are_known_by_their_names_and_a_secret_is_never_taken_for_a_variable() -> None:
    assert [answers.chat_said(said, SAY) for said in ("飞书", "Slack", "企业微信", "none", "")] == [
        "feishu",
        "slack",
        "wecom",
        "",
        "",
    ]
    assert "feishu, slack" in refused(answers.chat_said, "icq", SAY)
    assert answers.variable_said("FEISHU_WEBHOOK", "X", SAY) == "FEISHU_WEBHOOK"
    assert "sekrit" not in refused(answers.variable_said, "https://open.feishu.cn/hook/sekrit", "X", SAY)
    assert answers.chat_id_said("-100123", SAY) == "-100123"
    assert "@channel" in refused(answers.chat_id_said, "news", SAY)


def test_mail_goes_to_addresses_through_a_server() -> None:
    assert answers.recipients_said("a@b.example，C <c@d.example>", SAY) == ("a@b.example", "C <c@d.example>")
    assert answers.recipients_said("none", SAY) == ()
    assert "“c”不是邮箱" in refused(answers.recipients_said, "a@b.example, c", SAY)
    assert answers.server_said("smtp.b.example", SAY) == ("smtp.b.example", 587)
    assert answers.server_said("smtp.b.example:465", SAY) == ("smtp.b.example", 465)
    assert answers.server_said("[::1]:25", SAY) == ("::1", 25)
    for wrong in ("", "smtp b", "a:99999", "https://smtp.b.example"):
        assert "不是服务器" in refused(answers.server_said, wrong, SAY)


def test_yes_and_no_are_known_in_both_languages() -> None:
    assert [answers.yes_said(said, SAY) for said in ("Y", "是", "n", "否", "")] == [True, True, False, False, False]
    assert "y 或 n" in refused(answers.yes_said, "maybe", SAY)


def test_the_environment_says_language_and_zone(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")

    assert answers.language_of({"LANG": "en_US.UTF-8"}) == "en"
    assert answers.language_of({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}) == answers.language_of({"LANG": "C"}) == "zh"
    assert answers.zone_of({"TZ": "Asia/Tokyo"}, link) == "Asia/Tokyo"
    assert answers.zone_of({}, tmp_path / "none") == answers.zone_of({"TZ": "UTC"}, tmp_path / "none") == "Asia/Shanghai"
