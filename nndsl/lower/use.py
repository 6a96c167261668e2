"""One call of a built-in function: its values, and faults about them."""

from __future__ import annotations

from typing import Any

from nndsl.diagnostics import Fault, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.ir import build as b
from nndsl.lower.frame import Frame
from nndsl.lower.values import Tensor, count_words, value_words
from nndsl.semantics.builtins import BUILTINS
from nndsl.values import value


@value
class Use:
    """One call: its values, and where it stands."""

    name: str
    values: list[Any]
    keys: dict[str, Any]
    frame: Frame
    span: Span

    @property
    def site(self) -> Span:
        return self.frame.at(self.span)

    def wrong(self, message: str) -> Fault:
        return fault("E0203", message, self.span, notes=(f"it is called as `{BUILTINS[self.name].signature}`",))

    def arguments(self, least: int, most: int, *names: str) -> list[Any]:
        """The values by place, and those by name behind them (None where one is left out)."""
        for key in self.keys:
            if key not in names:
                hint = did_you_mean(key, names)
                raise fault(
                    "E0203",
                    f"`{self.name}` has no parameter `{key}`",
                    self.span,
                    notes=(f"it is called as `{BUILTINS[self.name].signature}`",),
                    help=hint,
                )
        if not least <= len(self.values) <= most:
            takes = f"{least}" if least == most else f"{least} to {most}"
            given = count_words(len(self.values)) + (" is" if len(self.values) == 1 else " are")
            raise self.wrong(f"`{self.name}` takes {takes} value{'' if takes == '1' else 's'}, but {given} given")
        return [*self.values, *[None] * (most - len(self.values)), *[self.keys.get(name) for name in names]]

    def tensor(self, value: Any) -> Tensor:
        """A tensor; a number becomes one."""
        if isinstance(value, Tensor):
            return value
        if isinstance(value, int | float):
            return Tensor(b.const(float(value), origin=self.site), (), False, "real", self.site)
        raise fault("E0206", f"`{self.name}` takes a tensor, not {value_words(value)}", self.span)

    def whole(self, value: Any, what: str, least: int = 1) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise fault(
                "E0206", f"{what} of `{self.name}` is a whole number from {least}, not {value_words(value)}", self.span
            )
        return value
