"""Filters of other packages: by a real distribution on the path of a child process, and as functions."""

import os
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from scipy import ndimage

from annotat3d_tui.errors import BrokenFilter
from annotat3d_tui.features import plan
from annotat3d_tui.features.plugins import added_filters, load_filter
from annotat3d_tui.features.registry import built_in_names, family_of
from annotat3d_tui.features.user import surroundings, user_filter
from tests.features.examples import filtered, textured

MODULE = """
import numpy as np
from scipy import ndimage
from annotat3d_tui.features.user import user_filter

def plain(part, radius):
    return ndimage.gaussian_filter(part, radius)

@user_filter(reach=lambda radius: radius, parts=("least", "greatest"))
def both(part, radius):
    side = (1 if part.shape[0] == 1 else 2 * radius + 1, 2 * radius + 1, 2 * radius + 1)
    return np.stack([ndimage.minimum_filter(part, side), ndimage.maximum_filter(part, side)])

@user_filter(reach=lambda radius: 0, scaled=False)
def square(part, radius):
    part *= part
    return part

def wrong_shape(part, radius):
    return part[1:]

def raising(part, radius):
    raise KeyError("nothing\\nhere")

def not_finite(part, radius):
    return part * np.nan

number = 7
"""


@pytest.fixture
def install(tmp_path):
    """Install a module and its entry points as a distribution; returns the outcome of code run beside it."""

    def run(points, code, package="ridges", module=MODULE):
        name = package.replace("-", "_")
        (tmp_path / f"{name}_code.py").write_text(module)
        about = tmp_path / f"{name}-1.2.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        lines = [f"{filter} = {name}_code:{value}" for filter, value in points.items()]
        (about / "entry_points.txt").write_text("\n".join(["[annotat3d_tui.filters]", *lines, ""]))
        path = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]\n"
        done = subprocess.run(
            [sys.executable, "-c", path + textwrap.dedent(code)],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def test_an_installed_filter_is_a_filter(install):
    said = install(
        {"smooth_mine": "plain", "both_mine": "both", "square_mine": "square"},
        """
        from annotat3d_tui.features.features import Features
        from annotat3d_tui.features.registry import filter_names
        print(filter_names()[-3:], "ridges_code" in sys.modules, "numba" in sys.modules)
        import numpy as np
        features = Features(("none", "smooth_mine", "both_mine", "square_mine", "maximum"), (1, 2), "3")
        print(features.names)
        image = np.random.default_rng(0).integers(0, 99, (7, 9, 8)).astype(np.uint8)
        superpixels = np.arange(1, image.size + 1, dtype=np.int32).reshape(image.shape)
        found = features(image, superpixels=superpixels, threads=2).superpixels
        place = features.names.index
        print((found[:, place("both_mine 2 greatest")] == found[:, place("maximum 2")]).all())
        print((found[:, place("square_mine")] == image.ravel().astype(float) ** 2).all())
        """,
    )
    names = "('none', 'smooth_mine 1', 'smooth_mine 2', 'both_mine 1 least', 'both_mine 1 greatest', "
    names += "'both_mine 2 least', 'both_mine 2 greatest', 'square_mine', 'maximum 1', 'maximum 2')"
    assert said == ["('both_mine', 'smooth_mine', 'square_mine') False False", names, "True", "True"]


def test_a_broken_filter_says_one_sentence_and_the_others_work(install):
    said = install(
        {name: name for name in ("wrong_shape", "raising", "not_finite", "number", "gone", "plain")}
        | {"lbd.x": "plain"},
        """
        import numpy as np
        from annotat3d_tui.errors import BrokenFilter
        from annotat3d_tui.features.features import Features
        for name in ("wrong_shape", "raising", "not_finite", "number", "gone", "plain"):
            try:
                Features((name,), (1,), "2")(np.ones((2, 5, 6), np.uint8), marked=[(0, 1, 2)], threads=2)
            except BrokenFilter as error:
                print(error)
            else:
                print(name, "works")
        """,
    )
    start = "The filter {!r} of package ridges 1.2 must "
    expected = [
        start.format("wrong_shape")
        + "give an array of the shape (1, 13, 14) for a part of shape (1, 13, 14), received (0,",
        start.format("raising") + "filter an image, received KeyError: 'nothing\\nhere': update or remove",
        start.format("not_finite") + "give finite numbers, received others: ",
        start.format("number") + "be a function or a family, received 7: ",
        start.format("gone") + "load (ridges_code:gone), received AttributeError: ",
        "plain works",
    ]
    assert len(said) == len(expected)
    for line, beginning in zip(said, expected, strict=True):
        assert line.startswith(beginning)


def test_a_module_that_cannot_be_imported(install):
    said = install(
        {"mine": "x"},
        """
        from annotat3d_tui.errors import BrokenFilter
        from annotat3d_tui.features.features import Features
        print(len(Features().names))
        try:
            Features(("mine",)).names
        except BrokenFilter as error:
            print(error)
        """,
        module="import a_module_that_is_not_there",
    )
    assert said[0] == "5"
    assert said[1].startswith(
        "The filter 'mine' of package ridges 1.2 must load (ridges_code:x), received ModuleNotFound"
    )


def test_names_that_are_taken_are_refused(install):
    said = install(
        {"sobel": "plain", "all": "plain", "mine": "plain", "a b": "plain"},
        """
        from annotat3d_tui.features.plugins import added_filters
        from annotat3d_tui.features.registry import built_in_names, family_of, filter_names
        added = added_filters(built_in_names())
        print(list(added.usable), filter_names()[-1], type(family_of("sobel")).__name__)
        for sentence in added.refused:
            print(sentence)
        """,
    )
    assert said[0] == "['mine'] mine Gaussians"
    taken = next(line for line in said if "'sobel'" in line)
    assert taken == (
        "The filter 'sobel' of package ridges 1.2 must have a name of its own, "
        "received that of a filter of this program: rename its entry point."
    )
    assert len(said) == 4


def test_the_doctor_tells(install):
    said = install(
        {"sobel": "plain", "mine": "plain", "gone": "gone"},
        """
        from annotat3d_tui import doctor
        for check in doctor._filters():
            print(check.works, check.found)
        """,
    )
    assert said[0].startswith("False The filter 'sobel' of package ridges 1.2 must have a name of its own")
    assert said[1].startswith("False The filter 'gone' of package ridges 1.2 must load (ridges_code:gone)")
    assert said[2] == "True mine"


def test_two_packages_with_one_name(monkeypatch):
    points = [EntryPoint("mine", f"{module}:x", "annotat3d_tui.filters") for module in ("one", "two", "one")]
    monkeypatch.setattr("annotat3d_tui.features.plugins.entry_points", lambda group: points)
    added = added_filters(("none", "another set of names, since answers are kept"))
    assert list(added.usable) == ["mine"]
    assert len(added.refused) == 1


def test_a_family_of_another_package(monkeypatch):
    import types

    ours = family_of("none")
    module = types.ModuleType("their_module")
    module.family = ours
    module.Class = type(ours)
    monkeypatch.setitem(sys.modules, "their_module", module)
    assert load_filter(EntryPoint("none", "their_module:family", "g")) is ours
    with pytest.raises(BrokenFilter, match=r"must be among its family's filters, received \('none',\)"):
        load_filter(EntryPoint("other", "their_module:family", "g"))
    with pytest.raises(BrokenFilter, match=r"received the class Grey"):
        load_filter(EntryPoint("none", "their_module:Class", "g"))


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", [(6, 9, 11), (1, 4, 5), (3, 1, 1)])
def test_a_function_sees_mirrored_borders_and_any_blocks(monkeypatch, shape, dimensions):
    @user_filter()
    def gauss(part, radius):
        return ndimage.gaussian_filter(part, (radius if part.shape[0] > 1 else 0, radius, radius))

    gauss.filters = ("gauss",)
    monkeypatch.setattr(plan, "family_of", lambda name: gauss)
    image = textured(shape)
    expected = ndimage.gaussian_filter(image.astype(np.float32), (2 if dimensions == 3 else 0, 2, 2))
    for thickness in (None, 1, 4):
        found = filtered(image, "gauss", (2,), dimensions, thickness)["gauss 2"]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_surroundings_are_those_of_symmetric_padding():
    image = textured((4, 5, 6))
    padded = np.pad(image, ((7, 7), (3, 3), (3, 3)), mode="symmetric")
    np.testing.assert_array_equal(surroundings(image, 1, 3, 7, 3), padded[1:17])


def test_built_in_names_have_no_plugins():
    assert set(added_filters(built_in_names()).usable).isdisjoint(built_in_names())
