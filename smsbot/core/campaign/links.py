"""Links in a text: what phones make a link of, where it leads, and whose page that is."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

URL = re.compile(r"(?:\w+://|www\.)\S+", re.IGNORECASE)
WHATSAPP = frozenset({"wa.me", "api.whatsapp.com", "chat.whatsapp.com", "whatsapp.com"})
_BARE_HOST = re.compile(r"(?<![\w@.-])(?:[\w-]+\.)+([^\W\d_]{2,})(?![\w@-])(?:/\S*)?")


def addresses(text: str, endings: frozenset[str]) -> Iterator[str]:
    """Links in the text, and words that phones make links of; no addresses of mail."""
    flat = unicodedata.normalize("NFKC", text)
    for match in URL.finditer(flat):
        yield match[0].rstrip(_AFTER_LINK)
    for match in _BARE_HOST.finditer(URL.sub(" ", flat)):
        if match[1].casefold() in endings:
            yield match[0].rstrip(_AFTER_LINK)


_AFTER_LINK = ".,;:!?)]}\"'»”"


def host_of(address: str) -> str:
    """The host to which an address leads, in small letters, without www; whoever stands before an @ is not it."""
    with_scheme = address if "://" in address else f"https://{address}"
    try:
        host = urlsplit(with_scheme).hostname or ""
    except ValueError:
        return ""
    return host.casefold().removeprefix("www.")


def is_own(host: str, own: frozenset[str]) -> bool:
    """Whether the host is one of these, or a part of one of them."""
    bare = {name.casefold().removeprefix("www.") for name in own}
    return bool(host) and any(host == name or host.endswith(f".{name}") for name in bare if name)
