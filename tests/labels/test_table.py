"""The label table: ids rise, names are their own, each change gives a new table."""

import pytest

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.labels.table import Label, LabelTable


def test_a_new_project_has_background_and_label_1() -> None:
    assert [(label.id, label.name, label.colour, label.visible) for label in LabelTable()] == [
        (1, "Background", colour_of(1), True),
        (2, "Label 1", colour_of(2), True),
    ]


def test_changes_make_new_tables() -> None:
    first = LabelTable()
    changed = first.add("Crack").rename(2, "Grain").recolour(3, (1, 2, 3)).set_visible(1, False)
    assert [(label.id, label.name, label.visible) for label in changed] == [
        (1, "Background", False),
        (2, "Grain", True),
        (3, "Crack", True),
    ]
    assert changed[3].colour == (1, 2, 3)
    assert first == LabelTable()
    assert changed.remove(2).get(2) is None
    assert len(changed.remove(2)) == 2
    assert 2 not in changed.remove(2)


def test_names_and_ids_of_new_labels() -> None:
    table = LabelTable().add(id=9).add()
    assert [(label.id, label.name) for label in table][2:] == [(9, "Label 8"), (10, "Label 9")]
    assert LabelTable().rename(2, "Label 2").add()[3].name == "Label 2 (2)"
    assert LabelTable().remove(1).add(id=1)[1].name == "Background"
    assert LabelTable().add(id=65535).next_id() == 3
    with pytest.raises(InvalidParameter, match="at most 65535 labels"):
        LabelTable(tuple(Label(number, str(number), (0, 0, 0)) for number in range(1, 65536))).next_id()


def test_to_dict_and_back_is_the_same() -> None:
    table = LabelTable().add("Riß", (9, 8, 7), id=700).set_visible(2, False)
    assert LabelTable.from_dict(table.to_dict()) == table


@pytest.mark.parametrize(
    "values",
    [
        {}, {"labels": [{}]}, {"labels": [{"id": 1, "name": "a", "colour": [1, 2], "visible": True}]}, {"labels": [7]},
        {"labels": [{"id": float("inf"), "name": "a", "colour": [1, 2, 3], "visible": True}]},
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidFile, match="must"):
        LabelTable.from_dict(values)


def test_what_cannot_be_is_refused() -> None:
    table = LabelTable()
    with pytest.raises(InvalidParameter, match="There is no label 7, there are 1, 2"):
        table[7]
    with pytest.raises(InvalidParameter, match="Label 2 must have a name of its own, received 'Background'"):
        table.rename(2, " Background ")
    with pytest.raises(InvalidParameter, match="visible characters, received ''"):
        table.rename(2, " ")
    with pytest.raises(InvalidParameter, match="visible characters"):
        table.add("two\nlines")
    with pytest.raises(InvalidParameter, match="three numbers from 0 to 255"):
        table.recolour(2, (0, 0, 256))
    with pytest.raises(InvalidParameter, match="an id of its own, received 2"):
        table.add(id=2)
    with pytest.raises(InvalidParameter, match="from 1 to 65535, received 0"):
        table.add(id=0)
    with pytest.raises(InvalidParameter, match="rising ids"):
        LabelTable((table[2], table[1]))
