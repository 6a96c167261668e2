"""Reads `from "pictures/", size=[28, 28], channels=1`: what all pictures of a folder are to be made alike in.

In: the settings after the folder's name. Out: a `PictureForm`. Whether the folder holds pictures is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nndsl.data.spec import PictureForm
from nndsl.data.words import listed
from nndsl.diagnostics import Label, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.syntax import ast

SETTINGS = ("size", "channels")


def read_form(settings: Sequence[ast.OptionArgument], constants: Mapping[str, float]) -> PictureForm:
    """The form that the settings say."""
    given: dict[str, ast.OptionArgument] = {}
    for setting in settings:
        key = setting.value.text if isinstance(setting.value, ast.Name) else ""
        if setting.default is None or key not in SETTINGS:
            raise fault(
                "E0207" if setting.default is not None else "E0202",
                f"`from` takes one source, and of a folder of pictures {listed(SETTINGS)}; found `{setting.span.text}`",
                setting.span,
                help=did_you_mean(key, SETTINGS) or 'as in `from "pictures/", size=[28, 28]`',
            )
        if key in given:
            raise fault(
                "E0208", f"`{key}` is given twice", setting.span, labels=(Label(given[key].span, "first here"),)
            )
        given[key] = setting
    if not given:
        return PictureForm()
    span = settings[0].span.to(settings[-1].span)
    size, channels = given.get("size"), given.get("channels")
    return PictureForm(_size(size, constants) if size else None, _channels(channels) if channels else None, span)


def _size(setting: ast.OptionArgument, constants: Mapping[str, float]) -> tuple[int, int]:
    """Height and width; one number is both."""
    assert setting.default is not None
    said = setting.default.items if isinstance(setting.default, ast.List) else (setting.default, setting.default)
    numbers = [_whole(item, constants) for item in said]
    if len(numbers) != 2 or None in numbers:
        raise fault(
            "E0202",
            f"`size` takes a height and a width in pixels, found `{setting.default.span.text}`",
            setting.default.span,
            help="as in `size=[28, 28]`; `size=28` is the same",
        )
    height, width = numbers
    assert height is not None and width is not None
    return height, width


def _whole(item: ast.Expr, constants: Mapping[str, float]) -> int | None:
    """A whole number from 1, as it stands or by its name."""
    number = item.value if isinstance(item, ast.Number) else None
    if isinstance(item, ast.Name):
        number = constants.get(item.text)
    return int(number) if number is not None and number >= 1 and number == int(number) else None


def _channels(setting: ast.OptionArgument) -> int:
    assert setting.default is not None
    value = setting.default.value if isinstance(setting.default, ast.Number) else None
    if value not in (1, 3):
        raise fault(
            "E0202",
            f"`channels` is 1 (grey) or 3 (red, green, blue), found `{setting.default.span.text}`",
            setting.default.span,
        )
    return int(value)
