"""Campaigns of a clinic that has run some: broadcasts in each state, and what came of them, for pages that are looked at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import insert

from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.tables import deliveries
from smsbot.core.campaign.broadcast import Audience, Broadcast
from smsbot.core.campaign.campaign import Campaign
from smsbot.ports.console import CAMPAIGN, Tally
from smsbot.settings import Settings
from smsbot.wiring.console import Stores, make_stores

TEXTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Hello from %(clinic)s: our open day is on Friday. %(address)s. Reply %(STOP)s to end.",
        "Come and meet the doctors of %(clinic)s on Friday. %(address)s. Reply %(STOP)s to end.",
    ),
    "fr": (
        "Bonjour de %(clinic)s : portes ouvertes vendredi. %(address)s. Envoyez %(STOP)s pour finir.",
    ),
    "ar": (
        "مرحبا من %(clinic)s: يوم مفتوح يوم الجمعة. %(address)s. للإيقاف أرسلوا %(STOP)s الآن.",
    ),
}
# What became of so many people: language, channel, wording, state, reason, the carrier's error, how many.
Became = tuple[str, str, str, str, str, int | None, int]
GONE: tuple[Became, ...] = (
    ("en", "sms", "A", "delivered", "", None, 61),
    ("en", "sms", "B", "delivered", "", None, 58),
    ("en", "sms", "A", "failed", "suppress", 21610, 4),
    ("en", "sms", "B", "undelivered", "", 30003, 3),
    ("fr", "whatsapp", "A", "read", "", None, 22),
    ("fr", "whatsapp", "", "skipped", "no_template", None, 9),
    ("ar", "sms", "A", "sent", "", None, 17),
    ("en", "sms", "", "skipped", "cap", None, 12),
    ("en", "sms", "", "holdout", "", None, 20),
)
WAITING: tuple[Became, ...] = (("en", "sms", "", "planned", "", None, 140), *GONE)
CAME = (
    *(("scan", "en", "web", 31), ("click", "en", "sms", 18), ("talk", "en", "sms", 24)),
    *(("talk", "fr", "whatsapp", 12), ("talk", "ar", "sms", 9), ("consent", "en", "sms", 11)),
    *(("consent", "fr", "whatsapp", 7), ("reply", "en", "sms", 8), ("stop", "en", "sms", 2)),
    *(("topic:price", "en", "sms", 14), ("topic:pain", "fr", "whatsapp", 12)),
)


def marketed(settings: Settings, member: int) -> dict[str, int]:
    """Makes them as `member`; the ids by what they are called in the paths of `test_console_looks`."""
    stores = make_stores(settings, 10.0)
    try:
        return _made(settings, stores, member)
    finally:
        stores.close()


def _made(settings: Settings, stores: Stores, member: int) -> dict[str, int]:
    now = datetime.now(UTC)
    today = now.date()
    campaign = stores.campaigns.keep(
        Campaign(
            0,
            "Open days in autumn, for everybody who has asked about us",
            "K7F2",
            today - timedelta(days=9),
            today + timedelta(days=30),
            "live",
            keywords=("TULIPDAYS", "jonquilles", "ربيع"),
            welcome={tag: wordings[0] for tag, wordings in TEXTS.items()},
            prefill={"ar": "مرحبا، رأيت إعلانكم"},
            poster={"en": ("Come and ask", "A doctor answers"), "ar": ("تعالوا واسألوا",)},
            news=True,
        )
    )
    rare = f"{CAMPAIGN}{campaign.id}/topic:men"
    stores.tallies.add(
        [
            Tally(today, "en", "sms", rare, 3),
            *(
                Tally(
                    today - timedelta(days=day),
                    language,
                    channel,
                    f"{CAMPAIGN}{campaign.id}/{what}",
                    count + day,
                )
                for day in range(8)
                for what, language, channel, count in CAME
            ),
        ]
    )
    new = Broadcast(
        0,
        campaign.id,
        "Invitation to the open day",
        today + timedelta(days=1),
        time(10),
        now + timedelta(days=4),
        Audience(languages=("en", "fr", "ar"), countries=("CA",)),
        TEXTS,
        holdout=10,
        tested=20,
    )
    draft, submitted, paused, done = (
        stores.broadcasts.keep(replace(new, name=name))
        for name in ("Invitation", "Second invitation", "Reminder", "First invitation")
    )
    _foretell(stores, draft, now, ("es", "sms", "no_text", 40), ("en", "whatsapp", "cap", 12))
    for one in (submitted, paused, done):
        _foretell(stores, one, now, ("en", "sms", "cap", 12))
        stores.broadcasts.move(one.id, "submit", by=member)
    for one, rows in ((paused, WAITING), (done, GONE)):
        stores.broadcasts.move(one.id, "release", by=member + 1000)  # who has left since
        _deliver(settings, one.id, rows, now)
    stores.broadcasts.move(paused.id, "pause", reason="errors")
    for act in ("start", "finish"):
        stores.broadcasts.move(done.id, act)  # type: ignore[arg-type]
    return {
        "campaign": campaign.id,
        "draft": draft.id,
        "submitted": submitted.id,
        "paused": paused.id,
        "done": done.id,
    }


def _foretell(
    stores: Stores, broadcast: Broadcast, at: datetime, *passed_over: tuple[str, str, str, int]
) -> None:
    getting = [("en", "sms", 2100), ("fr", "whatsapp", 310), ("ar", "sms", 95)]
    report: dict[str, object] = {
        "version": broadcast.version,
        "at": at.isoformat(),
        "people": 2505 + sum(row[3] for row in passed_over),
        "rows": [
            *([tag, channel, "planned", people] for tag, channel, people in getting),
            *map(list, passed_over),
        ],
        "segments": [list(one) for one in getting],
        "cost": "20.79",
    }
    stores.broadcasts.tell(broadcast.id, "forecast", report, at)


def _deliver(settings: Settings, broadcast_id: int, rows: tuple[Became, ...], at: datetime) -> None:
    """Deliveries that lead to nobody, as they do after thirty days; one of each few was answered."""
    gone = {"delivered", "read", "sent"}
    engine = make_engine(settings.database_url, 10)
    with engine.connect() as connection, connection.begin():
        connection.execute(
            insert(deliveries),
            [
                {
                    "broadcast_id": broadcast_id,
                    "channel": channel,
                    "language": language,
                    "country": "CA",
                    "variant": variant,
                    "state": state,
                    "reason": reason,
                    "error": error,
                    "due_at": at + timedelta(days=1),
                    "tries": int(state in gone),
                    "segments": int(state in gone),
                    "replied_at": at
                    if state in gone and number % (4 if variant == "B" else 9) == 0
                    else None,
                    "opted_out_at": at if state in gone and number == 5 else None,
                }
                for language, channel, variant, state, reason, error, people in rows
                for number in range(people)
            ],
        )
    engine.dispose()
