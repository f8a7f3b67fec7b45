"""What every page of ours tells the browser: nothing runs or is drawn that is not a file of ours, and nobody frames or keeps it."""

from typing import Literal


def hardened(
    forms: Literal["'none'", "'self'"], referrer: Literal["no-referrer", "same-origin"]
) -> dict[str, str]:
    """The headers of a page that sends its forms nowhere, or to us; and whom a link followed from it is told of."""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        f"form-action {forms}",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": referrer,
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
