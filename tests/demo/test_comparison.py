"""A comparison finds what one of two bags of rows lacks."""

from datetime import UTC, datetime, timedelta, timezone

from mesh_platform.demo.comparison import compared

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_equal_rows_are_equal_in_any_order_and_zone() -> None:
    there = [("a", NOON), ("b", None)]
    here = [("b", None), ("a", NOON.astimezone(timezone(timedelta(hours=5))))]
    found = compared("t", there, here)
    assert found.equal
    assert found.sentence == "t: 2 rows, equal in the database and the mesh"


def test_a_row_that_is_there_twice_is_not_equal_to_one() -> None:
    found = compared("t", [("a",)], [("a",), ("a",)])
    assert (found.equal, found.lost, found.invented) == (False, (), (("a",),))


def test_what_differs_is_said_with_examples() -> None:
    found = compared("t", [("a", 1), ("b", 1)], [("a", 2), ("b", 1)])
    assert found.sentence == ("t: 1 rows are only in the database, 1 only in the mesh: ('a', 1); ('a', 2)")
