"""What a browser calls itself, in two words: enough to know one's own again, too little to follow anybody."""

from typing import Final

BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""By what it says; one that imitates another says both, and stands first."""

SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def short(header: str | None) -> str:
    """Return browser and system of a User-Agent header, `?` for what is not known."""
    said = (header or "")[:500]
    browser = next((name for mark, name in BROWSERS if mark in said), "?")
    system = next((name for mark, name in SYSTEMS if mark in said), "?")
    return f"{browser} · {system}"
