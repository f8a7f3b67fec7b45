"""One person's whole way: in by a QR code, a question, yes twice, one invitation, and out again for good."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from smsbot.adapters.sql.tables import people
from smsbot.core.campaign.broadcast import Audience
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.ways import prefilled
from smsbot.core.people.hours import lawful
from smsbot.settings import Settings
from smsbot.wiring.campaigns import law_of, rules_of, zones_of
from tests.adapters.conftest import SERVER, make_schema, migrated

from .sending import Sending, sending, wait_for

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]

SALMA = "+15145550142"
INVITATION = "%(clinic)s: يسرنا دعوتكم إلى يوم مفتوح. %(address)s، %(phone)s. للإيقاف: %(STOP)s"


@pytest.fixture(params=["sqlite", SERVER])
def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sending]:
    schemas = (
        make_schema() if request.param == "postgresql" else iter([f"sqlite:///{tmp_path}/bot.db"])
    )
    url = next(schemas)
    migrated(url)
    with sending(tmp_path, url) as made:
        yield made
    for _ in schemas:
        """The schema is dropped."""


def invitations(clinic: Sending) -> list[dict[str, Any]]:
    """What the carrier took for her that was no answer."""
    created = clinic.carrier.log("created")
    return [e for e in created if e["to"] == SALMA and e["direction"] == "outbound-api"]


def test_in_by_a_code_yes_twice_one_invitation_and_never_again(clinic: Sending) -> None:
    today = datetime.now(UTC).date()
    campaign = clinic.campaigns.keep(
        Campaign(
            0,
            "Open day",
            "K7F2",
            today - timedelta(days=2),
            today + timedelta(days=30),
            "live",
            welcome={"ar": "%(clinic)s: أهلا بكم!", "en": "%(clinic)s: welcome!"},
            prefill={"ar": "مرحبا، رأيت إعلانكم"},
            news=True,
        )
    )
    scanned = prefilled(campaign.prefill["ar"], campaign.code, {})

    def says(body: str) -> list[str]:
        return [str(text) for text in clinic.carrier.inbound(body, SALMA)["replies"]]

    def subscribed() -> bool:
        with clinic.engine.connect() as connection:
            found = connection.execute(
                select(people.c.number).where(people.c.number.is_not(None))
            ).all()
        return bool(found)

    clinic.web_answers()
    wait_for(lambda: "أهلا بكم" in " ".join(says(scanned)), "the welcome")
    assert "مخدر" in says("هل الحقن مؤلم؟")[0] or says("هل يؤلم؟")
    assert not subscribed()
    (asked,) = says("نعم")
    assert "أهلا" not in asked
    assert not subscribed()
    says("نعم")
    wait_for(subscribed, "the subscription")
    with clinic.engine.connect() as connection:
        row = connection.execute(select(people)).one()
    assert (row.language, row.country, row.last_campaign) == ("ar", "CA", campaign.id)
    assert SALMA not in str(row.number)

    first = clinic.release(
        texts={"ar": (INVITATION,)}, audience=Audience(campaigns=(campaign.id,), languages=("ar",))
    )
    clinic.start()
    wait_for(lambda: clinic.state(first) == "done", "the invitation")
    (sent,) = invitations(clinic)
    assert "يوم مفتوح" in sent["body"]
    law = law_of(rules_of(Settings.from_env(clinic.environ)))
    hours = law.hours("CA")
    assert hours is not None
    left_at = datetime.fromtimestamp(sent["at"], UTC)
    assert lawful(left_at, zones_of(row.zones), hours, lambda day: law.holiday("CA", day))

    second = clinic.release(texts={"ar": (INVITATION,)}, cap=9)
    clinic.broadcasts.move(second.id, "pause")
    says("لا ترسلوا لي شيئا")
    wait_for(lambda: not subscribed(), "the opt-out")
    clinic.broadcasts.move(second.id, "resume")
    wait_for(lambda: clinic.state(second) == "done", "the end of the second")
    third = clinic.release(texts={"ar": (INVITATION,)}, cap=9)
    wait_for(lambda: clinic.state(third) == "done", "the end of the third")
    assert len(invitations(clinic)) == 1
    # Whoever asks is still answered.
    assert says("كم السعر؟")
