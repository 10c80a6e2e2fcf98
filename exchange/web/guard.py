"""Who a browser's call comes from: its session's cookie, and proof that the form is ours and not another site's."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.attempts import DEVICE_KEPT
from exchange.service import sessions
from exchange.web.errors import Forged
from exchange.web.form import Form

COOKIE: Final = "__Host-session"
DEVICE: Final = "__Host-device"
LANGUAGE: Final = "language"
YEAR_SECONDS: Final = 365 * 86_400

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    # A form's Origin header is hidden from ourselves under `no-referrer`; other sites still get nothing.
    "Referrer-Policy": "same-origin",
}
"""What every page bears beside the headers of all answers."""


def secret_of(request: Request) -> str | None:
    """Return the session's secret that a browser brings, or None."""
    return request.cookies.get(COOKIE) or None


def keep_secret(response: Response, secret: str) -> None:
    """Let the browser keep the session's secret, for this host and these pages only."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(sessions.LENGTH.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def forget_secret(response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def device_of(request: Request) -> str | None:
    """Return the secret of the browser itself, None where nobody signed in yet."""
    return request.cookies.get(DEVICE) or None


def keep_device(response: Response, secret: str) -> None:
    """Let the browser keep what tells it from a stranger's, beyond the end of the session."""
    age = int(DEVICE_KEPT.total_seconds())
    response.set_cookie(DEVICE, secret, max_age=age, path="/", secure=True, httponly=True, samesite="strict")


def keep_language(response: Response, code: str) -> None:
    """Let the browser remember the chosen language."""
    response.set_cookie(LANGUAGE, code, max_age=YEAR_SECONDS, path="/", httponly=True, samesite="lax")


def from_our_page(request: Request) -> None:
    """Raise Forged unless the browser says that one of our own pages sent the form."""
    if not is_from_our_page(request):
        raise Forged


def is_from_our_page(request: Request) -> bool:
    """Tell whether the browser says so: by Sec-Fetch-Site, by Origin, and by both where it sends both."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        return False
    hidden = origin == "null" and site == "same-origin"  # under a stricter Referrer-Policy than ours
    ours = origin is None or hidden or urlsplit(origin).netloc == request.headers.get("host", "")
    return ours and site in {None, "same-origin"}


def from_this_session(form: Form, secret: str) -> None:
    """Raise Forged unless the form was made for this session."""
    if not sessions.is_form_token(secret, form.get("token")):
        raise Forged


def way_back(path: str) -> str:
    """Return where to go after sign-in: an address of this node, whatever was asked for."""
    parts = urlsplit(path)
    plain = path.isascii() and path.isprintable() and "\\" not in path
    ours = plain and path.startswith("/") and not path.startswith("//") and not parts.scheme and not parts.netloc
    return path if ours else "/"
