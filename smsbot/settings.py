"""Every environment variable, typed and read once. What is missing or wrong is said in words that tell how to put it right."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import urlsplit

Mode = Literal["production", "local"]

# How addresses of the servers begin.
REDIS = ("redis://", "rediss://", "unix://")
RABBITMQ = ("amqp://", "amqps://")


class Misconfigured(ValueError):
    """Settings that the bot cannot start with; one line for each that is missing or wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _setting(
    name: str, default: str = "", help: str = "", one_of: tuple[str, ...] = (), secret: bool = False
) -> Any:
    return field(
        default=default, metadata={"name": name, "help": help, "one_of": one_of, "secret": secret}
    )


@dataclass(frozen=True)
class Settings:
    """All settings. Each field's metadata has the variable's name and what it is for; the README's table is held against it."""

    mode: str = _setting(
        "SMSBOT_MODE",
        "production",
        "production, or local for one machine without accounts",
        ("production", "local"),
    )
    account_sid: str = _setting(
        "TWILIO_ACCOUNT_SID", help="your Twilio account (AC...); messages of any other are refused"
    )
    auth_tokens: str = _setting(
        "TWILIO_AUTH_TOKEN",
        help="the account's auth token; several, comma-separated, while rotating",
        secret=True,
    )
    sender: str = _setting("TWILIO_FROM", help="the number that sends, in international form")
    messaging_service: str = _setting(
        "TWILIO_MESSAGING_SERVICE_SID", help="or the Messaging Service that sends (MG...)"
    )
    sender_kind: str = _setting(
        "TWILIO_SENDER_KIND",
        "short_code",
        "what the sender is: decides who answers STOP, START and HELP",
        ("long_code", "toll_free", "short_code", "messaging_service", "advanced_opt_out"),
    )
    api_url: str = _setting(
        "TWILIO_API_URL", help="another address for Twilio's REST API, to try things without Twilio"
    )
    public_url: str = _setting(
        "PUBLIC_URL",
        help="the address that Twilio calls, without a path: https://bot.clinic.example",
    )
    redis_url: str = _setting(
        "REDIS_URL", help="where talks are kept: redis://, rediss:// or unix://", secret=True
    )
    database_url: str = _setting(
        "DATABASE_URL",
        help="where people and consent are kept: postgresql:// or sqlite:///",
        secret=True,
    )
    broker_url: str = _setting(
        "BROKER_URL",
        help="the queue, where it is not in REDIS_URL: redis://, rediss://, unix://, or RabbitMQ's amqp:// or amqps://",
        secret=True,
    )
    secret_key: str = _setting(
        "SECRET_KEY", help="signs links and the phone page; 32 characters or more", secret=True
    )
    pepper: str = _setting(
        "PERSON_PEPPER",
        help="turns numbers into coded marks; never change it; 32 characters or more",
        secret=True,
    )
    data_keys: str = _setting(
        "DATA_KEYS",
        help="encrypt numbers at rest; the first encrypts, all decrypt; comma-separated",
        secret=True,
    )
    clinic_file: str = _setting(
        "CLINIC_FILE", help="your clinic's profile, copied from smsbot/content/clinic.toml"
    )
    model_dir: str = _setting(
        "MODEL_DIR",
        help="where the fitted readers are kept; var/model beside the bot where it is not given",
    )
    phone: str = _setting("PHONE", "off", "the phone page: on or off", ("on", "off"))
    review: str = _setting(
        "CONSOLE_REVIEW",
        "two",
        "two: a second person reads each text before it is published; one: only safety texts",
        ("two", "one"),
    )
    sms_price: str = _setting(
        "SMS_PRICE",
        help="what one SMS segment costs you, such as 0.0083 USD: the console counts with it",
    )
    send_rate: str = _setting(
        "SEND_RATE",
        help="segments a second in which broadcasts leave; by the kind of sender where it is not given",
    )
    send_slots: str = _setting(
        "SEND_SLOTS", "4", "messages of broadcasts that may be on their way to Twilio at once"
    )
    trial_numbers: str = _setting(
        "TRIAL_NUMBERS",
        help="staff's numbers, comma-separated: a broadcast can be tried on them before it is released",
    )
    in_doubt_seconds: str = _setting(
        "IN_DOUBT_SECONDS",
        "120",
        "a message whose fate nobody knows is looked up in Twilio's list after so long",
    )
    give_up_seconds: str = _setting(
        "GIVE_UP_SECONDS",
        "600",
        "and counts as unknown after so long; it is never sent again",
    )
    keep_unread: str = _setting(
        "KEEP_UNREAD",
        "off",
        "keep messages that could not be read, without numbers and names, for staff to teach: on or off",
        ("on", "off"),
    )
    oidc_issuer: str = _setting(
        "OIDC_ISSUER",
        help="staff sign in there as well: the address of your OpenID Connect provider",
    )
    oidc_client_id: str = _setting("OIDC_CLIENT_ID", help="the console's client id there")
    oidc_client_secret: str = _setting("OIDC_CLIENT_SECRET", help="and its secret", secret=True)
    log_format: str = _setting(
        "LOG_FORMAT", "json", "json, or console for people", ("json", "console")
    )
    port: str = _setting("PORT", "8000", "where the web process listens")
    notify_webhook_url: str = _setting(
        "NOTIFY_WEBHOOK_URL", help="tells staff of calls and red flags by a signed POST"
    )
    notify_webhook_secret: str = _setting(
        "NOTIFY_WEBHOOK_SECRET", help="the key that signs it", secret=True
    )
    notify_smtp_url: str = _setting(
        "NOTIFY_SMTP_URL", help="or by mail: smtp://user:password@host:587 or smtps://", secret=True
    )
    notify_email_to: str = _setting(
        "NOTIFY_EMAIL_TO", help="who gets that mail; several, comma-separated"
    )
    notify_email_from: str = _setting("NOTIFY_EMAIL_FROM", help="whom it is from")
    notify_sms_to: str = _setting(
        "NOTIFY_SMS_TO", help="or by SMS: staff's numbers, comma-separated"
    )
    notify_repeat_minutes: str = _setting(
        "NOTIFY_REPEAT_MINUTES", "5", "how often an alert is repeated until acknowledged"
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """The settings in the environment. Raises `Misconfigured` for values that are not allowed."""
        environ = os.environ if environ is None else environ
        values: dict[str, str] = {}
        problems: list[str] = []
        for spec in fields(cls):
            name = spec.metadata["name"]
            value = environ.get(name, "").strip() or str(spec.default)
            allowed = spec.metadata["one_of"]
            if allowed and value not in allowed:
                problems.append(f"{name} is {value!r}; it must be one of: {', '.join(allowed)}")
            values[spec.name] = value.rstrip("/") if name == "PUBLIC_URL" else value
        settings = cls(**values)
        problems += settings._malformed()
        if problems:
            raise Misconfigured(problems)
        return settings

    def _malformed(self) -> list[str]:
        problems = []
        for name, value, low in (
            ("PORT", self.port, 1),
            ("NOTIFY_REPEAT_MINUTES", self.notify_repeat_minutes, 1),
            ("SEND_SLOTS", self.send_slots, 1),
            ("IN_DOUBT_SECONDS", self.in_doubt_seconds, 1),
            ("GIVE_UP_SECONDS", self.give_up_seconds, 1),
        ):
            if not (value.isascii() and value.isdigit()) or not low <= int(value) <= 65535:
                problems.append(f"{name} is {value!r}; it must be a whole number from {low} on")
        if self.public_url and not self.public_url.startswith(("https://", "http://")):
            problems.append(f"PUBLIC_URL is {self.public_url!r}; it must begin with https://")
        if urlsplit(self.public_url).path or urlsplit(self.public_url).query:
            problems.append(
                f"PUBLIC_URL is {self.public_url!r}; it must be the address without a path"
            )
        if self.send_rate and _rate(self.send_rate) is None:
            problems.append(
                f"SEND_RATE is {self.send_rate!r}; it must be segments a second, such as: 10"
            )
        if self.sms_price and _price(self.sms_price) is None:
            problems.append(f"SMS_PRICE is {self.sms_price!r}; it must be such as: 0.0083 USD")
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            problems.append("OIDC_ISSUER and OIDC_CLIENT_ID must be set together")
        if self.redis_url and not self.redis_url.startswith(REDIS):
            problems.append("REDIS_URL must begin with redis://, rediss:// or unix://")
        if self.broker_url and not self.broker_url.startswith((*REDIS, *RABBITMQ)):
            problems.append(
                "BROKER_URL must begin with redis://, rediss://, unix://, amqp:// or amqps://"
            )
        if self.database_url and not self.database_url.startswith(
            ("postgresql", "postgres://", "sqlite:///")
        ):
            problems.append("DATABASE_URL must begin with postgresql:// or sqlite:///")
        return problems

    def lacking(self) -> list[str]:
        """What production needs and lacks: one line each, saying how to set it. Empty outside production."""
        if self.mode != "production":
            return []
        needed = {
            "TWILIO_AUTH_TOKEN": "copy it from the front page of the Twilio console",
            "PUBLIC_URL": "the https address that you gave Twilio, without a path",
            "REDIS_URL": "the address of your Redis, such as rediss://:password@host:6379/0",
            "DATABASE_URL": "the address of your PostgreSQL, such as postgresql://user:password@host/smsbot",
            "SECRET_KEY": "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
            "PERSON_PEPPER": "make one with the same command, keep a copy, and never change it",
            "DATA_KEYS": "make one with: smsbot doctor --make-key",
            "CLINIC_FILE": "copy smsbot/content/clinic.toml, fill in your clinic, and name the copy here",
        }
        by_name = {spec.metadata["name"]: getattr(self, spec.name) for spec in fields(self)}
        problems = [
            f"{name} is not set: {how}" for name, how in needed.items() if not by_name[name]
        ]
        for name in ("SECRET_KEY", "PERSON_PEPPER"):
            if by_name[name] and len(by_name[name]) < 32:
                problems.append(f"{name} is too short: 32 characters or more")
        return problems

    def segment_price(self) -> tuple[Decimal, str] | None:
        """What one SMS segment costs, and in which currency (ISO 4217); None where it is not set."""
        return _price(self.sms_price)

    def rate(self) -> float | None:
        """Segments a second in which broadcasts leave; None where it is not set."""
        return _rate(self.send_rate)

    def tokens(self) -> tuple[str, ...]:
        """The auth tokens that may have signed a message."""
        return tuple(t.strip() for t in self.auth_tokens.split(",") if t.strip())


def _rate(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value <= 10_000 else None


def _price(text: str) -> tuple[Decimal, str] | None:
    amount, _, currency = text.partition(" ")
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return None
    if not (value.is_finite() and value > 0 and len(currency) == 3 and currency.isupper()):
        return None
    return value, currency


_PREFIXES = (
    "TWILIO_",
    "SEND_",
    "TRIAL_",
    "NOTIFY_",
    "CLINIC_",
    "SMSBOT_",
    "PERSON_",
    "PHONE_",
    "CONSOLE_",
    "OIDC_",
)


def unknown_settings(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like settings of ours and are none: one line each, with the name that may have been meant."""
    known = [spec.metadata["name"] for spec in fields(Settings)]
    lines = []
    for name in sorted(environ):
        if name.startswith(_PREFIXES) and name not in known:
            close = difflib.get_close_matches(name, known, 1)
            lines.append(
                f"{name} is not a setting of the bot"
                + (f"; did you mean {close[0]}?" if close else "")
            )
    return lines
