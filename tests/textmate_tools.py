"""A small TextMate engine: what a grammar of `match` and `begin`/`end` rules says of a text, line by line."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

Rule = dict[str, Any]
Found = tuple[int, int, str]  # characters from, to, and the innermost scope


class Engine:
    def __init__(self, grammar: Rule) -> None:
        self.grammar = grammar
        self.stack: list[Rule] = [{"patterns": grammar["patterns"]}]

    def tokens(self, text: str) -> list[Found]:
        found: list[Found] = []
        at = 0
        for line in text.splitlines(keepends=True):
            bare = line.rstrip("\r\n")
            found += [(at + start, at + end, scope) for start, end, scope in self._line(bare)]
            at += len(line)
        return found

    def _line(self, line: str) -> list[Found]:
        found: list[Found] = []
        place = 0
        seen: set[tuple[int, int]] = set()  # rules that began here without taking a character
        while place <= len(line):
            best = self._best(line, place)
            if best is None:
                break
            match, rule, ends = best
            captures = "endCaptures" if ends else "beginCaptures" if "begin" in rule else "captures"
            found += _captured(match, rule, captures)
            if ends:
                self.stack.pop()
            elif "begin" in rule:
                assert (match.end(), id(rule)) not in seen, "this grammar never comes to an end"
                seen.add((match.end(), id(rule)))
                self.stack.append(rule)
            elif match.end() == place:
                place += 1
                continue
            place = match.end()
        return found

    def _best(self, line: str, place: int) -> tuple[re.Match[str], Rule, bool] | None:
        """The match that begins first; of several, that of the end, then that of the first rule."""
        top = self.stack[-1]
        rules = [(top, True)] if "end" in top else []
        rules += [(rule, False) for rule in self._flat(top["patterns"])]
        best: tuple[re.Match[str], Rule, bool] | None = None
        for rule, ends in rules:
            expression = rule["end"] if ends else rule.get("match", rule.get("begin"))
            match = compiled(expression).search(line, place)
            if match is not None and (best is None or match.start() < best[0].start()):
                best = match, rule, ends
        return best

    def _flat(self, patterns: list[Rule]) -> list[Rule]:
        flat: list[Rule] = []
        for rule in patterns:
            if "include" in rule:
                rule = self.grammar["repository"][rule["include"].removeprefix("#")]
            flat += [rule] if "match" in rule or "begin" in rule else self._flat(rule["patterns"])
        return flat


@cache
def compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def _captured(match: re.Match[str], rule: Rule, captures: str) -> list[Found]:
    if "name" in rule:
        return [(*match.span(), rule["name"])]
    named = rule.get(captures, {})
    return [(*match.span(int(number)), scope["name"]) for number, scope in named.items() if match[int(number)]]
