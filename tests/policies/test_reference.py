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


def test_nine_codes_in_ten_show_what_to_avoid() -> None:
    codes = [*BOOK, *READING]
    shown = [code for code in codes if code in examples() and examples()[code].avoid]
    assert len(shown) >= 0.9 * len(codes), sorted(set(codes) - set(shown))


def test_no_example_shows_a_mark() -> None:
    assert "# <-" not in page()


def test_no_code_is_used_by_reading_and_by_a_policy() -> None:
    assert not set(BOOK) & set(READING)
