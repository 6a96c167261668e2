"""The command line as a table, and how its words are read.

In: the words after `nndsl`. Out: `Words` (a verb, its subject, values of flags), or a `Usage` that says what was
meant. Options may stand before and after the verb; a file alone means `run`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nndsl.diagnostics.suggest import did_you_mean
from nndsl.values import value

DEVICES = ("auto", "cpu", "cuda")
STAGES = ("ast", "ir", "fused", "plan", "kernels")
NARROWEST = 20  # of a line that `fmt` writes
PRECISIONS = ("float32", "float64")


@value
class Flag:
    """value: what stands for it in the help; empty where it takes none. choices: the only values. several: may be
    repeated.
    """

    name: str
    value: str
    meaning: str
    choices: tuple[str, ...] = ()
    several: bool = False


@value
class Verb:
    """subject: what follows it, in the help; empty where nothing does. flags: those it takes beside the common ones."""

    name: str
    subject: str
    meaning: str
    flags: tuple[str, ...] = ()


FLAGS = (
    Flag("--set", "NAME=VALUE", "another value for a `let` or a setting; may be repeated", several=True),
    Flag("--seed", "N", "the seed of all random numbers"),
    Flag("--device", "NAME", "auto or cpu", DEVICES),
    Flag("--threads", "N", "how many processor cores are used"),
    Flag("--json", "", "results as JSON, one object a line"),
    Flag("--quiet", "", "results and faults only: no progress, no notes"),
    Flag("--stage", "NAME", "ast, ir, fused, plan or kernels", STAGES),
    Flag("--replay", "FILE", "a session over again: entries with or without prompts"),
    Flag("--tcp", "PORT", "messages of one editor at a port, instead of on standard input"),
    Flag("--precision", "NAME", "float32 or float64", PRECISIONS),
    Flag("--check", "", "writes nothing, and says what would change: exit code 1 if anything does"),
    Flag("--diff", "", "writes nothing, and shows what would change, line by line"),
    Flag("--width", "N", "how long a line of code may be"),
    Flag("--error-format", "NAME", "human or json", ("human", "json")),
    Flag("--no-color", "", "plain text; so does the variable NO_COLOR"),
    Flag("--debug", "", "Python's own traceback where nndsl fails"),
    Flag("--help", "", "this page"),
    Flag("--version", "", "the version"),
)
COMMON = ("--error-format", "--no-color", "--debug", "--help", "--version")
SCRIPT = ("--set", "--seed", "--device", "--threads", "--precision")
SHORT = {"-h": "--help", "-V": "--version", "-q": "--quiet"}

VERBS = (
    Verb("run", "FILE", "checks a script and carries it out", (*SCRIPT, "--json", "--quiet")),
    Verb("check", "FILE", "checks a script: names, shapes, data, method", (*SCRIPT, "--quiet")),
    Verb(
        "fmt",
        "FILE...",
        "brings scripts into their one form; `-` is a text from elsewhere",
        ("--check", "--diff", "--width", "--quiet"),
    ),
    Verb("fix", "FILE...", "makes the certain changes that `check` suggests", ("--check", "--diff")),
    Verb("repl", "[FILE]", "a prompt; a script is carried out first", (*SCRIPT, "--quiet", "--replay")),
    Verb("explain", "CODE", "what a code means, with a wrong and a right example"),
    Verb("doc", "[NAME...]", "what is said of a name, a chapter of the manual, or a search"),
    Verb("ir", "FILE", "what the compiler makes of a script", (*SCRIPT, "--stage")),
    Verb("lsp", "", "a language server, for editors: speaks on standard input and output", ("--tcp",)),
    Verb("warm", "", "compiles the standard kernels once", ("--precision", "--quiet")),
    Verb("version", "", "versions and the machine"),
)


@dataclass(slots=True)
class Words:
    """A command line that was understood. subject: what follows the verb; subjects: the same, word by word. sets:
    `--set` and its short forms, as texts by name. is_bare: it names no verb and no file, which means `repl`.
    """

    verb: str = ""
    subject: str | None = None
    subjects: list[str] = field(default_factory=list)
    flags: dict[str, str] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    is_bare: bool = False


class Usage(Exception):
    """A command line that was not."""


def read(arguments: Sequence[str]) -> Words:
    """Raises Usage."""
    words, plain = Words(), list[str]()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            plain += rest
            break
        if word.startswith("-") and word != "-":
            _flag(word, rest, words)
        else:
            plain.append(word)
    _place(plain, words)
    _check(words)
    return words


def _flag(word: str, rest: list[str], words: Words) -> None:
    name, equals, value = word.partition("=")
    name = SHORT.get(name, name)
    flag = next((f for f in FLAGS if f.name == name), None)
    if flag is None:
        hint = did_you_mean(name, [f.name for f in FLAGS])
        raise Usage(f"there is no option `{name}`" + (f"; {hint}" if hint else ""))
    if not flag.value:
        if equals:
            raise Usage(f"`{name}` takes no value")
        words.flags[name] = ""
        return
    if not equals:
        if not rest or (rest[0].startswith("--") and rest[0].partition("=")[0] in {f.name for f in FLAGS}):
            raise Usage(f"`{name}` needs a value: `{name} {flag.value}`")
        value = rest.pop(0)
    if flag.choices and value not in flag.choices:
        hint = did_you_mean(value, flag.choices)
        raise Usage(
            f"`{name}` is {' or '.join(f'`{c}`' for c in flag.choices)}, not `{value}`" + (f"; {hint}" if hint else "")
        )
    if flag.several:
        _set(value, words)
        return
    if name in words.flags:
        raise Usage(f"`{name}` is given twice")
    words.flags[name] = value


def _set(text: str, words: Words) -> None:
    name, equals, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name or not value:
        raise Usage(f"`--set` takes NAME=VALUE, not `{text}`")
    if name in words.sets:
        raise Usage(f"`{name}` is set twice")
    words.sets[name] = value


def _place(plain: list[str], words: Words) -> None:
    """The verb and its subject."""
    names = [verb.name for verb in VERBS]
    if not plain:
        words.is_bare = True
        words.verb = "" if "--help" in words.flags or "--version" in words.flags else "repl"
        return
    first = plain[0]
    if first in names:
        words.verb, plain = first, plain[1:]
    elif _is_file(first):
        words.verb = "run"
    else:
        hint = did_you_mean(first, names)
        raise Usage(f"there is no command `{first}`" + (f"; {hint}" if hint else f"; commands are {', '.join(names)}"))
    verb = next(v for v in VERBS if v.name == words.verb)
    most = 1 if verb.subject else 0
    if len(plain) > most and "..." not in verb.subject:
        takes = f"one {verb.subject.strip('[]')}" if most else "nothing more"
        raise Usage(f"`nndsl {verb.name}` takes {takes}; `{plain[most]}` is too much")
    words.subject, words.subjects = " ".join(plain) or None, plain


def _is_file(word: str) -> bool:
    import os

    return word.endswith(".nn") or word == "-" or os.sep in word or os.path.isfile(word)


def _check(words: Words) -> None:
    """Each flag belongs to the verb, and the verb has its subject."""
    if "--help" in words.flags or "--version" in words.flags or not words.verb:
        return
    verb = next(v for v in VERBS if v.name == words.verb)
    for name in [*words.flags, *(["--set"] if words.sets else [])]:
        if name not in verb.flags and name not in COMMON:
            takes = ", ".join(f"`{f}`" for f in (*verb.flags, *COMMON[:3]))
            raise Usage(f"`nndsl {verb.name}` takes no `{name}`; it takes {takes}")
    if verb.subject and not verb.subject.startswith("[") and words.subject is None:
        raise Usage(f"`nndsl {verb.name}` needs a {verb.subject.removesuffix('...')}")
    width = words.flags.get("--width", str(NARROWEST))
    if not (width.isdecimal() and int(width) >= NARROWEST):
        raise Usage(f"`--width` is a number from {NARROWEST}, not `{width}`")
    for name in ("--seed", "--device", "--threads", "--precision"):
        key = name.removeprefix("--")
        if name in words.flags and name in verb.flags and words.verb != "warm":
            if key in words.sets:
                raise Usage(f"`{key}` is given twice, by `{name}` and by `--set`")
            words.sets[key] = words.flags[name]


# ---- help ------------------------------------------------------------------------------------------------


def usage(verb_name: str = "") -> str:
    """The page of a verb, or of all."""
    verb = next((v for v in VERBS if v.name == verb_name), None)
    listed: tuple[Flag, ...]
    if verb is None:
        lines = [
            "nndsl: experiments with neural networks, as scripts",
            "",
            "  nndsl                     a prompt: the same as `nndsl repl`",
            "  nndsl FILE.nn             the same as `nndsl run FILE.nn`",
        ]
        lines += [f"  nndsl {f'{v.name} {v.subject}':<18}  {v.meaning}" for v in VERBS]
        listed = FLAGS
    else:
        lines = [f"nndsl {verb.name} {verb.subject}".rstrip() + f": {verb.meaning}"]
        listed = tuple(f for f in FLAGS if f.name in (*verb.flags, *COMMON))
    lines += ["", "options, before or after the command:"]
    lines += [f"  {f'{f.name} {f.value}':<24}  {f.meaning}" for f in listed]
    if verb is None or verb.name == "run":
        lines += ["", "exit codes: 0 well, 1 a fault in the script or a false `expect`, 2 wrong usage,"]
        lines += ["            3 a failure while running, 70 a fault of nndsl's own, 130 interrupted"]
    return "\n".join(lines)
