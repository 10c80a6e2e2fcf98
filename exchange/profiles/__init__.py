"""Treaties as data: reads the profiles that come with the product."""

import hashlib
import tomllib
from importlib.resources import files

from exchange.core.request import ProfileRef
from exchange.core.scene import Reading
from schemas.profile import Force, Profile


def reading_of(source: bytes) -> Reading:
    """Return a profile with its reference; raise ValueError when the text is no lawful profile."""
    profile = Profile.model_validate(tomllib.loads(source.decode()), strict=False)
    digest = hashlib.sha256(source).hexdigest()
    return Reading(profile, ProfileRef(profile.id, profile.version, digest))


def protocol_source() -> bytes:
    """Return the bytes of the Protocol's profile that new requests pin."""
    return files(__package__).joinpath("protocol.toml").read_bytes()


def force() -> Force:
    """Return when the Protocol comes into force and ends for a state."""
    source = files(__package__).joinpath("force.toml").read_text("utf-8")
    return Force.model_validate(tomllib.loads(source))
