"""Folders of pictures: what is read of them, as what, and what is said where they are not as they should be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_tools import data, fault, place, said, spec_of
from numpy.typing import NDArray

from nndsl.data import pictures, signature
from nndsl.diagnostics import Collector

Image = pytest.importorskip("PIL.Image")
Pixels = NDArray[np.uint8]

READ = 'from "pictures", SETTINGS\ninput image\ntarget label'
ODD = np.arange(5 * 4, dtype=np.uint8).reshape(5, 4) * 12
COLOUR = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3) * 4


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """Pictures of pixels, files of bytes."""
    for name, content in files.items():
        path = folder / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            Image.fromarray(content).save(path)
    return folder


def script(settings: str = "") -> str:
    return READ.replace(", SETTINGS", f", {settings}" if settings else "")


def grey(value: int, size: tuple[int, int] = (5, 4)) -> Pixels:
    return np.full(size, value, np.uint8)


ANIMALS = {"cat/b.png": grey(2), "cat/a.png": grey(1), "ape/z.png": grey(3), "dog/1.png": grey(4)}


# ---- what is read ----------------------------------------------------------------------------------------


def test_classes_and_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    made = data(script(), write(tmp_path, ANIMALS))
    train = made.part("train")
    assert made.signature.target is not None and made.signature.target.classes == ("ape", "cat", "dog")
    assert train.target is not None and train.target.values.tolist() == [0, 1, 1, 2]
    assert train.input.values.dtype == np.uint8 and train.input.values.shape == (4, 5, 4, 1)
    assert train.input.values[:, 0, 0, 0].tolist() == [3, 1, 2, 4]
    assert made.raw_table()["label"].tolist() == ["ape", "cat", "cat", "dog"]


@pytest.mark.parametrize("ending", ["png", "bmp", "gif", "webp"])
def test_formats_without_loss_keep_every_pixel(ending: str, tmp_path: Path) -> None:
    folder = write(tmp_path, {f"a/1.{ending.upper()}": ODD, f"b/1.{ending.upper()}": ODD[::-1]})
    if ending == "webp":
        for name in "ab":
            path = folder / f"pictures/{name}/1.WEBP"
            Image.open(path).save(path, lossless=True)
            Image.fromarray(ODD if name == "a" else ODD[::-1]).save(path, lossless=True)
    values = data(script("channels=1"), folder).part("train").input.values
    np.testing.assert_array_equal(values[..., 0], [ODD, ODD[::-1]])


def test_a_jpeg_is_what_pillow_makes_of_it(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/1.jpg": COLOUR, "a/2.jpeg": COLOUR[::-1], "b/1.jpg": COLOUR})
    values = data(script(), folder).part("train").input.values
    want = [np.asarray(Image.open(folder / "pictures" / name)) for name in ("a/1.jpg", "a/2.jpeg", "b/1.jpg")]
    np.testing.assert_array_equal(values, want)


MODES = {
    "all grey": ({"a/1.png": ODD, "b/1.png": ODD}, "", 1, ODD[..., None]),
    "one has colours": ({"a/1.png": ODD, "b/1.png": COLOUR}, "", 3, np.repeat(ODD[..., None], 3, axis=2)),
    "grey as asked": ({"a/1.png": np.dstack([ODD] * 3), "b/1.png": COLOUR}, "channels=1", 1, ODD[..., None]),
    "colours as asked": ({"a/1.png": ODD, "b/1.png": ODD}, "channels=3", 3, np.repeat(ODD[..., None], 3, axis=2)),
    "16 bits": ({"a/1.png": ODD.astype(np.uint16) * 256 + 7, "b/1.png": ODD}, "", 1, ODD[..., None]),
    "one bit": ({"a/1.png": ODD > 100, "b/1.png": ODD}, "", 1, np.where(ODD > 100, 255, 0)[..., None]),
    "transparent": ({"a/1.png": np.dstack([COLOUR, ODD]), "b/1.png": ODD}, "", 3, COLOUR),
}  # fmt: skip


@pytest.mark.parametrize("name", MODES)
def test_grey_and_colour(name: str, tmp_path: Path) -> None:
    files, settings, channels, first = MODES[name]
    made = data(script(settings), write(tmp_path, files))
    assert made.signature.input.shape == (5, 4, channels)
    np.testing.assert_array_equal(made.part("train").input.values[0], first)


@pytest.mark.parametrize("settings", ["size=[6, 8]", "size=[6, 8], channels=3"])
def test_pictures_of_other_sizes_are_brought_to_one(settings: str, tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/1.png": grey(90), "a/2.png": grey(90, (3, 9)), "b/1.png": grey(7, (6, 8))})
    made = data(script(settings), folder)
    assert made.signature.input.shape[:2] == (6, 8)
    values = made.part("train").input.values
    assert [set(np.unique(picture).tolist()) for picture in values] == [{90}, {90}, {7}]


def test_one_number_is_height_and_width(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/1.png": ODD, "b/1.png": COLOUR})
    assert data(script("size=7"), folder).signature.input.shape == (7, 7, 3)


def test_a_large_jpeg_is_shrunk_to_its_mean_colours(tmp_path: Path) -> None:
    large = np.zeros((256, 512), np.uint8)
    large[:, 256:] = 200
    folder = write(tmp_path, {"a/1.jpg": large, "b/1.jpg": large})
    (first, _) = data(script("size=[8, 16]"), folder).part("train").input.values
    np.testing.assert_allclose(first[:, :7, 0], 0, atol=3)
    np.testing.assert_allclose(first[:, 9:, 0], 200, atol=3)


def test_encoders_go_on_from_the_bytes(tmp_path: Path) -> None:
    made = data(script().replace("input image", "input image / 255"), write(tmp_path, ANIMALS))
    array = made.part("train").input
    assert array.values.dtype == np.uint8
    np.testing.assert_allclose(array.floats()[:, 0, 0, 0], np.array([3, 1, 2, 4]) / 255, rtol=1e-6)


def test_more_pictures_than_one_thread_reads(tmp_path: Path) -> None:
    files = {f"{'ab'[i % 2]}/{i:03}.png": grey(i) for i in range(120)}
    values = data(script(), write(tmp_path, files)).part("train").input.values
    assert values[:, 0, 0, 0].tolist() == [*range(0, 120, 2), *range(1, 120, 2)]


# ---- parts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", [("train", "test", "validation"), ("Training", "testing", "val"), ("train", "test", "valid")]
)
def test_folders_of_parts_are_the_parts(names: tuple[str, str, str], tmp_path: Path) -> None:
    train, test, validation = names
    files = {f"{train}/{name}": pixels for name, pixels in ANIMALS.items()}
    files |= {f"{test}/cat/1.png": grey(9), f"{validation}/dog/1.png": grey(8)}
    made = data(script(), write(tmp_path, files))
    assert made.signature.rows == {"train": 4, "validation": 1, "test": 1}
    for part, pixel, label in (("test", 9, 1), ("validation", 8, 2)):
        one = made.part(part)
        assert one.target is not None
        assert (one.input.values[0, 0, 0, 0], one.target.values[0]) == (pixel, label)


def test_a_colour_in_one_part_gives_all_parts_three_channels(tmp_path: Path) -> None:
    files = {"train/a/1.png": ODD, "train/b/1.png": ODD, "test/a/1.png": COLOUR}
    made = data(script(), write(tmp_path, files))
    assert [made.part(part).input.values.shape[-1] for part in ("train", "test")] == [3, 3]


def test_a_class_may_be_called_like_a_part(tmp_path: Path) -> None:
    made = data(script(), write(tmp_path, {"test/1.png": ODD, "race/1.png": ODD}))
    assert made.signature.target is not None and made.signature.target.classes == ("race", "test")


def test_a_split_deals_out_a_folder_without_parts(tmp_path: Path) -> None:
    files = {f"{'ab'[i % 2]}/{i:03}.png": grey(i) for i in range(20)}
    text = script() + "\nsplit train=70%, test=30%, stratify=label"
    made = data(text, write(tmp_path, files))
    assert made.signature.rows == {"train": 14, "test": 6}
    seen = [pixel for part in ("train", "test") for pixel in made.part(part).input.values[:, 0, 0, 0].tolist()]
    assert sorted(seen) == list(range(20))


def test_the_test_part_may_be_a_folder_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"a/1.png": COLOUR, "b/1.png": COLOUR})
    (tmp_path / "other/a").mkdir(parents=True)
    Image.fromarray(grey(7, (9, 9))).save(tmp_path / "other/a/x.png")
    made = data(script("size=[5, 4]") + '\ntest "other"', tmp_path)
    assert made.part("test").input.values.shape == (1, 5, 4, 3)
    assert set(np.unique(made.part("test").input.values).tolist()) == {7}


# ---- reading is lazy and known by its bytes --------------------------------------------------------------


def test_the_checks_decode_no_picture_and_read_headers_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    once = pictures._header
    monkeypatch.setattr(pictures, "_header", lambda picture, file: read.append(file.name) or once(picture, file))
    monkeypatch.setattr(pictures, "_decode", lambda *_: pytest.fail("pixels were read"))
    collector = Collector()
    spec = spec_of(script(), collector, write(tmp_path, ANIMALS))
    assert spec is not None
    for _ in range(2):
        found = signature(spec, collector)
        assert found is not None and found.input.shape == (5, 4, 1) and found.rows == {"train": 4}
    assert sorted(read) == ["1.png", "a.png", "b.png", "z.png"]


def test_a_picture_that_was_changed_is_read_again(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/1.png": ODD, "b/1.png": ODD})
    assert data(script(), folder).signature.input.shape == (5, 4, 1)
    write(tmp_path, {"a/1.png": COLOUR[:4], "b/1.png": COLOUR[:4]})
    assert data(script(), folder).signature.input.shape == (4, 4, 3)


def test_the_sum_over_all_bytes_knows_pictures_and_classes(tmp_path: Path) -> None:
    sums = []
    for i, files in enumerate(({"a/1.png": ODD, "b/1.png": ODD}, {"a/1.png": ODD, "c/1.png": ODD}, ANIMALS, ANIMALS)):
        sums.append(data(script(), write(tmp_path / str(i), files)).fingerprint)
    assert len(set(sums)) == 3 and sums[2] == sums[3]


def test_files_that_are_no_matter_of_ours_are_left_alone(tmp_path: Path) -> None:
    files = ANIMALS | {
        "README.txt": b"about",
        "labels.csv": b"a,b",
        ".hidden/x.png": b"",
        "cat/.DS_Store": b"",
        "cat/Thumbs.db": b"",
    }
    assert data(script(), write(tmp_path, files)).signature.rows == {"train": 4}


# ---- what is wrong ---------------------------------------------------------------------------------------

BROKEN = b"\x89PNG\r\n\x1a\n and then nothing"
MIXED = ANIMALS | {"dog/9.png": grey(1, (6, 4))}
Files = Mapping[str, Any]
WRONG: dict[str, tuple[Files, str, str, str]] = {
    "sizes": (MIXED, "", "E0524", "2 sizes: 5 x 4 (4 pictures), 6 x 4 (1 picture)"),
    "sizes: the file": (MIXED, "", "E0524", "`dog/9.png`"),
    "sizes: the way out": (MIXED, "channels=1", "E0524", '`from "pictures", size=[5, 4]`'),
    "no classes": ({"1.png": ODD, "2.png": ODD}, "", "E0525", "2 pictures of `pictures` lie in no folder of a class"),
    "a stray picture": (ANIMALS | {"1.png": ODD}, "", "E0525", "lies in no folder of a class: `1.png`"),
    "an empty class": (ANIMALS | {"emu/.keep": b""}, "", "E0525", "`pictures/emu` has no pictures"),
    "a folder in a class": (ANIMALS | {"cat/old/1.png": ODD}, "", "E0525", "`pictures/cat` holds the folder `old`"),
    "parts without classes": ({"train/1.png": ODD, "test/1.png": ODD}, "", "E0525", "of `pictures/train` lies in no"),
    "no training part": ({"test/a/1.png": ODD, "val/a/1.png": ODD}, "", "E0525", "no part `train` beside `test`"),
    "a part twice": (
        {"train/a/1.png": ODD, "val/a/1.png": ODD, "valid/a/1.png": ODD},
        "", "E0525", "`valid` is a second folder of the validation part",
    ),
    "beside parts": (
        {"train/a/1.png": ODD, "test/a/1.png": ODD, "more/1.png": ODD}, "", "E0525", "`more` stands beside the part"
    ),
    "a broken picture": (ANIMALS | {"cat/x.png": BROKEN}, "", "E0526", "`cat/x.png` of `pictures` cannot be read"),
    "broken pictures": (ANIMALS | {"cat/x.png": BROKEN, "dog/y.png": b""}, "", "E0526", "`cat/x.png`, `dog/y.png`"),
    "no picture": (ANIMALS | {"cat/a.txt": b"?", "cat/x.mp4": b"?"}, "", "E0526", "that are no pictures: `a.txt`"),
    "no pictures at all": (
        {"notes.txt": b"?"}, "", "E0503", "without pictures, IDX files or `counts.npz`: it holds `notes.txt`",
    ),
    "a class of the test part": (
        {"train/a/1.png": ODD, "train/b/1.png": ODD, "test/c/1.png": ODD}, "", "E0507", "`label` is `c`"
    ),
    "size": (ANIMALS, "size=[1, 2, 3]", "E0202", "a height and a width"),
    "size in words": (ANIMALS, 'size="large"', "E0202", "a height and a width"),
    "no size": (ANIMALS, "size=0", "E0202", "a height and a width"),
    "channels": (ANIMALS, "channels=2", "E0202", "1 (grey) or 3"),
    "a setting": (ANIMALS, "sizes=3", "E0207", "did you mean `size`?"),
    "twice": (ANIMALS, "size=3, size=4", "E0208", "`size` is given twice"),
    "two sources": (ANIMALS, '"others"', "E0202", "`from` takes one source"),
    "settings of no pictures": ({"notes.txt": b"?"}, "size=3", "E0202", "`pictures` is none"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str, tmp_path: Path) -> None:
    files, settings, code, words = WRONG[name]
    found = fault(script(settings), write(tmp_path, files))
    assert (found.code, words in said(found)) == (code, True), said(found)


def test_pixels_that_break_off_are_found_when_they_are_read(tmp_path: Path) -> None:
    folder = write(tmp_path, ANIMALS)
    path = folder / "pictures/cat/a.png"
    noise = np.random.default_rng(0).integers(0, 255, (50, 40), dtype=np.uint8)
    write(tmp_path, dict.fromkeys(ANIMALS, noise))
    path.write_bytes(path.read_bytes()[:900])
    found = fault(script(), folder, checked=False)
    assert found.code == "E0526" and "`cat/a.png`" in said(found) and place(found) == '"pictures"'


def test_without_pillow_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, ANIMALS)
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    found = fault(script(), folder)
    assert found.code == "E0503" and 'pip install "nndsl[images]"' in said(found)
