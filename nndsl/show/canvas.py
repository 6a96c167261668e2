"""A rectangle of characters that is drawn on: dots of braille, half blocks, and letters.

In: places as shares of the rectangle, (0, 0) at the lower left, and colours. Out: lines of text with the escapes of
ANSI terminals. A character shows, the first that is there: a letter; braille, 2 x 4 dots in one colour; blocks, two
pixels one above the other. Blocks stay behind letters and dots as their background.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nndsl.diagnostics.location import columns
from nndsl.show.figures import Numbers
from nndsl.show.palette import INK, rgb

Colours = Literal["full", "256", "none"]
Ink = tuple[int, int, int] | None  # None: the terminal's own

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of the braille block, by row and column
SHADES = "█▓▒░ "  # from dark to light, where there are no colours
RESET = "\x1b[0m"


def ink(colour: str) -> Ink:
    """What a colour of a figure is on a terminal: black and the colour of texts are the terminal's own, for its page
    may be dark."""
    if colour in ("#000000", INK):
        return None
    red, green, blue = rgb(colour).astype(int).tolist()
    return red, green, blue


class Canvas:
    """columns, rows: in characters."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.blocks = np.zeros((2 * rows, columns, 3), np.uint8)  # the first row on top
        self.filled = np.zeros((2 * rows, columns), np.bool_)
        self.bits = np.zeros((rows, columns), np.int64)
        self.inks = np.full((rows, columns, 3), -1, np.int64)  # of the dots; -1: the terminal's own
        self.strength = np.ones((rows, columns))  # of the dots before blocks
        self.letters: dict[tuple[int, int], tuple[str, Ink]] = {}

    def dots(self, x: Numbers, y: Numbers, colours: list[Ink] | Ink, opacity: float = 1.0) -> None:
        """Dots at shares x, y: [n]. colours: one, or one for each. opacity: how far they hide blocks behind them."""
        inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
        column = np.minimum((x[inside] * self.columns * 2).astype(np.int64), self.columns * 2 - 1)
        row = np.minimum(((1 - y[inside]) * self.rows * 4).astype(np.int64), self.rows * 4 - 1)
        place = row // 4, column // 2
        np.bitwise_or.at(self.bits, place, DOTS[row % 4, column % 2])
        self.strength[place] = opacity
        if isinstance(colours, list):
            numbers = np.array([(-1, -1, -1) if c is None else c for c in colours], np.int64).reshape(-1, 3)
            self.inks[place] = numbers[inside]
        else:
            self.inks[place] = (-1, -1, -1) if colours is None else colours

    def line(self, x: Numbers, y: Numbers, colour: Ink, dashed: bool = False, opacity: float = 1.0) -> None:
        """A line through shares x, y: [n]; it breaks off where one is no number."""
        across, up = x * self.columns * 2, y * self.rows * 4
        known = np.isfinite(across) & np.isfinite(up)
        drawn = 0
        for k in range(len(x) - 1):
            if not (known[k] and known[k + 1]):
                continue
            far = max(abs(across[k + 1] - across[k]), abs(up[k + 1] - up[k]))
            steps = int(min(far, 8 * (self.columns + self.rows))) + 2
            share = np.linspace(0, 1, steps)
            if dashed:
                share = share[((np.arange(steps) + drawn) // 3) % 2 == 0]
                drawn += steps
            self.dots(x[k] + share * (x[k + 1] - x[k]), y[k] + share * (y[k + 1] - y[k]), colour, opacity)

    def fill(self, x0: float, x1: float, y0: float, y1: float, colour: str) -> None:
        """A rectangle of blocks; one that is there at all has a pixel."""
        left, right = _pixels(x0, x1, self.columns)
        low, high = _pixels(y0, y1, self.rows * 2)
        part = slice(2 * self.rows - high, 2 * self.rows - low), slice(left, right)
        self.blocks[part], self.filled[part] = rgb(colour).astype(np.uint8), True

    def picture(self, pixels: NDArray[np.uint8], x0: float, x1: float, y0: float, y1: float) -> None:
        """pixels: [rows, columns, 3], the first row on top; each block has the mean of those it covers."""
        left, right = _pixels(x0, x1, self.columns)
        low, high = _pixels(y0, y1, self.rows * 2)
        if right > left and high > low:
            part = slice(2 * self.rows - high, 2 * self.rows - low), slice(left, right)
            self.blocks[part], self.filled[part] = _resized(pixels, high - low, right - left), True

    def mark(self, column: int, row: int, letter: str, colour: Ink) -> None:
        """One letter in place of whatever is there."""
        if 0 <= column < self.columns and 0 <= row < self.rows:
            self.letters[row, column] = letter, colour

    def write(self, column: int, row: int, text: str, colour: Ink) -> None:
        """Letters from a place on, counted from the upper left; what is written already stays. A wide letter has two
        places, the second of which is empty."""
        for letter in text:
            places = [(row, column + k) for k in range(columns(letter))]
            free = all(0 <= at < self.columns and (row, at) not in self.letters for _, at in places)
            if free and 0 <= row < self.rows:
                self.letters |= {place: (letter if k == 0 else "", colour) for k, place in enumerate(places)}
            column += len(places)

    def lines(self, colours: Colours) -> list[str]:
        """What was drawn, each line as wide as the canvas."""
        return [self._line(row, colours) for row in range(self.rows)]

    def _line(self, row: int, colours: Colours) -> str:
        parts: list[str] = []
        state = ""
        for column in range(self.columns):
            letter, fore, back = self._cell(row, column, colours)
            wanted = style(fore, back, colours)
            if wanted != state:
                parts.append((RESET if state else "") + wanted)
                state = wanted
            parts.append(letter)
        return "".join(parts) + (RESET if state else "")

    def _cell(self, row: int, column: int, colours: Colours) -> tuple[str, Ink, Ink]:
        """A character, its colour, and that behind it."""
        upper, lower = (self._block(2 * row + k, column) for k in (0, 1))
        behind = upper or lower
        if upper and lower:
            behind = ((upper[0] + lower[0]) // 2, (upper[1] + lower[1]) // 2, (upper[2] + lower[2]) // 2)
        if (row, column) in self.letters:
            letter, fore = self.letters[row, column]
            return letter, _readable(fore, behind), behind
        if self.bits[row, column]:
            found = self.inks[row, column]
            fore = None if found[0] < 0 else (int(found[0]), int(found[1]), int(found[2]))
            seen = _mixed(_readable(fore, behind), behind, float(self.strength[row, column]))
            return chr(0x2800 + int(self.bits[row, column])), seen, behind
        if not behind:
            return " ", None, None
        if colours == "none":
            light = sum(behind) / 765
            return SHADES[min(int(light * len(SHADES)), len(SHADES) - 1)], None, None
        if upper == lower:
            return " ", None, upper
        return ("▀", upper, lower) if upper else ("▄", lower, None)

    def _block(self, row: int, column: int) -> Ink:
        if not self.filled[row, column]:
            return None
        red, green, blue = self.blocks[row, column].tolist()
        return red, green, blue


def _pixels(low: float, high: float, count: int) -> tuple[int, int]:
    """From which pixel to which: at least one."""
    first = int(np.clip(round(low * count), 0, count))
    last = int(np.clip(round(high * count), 0, count))
    if last == first and high > low and 0 <= low < 1:
        first, last = min(first, count - 1), min(first, count - 1) + 1
    return first, last


def _resized(pixels: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """The means of as many source pixels as fall to each."""
    found = pixels.astype(np.float64)
    for axis, count in ((0, rows), (1, columns)):
        edges = np.linspace(0, found.shape[axis], count + 1)
        first = np.minimum(edges[:-1].astype(np.int64), found.shape[axis] - 1)
        sums = np.add.reduceat(found, first, axis=axis)
        widths = np.maximum(np.diff(np.append(first, found.shape[axis])), 1)
        found = sums / (widths[:, None, None] if axis == 0 else widths[None, :, None])
    return np.round(found).astype(np.uint8)


def _readable(fore: Ink, behind: Ink) -> Ink:
    """The terminal's own colour may be unreadable on blocks, whose colour it does not know: dark or light there."""
    if fore is not None or behind is None:
        return fore
    return (255, 255, 255) if sum(behind) < 330 else (31, 35, 40)


def _mixed(fore: Ink, behind: Ink, opacity: float) -> Ink:
    """A colour before another."""
    if fore is None or behind is None or opacity >= 1:
        return fore
    red, green, blue = (round(a * opacity + b * (1 - opacity)) for a, b in zip(fore, behind, strict=True))
    return red, green, blue


def style(fore: Ink, back: Ink, colours: Colours, extra: str = "") -> str:
    """The escape that sets colours; empty where nothing is set."""
    codes = [extra] if extra and colours != "none" else []
    if colours == "full":
        codes += [f"{kind};2;{c[0]};{c[1]};{c[2]}" for kind, c in ((38, fore), (48, back)) if c is not None]
    elif colours == "256":
        codes += [f"{kind};5;{_cube(c)}" for kind, c in ((38, fore), (48, back)) if c is not None]
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def _cube(colour: tuple[int, int, int]) -> int:
    """The nearest of the 6 x 6 x 6 colours, or of the 24 greys for what is nearly grey."""
    if max(colour) - min(colour) < 12:
        level = sum(colour) / 3
        return 16 if level < 4 else 231 if level > 246 else 232 + min(int((level - 3) / 10), 23)
    red, green, blue = (0 if c < 48 else 1 if c < 115 else (c - 35) // 40 for c in colour)
    return 16 + 36 * red + 6 * green + blue
