"""A campaign's code and its keywords: how a code is made, and how both are found in what people send.

A code has the shape letter, digit, letter, letter, digit, letter: no word of any language has it, no price, date, postcode or
telephone number, and no auto-correct touches it. Its alphabet has one of each kind of look-alikes (2 but no Z, 5 but no S, 6 but
no G, 8 but no B; neither O, 0, D and Q nor I, 1 and L), no vowel, and no digit that reads as a vowel (3, 4), so that it spells
nothing. The last letter checks the others: one character wrong, or two letters changed about, is never another campaign's code.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..understanding.folding import tokens
from ..understanding.lexicon import one_slip

LETTERS = "CFHJKMNPRTWXY"  # 13 of them: a check by remainders needs a prime number
DIGITS = "256789"
SHAPE = (LETTERS, DIGITS, LETTERS, LETTERS, DIGITS)  # and the letter that checks
LENGTH = len(SHAPE) + 1
CODES = len(LETTERS) ** 3 * len(DIGITS) ** 2  # 79,092 codes
_WEIGHTS = (1, 2, 3, 5, 7)
# Campaigns that follow one another get codes that are nothing alike: a factor that shares none with the number of codes, 2²·3²·13³.
_STRIDE = 30_211
_APART = 3  # characters by which a new code differs from each other at least: then one slip leads to one code only

# Capitals of Cyrillic and Greek that look like Latin ones (and like 3 and 4).
_LATIN = str.maketrans(
    "АВСЕНІЈКМОРЅТУХҮԚԜЗЧ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ",
    "ABCEHIJKMOPSTYXYQW34" + "ABEZHIKMNOPTYXCJ",
)
# Latin capitals that look like digits.
_LOOKS = str.maketrans("OQDILZSGB", "000112568")
# What auto-correct puts into a code, or people between its halves.
_JOINTS = frozenset(" \t\n\r\u00a0\u2009\u202f-‐‑‒–—−_.·:'’")
LONGEST_JOINT = 3
FROM = 5  # letters of a keyword from which on a slip is forgiven


def make_code(number: int) -> str:
    """The code of a number from 1 to `CODES`; no two numbers have the same. Raises `ValueError` for any other number."""
    if not 1 <= number <= CODES:
        raise ValueError(f"there are codes for the numbers from 1 to {CODES}")
    rest = number * _STRIDE % CODES
    values = []
    for alphabet in SHAPE:
        rest, value = divmod(rest, len(alphabet))
        values.append(value)
    plain = "".join(alphabet[value] for alphabet, value in zip(SHAPE, values, strict=True))
    return plain + LETTERS[_check(values)]


def new_code(taken: Collection[str]) -> str:
    """The first code, counted from the number of those that are taken, that one slip in it never leads to any of them.

    Raises `ValueError` where there is none left.
    """
    for number in range(len(taken) + 1, CODES + 1):
        code = make_code(number)
        if all(_differ(code, other) >= _APART for other in taken):
            return code
    raise ValueError("there is no code left that is unlike all others")


def is_code(text: str) -> bool:
    """Whether `text` is a code that `make_code` makes, exactly as it writes it."""
    if len(text) != LENGTH:
        return False
    if any(c not in alphabet for c, alphabet in zip(text, (*SHAPE, LETTERS), strict=True)):
        return False
    values = [alphabet.index(c) for c, alphabet in zip(text, SHAPE, strict=False)]
    return text[-1] == LETTERS[_check(values)]


def _check(values: Iterable[int]) -> int:
    """The weighted sum modulo 13: no weight is a multiple of 13 and no two neighbours' are alike."""
    return sum(w * v for w, v in zip(_WEIGHTS, values, strict=True)) % len(LETTERS)


def _differ(one: str, other: str) -> int:
    """In how many places two codes differ; how much the lengths differ counts too."""
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


# ---------------------------------------------------------------- a code in a message


@dataclass(frozen=True, slots=True)
class Place:
    """A code that was found, and where in the message it stands."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Letters and digits side by side: as capitals (`plain`) and with all look-alikes as one (`shape`), and where they stand."""

    plain: str
    shape: str
    start: int
    end: int


def find_code(text: str, codes: Collection[str]) -> str | None:
    """The code of `codes` that stands in `text`, or that one slip has made something else of; None where none does."""
    place = place_of(text, codes)
    return place.code if place else None


def place_of(text: str, codes: Collection[str]) -> Place | None:
    """The same with its place. Codes that `make_code` did not make are found as they are, whole and in any capitals."""
    if not codes:
        return None
    plain, made = _kinds(frozenset(codes))
    pieces = _pieces(text)
    if not plain and not _has_digit(pieces):
        return None  # as most messages
    rows = list(_rows(pieces, text))
    return (
        next((_at(row, row.shape) for row in rows if row.shape in made), None)
        or next((_at(one, plain[one.plain]) for one in pieces if one.plain in plain), None)
        or next((found for one in pieces if (found := _grown(one, made))), None)
        or _nearly(rows, made)
    )


@lru_cache(maxsize=64)  # the same campaigns are looked for in each message
def _kinds(codes: frozenset[str]) -> tuple[dict[str, str], frozenset[str]]:
    """The codes that `make_code` did not make, under their capitals; and those that it made."""
    made = frozenset(filter(is_code, codes))
    return {code.upper(): code for code in codes - made}, made


def _at(piece: _Piece, code: str) -> Place:
    return Place(code, piece.start, piece.end)


def _nearly(rows: list[_Piece], made: frozenset[str]) -> Place | None:
    """What one slip has made of a code, unless it fits several, or is a code itself: of a campaign that is over."""
    found: dict[str, Place] = {}
    for row in rows:
        if 1 <= sum(map(str.isdigit, row.shape)) <= 3 and not is_code(row.shape):
            for code in made:
                if one_slip(row.shape, code):
                    found.setdefault(code, _at(row, code))
    return next(iter(found.values())) if len(found) == 1 else None


def _grown(piece: _Piece, made: frozenset[str]) -> Place | None:
    """The code that has grown together with a word: letters on its other side, and a digit of its own."""
    for part in (slice(0, LENGTH), slice(len(piece.shape) - LENGTH, None)):
        if len(piece.shape) > LENGTH and (code := piece.shape[part]) in made:
            own = piece.plain[part]
            if piece.plain.replace(own, "", 1).isalpha() and any(map(str.isdigit, own)):
                return _at(piece, code)
    return None


def _has_digit(pieces: Iterable[_Piece]) -> bool:
    """Whether a real digit is among the characters: what has letters only is a word, whatever its letters look like."""
    return any(c.isdigit() for piece in pieces for c in piece.plain)


def _rows(pieces: list[_Piece], text: str) -> Iterator[_Piece]:
    """What is as long as a code, give or take a slip, and has a digit: a piece, or several with nothing but joints between them.

    What is in several pieces has each character of a code at least.
    """
    for first, piece in enumerate(pieces):
        row = piece
        for following in (*pieces[first + 1 : first + LENGTH + 1], None):
            least = LENGTH - 1 if row is piece else LENGTH
            if least <= len(row.shape) <= LENGTH + 1 and _has_digit((row,)):
                yield row
            if following is None or len(row.shape) > LENGTH:
                break
            if not _joined(text[row.end : following.start]):
                break
            row = _Piece(
                row.plain + following.plain, row.shape + following.shape, row.start, following.end
            )


def _joined(between: str) -> bool:
    seen = [c for c in between if _read(c) is not None]
    return len(seen) <= LONGEST_JOINT and all(c in _JOINTS for c in seen)


def _pieces(text: str) -> list[_Piece]:
    """The letters and digits of Latin, and what looks like them, that stand side by side; marks that cannot be seen are passed over."""
    pieces: list[_Piece] = []
    plain: list[str] = []
    shape: list[str] = []
    start = end = 0
    for at, character in enumerate(text):
        said = _read(character)
        if said is None:
            continue
        for capital, twin in said:
            if not plain:
                start = at
            plain.append(capital)
            shape.append(twin)
            end = at + 1
        if not said and plain:
            pieces.append(_Piece("".join(plain), "".join(shape), start, end))
            plain, shape = [], []
    if plain:
        pieces.append(_Piece("".join(plain), "".join(shape), start, end))
    return pieces


@lru_cache(maxsize=4096)
def _read(character: str) -> tuple[tuple[str, str], ...] | None:
    """The capitals or digits that a character stands for, each with what it looks like; () for anything else, None for what is unseen."""
    if unicodedata.category(character) in ("Mn", "Cf", "Me"):
        return None
    found = []
    for one in unicodedata.normalize("NFKD", character):
        if unicodedata.category(one) in ("Mn", "Cf"):
            continue
        digit = unicodedata.decimal(one, None)
        for capital in (str(digit) if digit is not None else one.upper()).translate(_LATIN):
            if not (capital.isascii() and capital.isalnum()):
                return ()
            found.append((capital, capital.translate(_LOOKS)))
    return tuple(found)


# ---------------------------------------------------------------- a keyword that is the message


def _unknown(_word: str) -> bool:
    """Where nobody says what words mean."""
    return False


def find_keyword(
    text: str, keywords: Collection[str], known: Callable[[str], bool] = _unknown
) -> str | None:
    """The keyword that the whole message is, whatever its capitals, accents, marks and spaces; None where it is none.

    Where a keyword has five letters or more and the message begins alike, one slip is forgiven if it fits one keyword only and
    the message is no word that is `known` (folded) to mean something else.
    """
    said = as_typed(text)
    if not said:
        return None
    typed = {keyword: _folded(keyword) for keyword in keywords}
    same = [keyword for keyword, word in typed.items() if word == said]
    if same:
        return same[0]
    near = [keyword for keyword, word in typed.items() if slipped(said, word)]
    return near[0] if len(near) == 1 and not known(said) else None


@lru_cache(maxsize=1024)  # the same keywords are looked for in each message
def _folded(keyword: str) -> str:
    return as_typed(keyword)


def slipped(said: str, word: str) -> bool:
    """Whether a folded message is a folded keyword with a slip that is forgiven."""
    return len(word) >= FROM and said[:1] == word[0] and one_slip(said, word)


def as_typed(text: str) -> str:
    """A message of one word in the form in which keywords are compared; spaces do not count: auto-correct puts them in."""
    return "".join(tokens(text))
