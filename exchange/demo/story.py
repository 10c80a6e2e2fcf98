"""The story as data: its requests and its steps, read from `story.toml`."""

import tomllib
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.vocabulary import ActKind, Role


class Step(BaseModel):
    """One step: the clock moves, an act is done, or a request is only looked at; then what must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str | None = None
    clock: str | None = None
    request: str | None = None
    act: ActKind | None = None
    by: str | None = None
    role: Role = Role.SYSTEM
    drafter: Role = Role.OFFICER
    signed: Role | None = None
    returned: str | None = None
    first: dict[str, Any] = Field(default_factory=dict)
    waits: bool = False
    fields: dict[str, Any] = Field(default_factory=dict)
    changes: dict[str, Any] = Field(default_factory=dict)
    state: str | None = None
    facts: dict[str, bool] = Field(default_factory=dict)
    due: dict[str, str] = Field(default_factory=dict)
    duty: dict[str, str] = Field(default_factory=dict)
    refused: str | None = None


class Story(BaseModel):
    """The first moment, the requests by name with their requesting authority under `by`, and the steps in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: str
    request: dict[str, dict[str, Any]]
    step: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def names_known(self) -> "Story":
        """Check that every step names a request of the story."""
        unknown = {step.request for step in self.step if step.request} - set(self.request)
        if unknown:
            raise ValueError(f"unknown requests: {sorted(unknown)}")
        return self

    def requesting(self, request: str) -> str:
        """Return the code of the authority that sends a request."""
        code: str = self.request[request]["by"]
        return code

    def submission(self, request: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Return the body that submits a request."""
        fields = {name: value for name, value in self.request[request].items() if name != "by"}
        return fields | {"language": "ru"} | changes


def read() -> Story:
    """Read the story that comes with the product."""
    return Story.model_validate(tomllib.loads(files(__package__).joinpath("story.toml").read_text("utf-8")))
