"""The report as one HTML page that needs nothing besides itself: no script, no font, no image from elsewhere."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from mesh_platform.incidents import cause
from mesh_platform.manifest.plain_text import one_line
from mesh_platform.reporting import burn_down, words
from mesh_platform.reporting.report import Report
from mesh_platform.reporting.strip import band, in_words
from mesh_platform.slo.measurement import said

_HERE: Final = Path(__file__).parent
_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    **{f.__name__: f for f in (words.budget, words.percent, words.short, words.span)},
    **{f.__name__: f for f in (words.target_of, words.value_of, words.verdict_of, words.since)},
    **{f.__name__: f for f in (said, band, in_words)},
    "cause": cause.in_words,
    "linkable": lambda url: str(url or "").startswith(("http://", "https://")),
}
MOST_SYMPTOMS: Final = 12
MOST_INCIDENTS: Final = 100


def page(report: Report) -> str:
    """The whole page."""
    return _template().render(
        report=report,
        plot=burn_down,
        most_symptoms=MOST_SYMPTOMS,
        most_incidents=MOST_INCIDENTS,
        style=Markup((_HERE / "page.css").read_text()),  # noqa: S704  our own file
    )


@cache
def _template() -> Template:
    jinja = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters.update(_FILTERS)
    return jinja.get_template("page.html")


def _shown(value: Any) -> Any:
    """Whatever a manifest or a person wrote, as text on one line in which nothing hides; escaping comes after."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value
