"""`pca`, `tsne`, `kmeans` and `knn` as statements: what is known of them before anything runs."""

from __future__ import annotations

import pytest
from script_tools import check, line_of

POINTS = """data points {
  from blobs(150, classes=3, noise=0.5)
  split train=60%, validation=20%, test=20%
}
"""


def faults(text: str) -> list[tuple[str, int, str]]:
    """(code, line, message) of each error."""
    return [(d.code, line_of(d), d.message) for d in check(POINTS + text)[1] if d.severity == "error"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("pca points as pc { components 3 }", "E0415", "the 2 features"),
        ("pca points as pc { component 2 }", "E0207", "no option `component`"),
        ("pca points as pc { whiten 1 }", "E0202", "`true` or `false`"),
        ("pca points as pc { method svd }", "E0202", "not `svd`"),
        ("pca points.test as pc", "E0401", "not from the test part"),
        ("pca point as pc", "E0201", "`point`"),
        ("tsne points as map { perplexity 40 }", "E0415", "needs 121 rows"),
        ("tsne points as map { dimensions 4 }", "E0202", "from 2 to 3"),
        ("data few {\n  columns x\n  rows [1, 2, 3]\n  input x\n}\ntsne few as map", "E0415", "has 3 to map"),
        ("tsne points as map { perplexity 5; momentum 1 }", "E0202", "from 0, below 1, found 1"),
        ("tsne points.test as map { perplexity 20 }", "E0415", "has 30 to map"),
        ("kmeans points as groups", "E0209", "how many groups"),
        ("kmeans points as groups { clusters 91 }", "E0415", "the 90 rows"),
        ("knn points as near { k 91 }", "E0415", "the 90 rows"),
        ("knn points as near { distance far }", "E0202", "`far`"),
        ("knn points as near { metrics r2 }", "E0404", "`r2`"),
        ("tsne map as other\npca points as map", "E0201", "further down"),
        ("knn points as near\nevaluate near on points.test { loss nll }", "E0217", "no loss"),
        ("knn points as near\ntrain near on points", "E0205", "not a network"),
        ("pca points as points", "E0204", "something else already"),
        ("pca points as pi", "E0204", "something else already"),
        ("let count = 3\npca points as count { components count - 1 }", "E0204", "something else already"),
        ("pca points as pc { components 0.95 }", "E0202", "found 0.95"),
        ("kmeans points as groups { n_clusters 3 }", "E0207", "no option `n_clusters`"),
        ("knn points as near { k 1 }\ntsne near as map", "E0205", "`near` is a model"),
        ("pca points as pc\ntsne pc.nothing as map", "E0211", "no part `nothing`"),
        ("data all {\n  from blobs(40)\n}\ntsne all.test as map", "E0211", "`all` has no test part"),
    ],
)
def test_what_is_wrong_is_said_in_its_line(text: str, code: str, words: str) -> None:
    found = faults(text)
    assert [(c, line) for c, line, _ in found] == [(code, 5 + text.count("\n") * (code != "E0201"))], found
    assert words in found[0][2]


def test_a_statement_that_is_wrong_hides_nothing_and_adds_nothing() -> None:
    text = (
        "pca points as pc { components 9 }\nnetwork net for pc { dense(classes) -> softmax }\ntrain net on pc\n"
        "tsne pc as map\nprint pc.explained, map.kl\nknn pc as near\nevaluate near on pc.test\nprint zero\n"
    )
    assert [(code, line) for code, line, _ in faults(text)] == [("E0415", 5), ("E0201", 12)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pca points as pc { n_components 2 }", "`components`"),
        ("pca points as pc { svd_solver full }", "`method exact`"),
        ("kmeans points as groups { n_clusters 3 }", "`clusters`"),
        ("kmeans points as groups { k 3 }", "`clusters 3`"),
        ("kmeans points as groups { clusters 3; n_init 4 }", "`restarts`"),
        ("kmeans points as groups { clusters 3; max_iter 4 }", "`iterations`"),
        ("kmeans points as groups { clusters 3; random_state 4 }", "`seed`"),
        ("knn points as near { n_neighbors 3 }", "`k`"),
        ("knn points as near { metric cosine }", "`distance cosine`"),
        ("knn points as near { distance l1 }", "`manhattan`"),
        ("knn points as near { n_jobs 3 }", "`set threads 3`"),
        ("tsne points as map { n_components 2; perplexity 5 }", "`dimensions`"),
        ("tsne points as map { learning_rate 200; perplexity 5 }", "`rate 200`"),
        ("tsne points as map { early_exaggeration 4; perplexity 5 }", "`exaggeration`"),
        ("tsne points as map { init random; perplexity 5 }", "`start random`"),
        ("tsne points as map { n_iter 500; perplexity 5 }", "`iterations`"),
    ],
)
def test_names_of_other_libraries_are_known(text: str, words: str) -> None:
    (found,) = [d for d in check(POINTS + text)[1] if d.severity == "error"]
    assert words in (found.help or ""), found


@pytest.mark.parametrize(("written", "name"), [("t-SNE", "tsne"), ("k-means", "kmeans"), ("k-nn", "knn")])
def test_names_of_methods_as_books_write_them_are_known(written: str, name: str) -> None:
    (found,) = check(f"{POINTS}{written} points as made {{ seed 1 }}\nprint made.rows\n")[1]
    assert found.code == "E0201" and found.span is not None and found.span.text == written
    assert found.help == f"did you mean `{name}`?"


def test_neighbours_are_asked_about_rows_like_theirs() -> None:
    text = "pca points as pc { components 1 }\nknn points as near\npredict near on pc\nevaluate near on pc.test\n"
    wrong = faults(text)
    assert [(code, line) for code, line, _ in wrong] == [("E0303", 7), ("E0303", 8)]
    assert wrong[0][2] == "`near` knows rows of 2 numbers, but those of `pc` have 1 number"


def test_neighbours_are_not_measured_against_another_target() -> None:
    others = "data others {\n  from blobs(60, classes=2)\n}\n"
    text = "knn points as near\nevaluate near on others\npredict near on others as answers\nprint answers.label\n"
    assert [(code, line) for code, line, _ in faults(others + text)] == [("E0418", 9)]


def test_what_is_made_of_wrong_data_is_not_missed() -> None:
    text = (
        'data wrong {\n  from "nothing.csv"\n  input all\n}\nknn wrong as near\npca wrong as pc { component 3 }\n'
        "kmeans points as groups { cluster 5 }\nprint near.test.accuracy, pc.pc3, groups.distance5, pc.train.rows\n"
        "knn groups as other\nevaluate other on groups.test as result\nprint result.accuracy\n"
    )
    assert [(code, line) for code, line, _ in faults(text)] == [("E0501", 6), ("E0207", 10), ("E0207", 11)]


def test_sequences_of_many_lengths_are_compared_by_what_a_network_makes_of_them() -> None:
    rows = ", ".join(f'["{who}", {step}, 0.{step}]' for who in "abcdefgh" for step in range(1, 4 + ord(who) % 3))
    walks = f"data walks {{\n  columns who, step, x\n  rows [{rows}]\n  sequence x, by=who, time=step\n}}\n"
    whole = "network whole for walks { elman(4) -> last }\npredict whole on walks as codes\npca codes as pc\n"
    each = "network each for walks { elman(4) }\npredict each on walks as steps\nkmeans steps as g { clusters 2 }\n"
    assert not check(walks + whole + "tsne codes as map\n")[1]
    found = check(walks + each + "tsne walks as map\n")[1]
    assert [(d.code, line_of(d)) for d in found] == [("E0416", 8), ("E0416", 9)]


def test_few_rows_have_a_small_perplexity() -> None:
    few = "data few {\n  columns x\n  rows [1, 2, 3, 5, 6, 9]\n  input x\n}\ntsne few as map"
    assert not faults(few)
    (found,) = check(few + " { perplexity 3 }")[1]
    assert found.help == "write `perplexity 1.6` or less"


def test_too_many_components_are_one_mistake() -> None:
    text = (
        "pca points as pc { components 3 }\nknn pc as near\nplot boundary(near, pc)\nprint pc.pc3\n"
        "network encoder for points { dense(2) }\npredict encoder on points as codes\n"
        "pca codes as wide { components 3 }\n"
    )
    assert [(code, line) for code, line, _ in faults(text)] == [("E0415", 5), ("E0415", 11)]


def test_a_second_statement_without_a_name_that_is_wrong_is_not_missed() -> None:
    assert [line for _, line, _ in faults("pca points\npca points { components 9 }\nprint pc_2.explained\n")] == [6]


def test_one_row_is_one_row() -> None:
    one = "data one {\n  columns x\n  rows [1]\n  input x\n}\n"
    (found,) = faults(one + "kmeans one as groups { clusters 3 }\n")
    assert found[2] == "`clusters 3` is more than the 1 row for training of `one`"


def test_neighbours_are_measured_by_what_they_were_measured_by() -> None:
    text = "knn points as near { metrics accuracy, f1 }\nevaluate near on points.test as result\nprint result.f1\n"
    assert not faults(text)


def test_a_table_has_the_parts_and_the_target_of_what_it_is_made_of() -> None:
    checked, found = check(POINTS + "pca points as pc\ntsne pc as map\nkmeans map as groups { clusters 4 }\n")
    assert not found
    source = checked.signatures["points"]
    for name, width in (("pc", 2), ("map", 2), ("groups", 4)):
        made = checked.signatures[name]
        assert made.rows == source.rows and made.target == source.target
        assert made.input.shape == (width,) and made.sizes == {"classes": 3, "features": width}
    assert checked.signatures["groups"].input.names == ("distance1", "distance2", "distance3", "distance4")


def test_answers_of_a_network_are_a_table_as_wide_as_its_output() -> None:
    text = (
        "network encoder for points { dense(5) -> tanh }\npredict encoder on points as codes\n"
        "network head for codes { dense(classes) -> softmax }\ntrain head on codes\n"
    )
    checked, found = check(POINTS + text)
    assert [d.code for d in found] == []
    assert checked.signatures["codes"].input.shape == (5,)


def test_answers_of_one_part_are_a_table_of_that_part() -> None:
    text = (
        "network encoder for points { dense(5) -> tanh }\npredict encoder on points.test as codes\n"
        "train encoder on codes\n"
    )
    checked, found = check(POINTS + text)
    assert checked.signatures["codes"].rows == {"test": 30}
    assert [d.code for d in found if d.severity == "error"] == ["E0401"]


def test_what_is_learnt_needs_a_training_part() -> None:
    text = (
        "network encoder for points { dense(5) -> tanh }\npredict encoder on points.test as codes\n"
        "pca codes as pc\nkmeans codes as groups { clusters 2 }\nknn codes as near\n"
        "tsne codes as map { perplexity 5 }\ntsne points.validation as other\npca other as pc2\n"
    )
    wrong = faults(text)
    assert [(code, line) for code, line, _ in wrong] == [("E0401", 7), ("E0401", 8), ("E0401", 9), ("E0401", 12)]
    assert wrong[0][2] == "`pca` learns from a training part, but `codes` is of the test part alone"


def test_a_shape_that_does_not_fit_a_table_is_said() -> None:
    text = "pca points as pc { components 1 }\nnetwork net {\n  input x[2]\n  dense(3) -> softmax\n}\ntrain net on pc\n"
    (found,) = [d for d in check(POINTS + text)[1] if d.severity == "error"]
    assert found.code in ("E0301", "E0303"), found.message


def test_categories_and_series_of_many_lengths_have_no_distances() -> None:
    pets = 'data pets {\n  columns kind, legs\n  rows [["cat", 4], ["bird", 2]]\n'
    ids = pets + "  input kind -> category\n  target legs\n}\n"
    assert [d.code for d in check(ids + "pca pets as pc { components 1 }\n")[1]] == ["E0416"]
    no_target = pets + "  input legs\n}\n"
    assert [d.code for d in check(no_target + "knn pets as near { k 1 }\n")[1]] == ["E0416"]


def test_what_is_made_can_be_spoken_of() -> None:
    text = (
        "pca points as pc\ntsne pc as map { perplexity 10 }\nkmeans pc as groups { clusters 3 }\n"
        "knn pc as near { k 3 }\nprint pc.explained, pc.pc1[0], pc.loadings, map.kl\n"
        "print map.tsne2, groups.inertia, groups.sizes\n"
        "print near.test.accuracy\n"
        "expect sum(pc.explained) > 0.5\nexpect near.validation.accuracy > 0.5\nshow map\n"
    )
    assert not check(POINTS + text)[1]
    parts = (
        "pca points as pc\nkmeans pc as groups { clusters 3 }\nprint pc.test.pc1[0], groups.test.cluster, pc.label[0]\n"
        "print pc.classes, pc.features\nnetwork encoder for points { dense(3) }\n"
        "predict encoder on points as codes\nprint codes.output3, codes.test.output1[0]\n"
    )
    assert not check(POINTS + parts)[1]
    wrong = faults("pca points as pc\nprint pc.explain\n")
    assert [code for code, *_ in wrong] == ["E0211"]
