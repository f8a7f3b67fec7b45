"""Alive, ready, and measured."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify

from smsbot.ports import Health


def blueprint(
    health: Callable[[], Mapping[str, Health]], metrics: Callable[[], tuple[bytes, str]]
) -> Blueprint:
    """/healthz, /readyz and /metrics."""
    doors = Blueprint("health", __name__)

    @doors.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain")

    @doors.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Ready while one store is there: without Redis the bot forgets the talk, without SQL withdrawals wait in the outbox."""
        states = health()
        ready = any(states[name].ok for name in ("redis", "sql"))
        whole = all(state.ok for state in states.values() if state.needed)
        body = {
            "ready": ready,
            "degraded": not whole,
            **{
                name: {"ok": s.ok, **({"detail": s.detail} if s.detail else {}), **s.extra}
                for name, s in states.items()
            },
        }
        return jsonify(body), 200 if ready else 503

    @doors.get("/metrics")
    def measured() -> Response:
        body, kind = metrics()
        return Response(body, content_type=kind)

    return doors
