import pytest

from core.stream.admission import Rules, why_host_is_refused, why_origin_is_refused


@pytest.mark.parametrize("host", ["localhost:8501", "lab.example.org", "LAB.example.org.:80", "[::1]:8501", "10.0.0.7"])
def test_without_a_list_every_host_is_welcome(host: str) -> None:
    assert why_host_is_refused(Rules(), {"host": host}) == ""


@pytest.mark.parametrize(
    "host", ["", "[::1", "lab:port", "a/b", "user@lab", "lab?x", "lab:99999", "a b", "a,b", "<lab>"]
)
def test_what_is_no_host_is_refused(host: str) -> None:
    assert "Host" in why_host_is_refused(Rules(), {"host": host})


def test_a_list_of_hosts_holds_for_names_and_for_names_below() -> None:
    rules = Rules(allowed_hosts=("Lab.example.org", "*.school.edu"))
    for host in ("lab.example.org", "LAB.EXAMPLE.ORG:8501", "a.school.edu", "a.b.school.edu:1"):
        assert why_host_is_refused(rules, {"host": host}) == ""
    for host in ("localhost", "xlab.example.org", "school.edu", "evilschool.edu", "lab.example.org.evil.com"):
        assert "server.allowedHosts" in why_host_is_refused(rules, {"host": host})
    assert why_host_is_refused(Rules(allowed_hosts=("*",)), {"host": "any"}) == ""


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8501", "localhost:8501"),
        ("HTTP://LocalHost:8501", "localhost:8501"),
        ("https://lab.example.org", "lab.example.org"),  # TLS in front: the server itself hears http
        ("https://lab.example.org", "lab.example.org:443"),
        ("http://[::1]:8501", "[::1]:8501"),
    ],
)
def test_the_servers_own_pages_may_connect(origin: str, host: str) -> None:
    assert why_origin_is_refused(Rules(), {"origin": origin, "host": host}) == ""


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:9000",
        "http://localhost",
        "null",
        "",
        "http://[::1",
        "file://",
        "x" * 500,
    ],
)
def test_other_pages_may_not(origin: str) -> None:
    why = why_origin_is_refused(Rules(), {"origin": origin, "host": "localhost:8501"})
    assert why.startswith("The server refused") and len(why.encode()) <= 123, "a close reason has at most 123 bytes"
    assert why_origin_is_refused(Rules(checks_origin=False), {"origin": origin, "host": "localhost:8501"}) == ""


def test_the_settings_name_pages_of_other_addresses() -> None:
    rules = Rules(allowed_origins=("https://lab.example.org", "http://a.b:8080/"), server_address="class.local")
    for origin in (
        "https://lab.example.org",
        "https://LAB.example.org:443",
        "http://a.b:8080",
        "http://class.local:81",
    ):
        assert why_origin_is_refused(rules, {"origin": origin, "host": "127.0.0.1:8501"}) == ""
    for origin in ("http://lab.example.org", "http://a.b", "https://x.lab.example.org", "http://xclass.local"):
        why = why_origin_is_refused(rules, {"origin": origin, "host": "127.0.0.1:8501"})
        assert "server.corsAllowedOrigins" in why


def test_a_proxy_that_rewrites_host_may_say_the_name_before() -> None:
    headers = {"origin": "https://lab.example.org", "host": "127.0.0.1:8501"}
    assert why_origin_is_refused(Rules(), headers)
    assert why_origin_is_refused(Rules(), {**headers, "x-forwarded-host": "lab.example.org, inner"}) == ""
    assert why_origin_is_refused(Rules(), {**headers, "x-forwarded-host": "other.example.org"})
