"""One file a person reads in a minute; a slip is named with its nearest right word."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.settings import described, load


def written(folder: Path, text: str) -> Path:
    path = folder / "deepdaily.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_and_no_key_are_needed() -> None:
    settings, origins = load(None)

    assert settings.digest.items == 7
    assert [channel.to for channel in settings.publish] == ["hugo", "feeds", "page"]
    assert origins == {}


def test_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    settings, _ = load(written(tmp_path, '[[publish]]\nto = "hugo"\ndir = "../blog"\n'))

    assert settings.publish[0].dir == tmp_path / "../blog"


def test_every_value_says_where_it_comes_from(tmp_path: Path) -> None:
    path = written(tmp_path, "[digest]\nitems = 5\n")
    settings, origins = load(path)
    rows = {key: (value, origin) for key, value, origin in described(settings, origins)}

    assert rows["digest.items"] == ("5", str(path))
    assert rows["digest.timezone"] == ("Asia/Shanghai", "default")


@pytest.mark.parametrize(
    ("text", "named", "remedy"),
    [
        ('[digest]\nlangauge = "zh"', "digest.langauge", "did you mean language?"),
        ("[digets]\nitems = 5", "digets", "did you mean digest?"),
        ('[[sources.search]]\nprovder = "brave"', "provder", "did you mean provider?"),
        ('[digest]\ntimezone = "Asia/Shanghia"', "no time zone 'Asia/Shanghia'", ""),
        ('[digest]\nat = "8 o\'clock"', "HH:MM", ""),
        ('[digest]\ntitle = "{weekday}"', "only {date}", ""),
        ("[digest]\nitems = 0", "digest.items", ""),
        ('[[publish]]\nto = "fax"', "publish.0.to", ""),
        ('[[publish]]\nto = "mail"\nhost = "h"', "mail needs sender, recipients", ""),
        ('[[publish]]\nto = "feishu"', "feishu needs url_env", ""),
        ('[[publish]]\nto = "hugo"\n[[publish]]\nto = "hugo"', "each channel may stand once", ""),
        ('[store]\nurl = "sqlite:///x"', "store.url", ""),
        ('[review]\ndeadline = "08:30"', "review.deadline must not be after digest.at", ""),
        ("[digest\n", "not valid TOML", "mend that line"),
    ],
)
def test_a_slip_is_named_with_what_to_write_instead(tmp_path: Path, text: str, named: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text))

    assert named in str(caught.value)
    assert remedy in caught.value.remedy
    assert str(tmp_path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        load(tmp_path / "none.toml")


def test_a_password_in_an_address_is_shown_nowhere(tmp_path: Path) -> None:
    settings, origins = load(written(tmp_path, '[store]\nurl = "postgresql+psycopg://me:s3:c@ret@host/news"\n'))
    rows = {key: value for key, value, _ in described(settings, origins)}
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, '[store]\nurl = "postgres://me:s3cret@host/news"\n'))

    assert rows["store.url"] == "postgresql+psycopg://me:***@host/news"
    assert "s3cret" not in str(caught.value)


def test_alerts_by_mail_need_the_server_of_a_mail_channel(tmp_path: Path) -> None:
    mail = '[[publish]]\nto = "mail"\nhost = "smtp.example"\nsender = "a@b.example"\nrecipients = ["c@d.example"]\n'
    alert = "[alert]\nmail = true\n"
    with pytest.raises(SettingsError, match="whose server it uses"):
        load(written(tmp_path, alert))

    assert load(written(tmp_path, mail + alert))[0].alert.mail
