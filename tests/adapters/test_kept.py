"""What took long to work out is kept for its state, and nothing else is taken for it."""

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from smsbot.adapters.kept import STATES, kept


@dataclass(frozen=True)
class Row:
    words: tuple[str, ...]
    fillers: frozenset[str] = frozenset()


class Maker:
    """Counts how often it is asked."""

    def __init__(self, value: object) -> None:
        self.value, self.asked = value, 0

    def __call__(self) -> object:
        self.asked += 1
        return self.value


ROW = Row(("息", "words"), frozenset({"please"}))


def test_a_value_is_made_once_for_each_state(tmp_path: Path) -> None:
    make = Maker(ROW)
    assert [kept(tmp_path, "rows", state, make, [Row]) for state in ("a", "a", "b", "b")] == [
        ROW
    ] * 4
    assert make.asked == 2


def test_of_many_states_the_newest_are_kept_and_of_other_names_all(tmp_path: Path) -> None:
    kept(tmp_path, "others", "a", Maker(ROW), [Row])
    for number in range(5):
        kept(tmp_path, "rows", str(number), Maker(ROW), [Row])
        os.utime(tmp_path / f"rows-{number}.pickle", (number, number))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"others-a.pickle", "rows-3.pickle", "rows-4.pickle"}
    assert len(names) == STATES + 1


class Runs:
    """What runs something when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


def test_what_somebody_put_there_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "rows-a.pickle").write_bytes(pickle.dumps(Runs(tmp_path / "ran")))
    assert kept(tmp_path, "rows", "a", Maker(ROW), [Row]) == ROW
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"x", pickle.dumps(ROW)[:-9], pickle.dumps(ROW)])
def test_what_cannot_be_read_or_is_of_another_class_is_made_anew(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "rows-a.pickle").write_bytes(content)
    assert kept(tmp_path, "rows", "a", Maker(7), []) == 7
    assert kept(tmp_path, "rows", "a", Maker(8), []) == 7


def test_where_nothing_can_be_written_it_is_made_each_time(tmp_path: Path) -> None:
    make = Maker(ROW)
    (tmp_path / "file").write_text("no folder")
    for _ in range(2):
        assert kept(tmp_path / "file", "rows", "a", make, [Row]) == ROW
    assert make.asked == 2
