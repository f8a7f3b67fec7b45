"""The countries that a person on the phone page may write from, each with a hundred numbers that belong to nobody."""

from collections.abc import Iterator
from dataclasses import dataclass

from smsbot.core.people.fiction import is_fictional

FIRST = 23  # which of the hundred numbers a visitor begins with


@dataclass(frozen=True, slots=True)
class Country:
    """A country (ISO 3166-1 alpha-2) and its numbers: `prefix` as people write it, without the last two digits."""

    code: str
    name: str
    prefix: str

    def __post_init__(self) -> None:
        for number in self.numbers():
            if not is_fictional(number):
                raise ValueError(f"the numbers of {self.code} are not reserved for fiction")

    def numbers(self) -> Iterator[str]:
        """The hundred numbers in E.164."""
        digits = "+" + "".join(c for c in self.prefix if c.isdigit())
        return (f"{digits}{n:02}" for n in range(100))

    @property
    def flag(self) -> str:
        """The country's flag: its two letters as regional indicators."""
        return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in self.code)

    def shown(self) -> dict[str, str]:
        """The country as the page reads it: `number` the first that a visitor gets, `written` as people write its beginning."""
        return {
            "code": self.code,
            "name": self.name,
            "flag": self.flag,
            "number": next(n for i, n in enumerate(self.numbers()) if i == FIRST),
            "written": self.prefix,
        }


# Where a country reserves no numbers for fiction, its national number begins with 000, which no plan can assign.
_TABLE = (
    ("CA", "Canada (Montreal)", "+1 514 555 01"),
    ("US", "United States", "+1 212 555 01"),
    ("GB", "United Kingdom", "+44 7700 900 1"),
    ("FR", "France", "+33 6 39 98 01 "),
    ("AE", "United Arab Emirates", "+971 000 555 01"),
    ("AU", "Australia", "+61 000 555 01"),
    ("BD", "Bangladesh", "+880 000 555 01"),
    ("BR", "Brazil", "+55 000 555 01"),
    ("CN", "China", "+86 000 555 01"),
    ("DE", "Germany", "+49 000 555 01"),
    ("EG", "Egypt", "+20 000 555 01"),
    ("ES", "Spain", "+34 000 555 01"),
    ("GR", "Greece", "+30 000 555 01"),
    ("HK", "Hong Kong", "+852 000 555 01"),
    ("HT", "Haiti", "+509 000 555 01"),
    ("ID", "Indonesia", "+62 000 555 01"),
    ("IL", "Israel", "+972 000 555 01"),
    ("IN", "India", "+91 000 555 01"),
    ("IR", "Iran", "+98 000 555 01"),
    ("IT", "Italy", "+39 000 555 01"),
    ("JP", "Japan", "+81 000 555 01"),
    ("KE", "Kenya", "+254 000 555 01"),
    ("KR", "South Korea", "+82 000 555 01"),
    ("MX", "Mexico", "+52 000 555 01"),
    ("NL", "Netherlands", "+31 000 555 01"),
    ("PH", "Philippines", "+63 000 555 01"),
    ("PK", "Pakistan", "+92 000 555 01"),
    ("PL", "Poland", "+48 000 555 01"),
    ("PT", "Portugal", "+351 000 555 01"),
    ("RO", "Romania", "+40 000 555 01"),
    ("SA", "Saudi Arabia", "+966 000 555 01"),
    ("SE", "Sweden", "+46 000 555 01"),
    ("TH", "Thailand", "+66 000 555 01"),
    ("TR", "Turkey", "+90 000 555 01"),
    ("TW", "Taiwan", "+886 000 555 01"),
    ("UA", "Ukraine", "+380 000 555 01"),
    ("VN", "Vietnam", "+84 000 555 01"),
)


def known_countries() -> tuple[Country, ...]:
    """The countries that the page offers unless it is given others."""
    return tuple(Country(*row) for row in _TABLE)
