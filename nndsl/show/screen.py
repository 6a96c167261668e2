"""What a terminal can show, and a figure as it shows it best.

In: the environment's variables, whether a terminal is there, its width. Out: text for it. A terminal that says it takes
pictures by kitty's or iTerm2's protocol gets one, where vl-convert is installed to make it; another one gets
characters; what is no terminal gets sentences. `NO_COLOR` and `TERM=dumb` are respected. Nothing is asked of the
terminal itself: its answer would come in where a person types.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Literal

from nndsl.show import draw
from nndsl.show.canvas import Colours
from nndsl.show.figures import Figure
from nndsl.show.terminal import plain, terminal
from nndsl.values import value

Protocol = Literal["", "kitty", "iterm"]
CHUNK = 4096  # letters of kitty's messages
PIXELS = 9 * draw.SCALE  # of a PNG that a character is wide, about
COLOURFUL = ("iTerm.app", "WezTerm", "ghostty", "vscode", "Hyper", "rio")  # 24 bits, whatever else they say
POOR = ("linux", "ansi", "vt100", "vt220", "")  # no 256 colours, or not known to have them


@value
class Screen:
    """width: in characters. protocol: of pictures; empty where none is known to be understood."""

    is_terminal: bool = False
    width: int = 80
    colours: Colours = "none"
    protocol: Protocol = ""


def screen(environment: Mapping[str, str], is_terminal: bool, width: int) -> Screen:
    """What the environment says of the terminal."""
    kind = environment.get("TERM", "")
    if not is_terminal or kind == "dumb":
        return Screen(False, width)
    if environment.get("NO_COLOR"):
        return Screen(True, width)
    return Screen(True, width, _colours(environment, kind), _protocol(environment, kind))


def _colours(environment: Mapping[str, str], kind: str) -> Colours:
    if environment.get("COLORTERM") in ("truecolor", "24bit") or environment.get("TERM_PROGRAM") in COLOURFUL:
        return "full"
    return "none" if kind in POOR else "256"


def _protocol(environment: Mapping[str, str], kind: str) -> Protocol:
    """Within tmux and screen pictures do not get through."""
    if "TMUX" in environment or kind.startswith(("tmux", "screen")) or find_spec("vl_convert") is None:
        return ""
    program = environment.get("TERM_PROGRAM", "")
    if "KITTY_WINDOW_ID" in environment or kind in ("xterm-kitty", "xterm-ghostty") or program == "ghostty":
        return "kitty"
    return "iterm" if program in ("iTerm.app", "WezTerm") else ""


def shown(figure: Figure, screen: Screen) -> str:
    """The figure for this screen, without a newline at its end."""
    if not screen.is_terminal:
        return plain(figure)
    if screen.protocol:
        return SENDERS[screen.protocol](draw.png(figure), screen.width)
    return terminal(figure, screen.width, screen.colours)


def _columns(png: bytes, width: int) -> int:
    """How many characters wide a picture stands: as it is, or as wide as the terminal."""
    pixels: int = struct.unpack(">I", png[16:20])[0]
    return max(1, min(width, round(pixels / PIXELS)))


def _kitty(png: bytes, width: int) -> str:
    """The terminal graphics protocol of kitty: a PNG in pieces; `q=2` asks for no answer."""
    text = base64.b64encode(png).decode("ascii")
    pieces = [text[k : k + CHUNK] for k in range(0, len(text), CHUNK)]
    heads = [f"a=T,f=100,q=2,c={_columns(png, width)},"] + [""] * (len(pieces) - 1)
    last = len(pieces) - 1
    return "".join(
        f"\x1b_G{head}m={int(k < last)};{piece}\x1b\\"
        for k, (head, piece) in enumerate(zip(heads, pieces, strict=True))
    )


def _iterm(png: bytes, width: int) -> str:
    """The inline images protocol of iTerm2."""
    text = base64.b64encode(png).decode("ascii")
    return f"\x1b]1337;File=inline=1;size={len(png)};width={_columns(png, width)};preserveAspectRatio=1:{text}\a"


SENDERS: Mapping[str, Callable[[bytes, int], str]] = {"kitty": _kitty, "iterm": _iterm}
