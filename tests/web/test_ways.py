"""The page of a campaign's link: two buttons in the visitor's language, visitors counted and never known, nobody left standing."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smsbot import wiring
from smsbot.adapters import files
from smsbot.adapters.gettext import page_words
from smsbot.adapters.posters import Posters, machine_fonts
from smsbot.adapters.ways import MadeWays
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.codes import find_code, make_code
from smsbot.web.ways import Landing, blueprint, spoken_of

NUMBER = "+15145550100"
URL = "https://bot.clinic.example"
PERSON = {"User-Agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0 Mobile"}  # fmt: skip
SPRING = Campaign(
    id=7,
    name="Spring, inside name",
    code=make_code(1),
    begins=date(2026, 11, 20),
    ends=date(2026, 12, 20),
    state="live",
    keywords=("Bloom",),
    prefill={"en": "Hello %(clinic)s!", "ar": "مرحبا %(clinic)s", "fr": "Bonjour à %(clinic)s"},
)
AUTUMN = replace(SPRING, id=8, code=make_code(2), keywords=(), prefill={})


@dataclass
class Site:
    """The page, and what was counted."""

    client: FlaskClient
    counted: list[tuple[int, str, str, str]] = field(default_factory=list)

    def get(self, path: str, **headers: str):  # type: ignore[no-untyped-def]
        return self.client.get(path, headers={**PERSON, **headers})


def made(texts: wiring.Texts, **changes: str) -> MadeWays:
    book = texts.book
    given = {"sms": NUMBER, "whatsapp": NUMBER, "public_url": URL, **changes}
    return MadeWays(
        book=lambda: book,
        words_by_language=page_words(files.LOCALES, "ways"),
        posters=lambda: Posters(machine_fonts()),
        today=lambda: date(2026, 11, 24),
        **given,
    )


def site_of(texts: wiring.Texts, **changes: str) -> Site:
    counted: list[tuple[int, str, str, str]] = []
    known = {c.code: c for c in (SPRING, AUTUMN)}
    catalogs = texts.book.catalogs.by_tag
    landing = Landing(
        find=lambda code: known.get(find_code(code, known) or ""),
        ways=made(texts, **changes),
        languages=lambda: [
            (t, catalogs[t].language.own_name) for t in texts.book.profile.languages
        ],
        count=lambda campaign, *rest: counted.append((campaign.id, *rest)),
        clinic="Aurora Demo Clinic <&>",
        phone="+15145550199",
        shown="+1 514-555-0199",
        sms="+1 514-555-0100" if changes.get("sms", NUMBER) else "",
    )
    app = Flask("smsbot.web", static_folder="static", template_folder="templates")
    app.register_blueprint(blueprint(landing))
    app.testing = True
    return Site(app.test_client(), counted)


@pytest.fixture
def site(texts: wiring.Texts) -> Site:
    return site_of(texts)


def buttons(html: str) -> dict[str, str]:
    """The page's large buttons: where each leads, by its words."""
    found = re.findall(r'<a class="button[^"]*" href="([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return {
        re.sub(r"<[^>]*>", "", words).strip(): link.replace("&amp;", "&") for link, words in found
    }


# ---------------------------------------------------------------- the page


def test_the_page_has_two_buttons_and_counts_one_scan(site: Site) -> None:
    page = site.get(f"/c/{SPRING.code}")
    assert page.status_code == 200
    assert buttons(page.text) == {
        "Text us": f"/c/{SPRING.code}/sms?lang=en",
        "Write on WhatsApp": f"/c/{SPRING.code}/wa?lang=en",
    }
    assert site.counted == [(7, "scan", "en", "web")]
    assert "Spring, inside name" not in page.text


def test_who_has_no_phone_in_hand_sees_what_to_type_and_where(site: Site) -> None:
    assert re.search(r"BLOOM.*\+1 514-555-0100", site.get(f"/c/{SPRING.code}").text, re.DOTALL)
    assert AUTUMN.code in site.get(f"/c/{AUTUMN.code}").text


@pytest.mark.parametrize("typed", [SPRING.code.lower(), f"{SPRING.code[:3]}-{SPRING.code[3:]}", f"{SPRING.code[:5]}"])  # fmt: skip
def test_a_link_that_was_typed_by_hand_is_understood_as_a_code_is(site: Site, typed: str) -> None:
    assert site.get(f"/c/{typed}").status_code == 200
    assert site.counted == [(7, "scan", "en", "web")]


@pytest.mark.parametrize(
    ("accept", "query", "tag", "direction"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "", "fr", "ltr"),
        ("ar-EG", "", "ar", "rtl"),
        ("zh-TW,zh;q=0.9", "", "zh-Hant", "ltr"),
        ("zh-CN", "", "zh-Hans", "ltr"),
        ("zh", "", "zh-Hans", "ltr"),
        ("xx,de;q=0.3", "", "de", "ltr"),
        ("xx", "", "en", "ltr"),
        ("fr", "?lang=ar", "ar", "rtl"),
        ("fr", "?lang=zh_Hant", "zh-Hant", "ltr"),
        ("fr", "?lang=klingon", "fr", "ltr"),
        ("fr", "?lang=%3Cscript%3E", "fr", "ltr"),
        ("en;q=0.1,pt-BR", "", "pt", "ltr"),
    ],
)
def test_the_page_is_in_the_visitors_language(
    site: Site, accept: str, query: str, tag: str, direction: str
) -> None:
    page = site.get(f"/c/{SPRING.code}{query}", **{"Accept-Language": accept}).text
    assert f'<html lang="{tag}" dir="{direction}">' in page
    assert site.counted == [(7, "scan", tag, "web")]
    assert all(link.endswith(f"?lang={tag}") for link in buttons(page).values())


def test_every_language_has_words_of_its_own(texts: wiring.Texts, site: Site) -> None:
    leads = set()
    for tag in texts.book.profile.languages:
        page = site.get(f"/c/{SPRING.code}?lang={tag}").text
        leads.add(re.search(r'<p class="lead">(.*?)</p>', page)[1])  # type: ignore[index]
        assert "%(" not in page
    assert len(leads) == len(texts.book.profile.languages)


def test_changing_the_language_is_no_second_visit(site: Site) -> None:
    page = site.get(f"/c/{SPRING.code}").text
    other = re.search(r'<nav.*?<a href="([^"]+)" lang="fr"', page, re.DOTALL)
    assert other is not None
    site.get(other[1].replace("&amp;", "&"))
    assert site.counted == [(7, "scan", "en", "web")]


def test_a_way_without_a_number_has_no_button(texts: wiring.Texts) -> None:
    site = site_of(texts, sms="")
    page = site.get(f"/c/{SPRING.code}").text
    assert list(buttons(page)) == ["Write on WhatsApp"]
    assert "BLOOM" not in page
    assert site.get(f"/c/{SPRING.code}/sms").status_code == 404


# ---------------------------------------------------------------- clicks


def test_a_button_leads_to_the_messages_with_the_text_and_the_code(site: Site) -> None:
    sms = site.get(f"/c/{SPRING.code}/sms?lang=fr")
    wa = site.get(f"/c/{SPRING.code}/wa?lang=ar")
    assert (sms.status_code, wa.status_code) == (302, 302)
    assert sms.headers["Location"] == f"sms:{NUMBER}?&body=Bonjour%20%C3%A0%20Aurora%20Demo%20Clinic%0A{SPRING.code}"  # fmt: skip
    assert wa.headers["Location"].startswith("https://wa.me/15145550100?text=%D9%85")
    assert wa.headers["Location"].endswith(f"%0A{SPRING.code}")
    assert site.counted == [(7, "click", "fr", "sms"), (7, "click", "ar", "whatsapp")]


def test_a_phone_that_does_not_follow_finds_the_link_on_the_page(site: Site) -> None:
    answer = site.get(f"/c/{SPRING.code}/sms?lang=en")
    assert buttons(answer.text) == {"Text us": answer.headers["Location"]}


def test_a_campaign_without_a_text_of_its_own_writes_a_greeting_in_the_language(site: Site) -> None:
    link = site.get(f"/c/{AUTUMN.code}/sms?lang=fr").headers["Location"]
    assert link == f"sms:{NUMBER}?&body=Bonjour%0A{AUTUMN.code}"


# ---------------------------------------------------------------- nobody's link, and programs


@pytest.mark.parametrize(
    "path",
    ["/c/NOSUCH", f"/c/{make_code(3)}", f"/c/{make_code(3)}/sms", "/c/%00%ff", "/c/" + "x" * 5000, "/c/%3Cscript%3E"],
)  # fmt: skip
def test_a_link_that_leads_nowhere_names_the_clinics_number_and_counts_nothing(
    site: Site, path: str
) -> None:
    page = site.get(path, **{"Accept-Language": "fr"})
    assert page.status_code == 404
    assert buttons(page.text) == {"+1 514-555-0199": "tel:+15145550199"}
    assert "Ce lien n&#39;est plus utilisé." in page.text
    assert "<script" not in page.text
    assert site.counted == []


PROGRAMS = [
    "WhatsApp/2.24.20.89 A",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "curl/8.5.0",
    "python-requests/2.32",
    "",
]


@pytest.mark.parametrize("agent", PROGRAMS)
def test_programs_see_the_page_and_are_not_counted(site: Site, agent: str) -> None:
    for path in (f"/c/{SPRING.code}", f"/c/{SPRING.code}/sms", f"/c/{SPRING.code}/wa"):
        assert site.get(path, **{"User-Agent": agent}).status_code in (200, 302)
    assert site.counted == []


def test_what_is_asked_ahead_or_without_looking_is_not_counted(site: Site) -> None:
    site.get(f"/c/{SPRING.code}", **{"Sec-Purpose": "prefetch;prerender"})
    site.get(f"/c/{SPRING.code}", Purpose="prefetch")
    for path in (f"/c/{SPRING.code}", f"/c/{SPRING.code}/wa"):
        assert site.client.head(path, headers=PERSON).status_code in (200, 302)
        assert site.client.post(path, headers=PERSON).status_code == 405
    assert site.counted == []


@pytest.mark.parametrize(
    "agent",
    [
        PERSON["User-Agent"],
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Instagram 300.0.0 (iPhone14,5)",
    ],
)
def test_people_on_any_phone_are_counted(site: Site, agent: str) -> None:
    site.get(f"/c/{SPRING.code}", **{"User-Agent": agent})
    assert len(site.counted) == 1


# ---------------------------------------------------------------- what a page may do


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", [f"/c/{SPRING.code}", f"/c/{SPRING.code}/sms", "/c/NOSUCH"])
def test_the_page_is_small_strict_and_keeps_nothing(site: Site, path: str) -> None:
    page = site.get(path)
    with site.client.get("/static/ways.css") as style:
        assert len(page.data) + len(style.data) < 20_000
    assert "Set-Cookie" not in page.headers
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    tags = _Tags()
    tags.feed(page.text)
    assert not {"script", "style", "form", "iframe", "img"} & {tag for tag, _ in tags.seen}
    assert not [attrs for _, attrs in tags.seen if "style" in attrs or any(a.startswith("on") for a in attrs)]  # fmt: skip
    assert "Aurora Demo Clinic &lt;&amp;&gt;" in page.text


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("wanted", "offered", "tag"),
    [
        (["fr-CA"], ["en", "fr"], "fr"),
        (["fr-CA"], ["en", "fr", "fr-CA"], "fr-CA"),
        (["zh-HK"], ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        (["zh-Hant-HK"], ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        (["zh-TW", "ja"], ["en", "zh-Hans", "ja"], "ja"),
        (["*"], ["fr", "en"], "fr"),
        ([], ["fr", "en"], "fr"),
        (["", "EN-us"], ["fr", "en"], "en"),
    ],
)
def test_the_nearest_language_that_is_offered(
    wanted: list[str], offered: list[str], tag: str
) -> None:
    assert spoken_of(wanted, offered) == tag
