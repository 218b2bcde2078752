"""A finding of the doctor: one fault, one line."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One fault."""

    kind: str
    where: str
    """The file, image or person."""
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.text}"


def one_line(text: object) -> str:
    """Take line breaks and control characters out of what a file or a library says."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
