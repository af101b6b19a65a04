"""What a Hugo site's configuration tells of its languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepdaily.publish.site_languages import SiteLanguages, site_languages


@pytest.mark.parametrize(
    ("files", "default", "keys"),
    [
        ({"hugo.toml": 'title = "x"\n'}, "en", []),
        ({"config.toml": 'defaultContentLanguage = "zh-CN"\n[languages.zh-CN]\n[languages.en]\n'}, "zh-cn", ["zh-cn", "en"]),
        (
            {"hugo.yml": "DefaultContentLanguage: 'zh'\n# languages\nlanguages:\n    zh:\n        params:\n    en:\n"},
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
        ({"hugo.yaml": "  indented: 1\ntitle: x\n  odd: 2\nlanguages:\n"}, "en", []),
        ({"hugo.toml": "languages = 3\n"}, "en", []),
    ],
)
def test_the_default_and_the_keys_are_read_from_each_kind_of_configuration(
    tmp_path: Path, files: dict[str, str], default: str, keys: list[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    found = site_languages(tmp_path)

    assert found is not None
    assert (found.default, list(found.keys)) == (default, keys)


@pytest.mark.parametrize("files", [{}, {"hugo.toml": "= broken"}, {"config.json": "[]"}, {"content/hugo.toml": ""}])
def test_nothing_is_known_of_a_folder_without_a_configuration_that_can_be_read(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")

    assert site_languages(tmp_path) is None


def test_a_post_of_the_default_language_has_no_suffix_and_one_of_no_language_of_the_site_none_that_would_do() -> None:
    site = SiteLanguages("zh-cn", ["zh-cn", "en"])

    assert (site.suffix("zh"), site.suffix("en"), site.suffix("de")) == ("", ".en", None)
    assert SiteLanguages("en", []).suffix("en") is None
