"""Pages set sideways or upside down: their lines are laid out as if upright, and turned back."""

from dataclasses import dataclass

from corpus.reading.pdf.characters import Char
from corpus.types import Box


@dataclass(frozen=True, slots=True)
class Turn:
    """How the words of a page run, by PDFium's angle in quarter turns, and the page's size.

    `width` and `height` are those of the unrotated page, in points.
    """

    quarters: int
    width: float
    height: float

    def upright(self, box: Box) -> Box:
        """A box of the page where it would be if the words ran left to right."""
        match self.quarters:
            case 1:
                return Box(self.height - box.y1, box.x0, self.height - box.y0, box.x1)
            case 2:
                return self._half(box)
            case 3:
                return Box(box.y0, self.width - box.x1, box.y1, self.width - box.x0)
            case _:
                return box

    def upright_char(self, char: Char) -> Char:
        """A character, its box upright."""
        box = self.upright(Box(char.x0, char.y0, char.x1, char.y1))
        return Char(char.text, box.x0, box.y0, box.x1, box.y1, char.size)

    def back(self, box: Box) -> Box:
        """An upright box where it is on the page."""
        match self.quarters:
            case 1:
                return Box(box.y0, self.height - box.x1, box.y1, self.height - box.x0)
            case 2:
                return self._half(box)
            case 3:
                return Box(self.width - box.y1, box.x0, self.width - box.y0, box.x1)
            case _:
                return box

    def _half(self, box: Box) -> Box:
        return Box(
            self.width - box.x1, self.height - box.y1, self.width - box.x0, self.height - box.y0
        )

    @property
    def upright_height(self) -> float:
        """Height of the page as it is read."""
        return self.width if self.quarters % 2 else self.height
