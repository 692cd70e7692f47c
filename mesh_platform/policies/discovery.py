"""A consumer can find out what a product is for."""

import re
from typing import Final

from mesh_platform import names
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.link import link_problem
from mesh_platform.manifest.mesh import Domain, Mesh, Product
from mesh_platform.manifest.message import cut
from mesh_platform.policies.registry import Breach, Breaches, domain_policy, policy

_PRIVATE: Final = re.compile(
    rf"\b(?:from|join)\s+[`\"]?((?:\w+(?:{names.internal_schema('')}|{names.cdc_schema('')})|mesh_\w+)[`\"]?\.[`\"]?\w+)",
    re.IGNORECASE,
)
_QUERY: Final = re.compile(r"(?:\s+|--[^\n]*\n|/\*.*?\*/|\()*+(?:select|with|from)\b", re.IGNORECASE | re.DOTALL)
_NOTE: Final = re.compile(r"(todo|tbd|tba|fixme|xxx|lorem ipsum|n/a)\b", re.IGNORECASE)


@policy("DOC001", level=Level.WARNING, fix="add `examples` with a title and a query that runs")
def product_has_an_example(product: Product, mesh: Mesh) -> Breaches:
    """One query that works says more than a page about columns."""
    if not product.manifest.spec.examples:
        yield Breach("spec", "`spec.examples` is missing")


@policy("DOC002", level=Level.WARNING, fix="say what one row is, and what the product is for")
def description_says_something(product: Product, mesh: Mesh) -> Breaches:
    """Whoever finds a product decides by its description whether to read on; a word or two, or a note to oneself,
    sends them away."""
    yield from _description(product.manifest.spec.description, mesh)


@policy("DOC003", level=Level.WARNING, fix="write the query as a consumer would, from published ports")
def example_reads_published_ports(product: Product, mesh: Mesh) -> Breaches:
    """A consumer who copies an example that reads private or landed tables is refused, or builds on what may change
    tomorrow."""
    for index, example in enumerate(product.manifest.spec.examples):
        if private := _PRIVATE.search(example.sql):
            yield Breach(f"spec.examples.{index}.sql", f"the query reads `{private[1]}`, which no consumer may")


@policy("DOC005", level=Level.WARNING, fix="write one query, which begins with `select` or `with`")
def example_is_a_query(product: Product, mesh: Mesh) -> Breaches:
    """An example is there to be copied and run; prose cannot be, and what writes must not be."""
    for index, example in enumerate(product.manifest.spec.examples):
        if not _QUERY.match(example.sql):
            yield Breach(f"spec.examples.{index}.sql", f"`{cut(example.sql)}` is no query")


@policy("DOC006", fix="write the page's `https://` address, without a user, a password or a token")
def catalog_url_is_a_link(product: Product, mesh: Mesh) -> Breaches:
    """People click on it where they find the product: what is no address on the web opens something else, or nothing;
    and what it carries of secrets is known to all who read the manifest."""
    address = product.manifest.metadata.catalog_url
    if address and (problem := link_problem(address)):
        yield Breach("metadata.catalog_url", f"the catalogue's address is no link: {problem}")


@domain_policy("DOC004", level=Level.WARNING, fix="say which part of the business it is, and what it is first to know")
def domain_says_what_it_is(domain: Domain, mesh: Mesh) -> Breaches:
    """A domain that cannot be told in a sentence has no boundary that another team could respect."""
    yield from _description(domain.manifest.spec.description, mesh)


def _description(text: str, mesh: Mesh) -> Breaches:
    words, least = re.findall(r"\w+", text), mesh.policy.bounds.min_description_words
    if note := _NOTE.match(text):
        yield Breach("spec.description", f"`{note[0]}` is a note, and no description")
    elif len(words) < least:
        yield Breach("spec.description", f"`{cut(text)}` has `{len(words)}` words; fewer than `{least}` say nothing")
