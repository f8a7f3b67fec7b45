"""The files that staff write: content, clinic, vocabularies, sign-offs. A file that cannot be parsed is named, with its line."""

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from smsbot.core.content.broken import Broken
from smsbot.core.conversation.talks import Talk, read_talk

PACKAGE = Path(__file__).resolve().parent.parent
CONTENT = PACKAGE / "content"
LOCALES = PACKAGE.parent / "locales"
MODEL = (
    PACKAGE.parent / "var" / "model"
)  # built from the languages' examples, not kept in the repository
TALKS = (
    PACKAGE.parent / "tests" / "transcripts"
)  # golden talks, which staff's words must not change
CONTENT_FILES = ("facts.toml", "topics.toml", "service.toml", "check.toml", "emergency.toml")


def read_toml(path: Path) -> dict[str, Any]:
    """The parsed file. Raises `Broken` where it is missing, not UTF-8, or not TOML (with line and column)."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Broken(str(path), "file", "does not exist") from None
    except OSError as error:
        raise Broken(str(path), "file", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Broken(str(path), "file", f"is not UTF-8 text (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise Broken(str(path), "file", f"is not valid TOML: {error}") from None


def read_content_files(folder: Path = CONTENT) -> dict[str, dict[str, Any]]:
    """The content files by name."""
    return {name: read_toml(folder / name) for name in CONTENT_FILES}


def language_folders(locales: Path = LOCALES) -> list[Path]:
    """The folders of all languages that have a vocabulary; a folder is all that a language needs."""
    return sorted(p.parent for p in locales.glob("*/vocabulary.toml"))


def tag_of(folder: Path) -> str:
    """The tag of the language that a folder holds: zh_Hans -> zh-Hans."""
    return folder.name.replace("_", "-")


def talks(folder: Path = TALKS) -> tuple[Talk, ...]:
    """The golden talks, by name; none where the folder is not there."""
    return tuple(
        read_talk(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("**/*.txt"))
    )


def state_of(paths: Iterable[Path]) -> str:
    """What changes when one of the files does; a file that is not there counts as one of no bytes."""
    whole = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.exists() else b""
        whole.update(f"{path.parent.name} {len(content)}\n".encode() + content)
    return whole.hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Puts `content` in the file's place, whole or not at all. Raises `Broken` where the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        aside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise Broken(str(path), "file", f"cannot be written: {error.strerror}") from None


def beside(folder: Path, limit: int = 100_000) -> Callable[[str], str]:
    """Gives the text of a file in the folder itself by its name; "" where there is none, or it is no text in UTF-8, or a long one."""

    def text_of(name: str) -> str:
        path = folder / name
        try:
            if path.resolve().parent != folder.resolve() or path.stat().st_size > limit:
                return ""
            return path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            return ""

    return text_of
