from importlib import import_module
from importlib.metadata import EntryPoint

import numpy as np

from annotat3d_tui.features import registry
from annotat3d_tui.features.plan import evaluations, feature_names
from annotat3d_tui.features.plugins import Added
from tests.features.examples import EVERY, filtered, textured


class Extent:
    """A family that is not of this package: minimum and maximum of each plane, with two parts."""

    filters = ("extent",)
    scaled = True

    def parts(self, name):
        return ("least", "greatest")

    def cost(self, wanted, scale, dimensions):
        return 1.0

    def evaluate(self, block, wanted, scale):
        planes = block.planes()
        for part, function in (("least", np.min), ("greatest", np.max)):
            yield "extent", part, np.broadcast_to(function(planes, axis=(1, 2), keepdims=True), block.shape).copy()


def test_modules_and_their_families_agree():
    for module, names in registry.MODULES.items():
        family = import_module(f"annotat3d_tui.features.{module}").FAMILY
        assert family.filters == names
        assert all(registry.family_of(name) is family for name in names)
        assert all(family.cost(names, scale, 3) > 0 for scale in [registry_scale(family)])
    assert registry.filter_names() == EVERY


def registry_scale(family):
    from annotat3d_tui.features.plan import scales

    return scales(family, (2, 4))[-1]


def test_filters_of_one_family_are_evaluated_together():
    plan = evaluations(("sobel", "none", "fft_gauss"), (1, 4), 3)
    assert [(one.wanted, one.scale) for one in plan] == [
        (("fft_gauss", "sobel"), (4, 1)),
        (("fft_gauss", "sobel"), (1, 0)),
        (("none",), (0, 0)),
    ]


def test_a_family_with_several_parts_joins_without_a_change_to_the_engine(monkeypatch):
    family_of = registry.family_of
    for module in ("plan",):
        monkeypatch.setattr(
            f"annotat3d_tui.features.{module}.family_of", lambda name: Extent() if name == "extent" else family_of(name)
        )
    assert feature_names(("extent", "none"), (3,)) == ("extent 3 least", "extent 3 greatest", "none")
    image = textured((3, 4, 5))
    found = filtered(image, "extent", (3,))
    assert (found["extent 3 greatest"][1] == image[1].max()).all()


def test_the_origin_of_an_added_filter_changes_with_its_code(tmp_path, monkeypatch):
    point = EntryPoint("mine", "a_module_of_mine:x", "annotat3d_tui.filters")
    monkeypatch.setattr(registry, "added_filters", lambda taken: Added({"mine": point}, ()))
    monkeypatch.syspath_prepend(tmp_path)
    code = tmp_path / "a_module_of_mine.py"
    found = []
    for text in ("x = 1", "x = 2", "x = 1"):
        code.write_text(text)
        found.append(registry.origins(("none", "mine")))
    assert found[0] == found[2] != found[1]
    assert len(found[0]) == 1
    assert registry.origins(("none", "sobel")) == ()
