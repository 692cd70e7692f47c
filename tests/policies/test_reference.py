from mesh_platform.manifest.reading import READING
from mesh_platform.policies.book import BOOK
from mesh_platform.policies.reference import FAMILIES, PAGE, page


def test_the_page_in_docs_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m mesh_platform.policies.reference`"


def test_every_code_has_its_row_and_belongs_to_a_family() -> None:
    codes = [*BOOK, *READING]
    assert {code[:3] for code in codes} == set(FAMILIES)
    assert all(page().count(f"| {code} |") == 1 for code in codes)


def test_no_code_is_used_by_reading_and_by_a_policy() -> None:
    assert not set(BOOK) & set(READING)
