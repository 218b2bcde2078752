"""What an import found, counted."""

from dataclasses import dataclass, fields


@dataclass
class Tally:
    """Numbers that the stage prints and keeps in metrics.json."""

    images: int = 0
    people: int = 0
    images_without_people: int = 0
    crowds: int = 0
    """COCO's annotations of many people at once; left out."""
    people_without_bodies: int = 0
    """In 3D nobody knows them; trust 0."""
    people_without_masks: int = 0
    people_of_other_cameras: int = 0
    """Their camera differs from that of their image's first person; moved into its world."""
    worlds_turned_over: int = 0
    """People whose file has its world upside down."""
    occlusions_corrected: int = 0
    """Labels that differed from the masks by more than 5 %."""
    images_turned: int = 0
    """BEDLAM's upright close-ups are stored lying."""

    def counts(self) -> dict[str, object]:
        """Numbers by name; of the rarer ones those that are not zero."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: n for key, n in found.items() if n or key in ("images", "people")}
