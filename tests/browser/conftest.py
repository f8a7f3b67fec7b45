"""A running bot for the browser, whose own address is the one that is signed."""

from collections.abc import Iterator

import pytest

from tests.running import free_port, running


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = str(free_port())
    with running(
        tmp_path_factory.mktemp("browser"), PORT=port, PUBLIC_URL=f"http://127.0.0.1:{port}"
    ) as found:
        yield found.url
