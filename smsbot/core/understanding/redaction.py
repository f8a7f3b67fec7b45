"""Takes out of a message what could lead to somebody, before it is kept for staff to learn from, and says which may be kept.

Taken out: links, addresses, handles, figures, and words that look like names where people say names: after a greeting, a title, "my
name is" and the like in each language, and at the end after thanks. What is not recognised as a name can stay: therefore only short
messages that could not be read are kept, for a while, and only where the clinic wants it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from .examples import sign
from .folding import tokens
from .look import Look
from .reading import POSSIBLE, SAFETY, Scores

LONGEST = 200  # characters that are kept of a message
LIFE = timedelta(days=30)  # of an unread message
GONE = "…"  # stands where something was taken out
NOISE = 0.02  # the share of one meaning that matters for somebody's safety, up to which the model only guesses

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+/\S*|\b[\w-]+\.(?:com|org|net|info|ca|fr|de|es|it|br|pt|ru|in|cn|vn|io|me|ly|uk)\b",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\S+@\S+")
_HANDLE = re.compile(r"(?<!\w)[@＠#]\w+")
_DIGITS = re.compile(r"\d(?:[\s().\-/]*\d)*")

# After these words comes somebody's name, whatever it looks like.
_NAMED = (
    "my name is", "my name's", "my names", "name is", "i'm called", "im called", "call me", "mera naam", "mera nam", "मेरा नाम",
    "je m'appelle", "je mappelle", "mon nom est", "mon prénom est", "mon nom c'est", "mein name ist", "ich heiße", "ich heisse",
    "me llamo", "mi nombre es", "mi chiamo", "il mio nome è", "meu nome é", "me chamo", "chamo-me", "меня зовут", "мое имя",
    "моя фамилия", "اسمي", "ismi", "esmi", "tôi tên là", "tên tôi là", "em tên là", "mình tên là", "tên mình là", "tên em là",
)  # fmt: skip
_NAMED_UNSPACED = ("我的名字是", "我的名字叫", "我名字叫", "我叫", "我姓", "我係", "本人姓")

# After these a name comes often: the next word is taken for one that has a capital, or that the bot has never heard.
_GREETING = (
    "hi", "hello", "hey", "dear", "good morning", "good afternoon", "good evening", "thanks", "thank you", "thx", "regards", "mr", "mrs",
    "bonjour", "bonsoir", "salut", "coucou", "allo", "merci", "cordialement", "mme", "hallo", "guten tag", "guten morgen", "guten abend",
    "servus", "moin", "danke", "grüße", "lg", "herr", "frau", "hola", "buenas", "buenos días", "buenas tardes", "buenas noches", "gracias",
    "saludos", "ciao", "buongiorno", "buonasera", "salve", "grazie", "saluti", "signor", "signora", "olá", "oi", "bom dia", "boa tarde",
    "boa noite", "obrigado", "obrigada", "здравствуйте", "здравствуй", "привет", "добрый день", "добрый вечер", "доброе утро", "спасибо",
    "مرحبا", "السلام عليكم", "اهلا", "شكرا", "salam", "marhaba", "ahlan", "shukran", "नमस्ते", "नमस्कार", "हेलो", "धन्यवाद",
    "namaste", "namaskar", "dhanyavad", "chào", "xin chào", "cảm ơn", "dr",
)  # fmt: skip

# After these it comes at times: a word is taken for one that has a capital, or, in scripts without capitals, that was never heard.
_SELF = (
    "this is", "it's", "its", "i am", "i'm", "im", "doctor", "miss", "ms", "sir", "madam", "je suis", "c'est", "ici", "monsieur",
    "madame", "docteur", "ich bin", "hier ist", "soy", "señor", "señora", "doctora", "sono", "dottore", "dottoressa", "sou", "aqui é",
    "senhor", "senhora", "doutor", "doutora", "я", "это", "доктор", "انا", "معك", "دكتور", "دكتورة", "डॉक्टर", "मैं", "main",
    "bác sĩ", "chị", "anh", "em", "cô", "tôi là", "mình là", "em là",
)  # fmt: skip

_WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0900-\u0d7f'’-](?=\w)|[\u0900-\u0d7f])*"
)
_PAUSE = re.compile(r"[.!?,;:،؛؟。！？，；]")
_UNSPACED_NAME = re.compile(rf"({'|'.join(_NAMED_UNSPACED)})[\u4e00-\u9fff]{{1,4}}")

Row = tuple[str, ...]
Known = Callable[[str], bool]  # whether the bot knows a folded word


def _rows(said: Iterable[str]) -> frozenset[Row]:
    return frozenset(tokens(text) for text in said)


_NAMED_ROWS, _GREETING_ROWS, _SELF_ROWS = map(_rows, (_NAMED, _GREETING, _SELF))
_LONGEST_ROW = max(map(len, _NAMED_ROWS | _GREETING_ROWS | _SELF_ROWS))


def _unheard(_word: str) -> bool:
    return False


def redacted(text: str, known: Known = _unheard) -> str:
    """The text without what could lead to somebody, 200 characters of it at most."""
    plain = " ".join(text.split())
    for found, left in ((_MAIL, GONE), (_LINK, GONE), (_HANDLE, GONE), (_DIGITS, "#")):
        plain = found.sub(left, plain)
    plain = _UNSPACED_NAME.sub(rf"\1{GONE}", plain)
    for start, end in reversed(tuple(_names(plain, known))):
        plain = plain[:start] + GONE + plain[end:]
    return plain[: LONGEST - 1] + GONE if len(plain) > LONGEST else plain


def _names(text: str, known: Known) -> Iterator[tuple[int, int]]:
    """Where words stand that look like names, from the first to the last."""
    words = list(_WORD.finditer(text))
    said: list[str] = []  # the folded words so far
    shouted = text.upper() == text
    left, rows = (
        0,
        frozenset[Row](),
    )  # so many of the coming words may be a name, after words of these
    for i, word in enumerate(words):
        paused = bool(i and _PAUSE.search(text, words[i - 1].end(), word.start()))
        capital = word.group()[0].isupper() and not shouted
        heard = all(map(known, tokens(word.group())))
        named = left > 0 and _is_name(rows, left, paused, capital, heard, word.group()[0])
        if named:
            yield word.span()
        said += tokens(word.group())
        after = next(
            (r for r in (_NAMED_ROWS, _GREETING_ROWS, _SELF_ROWS) if _end_with(said, r)), None
        )
        if after is not None and not named:
            left, rows = 2, after
        else:
            left = left - 1 if named else 0


def _is_name(
    rows: frozenset[Row], left: int, paused: bool, capital: bool, heard: bool, letter: str
) -> bool:
    """Whether a word looks like a name at its place; the second word of a name has a capital, or is of a script that has none."""
    caseless = not letter.isupper() and letter.upper() == letter
    if left < 2:
        return not paused and (capital or (caseless and not heard))
    if rows is _NAMED_ROWS:
        return True
    if rows is _GREETING_ROWS:
        return not heard or (capital and not paused)
    return not paused and (capital or (caseless and not heard))


def _end_with(said: Sequence[str], rows: frozenset[Row]) -> bool:
    return any(tuple(said[-n:]) in rows for n in range(1, _LONGEST_ROW + 1))


# ---------------------------------------------------------------- which may be kept


def keepable(look: Look, scores: Sequence[Scores]) -> bool:
    """Whether nothing in a message, by any pattern or by any share of the model's above noise, has to do with somebody's safety."""
    named = any(h.target.kind == "redflags" or h.name in SAFETY for h in look.hits)
    heard = bool(scores) and all(part.shares for part in scores)
    return heard and not named and not look.stops and all(map(_harmless, scores))


def _harmless(scores: Scores) -> bool:
    signs = sum(share for name, share in scores.shares.items() if sign(name))
    return signs < POSSIBLE and all(scores.shares.get(name, 0.0) < NOISE for name in SAFETY)
