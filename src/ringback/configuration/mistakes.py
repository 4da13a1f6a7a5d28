"""What is wrong with a configuration file."""

from collections.abc import Sequence

import msgspec

from ringback.errors import NeverPossible


class Mistake(msgspec.Struct, frozen=True):
    """One mistake and its place: the line (0: the file as a whole) and the path, such as services.support.trunk."""

    line: int
    path: str
    text: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{place}: {self.text}" if place else self.text


class InvalidConfiguration(NeverPossible):
    """The file has mistakes, and nothing of it was taken."""

    code = "invalid-configuration"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes), mistakes=list(mistakes))
        self.mistakes = tuple(mistakes)
