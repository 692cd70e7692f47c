"""The classifier against people's judgement: hundreds of names, each with what a person says of it."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.policies.classification.classify import classify
from mesh_platform.policies.classification.judgement import Judgement, Outcome, Shape
from mesh_platform.policies.classification.lexicon import PHRASES
from mesh_platform.policies.classification.tokens import tokens
from mesh_platform.policies.classification.words.identity import IDENTITY
from mesh_platform.policies.classification.words.northern import NORTHERN
from mesh_platform.policies.classification.words.sensitive import SENSITIVE
from mesh_platform.policies.classification.words.short import SHORT
from mesh_platform.policies.classification.words.southern import SOUTHERN

HERE = Path(__file__).parent


def listed(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader((HERE / file).open(encoding="utf-8", newline="")))


COLUMNS = listed("columns.csv")
"""Names that the words were chosen by: what is decided of them is held to."""
SCHEMAS = listed("schemas.csv")
"""Names of many kinds of systems, labelled before anything was tuned to them; the labels stay as they were."""
SHAPES = {
    "boolean": Shape.BOOLEAN, "timestamp": Shape.TIME, "date": Shape.DATE, "int": Shape.NUMBER, "long": Shape.NUMBER,
    "double": Shape.NUMBER, "enum": Shape.ENUM,
}  # fmt: skip
CERTAIN = [words for words, (kind, strength) in PHRASES.items() if strength == "must" and kind != "trait"]
words = st.lists(
    st.sampled_from(sorted({w for phrase in PHRASES for w in phrase if len(w) > 2})), min_size=1, max_size=4
)


def judged(column: dict[str, str]) -> Judgement:
    return classify(column["name"], SHAPES.get(column["type"], Shape.TEXT), column.get("doc", ""), column["within"])


def test_it_agrees_with_people() -> None:
    counted = Counter((column["outcome"], judged(column).outcome.name.lower()) for column in COLUMNS)
    right = sum(n for (said, found), n in counted.items() if said == found)
    said_must = sum(n for (said, _), n in counted.items() if said == "must")
    found_must = sum(n for (_, found), n in counted.items() if found == "must")
    assert len(COLUMNS) > 1000
    assert right / len(COLUMNS) > 0.98, counted
    assert counted["must", "must"] / said_must > 0.99, "recall"
    assert counted["must", "must"] / found_must > 0.99, "precision"
    assert counted["fine", "must"] == counted["must", "fine"] == 0


@pytest.mark.parametrize("label", ["first", "second", "third", "fourth", "fifth"])
def test_it_agrees_with_people_on_what_schemas_have(label: str) -> None:
    pairs = [(c["outcome"], judged(c).outcome.name.lower()) for c in SCHEMAS if c["list"] == label]
    assert len(pairs) > 150
    assert precision(pairs, {"must"}) > 0.94
    assert recall(pairs, {"must"}) > 0.94
    assert precision(pairs, {"must", "review"}) > 0.98
    assert recall(pairs, {"must", "review"}) > 0.95
    assert ("fine", "must") not in pairs, "an error for what is nobody's"


def precision(pairs: list[tuple[str, str]], level: set[str]) -> float:
    found = [said in level for said, found in pairs if found in level]
    return sum(found) / len(found)


def recall(pairs: list[tuple[str, str]], level: set[str]) -> float:
    return precision([(found, said) for said, found in pairs], level)


@pytest.mark.parametrize(
    ("doc", "within", "outcome"),
    [("Name of the JDBC driver", "", Outcome.FINE), ("", "Trip", Outcome.MUST), ("", "", Outcome.REVIEW)],
)
def test_a_word_for_a_person_or_a_program_is_read_by_what_is_around(doc: str, within: str, outcome: Outcome) -> None:
    assert classify("driver_name", doc=doc, within=within).outcome is outcome


@given(st.sampled_from(CERTAIN), st.sampled_from(["sha256", "md5", "hash", "hashed", "masked", "encrypted"]))
def test_nobody_acquits_personal_data_by_calling_it_hashed(phrase: tuple[str, ...], how: str) -> None:
    assert classify("_".join((*phrase, how))).outcome is not Outcome.FINE


@pytest.mark.parametrize("name", ["product_name", "filename", "hostname", "ip_count", "shipping_method", "postage"])
def test_innocent_names_are_fine(name: str) -> None:
    assert classify(name).outcome is Outcome.FINE


@given(words)
def test_the_style_a_name_is_written_in_changes_nothing(parts: list[str]) -> None:
    snake = "_".join(parts)
    camel = parts[0] + "".join(p.capitalize() for p in parts[1:])
    pascal = "".join(p.capitalize() for p in parts)
    assert {classify(n) for n in (camel, pascal, snake.upper(), "-".join(parts))} == {classify(snake)}


@given(st.sampled_from(CERTAIN), st.sampled_from(["q", "zzz", "ungul", "xx"]), st.sampled_from(["q", "zk", "wum"]))
def test_part_of_a_longer_word_never_trips(phrase: tuple[str, ...], before: str, after: str) -> None:
    assert classify(f"{before}{''.join(phrase)}{after}").outcome is Outcome.FINE


@given(st.sampled_from(CERTAIN), st.sampled_from(["1", "2", "_1", "_02"]))
def test_a_number_behind_the_name_changes_nothing(phrase: tuple[str, ...], number: str) -> None:
    name = "_".join(phrase)
    assert classify(name + number).outcome is classify(name).outcome


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=60), st.sampled_from(Shape))
def test_whatever_a_name_holds_it_is_judged(name: str, doc: str, within: str, shape: Shape) -> None:
    found = classify(name, shape, doc, within)
    assert (found.outcome is Outcome.FINE) == (found.evidence == "")


def test_every_phrase_is_written_as_names_are_read() -> None:
    assert [phrase for phrase in PHRASES if tokens("_".join(phrase)) != phrase] == []


@pytest.mark.parametrize("tables", [(SHORT, NORTHERN, SOUTHERN), (IDENTITY, SENSITIVE)])
def test_nothing_is_said_twice(tables: tuple[str, ...]) -> None:
    """Of two lines for one word the later would win, and nobody would see it."""
    rows = [line for table in tables for line in table.split("\n") if line]
    said = [
        " ".join(entry.split())
        for row in rows
        for entry in (row.partition(":")[2].split() if ":" in row else row.split(None, 2)[2].split("|"))
    ]
    assert [entry for entry, n in Counter(said).items() if n > 1] == []


def test_a_long_name_is_read_in_no_time() -> None:
    assert classify("emailaddress" * 10_000).outcome in Outcome
