"""`%load_ext nndsl`: a notebook that is run by Jupyter's own machinery, and the magics in a shell."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nndsl.notebook.completing import inside
from nndsl.notebook.variables import Variables

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")

DATA = """%%nn
data m {
  from points
  input (a, b)
  target group -> category
  split train=70%, test=30%
}
network mlp for m { dense(8) -> relu; dense(classes) -> softmax }"""
CELLS = [
    "%load_ext nndsl",
    "import numpy as np\nr = np.random.default_rng(0)\n"
    "points = {'a': r.normal(size=60), 'b': r.normal(size=60), 'group': np.repeat(['x', 'y'], 30)}",
    DATA,
    "%%nn\ntrain mlp on m as run { epochs 3 }\nevaluate mlp on m.test as result { metrics accuracy }",
    "%%nn\nplot run",
    "%nn run.epochs * 2",
    "print(sorted(nn['mlp'].weights), nn['run'].epochs, nn.results.evaluations['result'].rows)",
    "%%nn\nprint run.epochs\n\ntrain mlp on m { optimizer adma }",
    "print('still here', nn['run'].epochs)",
    "%nn ??elu",
    "%%nn\nnetwork mlp for m { dense(4) -> tanh; dense(classes) -> softmax }\ntrain mlp on m as run { epochs 2 }",
    "points = {'a': r.normal(size=30), 'b': r.normal(size=30), 'group': np.repeat(['x', 'y', 'z'], 10)}",
    DATA,
]


def run(cells: list[str], folder: Path) -> list[list[Any]]:
    """The outputs of each cell, of a notebook that goes on behind a cell that fails."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    client = nbclient.NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    return run(CELLS, tmp_path_factory.mktemp("notebook"))


def text_of(outputs: list[Any]) -> str:
    texts = [one.get("text", "") or one.get("data", {}).get("text/plain", "") for one in outputs]
    return "".join(texts)


def test_a_notebook_trains_and_tells(outputs: list[list[Any]]) -> None:
    assert not any(one["output_type"] == "error" for cell in outputs[:7] for one in cell)
    told = text_of(outputs[3])
    assert "run: mlp trained on m for 3 epochs" in told and "result: mlp on m.test (18 rows)" in told
    assert text_of(outputs[5]) == "6\n"


def test_a_plot_is_a_picture_in_the_notebook(outputs: list[list[Any]]) -> None:
    (picture,) = [one for one in outputs[4] if one["output_type"] == "display_data"]
    assert base64.b64decode(picture["data"]["image/png"]).startswith(b"\x89PNG")
    assert "loss" in picture["data"]["text/plain"]


def test_python_has_what_the_cells_have_made(outputs: list[list[Any]]) -> None:
    assert "'dense_1.W'" in text_of(outputs[6]) and text_of(outputs[6]).endswith("3 18\n")


def test_a_diagnostic_stands_at_the_line_of_the_cell(outputs: list[list[Any]]) -> None:
    assert text_of(outputs[7]) == "3\n", "what stands before it was carried out"
    (error,) = [one for one in outputs[7] if one["output_type"] == "error"]
    shown = "\n".join(error["traceback"])
    assert "error[E0201]" in shown and "did you mean `adam`?" in shown
    assert "--> cell 8:4:" in shown, shown
    assert "Traceback" not in shown and ".py" not in shown
    assert text_of(outputs[8]) == "still here 3\n"


def test_questions_are_answered(outputs: list[list[Any]]) -> None:
    assert "activation elu" in text_of(outputs[9])


def test_a_cell_that_is_changed_and_run_again(outputs: list[list[Any]]) -> None:
    assert "kept as `mlp_1`" in text_of(outputs[10]) and "for 2 epochs" in text_of(outputs[10])


def test_data_are_read_again_when_the_variable_is_another(outputs: list[list[Any]]) -> None:
    assert "kept as `mlp_2`" in text_of(outputs[12])


# ---- in a shell --------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """With streams that are kept: those of the process at the time it is made are written to."""
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    made = interactive.InteractiveShell.instance()
    made.run_line_magic("load_ext", "nndsl")
    yield made
    made.run_line_magic("unload_ext", "nndsl")
    interactive.InteractiveShell.clear_instance()


def test_magics_in_a_terminal(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("%%nn\nlet a = 20\nprint a + 1")
    assert capsys.readouterr().out == "21\n"
    result = shell.run_cell("%nn print b")
    assert not result.success and "`b` is not defined" in capsys.readouterr().out
    shell.run_cell("%nn")
    assert "%%nn" in capsys.readouterr().out


def test_a_fault_of_ours_is_said_without_a_traceback(
    shell: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path))
    monkeypatch.setattr("nndsl.interactive.session.attempt", lambda *_: 1 / 0)
    assert not shell.run_cell("%%nn\nlet a = 1").success
    shown = capsys.readouterr().out
    assert "nndsl itself has failed" in shown and "ZeroDivisionError" not in shown
    (crash,) = tmp_path.glob("crash-*.txt")
    assert "ZeroDivisionError" in crash.read_text() and "let a = 1" in crash.read_text()


def test_completion_in_a_cell(shell: Any) -> None:
    from IPython.core.completer import provisionalcompleter

    shell.run_cell("%%nn\ndata m { from moons(100) }\nnetwork mlp for m { dense(classes) -> softmax }")
    cell = "%%nn\ntrain mlp on m { opti"
    with provisionalcompleter():
        completions = list(shell.Completer.completions(cell, len(cell)))
        python = list(shell.Completer.completions("impor", 5))
    assert "optimizer" in [one.text for one in completions], completions
    assert "optimizer" not in [one.text for one in python]


def test_unloading_takes_all_of_it_away(shell: Any) -> None:
    shell.run_line_magic("unload_ext", "nndsl")
    assert "nn" not in shell.user_ns and "nn" not in shell.magics_manager.magics["cell"]
    shell.run_line_magic("load_ext", "nndsl")


def test_a_variable_of_the_users_own_is_left_alone(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_line_magic("unload_ext", "nndsl")
    shell.user_ns["nn"] = 5
    shell.run_line_magic("load_ext", "nndsl")
    assert shell.user_ns["nn"] == 5 and "is yours" in capsys.readouterr().out
    del shell.user_ns["nn"]


# ---- parts -------------------------------------------------------------------------------------------------------


def test_which_variables_may_be_data() -> None:
    import pandas as pd

    names = {
        "frame": pd.DataFrame({"a": [1]}), "array": np.zeros(3), "columns": {"a": [1]}, "_hidden": np.zeros(3),
        "number": 3, "np": np, "In": ["x"], "empty": {}, "DataFrame": pd.DataFrame,
    }  # fmt: skip
    seen = Variables(names)
    assert sorted(seen) == ["array", "columns", "frame"] and len(seen) == 3
    assert "number" not in seen and "array" in seen
    names["late"] = np.ones(2)
    assert "late" in seen


@pytest.mark.parametrize(
    ("cell", "line", "column", "found"),
    [
        ("%%nn\ntrain x", 1, 3, ("train x", 3)),
        ("%%nn\na\nbcd", 2, 1, ("a\nbcd", 3)),
        ("%%nn\na", 0, 2, None),
        ("print(1)\n2", 1, 1, None),
    ],
)
def test_where_the_cursor_is_in_a_cell(cell: str, line: int, column: int, found: tuple[str, int] | None) -> None:
    assert inside(cell, line, column) == found
