"""The proxy before an address, as curl and Python's own library read the environment."""

from __future__ import annotations

import pytest

from deepdaily.core.proxies import Proxies, without_password

BOTH = {"http": "http://a.example:3128", "https": "b.example:3128"}


def test_each_scheme_has_its_proxy_and_all_stands_for_the_others() -> None:
    assert Proxies(BOTH).of("http://x.example/") == "http://a.example:3128"
    assert Proxies(BOTH).of("https://x.example/") == "http://b.example:3128"
    assert Proxies({"all": "socks5h://c.example:1080"}).of("https://x.example/") == "socks5h://c.example:1080"
    assert Proxies({}).of("https://x.example/") == ""
    assert Proxies({"https": " "}).of("https://x.example/") == ""


@pytest.mark.parametrize(
    ("no", "goes", "does_not"),
    [
        ("x.example", ["https://x.example/", "https://a.x.example/", "https://X.EXAMPLE./"], ["https://ax.example/"]),
        (".x.example", ["https://a.x.example/"], ["https://y.example/"]),
        ("*.x.example y.example", ["https://a.x.example/", "https://y.example/"], ["https://z.example/"]),
        ("x.example:8080", ["https://x.example:8080/"], ["https://x.example/", "http://x.example:80/"]),
        ("x.example:443", ["https://x.example/"], ["http://x.example/"]),
        ("10.0.0.0/8, 192.168.1.7", ["http://10.9.8.7/", "http://192.168.1.7/"], ["http://11.0.0.1/", "http://ten.example/"]),
        ("fd00::/8,[::1]:8080", ["http://[fd12::1]/", "http://[::1]:8080/"], ["http://[::1]/", "http://[2001:db8::1]/"]),
        ("*", ["https://x.example/", "http://10.0.0.1/"], []),
        (", .,", [], ["https://x.example/"]),
    ],
)
def test_what_no_proxy_names_goes_without_and_nothing_else(no: str, goes: list[str], does_not: list[str]) -> None:
    proxies = Proxies({"all": "http://a.example:3128", "no": no})

    assert [url for url in goes if proxies.of(url)] == []
    assert [url for url in does_not if not proxies.of(url)] == []


def test_a_person_is_told_them_without_passwords() -> None:
    told = Proxies({"https": "http://me:sekrit@a.example:3128/", "no": "localhost,10.0.0.0/8"}).told()

    assert told == ["https through http://a.example:3128", "without one: localhost,10.0.0.0/8"]
    assert Proxies({"no": "localhost"}).told() == []
    assert without_password("me:sekrit@a.example:3128") == "a.example:3128"
