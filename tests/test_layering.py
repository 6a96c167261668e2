"""Imports run one way, and what is heavy is imported late: both are read from the sources, nothing is imported."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "nndsl"

# A package may import from packages in earlier rows, and from itself: never from its own row or a later one.
ROWS = (
    ("diagnostics", "paths", "values", "__init__"),
    ("crash",),
    ("syntax", "ir", "errors"),
    ("data",),
    ("semantics", "passes", "backend", "show"),
    ("lower", "analysis", "manual"),
    ("editor",),
    ("runtime",),
    ("handles",),
    ("interactive",),
    ("api",),
    ("live",),
    ("repl", "lsp", "notebook"),
    ("cli",),
    ("__main__",),
)
FACE = ("api", "live", "notebook")  # the package's own, which its `__init__` names
LEVEL = {name: level for level, row in enumerate(ROWS) for name in row}
SIDEWAYS = {("backend", "passes")}  # within a row, and only this way

# What takes long to import, and the modules that may do so at their head: they are imported late themselves.
HEAVY = {
    "numba",
    "llvmlite",
    "duckdb",
    "scipy",
    "rich",
    "prompt_toolkit",
    "torch",
    "pandas",
    "polars",
    "pyarrow",
    "sklearn",
    "threadpoolctl",
    "vl_convert",
    "pygls",
    "lsprotocol",
    "IPython",
    "pygments",
}
NUMBA_MODULES = {
    f"nndsl.backend.cpu.{name}"
    for name in ("compiler", "intrinsics", "math32", "math64", "random", "tiles", "tiles_over", "vectors")
}
# What is drawn at a prompt is made of prompt_toolkit's classes; `nndsl repl` imports these once it is on a terminal.
PROMPT_MODULES = {f"nndsl.repl.{name}" for name in ("colouring", "keys", "menu", "terminal")}

# Pygments' lexer is a class of Pygments', which finds and imports it by itself.
PYGMENTS_MODULES = {"nndsl.editor.pygments"}
# The language server speaks in classes of pygls and lsprotocol; `nndsl lsp` imports it when pygls is there.
LSP = "nndsl.lsp."


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def layer(module: str) -> str:
    """The package or top-level module that a dotted name belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(tree: ast.AST, at_head: bool = False) -> Iterator[tuple[str, int]]:
    """(module, line) of every import; at_head: only those that happen when the module is imported."""
    for node in ast.iter_child_nodes(tree):
        if at_head and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            if not at_head:
                yield from imports(node)
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}: write the whole name"
            source = node.module or ""
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                yield (whole if whole in MODULES else source), node.lineno
        else:
            yield from imports(node, at_head)


def allowed(user: str, used: str) -> bool:
    return user == used or LEVEL[used] < LEVEL[user] or (user, used) in SIDEWAYS


def test_the_rules_know_right_from_wrong() -> None:
    assert allowed("lower", "data") and allowed("ir", "ir") and allowed("backend", "passes")
    assert not allowed("data", "lower") and not allowed("syntax", "ir") and not allowed("passes", "backend")
    tree = ast.parse(
        "import numba\ndef f():\n  import duckdb\nif TYPE_CHECKING:\n  import rich\nclass A:\n  import torch"
    )
    assert [name for name, _ in imports(tree, at_head=True)] == ["numba", "torch"]
    assert [name for name, _ in imports(tree)] == ["numba", "duckdb", "rich", "torch"]


def test_every_package_has_a_row() -> None:
    assert {layer(module) for module in MODULES} <= LEVEL.keys()


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    user = layer(module)
    backwards = [
        f"line {line}: {user} may not import {used}"
        for used, line in imports(tree)
        if used.split(".")[0] == "nndsl" and not (module == "nndsl" and layer(used) in FACE)
        if not allowed(user, layer(used))
    ]
    assert not backwards


@pytest.mark.parametrize("module", sorted(MODULES.keys() - NUMBA_MODULES))
def test_heavy_libraries_are_imported_late(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    found = [(used, line) for used, line in imports(tree, at_head=True)]
    late = HEAVY | NUMBA_MODULES | PROMPT_MODULES | PYGMENTS_MODULES
    if module in PROMPT_MODULES:
        late -= {"prompt_toolkit", *PROMPT_MODULES}
    if module in PYGMENTS_MODULES:
        late -= {"pygments"}
    of_server = {one for one in MODULES if one.startswith(LSP)}
    late = late - {"pygls", "lsprotocol"} if module in of_server else late | of_server
    early = [f"line {line}: {used}" for used, line in found if used.split(".")[0] in late or used in late]
    assert not early


def test_checking_a_script_imports_nothing_heavy() -> None:
    script = PACKAGE.parent / "examples" / "penguins.nn"
    code = f"import sys\nfrom nndsl.cli import main\nassert main(['check', {str(script)!r}]) == 0\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "nndsl" in modules and not modules & HEAVY


def test_the_map_names_every_module_and_no_other() -> None:
    """`nndsl/README.md` has a line for each; a module that is added, renamed or removed changes its line too."""
    said = set(re.findall(r"^\| `([\w/]+\.(?:py|nn))` \|", (PACKAGE / "README.md").read_text(encoding="utf-8"), re.M))
    files = {path for suffix in ("py", "nn") for path in PACKAGE.rglob(f"*.{suffix}") if path.name != "__init__.py"}
    assert said == {path.relative_to(PACKAGE).as_posix() for path in files}


def test_only_syntax_uses_lark() -> None:
    users = {
        layer(module)
        for module, path in MODULES.items()
        for used, _ in imports(ast.parse(path.read_text(encoding="utf-8")))
        if used.split(".")[0] == "lark"
    }
    assert users == {"syntax"}
