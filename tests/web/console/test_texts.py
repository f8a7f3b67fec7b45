import html
import re
from dataclasses import replace

from smsbot import wiring
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address

from ...conftest import OPEN
from .conftest import SignIn


def written(page: object) -> list[str]:
    """What stands in the editor's fields."""
    found = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)  # type: ignore[attr-defined]
    return [html.unescape(text) for text in found]


def said(assembled: wiring.Parts, body: str, number: int) -> tuple[str, ...]:
    """What a patient gets at this moment from a bot that keeps its talks in memory."""
    bot = wiring.in_memory(assembled.texts)
    book = assembled.live.now().answer.book
    turn = replace(bot, book=book).answer(
        Inbound(
            message_id=f"SM{number:032x}",
            addresses=(Address("sms", "+15145550123"),),
            body=body,
            at=OPEN,
        )
    )
    return turn.kept.texts


def test_a_proposal_reaches_patients_once_a_second_person_has_read_it(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    translator, reviewer = sign_in("translator"), sign_in("reviewer")
    (before,) = written(translator.get("/console/texts/fr/time"))
    wording = before.replace("Le traitement prend", "Une séance prend")
    assert wording != before
    saved = translator.post(
        "/console/texts/fr/time", {"form0": wording, "base": "0", "next": "stay"}
    )
    assert saved.status_code == 302
    assert "Une séance prend" not in said(assembled, "combien de temps ça prend", 1)[0]

    page = reviewer.get("/console/texts/fr/time")
    (edit,) = re.findall(r"/console/edits/(\d+)/publish", page.text)
    reviewer.post(f"/console/edits/{edit}/publish")
    assert said(assembled, "combien de temps ça prend", 2)[0].startswith("Une séance prend")

    page = reviewer.get("/console/texts/fr/time")
    assert "published" in page.text
    reviewer.post("/console/texts/fr/time/back", {"edit": "0", "base": edit})
    assert said(assembled, "combien de temps ça prend", 3)[0].startswith("Le traitement prend")


def test_nobody_publishes_what_they_wrote_themselves(sign_in: SignIn) -> None:
    reviewer = sign_in("reviewer")
    (before,) = written(reviewer.get("/console/texts/fr/pain"))
    reviewer.post("/console/texts/fr/pain", {"form0": before + " Merci.", "base": "0"})
    page = reviewer.get("/console/texts/fr/pain")
    (edit,) = re.findall(r"/console/edits/(\d+)/publish", page.text)
    reviewer.post(f"/console/edits/{edit}/publish")
    assert "second person" in reviewer.get("/console/texts/fr/pain").text
    reviewer.post(f"/console/edits/{edit}/withdraw")


def test_a_lost_placeholder_stops_the_text_and_what_was_typed_stays(sign_in: SignIn) -> None:
    translator = sign_in("translator")
    translator.get("/console/texts/fr/how")
    page = translator.post("/console/texts/fr/how", {"form0": "Rien", "base": "0"})
    assert page.status_code == 422
    assert "lacks %(minutes_high)s" in html.unescape(page.text)
    assert written(page)[0] == "Rien"


def test_the_second_of_two_on_one_text_is_told_and_shown_both(sign_in: SignIn) -> None:
    first, second = sign_in("translator", name="First"), sign_in("reviewer", name="Second")
    (before,) = written(first.get("/console/texts/es/thanks"))
    first.post("/console/texts/es/thanks", {"form0": before + " Gracias.", "base": "0"})
    second.get("/console/texts/es/thanks")
    page = second.post("/console/texts/es/thanks", {"form0": before + " Saludos.", "base": "0"})
    assert page.status_code == 409
    assert "Gracias." in page.text
    assert written(page)[0].endswith("Saludos.")
    (edit,) = re.findall(
        r"/console/edits/(\d+)/publish", second.get("/console/texts/es/thanks").text
    )
    second.post(f"/console/edits/{edit}/refuse", {"why": "shorter, please"})
    assert "shorter, please" in first.get("/console/texts/es/thanks").text


def test_the_phone_beside_the_editor_shows_segments_price_and_what_forces_ucs2(
    sign_in: SignIn,
) -> None:
    translator = sign_in("translator")
    translator.get("/console/texts/fr/no_news")
    page = translator.post(
        "/console/texts/fr/thanks/preview", {"form0": "Avec plaisir ! Ça va être doux ô"}
    )
    text = html.unescape(page.text)
    assert "UCS-2" in text
    assert "1 segment" in text
    assert ">ô<" in text
    assert "$8.30" in text


def test_a_language_that_is_not_ones_own_can_be_seen_but_not_changed(sign_in: SignIn) -> None:
    translator = sign_in("translator", languages=("fr",))
    page = translator.get("/console/texts/es/thanks")
    assert page.status_code == 200
    (before,) = written(page)
    answer = translator.post("/console/texts/es/thanks", {"form0": before + " Hola.", "base": "0"})
    assert answer.status_code == 403


def test_html_control_characters_and_endless_texts_are_refused_at_the_field(
    sign_in: SignIn,
) -> None:
    translator = sign_in("translator")
    translator.get("/console/texts/fr/pain")
    for wording, says in (
        ("<b>Non</b> %(phone)s", "no HTML"),
        ("Non \u202e %(phone)s", "invisible"),
        ("x" * 10_000, "are the most"),
        ("%(nothing)s %(phone)s", "%(nothing)s"),
        ("", "must not be empty"),
    ):
        page = translator.post("/console/texts/fr/pain", {"form0": wording, "base": "0"})
        assert page.status_code == 422, wording[:20]
        assert says in html.unescape(page.text)


def test_lists_can_be_searched_and_filtered(sign_in: SignIn) -> None:
    translator = sign_in("translator")
    assert "urgent_today" in translator.get("/console/texts/fr?only=unsigned").text
    found = translator.get("/console/texts/fr?q=frown")
    assert found.status_code == 200
    assert "urgent_today" not in found.text
    assert translator.get("/console/texts/xx").status_code == 404
    assert translator.get("/console/texts/fr/nothing").status_code == 404


def test_a_signed_text_counts_until_its_wording_changes(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    reviewer = sign_in("reviewer")
    reviewer.get("/console/texts/fr/urgent")
    reviewer.post("/console/texts/fr/urgent/sign", {"by": "Dr Demo"})
    assert "urgent" in assembled.live.now().library.scripts["fr"].signed
    assert "Dr Demo" in reviewer.get("/console/texts/fr/urgent").text


def test_a_changed_english_makes_the_others_stale_until_somebody_looks(sign_in: SignIn) -> None:
    translator, reviewer = sign_in("translator"), sign_in("reviewer")
    (before,) = written(translator.get("/console/texts/en/men"))
    translator.post("/console/texts/en/men", {"form0": before + " Ask us.", "base": "0"})
    (edit,) = re.findall(
        r"/console/edits/(\d+)/publish", reviewer.get("/console/texts/en/men").text
    )
    reviewer.post(f"/console/edits/{edit}/publish")
    assert "The English changed" in translator.get("/console/texts/de/men").text
    translator.post("/console/texts/de/men/seen")
    assert "The English changed" not in translator.get("/console/texts/de/men").text
    assert "The English changed" in translator.get("/console/texts/it/men").text
    reviewer.get("/console/texts/en/men")
    reviewer.post("/console/texts/en/men/back", {"edit": "0", "base": edit})


def test_every_act_stands_in_the_audit(sign_in: SignIn) -> None:
    translator, reviewer = sign_in("translator"), sign_in("reviewer")
    (before,) = written(translator.get("/console/texts/pt/thanks"))
    translator.post("/console/texts/pt/thanks", {"form0": before + " Obrigado.", "base": "0"})
    page = reviewer.get("/console/audit?q=pt+thanks")
    assert "text proposed" in page.text
    assert "Obrigado" not in page.text
