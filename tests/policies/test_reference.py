from mesh_platform.manifest.reading import READING
from mesh_platform.policies.book import BOOK
from mesh_platform.policies.examples import as_shipped, examples
from mesh_platform.policies.reference import FAMILIES, PAGE, SHIPPED_FILE, page


def test_the_page_in_docs_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m mesh_platform.policies.reference`"


def test_every_code_has_its_row_and_belongs_to_a_family() -> None:
    codes = [*BOOK, *READING]
    assert {code[:3] for code in codes} == set(FAMILIES)
    text = page()
    assert all(text.count(f"| [{code}](#{code.lower()}) |") == text.count(f"\n### {code}\n") == 1 for code in codes)


def test_the_shipped_examples_are_those_of_the_fixtures() -> None:
    shipped = SHIPPED_FILE.read_text(encoding="utf-8")
    assert shipped == as_shipped([*BOOK, *READING]), "run `python -m mesh_platform.policies.reference`"


def test_every_code_shows_what_to_avoid_and_what_to_prefer() -> None:
    lacking = {code for code in (*BOOK, *READING) if code not in examples() or not examples()[code].avoid}
    assert lacking == set()
    # these are about a file that should not be there at all
    alone = {code for code, example in examples().items() if not example.prefer}
    assert alone == {"MAN001", "MAN011", "MAN012", "DBT003", "DBT022", "DOM002", "SCH011", "VER003", "VER004"}


def test_no_example_shows_a_mark() -> None:
    assert "# <-" not in page()


def test_no_code_is_used_by_reading_and_by_a_policy() -> None:
    assert not set(BOOK) & set(READING)
