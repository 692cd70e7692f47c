import pytest

from mesh_platform.manifest.document import Place
from mesh_platform.manifest.yaml_tree import read_tree


def codes(text: str) -> list[tuple[str, int, int]]:
    return [(p.code, p.place.line, p.place.column) for p in read_tree(text).problems]


def test_values_and_the_place_of_every_key() -> None:
    tree = read_tree("a: 1\nb:\n  - c: x\n  -   [true, 2.5]\n")
    assert tree.value == {"a": 1, "b": [{"c": "x"}, [True, 2.5]]}
    assert tree.places["a"] == Place(1, 1)
    assert tree.places["b.0.c"] == Place(3, 5)
    assert tree.places["b.1"] == Place(4, 7)
    assert tree.places["b.1.1"] == Place(4, 14)
    assert tree.problems == []


def test_columns_count_characters_and_not_bytes() -> None:
    assert read_tree('{"ä": 1, "b": 2}').places["b"] == Place(1, 10)


@pytest.mark.parametrize("text", ["a:\n", "a: ''\n", 'a: "  "\n', "a: ~\n", "a: null\n"])
def test_a_key_without_a_value_is_empty_and_not_there(text: str) -> None:
    tree = read_tree(text)
    assert tree.value == {}
    assert tree.empty == {"a"}
    assert tree.places["a"] == Place(1, 1)


def test_quoted_words_stay_text() -> None:
    assert read_tree("[\"1\", 'true', 1, true]").value == ["1", "true", 1, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x\n", [("MAN004", 1, 4), ("MAN004", 2, 4)]),
        ("a: {<<: *x, b: 1}\n", [("MAN004", 1, 9)]),
        ("a: !!str 1\n", [("MAN004", 1, 4)]),
        ("a: !python/object:os.system x\n", [("MAN004", 1, 4)]),
        ("a: 1\n---\nb: 2\n", [("MAN004", 2, 1)]),
        ("1: x\n", [("MAN004", 1, 1)]),
        ("true: x\n", [("MAN004", 1, 1)]),
        ("? [a, b]\n: x\n", [("MAN004", 1, 3)]),
        ("? *x\n: x\n", [("MAN004", 1, 3)]),
        ("~: x\n", [("MAN004", 1, 1)]),
        ("a: 1\nb: 2\na: 3\nb: 4\n", [("MAN005", 3, 1), ("MAN005", 4, 1)]),
        ("a: {b: 1, b: {c: 2}}\n", [("MAN005", 1, 11)]),
        ("a: [1\nb: 2\n", [("MAN003", 2, 2)]),
        ("a: b: c\n", [("MAN003", 1, 5)]),
        ("\ta: 1\n", [("MAN003", 1, 1)]),
        ("", [("MAN010", 1, 1)]),
        ("# nothing\n", [("MAN010", 1, 1)]),
        ("---\n", [("MAN010", 1, 1)]),
        ("a: " + "9" * 30 + "\n", [("MAN008", 1, 4)]),
        ('a: "\\e[31m"\n', [("MAN002", 1, 4)]),
        ('"a\\0b": 1\n', [("MAN004", 1, 1)]),
    ],
)
def test_what_is_refused_has_a_code_and_a_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert codes(text) == expected


def test_the_first_of_two_equal_keys_is_kept_and_named() -> None:
    tree = read_tree("a: 1\nb: 2\na: 3\n")
    assert tree.value == {"a": 1, "b": 2}
    assert tree.problems[0].fix == "keep one of them; the first is on line 1"


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 30 + "1" + "}" * 30, "- " * 50_000 + "x", "a: " + "[" * 999])
def test_depth_is_refused_before_it_can_hurt(text: str) -> None:
    tree = read_tree(text)
    assert tree.value is None
    assert {p.code for p in tree.problems} <= {"MAN003", "MAN004"}
    assert len(tree.problems) == 1


def test_a_laughing_file_stays_small() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert {p.code for p in read_tree("\n".join(lines)).problems} == {"MAN004"}


def test_yaml_directives_and_one_explicit_document_are_fine() -> None:
    assert read_tree("%YAML 1.2\n---\na: 1\n...\n").value == {"a": 1}


@pytest.mark.parametrize(("text", "line"), [("a: [", 1), ("a: [\n", 1), ("a: 1\nb: {\n\n", 3)])
def test_a_mistake_at_the_end_of_the_file_is_placed_on_a_line_it_has(text: str, line: int) -> None:
    assert [(code, at) for code, at, _ in codes(text)] == [("MAN003", line)]
