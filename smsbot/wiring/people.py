"""The proof of consent, for the terminal and for staff's pages."""

from pathlib import Path

from smsbot.adapters import files
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock, reference
from smsbot.adapters.numbers import PhoneRegions
from smsbot.adapters.redis.client import WORK, make_client
from smsbot.adapters.redis.conversations import RedisConversations
from smsbot.adapters.redis.outbox import RedisOutbox
from smsbot.adapters.sql.audit import SqlAudit
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.core.content.profile import Profile, read_profile
from smsbot.core.people.retention import retention
from smsbot.flows.consents import Clinic, Consents
from smsbot.settings import Misconfigured, Settings

PATIENCE = 30.0  # seconds that somebody at a terminal waits for SQL


def make_consents(
    settings: Settings, patience: float = PATIENCE, profile: Profile | None = None
) -> Consents:
    """What proves consents, by the settings. The clinic's file is read where no `profile` is given. Raises `Misconfigured`, `Broken`."""
    needed = {
        "DATABASE_URL": settings.database_url,
        "DATA_KEYS": settings.data_keys,
        "PERSON_PEPPER": settings.pepper,
    }
    if lacking := [f"{name} is not set" for name, value in needed.items() if not value]:
        raise Misconfigured(lacking)
    tags = tuple(map(files.tag_of, files.language_folders()))
    profile = profile or _profile(settings, tags)
    kept = retention(profile.inactive_months, profile.proof_years)
    cipher = Cipher(settings.data_keys.split(","))
    redis = make_client(settings.redis_url, WORK) if settings.redis_url else None
    return Consents(
        ledger=SqlPeople(
            make_engine(settings.database_url, patience), cipher, deadline=patience, retention=kept
        ),
        audit=SqlAudit(make_engine(settings.database_url, patience), patience),
        regions=PhoneRegions(),
        clock=SystemClock(),
        clinic=Clinic(profile.name, profile.time_zone, frozenset(tags)),
        retention=kept,
        pepper=settings.pepper.encode(),
        fresh=reference,
        conversations=RedisConversations(redis) if redis else None,
        outbox=RedisOutbox(redis, cipher.seal_record, cipher.unseal_record) if redis else None,
    )


def _profile(settings: Settings, tags: tuple[str, ...]) -> Profile:
    path = Path(settings.clinic_file) if settings.clinic_file else files.CONTENT / "clinic.toml"
    return read_profile(files.read_toml(path), path.name, tags)
