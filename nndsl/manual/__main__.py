"""`python -m nndsl.manual`: writes the chapters of the manual that are made from the tables, into `grammar/`."""

from __future__ import annotations

import sys
from pathlib import Path

from nndsl.manual.written import generated


def main() -> None:
    folder = Path(__file__).parent.parent.parent / "grammar"
    if not folder.is_dir():
        sys.exit("the chapters are written in a checkout of nndsl; what is installed shows them: `nndsl doc manual`")
    for name, text in generated().items():
        path = folder / name
        changed = not path.is_file() or path.read_text(encoding="utf-8") != text
        if changed:
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.relative_to(folder.parent)}: {'written' if changed else 'as it was'}")


if __name__ == "__main__":
    main()
