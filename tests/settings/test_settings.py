"""One file a person reads in a minute; a slip is named with its nearest right word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.settings import Settings
from deepdaily.settings.loading import described, load
from deepdaily.settings.model_tables import Budget, ModelTable

PROGRAM = 'kind = "command"\n'
QUILL = '[models.quill]\nname = "quill-7b"\nendpoint = "https://api.example/v1"\n'


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

    assert settings.publish[0].dir == tmp_path / "../blog"  # type: ignore[union-attr]


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
        ('[[publish]]\nto = "fax"', "the first [[publish]]: to = 'fax'", "known here: hugo, feeds, page, mail, feishu, slack"),
        ('[[publish]]\nto = "fishu"', "the first [[publish]]: to = 'fishu'", "did you mean feishu?"),
        ('publish = ["hugo"]', "the first [[publish]] = 'hugo'", ""),
        ('publish = "hugo"', "publish = 'hugo'", ""),
        ('[[sources.search]]\nprovider = "searxng"', "the first [[sources.search]]: searxng needs endpoint", ""),
        ('[[sources.search]]\nprovider = "searxng"\nendpoint = "127.0.0.1:8888"', "like http://127.0.0.1:8888", ""),
        ('[[sources.search]]\nqueries = ["x"]', "provider is missing", "known here: brave, searxng"),
        ('[[publish]]\ndir = "x"', "the first [[publish]]: to is missing", "known here: hugo, feeds"),
        ('[[publish]]\nto = "page"\ndri = "x"', "the first [[publish]]: unknown key dri", "did you mean dir?"),
        ('[[publish]]\nto = "page"\nhost = "h"', "the first [[publish]]: unknown key host", "known here: to, name, dir"),
        ('[[publish]]\nto = "page"\nname = "a b"', "the first [[publish]]: name = 'a b'", ""),
        ('[[publish]]\nto = "mail"\nhost = "h"', "mail needs sender, recipients", ""),
        ('[[publish]]\nto = "feishu"', "feishu needs url_env", ""),
        ('[[publish]]\nto = "hugo"\n[[publish]]\nto = "hugo"', "two channels are called hugo", ""),
        ('[store]\nurl = "sqlite:///x"', "store.url", ""),
        ('[review]\ndeadline = "08:30"', "review.deadline must not be after digest.at", ""),
        ('[models]\nembedder = "quil"\n' + QUILL, "embedder names quil, which is not described", ""),
        ('[models]\nembedder = "quill"\nladder = ["quill"]\n' + QUILL, "it cannot write, take it out of the ladder", ""),
        (
            '[models]\nladder = ["quill"]\nreviewer = "quil"\n' + QUILL,
            "reviewer names quil, which is not described: did you mean quill?",
            "",
        ),
        ('[models]\nreviewer = "quill"\n' + QUILL, "reviewer needs a ladder", ""),
        (
            '[models]\nladder = ["quill"]\nreviewer = "near"\n[models.near]\nkind = "sentence-transformers"\nname = "m"\n' + QUILL,
            "not as reviewer",
            "",
        ),
        (
            '[models]\nladder = ["quill"]\nreviewer = "far"\nembedder = "far"\n[models.far]\nname = "m"\nendpoint = "http://h/v1"\n'
            + QUILL,
            "far is the embedder",
            "",
        ),
        ('[models]\nladder = ["near"]\n[models.near]\nkind = "sentence-transformers"\nname = "m"', "name it as embedder", ""),
        ('[models]\nembedder = "far"\n[models.far]\nkind = "anthropic"\nname = "m"\nkey_env = "K"', "far has no embeddings", ""),
        ("[digest\n", "not valid TOML", "mend that line"),
        ('[models]\nbugdet = "3 CNY/day"', "unknown key models.bugdet", "did you mean budget?"),
        ('[models]\nbudget = "3 BTC/day"', '"3 CNY/day" (or USD, EUR)', ""),
        ('[models.quill]\nname = "q"\nendpiont = "http://h/v1"', "models.quill.endpiont", "did you mean endpoint?"),
        ('[models.quill]\nname = "q"', "models.quill: endpoint is missing", ""),
        ('[models.quill]\nendpoint = "http://h/v1"', "models.quill: name is missing", ""),
        (f"[models.quill]\n{PROGRAM}", "models.quill: command is missing", ""),
        (f"[models.quill]\n{PROGRAM}command = []", "models.quill: command is missing", ""),
        (f'[models.quill]\n{PROGRAM}command = ["cladue"]', "did you mean claude?", ""),
        (f'[models.quill]\n{PROGRAM}command = ["summon"]', "its whole path or its arguments too", ""),
        (f'[models.quill]\n{PROGRAM}command = ["./mine", "-p"]', "write its whole path", ""),
        (f'[models.quill]\n{PROGRAM}command = ["ollama"]', "name is missing: ollama", ""),
        (
            f'[models.quill]\n{PROGRAM}command = ["llm"]\nkey_env = "K"\nstream = false',
            "key_env, stream says nothing of a command",
            "",
        ),
        (f'[models.quill]\n{PROGRAM}command = ["llm"]\nenv = ["A=b"]', "'A=b' is no variable's name", ""),
        ('[models.quill]\nname = "q"\nendpoint = "http://h/v1"\nenv = ["A"]', 'env needs kind = "command"', ""),
        (f'[models]\nembedder = "quill"\n[models.quill]\n{PROGRAM}command = ["llm"]', "quill has no embeddings", ""),
        ('[models.quill]\nname = "q"\nendpoint = "h:8000/v1"', "models.quill: endpoint is an http(s) address", ""),
        ('[models.quill]\nname = "q"\nendpoint = "http://k:s3cret@h/v1"', "name its variable by key_env", ""),
        ('[models.quill]\nname = "q"\nkind = "anthropic"', "key_env is missing", ""),
        (f'[models]\nladder = ["quil"]\n{QUILL}', "ladder names quil, which is not described: did you mean quill?", ""),
        (f'[models]\nladder = ["quill", "quill"]\n{QUILL}', "each model may stand in the ladder once", ""),
        (f'[models]\nladder = ["quill"]\nbudget = "3 CNY/day"\n{QUILL}', "needs the price of quill", ""),
        (f"{QUILL}price = {{ prefil = 1, prefill = 1, decode = 2 }}", "price.prefil", "did you mean prefill?"),
        (f"{QUILL}price = {{ prefill = -1, decode = 2 }}", "models.quill.price.prefill", ""),
    ],
)
def test_a_slip_is_named_with_what_to_write_instead(tmp_path: Path, text: str, named: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text))

    assert named in str(caught.value)
    assert remedy in caught.value.remedy
    assert str(tmp_path) in str(caught.value)


def test_all_mistakes_are_told_at_once_each_with_what_to_write_instead(tmp_path: Path) -> None:
    text = '[digest]\nlangauge = "zh"\nitems = "many"\nat = "8"\n[sources]\nadd = ["blog.example.com"]\n[[publish]]\nto = "mail"\n'
    with pytest.raises(SettingsError, match=r"deepdaily.toml: 5 mistakes:\n") as caught:
        load(written(tmp_path, text))
    told = str(caught.value).strip().splitlines()[1:]

    assert len(told) == 5
    assert any("unknown key digest.langauge; did you mean language?" in line for line in told)
    assert any("digest.items = 'many': write a whole number" in line for line in told)
    assert any("like https://blog.example.com/feed.xml" in line for line in told)
    assert any("mail needs" in line for line in told)


def test_a_file_of_mistakes_tells_the_first_dozen(tmp_path: Path) -> None:
    keys = "".join(f"wrong{number} = 1\n" for number in range(30))
    with pytest.raises(SettingsError, match="30 mistakes") as caught:
        load(written(tmp_path, f"[digest]\n{keys}"))

    assert str(caught.value).count("unknown key") == 12


def test_a_slip_of_the_environment_names_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPDAILY_DIGEST__ITEM", "5")
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, ""))

    assert str(caught.value) == "DEEPDAILY_DIGEST__ITEM: unknown key digest.item"
    assert "did you mean items?" in caught.value.remedy


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_bytes(b"\xef\xbb\xbf[digest]\nitems = 5\n")

    assert load(tmp_path / "deepdaily.toml")[0].digest.items == 5


@pytest.mark.parametrize(
    "place", ["127.0.0.1:9009", "127.0.0.1", "127.0.0.0/8", "nas.lan", "nas.lan:80", "[::1]:80", "::1", "fd00::/8"]
)
def test_a_private_place_is_a_host_a_port_of_it_or_a_network(tmp_path: Path, place: str) -> None:
    assert load(written(tmp_path, f'[network]\nallow_private = ["{place}"]\n'))[0].network.allow_private == (place,)


@pytest.mark.parametrize("place", ["http://nas.lan", "nas lan", "10.0.0.0/40", "nas.lan/24", ""])
def test_what_is_no_private_place_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(SettingsError, match="no host, host:port or network"):
        load(written(tmp_path, f'[network]\nallow_private = ["{place}"]\n'))


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


@pytest.mark.parametrize("command", ['"claude"', '["claude"]', '["/opt/quill"]', '["quill", "-p"]'])
def test_a_command_needs_no_name_no_endpoint_and_no_price(tmp_path: Path, command: str) -> None:
    path = written(tmp_path, f'[models]\nladder = ["quill"]\nbudget = "3 USD/day"\n[models.quill]\n{PROGRAM}command = {command}\n')

    (one,) = load(path)[0].models.known.values()

    assert (one.kind, one.name, one.command[-1]) == ("command", "", command.strip('["]').rpartition('"')[2])


def test_models_stand_under_names_of_ones_own_and_config_shows_each_key(tmp_path: Path) -> None:
    path = written(tmp_path, f'[models]\nladder = ["quill"]\n{QUILL}key_env = "QUILL_KEY"\n')
    settings, origins = load(path)
    rows = {key: (value, origin) for key, value, origin in described(settings, origins)}

    assert settings.models.known["quill"].name == "quill-7b"
    assert rows["models.quill.endpoint"] == ("https://api.example/v1", str(path))
    assert rows["models.quill.key_env"] == ("QUILL_KEY", str(path))
    assert rows["models.quill.kind"] == ("openai", "default")
    assert rows["models.budget"] == ("1M tokens/day", "default")


def test_money_asks_no_price_of_a_model_on_this_machine(tmp_path: Path) -> None:
    local = '[models.quill]\nname = "q"\nendpoint = "http://127.0.0.1:8000/v1"\n'
    priced = QUILL + "price = { prefill = 1, cached = 0.1, decode = 2 }\n"

    for table in (local, priced):
        path = written(tmp_path, f'[models]\nladder = ["quill"]\nbudget = "3 CNY/day"\n{table}')
        assert load(path)[0].models.limit.amount == 3


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("3 CNY/day", 3, "CNY"),
        ("0.5 USD/day", 0.5, "USD"),
        ("200k tokens/day", 200_000, ""),
        ("2M tokens/day", 2_000_000, ""),
        ("1500 tokens/day", 1500, ""),
    ],
)
def test_a_budget_is_money_or_tokens_a_day(text: str, amount: float, currency: str) -> None:
    assert (Budget.parsed(text).amount, Budget.parsed(text).currency) == (amount, currency)


@pytest.mark.parametrize("text", ["", "3", "3 CNY", "-3 CNY/day", "3k CNY/day", "nan USD/day", "3 CNY/week", "1e9 tokens/day"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        Budget.parsed(text)


def test_an_embedder_is_an_endpoint_or_a_folder_and_is_not_in_the_ladder(tmp_path: Path) -> None:
    near = '[models]\nembedder = "near"\n[models.near]\nkind = "sentence-transformers"\nname = "minilm"\nlanguages = ["en"]\n'
    local, _ = load(written(tmp_path, near))
    remote, _ = load(written(tmp_path, '[models]\nembedder = "quill"\n' + QUILL))

    assert local.models.known["near"].languages == ("en",)
    assert (remote.models.embedder, remote.models.ladder) == ("quill", ())


def test_a_purpose_may_be_given_to_a_model_that_is_in_the_ladder_or_not(tmp_path: Path) -> None:
    alone, _ = load(written(tmp_path, '[models]\nladder = ["quill"]\n' + QUILL))
    given, _ = load(written(tmp_path, '[models]\nladder = ["quill"]\nreviewer = "quill"\n' + QUILL))

    assert alone.models.given == {}
    assert given.models.given == {"reviewer": "quill"}


@pytest.mark.parametrize(("items", "least", "enough"), [(7, 4, 4), (3, 4, 3)])
def test_an_issue_must_have_no_more_stories_than_it_may(items: int, least: int, enough: int) -> None:
    assert Settings.model_validate({"digest": {"items": items, "least_items": least}}).digest.enough == enough


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ({"name": "deepseek-chat", "endpoint": "https://api.example.com/v1"}, "deepseek-chat"),
        ({"name": "Qwen/Qwen3-8B", "endpoint": "http://127.0.0.1:1/v1"}, "Qwen/Qwen3-8B"),
        ({"name": "/srv/models/Qwen3-8B/", "endpoint": "http://127.0.0.1:1/v1"}, "Qwen3-8B"),
        ({"name": "./Qwen3-8B", "endpoint": "http://127.0.0.1:1/v1"}, "Qwen3-8B"),
        ({"name": "models/qwen3-8b-q4.gguf", "endpoint": "http://127.0.0.1:1/v1"}, "qwen3-8b-q4.gguf"),
        ({"name": "C:\\models\\qwen3", "endpoint": "http://127.0.0.1:1/v1"}, "qwen3"),
        ({"kind": "command", "command": ["claude"]}, "claude"),
        ({"kind": "command", "command": ["/opt/bin/ask", "--json"]}, "ask"),
    ],
)
def test_readers_are_told_a_model_s_own_name_without_the_folders_it_lies_in(table: dict[str, Any], name: str) -> None:
    assert ModelTable(**table).own_name == name


@pytest.mark.parametrize("also", ['["zh"]', '["en", "en"]'])
def test_a_language_that_is_told_already_is_no_other_one(tmp_path: Path, also: str) -> None:
    with pytest.raises(SettingsError, match="which is told already"):
        load(written(tmp_path, f"[digest]\nalso = {also}\n"))
    assert load(written(tmp_path, '[digest]\nalso = ["en"]\n'))[0].digest.also == ("en",)


SECRET = "BSA-1234abcd"


@pytest.mark.parametrize(
    "text",
    [
        '[[sources.search]]\nprovider = "brave"\nkey_env = "{}"',
        '[[sources.search]]\nprovider = "tavily"\nkey_env = "{}"',
        '[[sources.github]]\nwhat = ["trending"]\ntoken_env = "{}"',
        '[[sources.feed]]\nurl = "https://a.example/f"\nheaders = {{ Authorization = "{}" }}',
        '[[publish]]\nto = "slack"\nurl_env = "{}"',
        '[[publish]]\nto = "hugo"\ntoken_env = "{}"',
        '[[publish]]\nto = "mail"\nhost = "h"\nsender = "a@b.example"\nrecipients = ["a@b.example"]\npassword_env = "{}"',
        '[alert]\nurl_env = "{}"',
        '[serve]\ntoken_env = "{}"',
        '[models.quill]\nname = "q"\nendpoint = "http://h/v1"\nkey_env = "{}"',
        '[translator]\nkind = "libretranslate"\nkey_env = "{}"',
    ],
)
def test_a_secret_in_the_place_of_its_variable_s_name_is_refused_and_not_shown(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text.format(SECRET)))

    assert "environment variable that holds it" in str(caught.value)
    assert SECRET not in caught.value.advised


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[sources.feed]]\nurl = "https://a.example/f"\nmost = true',
            "the first [[sources.feed]]: most = 'true': write a whole number",
        ),
        ('[[sources.feed]]\nurl = "https://a.example/f"\nweight = false', "weight = 'false': write a number"),
        ("[digest]\nitems = true", "digest.items = 'true': write a whole number"),
        ('[[sources.feed]]\nurl = "https://a.example/f"\nweight = nan', "weight = nan: write a number"),
        ('[[sources.feed]]\nurl = "https://a.example/f"\nweight = inf', "weight = inf: write a number"),
        ('[[sources.search]]\nprovider = "brave"\nper_second = inf', "per_second = inf: write a number"),
        (
            '[[sources.page]]\nurl = "https://a.example/"\n[[sources.page]]\nurl = "https://b.example/"\nselector = "main ..x"',
            "the second [[sources.page]]: selector = 'main ..x': it is no CSS selector; write one like `main article`",
        ),
        ('[sources]\nadd = ["https://a.example/f", "feed.xml"]', "the second of sources.add = 'feed.xml': write the whole address"),
        ('[[sources.telegram]]\nchannels = ["larknews", "+x"]', "the first [[sources.telegram]]: the second of channels = '+x'"),
        (
            "".join(f'[[sources.page]]\nurl = "https://a.example/{n}"\n' for n in range(10)) + "[[sources.page]]",
            "the 11th [[sources.page]]",
        ),
    ],
)
def test_each_mistake_is_told_by_its_place_counted_from_one(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text))

    assert said in str(caught.value)


@pytest.mark.parametrize("text", ['[[sources.huggingface]]\nwhat = ["spaces"]', '[[sources.telegram]]\nchannels = ["+x"]'])
def test_a_wrong_part_of_a_list_is_one_mistake(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text))

    assert "must not be empty" not in str(caught.value)
    assert "mistakes" not in str(caught.value)


def test_a_selector_that_is_one_and_none_at_all_are_taken(tmp_path: Path) -> None:
    text = '[[sources.page]]\nurl = "https://a.example/"\nselector = "main > .post-list a"\n[[sources.page]]\nurl = "https://b.example/"'

    assert len(load(written(tmp_path, text))[0].sources.page) == 2


@pytest.mark.parametrize(
    ("muted", "host"),
    [
        ("noise.example.com", "noise.example.com"),
        ("WWW.Noise.example", "noise.example"),
        ("https://noise.example/", "noise.example"),
        ("http://noise.example", "noise.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("nas", "nas"),
    ],
)
def test_a_muted_host_is_kept_as_links_bear_it(muted: str, host: str, tmp_path: Path) -> None:
    assert load(written(tmp_path, f'[sources]\nmute = ["{muted}"]'))[0].sources.mute == (host,)


@pytest.mark.parametrize("muted", ["https://noise.example/blog", "noise.example:80", "*.noise.example", "", "noise .example", ".."])
def test_what_is_no_host_cannot_be_muted(muted: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no host; write it like noise"):
        load(written(tmp_path, f'[sources]\nmute = ["{muted}"]'))


def test_a_mistake_of_the_environment_is_told_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPDAILY_SOURCES__FEED", '[{"url": "https://a.example/f", "weight": 9}]')

    with pytest.raises(SettingsError, match=r"^DEEPDAILY_SOURCES__FEED: the first \[\[sources.feed\]\]: weight = 9"):
        load(written(tmp_path, "[digest]\nitems = 5"))
