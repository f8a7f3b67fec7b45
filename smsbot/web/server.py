"""How gunicorn serves the application. It is read as gunicorn's configuration file, so its names are gunicorn's settings.

One turn takes about a millisecond and waits for nothing slow, so plain processes serve it best: threads that share a process meet
in the interpreter's lock around the Redis client (`make bench` shows it). Behind a router that buffers requests, as every host's
does, a slow client does not hold a process.
"""

import gc
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
from typing import Any

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2 * multiprocessing.cpu_count() + 1)
worker_class = "sync"
preload_app = True  # one start for all processes, and most of their memory shared
timeout = 30
graceful_timeout = 15
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
accesslog = None  # the bot writes its own line for each turn; a request line would hold what people must not find in a log
errorlog = "-"
loglevel = "warning"
control_socket_disable = True

# The processes' counters are gathered from files; the folder has to be known before the first counter is made.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="smsbot-metrics-"))


def when_ready(_server: object) -> None:
    """Sets what was loaded apart from what comes and goes, before the processes part, so that they go on sharing it."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Has a process take up what staff published, and follow it, once it has parted from the others."""
    _extension(worker, "smsbot.start")()


def worker_exit(_server: object, worker: Any) -> None:
    """Ends a process without its libraries' last words.

    ONNX Runtime waits at the end for a thread that stayed with the parent when this process was forked, and aborts. What we have
    to put away ourselves is put away before.
    """
    _extension(worker, "smsbot.stop")()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def on_exit(_server: object) -> None:
    """Removes the counters of a server that ended."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def child_exit(_server: object, worker: object) -> None:
    """Takes the counters of a process that ended out of the gauges."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined, no-untyped-call]


def _extension(worker: Any, name: str) -> Any:
    """What the application left for its processes; an application that left nothing (the benchmark's floor) has nothing to do."""
    return getattr(worker.app.callable, "extensions", {}).get(name, bool)
