"""`python -m nndsl.editor`: writes the files for editors that are made from the tables, into `grammar/editors/`."""

from __future__ import annotations

from pathlib import Path

from nndsl.editor.written import generated


def main() -> None:
    folder = Path(__file__).parent.parent.parent / "grammar" / "editors"
    for name, text in generated().items():
        path = folder / name
        changed = not path.is_file() or path.read_text(encoding="utf-8") != text
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.relative_to(folder.parent.parent)}: {'written' if changed else 'as it was'}")


if __name__ == "__main__":
    main()
