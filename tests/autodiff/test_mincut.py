"""The minimum vertex cut."""

from adgen.transpiler.autodiff.mincut import minimum_cut


def test_one_carried_value_serves_what_is_cheap_from_it():
    cost = {"s": 8, "square": 8, "cube": 8}
    edges = [("s", "square"), ("square", "cube"), ("s", "cube")]
    assert minimum_cut(cost, edges, ["s"], ["square", "cube"]) == {"s"}


def test_a_single_need_is_stored_itself():
    assert minimum_cut({"s": 8, "t": 8}, [("s", "t")], ["s"], ["t"]) == {"t"}


def test_a_row_is_cheaper_than_two_elements():
    cost = {"row": 2048, "left": 2048, "right": 2048}
    edges = [("row", "left"), ("row", "right")]
    assert minimum_cut(cost, edges, ["row"], ["left", "right"]) == {"row"}


def test_nothing_is_stored_when_nothing_comes_from_a_source():
    assert minimum_cut({"a": 8, "b": 8}, [("a", "b")], [], ["b"]) == set()
