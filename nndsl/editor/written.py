"""The files for editors that are made from the grammar and the compiler's tables, by their places."""

from __future__ import annotations

import json

from nndsl.editor.snippets import snippets
from nndsl.editor.textmate import grammar
from nndsl.editor.vim import syntax


def generated() -> dict[str, str]:
    """file in `grammar/editors/` -> its text. VS Code wants all files of an extension inside its folder."""
    textmate = _json(grammar())
    return {
        "nn.tmLanguage.json": textmate,
        "vscode/nn.tmLanguage.json": textmate,
        "vscode/snippets.json": _json(snippets()),
        "vim/syntax/nn.vim": syntax(),
    }


def _json(values: object) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
