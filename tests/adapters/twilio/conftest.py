"""A local carrier for the tests of the room, in one process for all of a file's tests."""

from collections.abc import Iterator

import pytest

from tests.carrier import LocalCarrier, local_carrier


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCarrier]:
    with local_carrier(tmp_path_factory.mktemp("carrier")) as carrier:
        yield carrier


@pytest.fixture
def carrier(process: LocalCarrier) -> LocalCarrier:
    """The carrier without a script."""
    process.script()
    return process
