"""What is read of a Hugo site: where posts belong, how they are written, where readers find them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepdaily.publish.hugo_site import HugoSite, SiteLanguages
from deepdaily.publish.site_address import path_of, urlized
from deepdaily.publish.site_config import MOST_BYTES, config_of
from render import issues


def written(folder: Path, files: dict[str, str]) -> HugoSite:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return HugoSite.at(folder)


@pytest.mark.parametrize(
    ("files", "default", "keys"),
    [
        ({"hugo.toml": 'title = "x"\n'}, "en", []),
        ({"config.toml": 'defaultContentLanguage = "zh-CN"\n[languages.zh-CN]\n[languages.en]\n'}, "zh-cn", ["zh-cn", "en"]),
        (
            {"hugo.yml": "DefaultContentLanguage: 'zh'\n# languages\nlanguages:\n    zh:\n        params: {a: 1}\n    en:\n"},
            "zh",
            ["zh", "en"],
        ),
        ({"config.json": '{"languages": {"en": {}, "zh": {}}}'}, "en", ["en", "zh"]),
        (
            {"config/_default/hugo.toml": 'defaultContentLanguage = "zh"\n', "config/_default/languages.toml": "[zh]\n[en]\n"},
            "zh",
            ["zh", "en"],
        ),
        ({"config/_default/config.yaml": "title: x\n", "config/_default/languages.yaml": "zh:\n  weight: 1\n"}, "en", ["zh"]),
        ({"hugo.yaml": "title: x\nlanguages:\n  no: {}\n"}, "en", ["no"]),
        ({"hugo.toml": "languages = 3\n"}, "en", []),
        ({"config/_default/params.en.toml": "a = 1\n"}, "en", ["en"]),
    ],
)
def test_the_default_and_the_keys_are_read_from_each_kind_of_configuration(
    tmp_path: Path, files: dict[str, str], default: str, keys: list[str]
) -> None:
    site = written(tmp_path, files)

    assert site.is_site
    assert (site.languages.default, list(site.languages.keys)) == (default, keys)


@pytest.mark.parametrize(
    "files",
    [
        {"hugo.toml": "= broken"},
        {"config.json": "[]"},
        {"hugo.yaml": "a: [1\n"},
        {"hugo.yaml": "&a [*a, *b]"},
        {"hugo.yaml": "# " + "x" * MOST_BYTES},
    ],
)
def test_a_configuration_that_cannot_be_read_is_named_and_tells_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    site = written(tmp_path, files)

    assert not site.is_site
    assert all(name in one for name, one in zip(files, site.unread, strict=True))


def test_a_folder_without_a_configuration_is_no_site_and_is_laid_out_like_one(tmp_path: Path) -> None:
    site = written(tmp_path, {"content/hugo.toml": ""})

    assert (site.is_site, site.unread, site.static) == (False, [], "")
    assert (site.content("zh"), site.section(), site.front_matter("content", "posts")) == ("content", "posts", "toml")
    assert (site.base_url(), site.home("zh"), site.unbuilt("content/posts/x/index.md", "zh")) == ("", "/", "")


def test_later_files_overrule_earlier_ones_table_by_table(tmp_path: Path) -> None:
    files = {
        "hugo.toml": 'baseURL = "https://one.example/"\ntitle = "x"\n[params]\na = 1\nb = 1\n',
        "config.toml": 'contentDir = "not-read"\n',
        "config/_default/hugo.yaml": "baseURL: https://two.example/\n",
        "config/_default/params.json": '{"b": 2}',
        "config/production/hugo.toml": 'baseURL = "https://three.example/"\n',
        "config/staging/hugo.toml": 'baseURL = "https://four.example/"\n',
        "config/_default/notes.txt": "not read",
    }
    config, unread = config_of(written(tmp_path, files).folder)

    assert (config["baseurl"], config["title"], config["params"]) == ("https://three.example/", "x", {"a": 1, "b": 2})
    assert "contentdir" not in config
    assert not unread


@pytest.mark.parametrize(
    ("config", "zh", "en"),
    [
        ("", "content", "content"),
        ('contentDir = "content/zh"\n', "content/zh", "content/zh"),
        ('contentDir = "./docs/"\n', "docs", "docs"),
        ('contentDir = "../elsewhere"\n', "content", "content"),
        ('contentDir = "/var/content"\n', "content", "content"),
        ('[languages.zh]\ncontentDir = "c/zh"\n[languages.en]\ncontentDir = "c/en"\n', "c/zh", "c/en"),
        ('defaultContentLanguage = "zh"\n[languages.zh]\n[languages.en]\ncontentDir = "c/en"\n', "content", "c/en"),
        ('[[module.mounts]]\nSource = "docs"\ntarget = "content"\n', "docs", "docs"),
        (
            '[languages.zh]\n[languages.en]\n[[module.mounts]]\nsource = "a"\ntarget = "content"\nlang = "zh"\n'
            '[[module.mounts]]\nsource = "b"\ntarget = "content"\nlang = "en"\n',
            "a",
            "b",
        ),
        ('[[module.mounts]]\nsource = "assets"\ntarget = "static"\n', "content", "content"),
    ],
)
def test_posts_of_a_language_belong_where_the_site_has_its_content(tmp_path: Path, config: str, zh: str, en: str) -> None:
    site = written(tmp_path, {"hugo.toml": config or 'title = "x"\n'})

    assert (site.content("zh"), site.content("en")) == (zh, en)


@pytest.mark.parametrize(
    ("files", "section"),
    [
        ({}, "posts"),
        ({"content/post/_index.md": ""}, "post"),
        ({"content/blog/a.md": ""}, "blog"),
        ({"content/post/a.md": "", "content/posts/a.md": ""}, "posts"),
        ({"hugo.toml": 'mainSections = ["news"]\n'}, "news"),
        ({"hugo.toml": '[params]\nmainSections = "notes"\n'}, "notes"),
        ({"hugo.toml": '[params]\nmainSections = ["../x"]\n'}, "posts"),
    ],
)
def test_the_section_is_the_one_the_site_names_or_has(tmp_path: Path, files: dict[str, str], section: str) -> None:
    assert written(tmp_path, files).section() == section


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"archetypes/default.md": "---\n---\n"}, "yaml"),
        ({"archetypes/default.md": "\ufeff+++\n"}, "toml"),
        ({"archetypes/default.md": "---\n", "archetypes/posts.md": "+++\n"}, "toml"),
        ({"content/posts/a.md": "---\n", "content/posts/b/index.md": "---\n", "content/posts/c.md": "+++\n"}, "yaml"),
        ({"hugo.toml": 'metaDataFormat = "yaml"\n'}, "yaml"),
        ({"hugo.toml": 'metaDataFormat = "json"\n', "archetypes/default.md": "{}"}, "toml"),
    ],
)
def test_front_matter_is_written_as_the_site_writes_it(tmp_path: Path, files: dict[str, str], kind: str) -> None:
    assert written(tmp_path, files).front_matter("content", "posts") == kind


@pytest.mark.parametrize(
    ("config", "static"),
    [
        ('title = "x"\n', "static"),
        ('staticDir = "public_files"\n', "public_files"),
        ('staticDir = ["one", "two"]\n', "one"),
        ('[[module.mounts]]\nsource = "assets/raw"\ntarget = "static"\n', "assets/raw"),
    ],
)
def test_files_that_are_served_as_they_are_go_below_the_static_folder(tmp_path: Path, config: str, static: str) -> None:
    assert written(tmp_path, {"hugo.toml": config}).static == static


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ('disableKinds = ["Page"]\n', "disableKinds"),
        ('disableLanguages = ["zh"]\n[languages.zh]\n', "leaves out the language zh"),
        ("[languages.zh]\ndisabled = true\n", "leaves out the language zh"),
        ('ignoreFiles = ["[", "posts/.*"]\n', "ignoreFiles"),
        ('ignoreFiles = ["\\\\.foo$"]\ndisableKinds = ["taxonomy"]\n', ""),
    ],
)
def test_a_post_that_the_site_plainly_would_not_build_is_told(tmp_path: Path, config: str, why: str) -> None:
    told = written(tmp_path, {"hugo.toml": config}).unbuilt("content/posts/2026-02-11/index.md", "zh")

    assert (why in told) if why else not told


@pytest.mark.parametrize(
    ("config", "zh", "en"),
    [
        ('baseURL = "https://b.example/x/"\n', "https://b.example/x/", "https://b.example/x/"),
        ('baseURL = "/"\n', "", ""),
        ('baseURL = "http://localhost:1313/"\n', "", ""),
        (
            'baseURL = "https://b.example/"\n[languages.en]\nbaseURL = "https://en.example/"\n',
            "https://b.example/",
            "https://en.example/",
        ),
    ],
)
def test_the_site_s_own_address_is_one_that_readers_can_follow(tmp_path: Path, config: str, zh: str, en: str) -> None:
    site = written(tmp_path, {"hugo.toml": config})

    assert (site.base_url("zh"), site.base_url("en")) == (zh, en)


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ('title = "x"\n', "/posts/2026-02-11/"),
        ('[permalinks]\nposts = "/:year/:month/:day/"\n', "/2026/02/11/"),
        ('[permalinks.page]\nposts = "/p/:slug/"\n', "/p/2026-02-11/"),
        ('[permalinks]\nposts = "/:unheard/"\n', None),
        ('[permalinks]\nposts = "/:sections[1:]/:slug/"\n', None),
        ("[permalinks]\nposts = 3\n", "/posts/2026-02-11/"),
        ('defaultContentLanguage = "zh"\ndefaultContentLanguageInSubdir = true\n[languages.zh]\n', "/zh/posts/2026-02-11/"),
        ('[languages.zh.permalinks]\nposts = "/z/:slug/"\n[permalinks]\nposts = "/p/:slug/"\n', "/zh/z/2026-02-11/"),
        ("uglyURLs = true\n", "/posts/2026-02-11.html"),
    ],
)
def test_the_path_of_a_post_follows_the_site_s_patterns(tmp_path: Path, config: str, path: str | None) -> None:
    assert path_of(written(tmp_path, {"hugo.toml": config}), issues.issue(), "posts", "2026-02-11") == path


def test_a_title_in_an_address_is_written_as_hugo_writes_it() -> None:
    assert urlized("C++ & #1, 50% it's “x”") == "c-%231-50-its-x"
    made = issues.issue()
    assert urlized(replace(made.draft, title="A  B").title) == "a-b"


def test_a_site_is_found_around_a_folder_that_lies_in_it(tmp_path: Path) -> None:
    written(tmp_path / "blog", {"hugo.toml": 'title = "x"\n'})
    written(tmp_path / "other", {"config.json": '{"port": 1}'})
    around = HugoSite.around(tmp_path / "blog/content/posts")

    assert around is not None
    assert around.folder == tmp_path / "blog"
    assert HugoSite.around(tmp_path / "other/out") is None


def test_a_post_of_the_default_language_has_no_suffix_and_one_of_no_language_of_the_site_none_that_would_do() -> None:
    site = SiteLanguages("zh-cn", ["zh-cn", "en"])

    assert (site.suffix("zh"), site.suffix("en"), site.suffix("de")) == ("", ".en", None)
    assert SiteLanguages("en", []).suffix("en") is None
