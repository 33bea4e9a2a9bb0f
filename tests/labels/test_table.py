"""The label table: ids rise, names are their own, each change gives a new table."""

from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.table import MOST_CHANGED, LabelTable


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
    assert LabelTable().rename(2, "Label 2").add()[3].name == "Label 3"
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
    with pytest.raises(InvalidParameter, match="in the order of their places"):
        LabelTable((table[2], table[1]))


def test_labels_are_moved_in_the_list_and_keep_their_ids() -> None:
    table = LabelTable().add("Crack").add("Pore")
    order = lambda table: [label.id for label in table]  # noqa: E731
    assert order(table.move(4, 0)) == [4, 1, 2, 3]
    assert order(table.move(1, 99)) == [2, 3, 4, 1]
    assert order(table.move(1, 2)) == [2, 3, 1, 4]
    assert order(table.move(3, 1)) == [1, 3, 2, 4]
    assert table.move(2, 1) is table
    assert order(table.move(4, 0).add("Void")) == [4, 1, 2, 3, 5]
    assert LabelTable.from_dict(table.move(4, 0).to_dict()) == table.move(4, 0)


def test_there_is_always_room_between_two_labels() -> None:
    table = LabelTable().add("Crack").add("Pore")
    expected = [1, 2, 3, 4]
    for step in range(200):
        moved = expected[3] if step % 2 else expected[2]
        table = table.move(moved, 1)
        expected.remove(moved)
        expected.insert(1, moved)
        assert [label.id for label in table] == expected
    assert table.rename(2, "Grain")[2].name == "Grain"


def test_missing_labels_get_names_that_are_free() -> None:
    table = LabelTable().rename(2, "Label 5")
    assert [(label.id, label.name) for label in table.missing([5, 2, 0, 2, 3])] == [(3, "Label 3"), (5, "Label 5 (2)")]


def test_labels_that_a_volume_has_are_called_by_their_ids_and_those_added_after_them_too() -> None:
    table = LabelTable.of([*LabelTable(), *LabelTable().missing(range(1, 55))])
    assert {label.name for label in table if label.id > 2} == {f"Label {id}" for id in range(3, 55)}
    assert table.new().name == "Label 55"
    assert table.add().add()[56].name == "Label 56"
    objects = table
    for id, name in sorted(table.names_by_id().items(), reverse=True):
        objects = objects.rename(id, name)
    assert [label.name for label in objects] == [f"Label {id}" for id in range(1, 55)]
    assert objects.rename(54, "Grain").new().name == "Label 55"
    assert objects.names_by_id() == {}


def test_a_table_of_all_ids_answers_at_once() -> None:
    made = LabelTable.of([*LabelTable(), *LabelTable().missing(range(1, 65536))])
    begun = process_time()
    for change in (
        lambda: made.rename(40_000, "Grain"),
        lambda: made.move(65_535, 3),
        lambda: made.set_locked(7, True),
    ):
        assert len(change()) == 65_535
    assert process_time() - begun < 3.0  # 0.1 s on a quiet machine
    with pytest.raises(InvalidParameter, match="at most 65535 labels"):
        made.add()
    with pytest.raises(InvalidParameter, match="1, 2, 3, .* 20 and 65515 more: choose one"):
        made[70_000]


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.none() | st.tuples(st.sampled_from("abc"), st.integers(0, 4))), max_size=12
    )
)
def test_a_table_changed_step_by_step_is_the_one_made_at_once(steps: list[tuple[int, tuple[str, int] | None]]) -> None:
    table = LabelTable()
    expected = {label.id: label for label in table}
    for id, change in steps:
        assert [table.place_of(one) for one in table.ids] == list(range(len(table)))  # looked at before the change
        label = None if change is None else Label(id, f"{change[0]}{id}", (1, 2, 3), place=float(change[1]))
        table = table.put(id, label)
        expected.pop(id, None)
        if label:
            expected[id] = label
        made = LabelTable.of(expected.values())
        assert table == made
        assert (table.ids, table.locked) == (made.ids, made.locked)
        assert [table.place_of(one) for one in range(8)] == [made.place_of(one) for one in range(8)]
        assert [table.named(one.name) for one in made] == [table.get(one.id) for one in made] == list(made)
        assert table.named("Label 1") == made.named("Label 1")


def test_labels_are_found_by_id_and_name_after_however_many_changes() -> None:
    rng, table = np.random.default_rng(0), LabelTable()
    known = {label.id: label for label in table}
    for turn in range(3 * MOST_CHANGED):
        id = int(rng.integers(1, 40))
        label = None if rng.random() < 0.3 else Label(id, f"{id} of turn {turn}", (1, 2, 3), locked=rng.random() < 0.5)
        table = table.put(id, label)
        known = {**{one: other for one, other in known.items() if one != id}, **({id: label} if label else {})}
        assert {one: table.get(one) for one in range(40) if one in table} == known
        assert table.locked == {one.id for one in known.values() if one.locked}
        assert label is None or table.named(label.name) is label
        assert [one.id for one in table] == sorted(known)


def test_to_hide_all_labels_but_one_makes_no_other_labels() -> None:
    table = LabelTable([Label(id, f"{id}", (1, 2, 3)) for id in range(1, 5001)])
    alone = table.show_only(7)
    assert [label.id for label in alone if label.visible] == [7]
    assert alone.rows is table.rows
    assert alone.put(9, alone[9].shown(True)).rows is table.rows
    assert alone.show_only(None) == table


ACTS = ("put", "remove", "show", "hide", "only", "all", "lock", "move")


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 6), st.integers(0, 6)), max_size=25))
def test_hidden_locked_and_moved_labels_are_those_of_a_list_of_labels(steps: list[tuple[str, int, int]]) -> None:
    table = LabelTable()
    expected = list(table)
    for act, id, number in steps:
        here = next((label for label in expected if label.id == id), None)
        others = [label for label in expected if label.id != id]
        if act == "put":
            label = Label(id, f"{number} {id}", (number, 2, 3), visible=number % 2 == 0, locked=number > 3)
            table = table.put(id, label)
            expected = sorted([*others, label], key=lambda one: one.rank)
        elif act in ("only", "all"):
            table = table.show_only(id if act == "only" else None)
            expected = [one.shown(act == "all" or one.id == id) for one in expected]
        elif here is not None:
            if act == "remove":
                table, expected = table.remove(id), others
            elif act == "move":
                table = table.move(id, number)
                others.insert(number, here)
                assert list(table.ids) == [one.id for one in others]
                expected = [replace(one, place=table[one.id].place) for one in others]
            else:
                change = {"locked": not here.locked} if act == "lock" else {"visible": act == "show"}
                table = table.put(id, replace(here, **change))
                expected[expected.index(here)] = replace(here, **change)
        assert list(table) == expected
        assert table == LabelTable(expected)
        assert [table.at(place) for place in range(len(table))] == expected
        assert [table.get(one.id) for one in expected] == [table.named(one.name) for one in expected] == expected
        assert table.hidden == {one.id for one in expected if not one.visible}
        assert table.shows_only(id) == ([one.id for one in expected if one.visible] == [id])
        assert LabelTable.from_dict(table.to_dict()) == table
