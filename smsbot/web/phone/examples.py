"""What a visitor of the phone page may try with one tap: messages as patients write them, careless spelling included."""

# language of the message -> the message; those of languages that the clinic does not offer are not shown
EXAMPLES: tuple[tuple[str, str], ...] = (
    ("fr", "combien ça coûte ?"),
    ("es", "¿duele?"),
    ("ar", "هل هو آمن؟"),
    ("zh-Hans", "要多少钱"),
    ("en", "is it safe if im breastfeeding"),
    ("en", "how long does it last and does it hurt"),
    ("en", "prcie?"),
    ("en", "i cant swallow"),
    ("en", "MENU"),
    ("en", "STOP"),
)


def examples_in(languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The examples in the languages that the clinic offers."""
    return tuple((tag, text) for tag, text in EXAMPLES if tag in languages)
