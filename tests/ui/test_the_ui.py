"""The whole mesh as its users see it: `mesh up`, a real browser, a file that arrives, a manifest that changes."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesh_platform.names import CHECKS
from tests.conftest import copied_mesh
from tests.ui.live import Live, assets, drop_order, kill, runs, start, until, verdicts, visible

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROJECT = Path(__file__).resolve().parents[2]
PICTURES = Path(os.environ.get("MESH_PICTURES") or PROJECT / "build" / "pictures")
BROWSER = next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

EXPANDED = "global%40global%3Aorders%2Cglobal%40global%3Afinance"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ui")]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One `mesh up` on an empty home and a copy of the domains, with the shop trading."""
    folder = tmp_path_factory.mktemp("ui")
    copied_mesh(folder / "root")
    running = start(folder / "root", folder / "home")
    try:
        yield running
    finally:
        code = running.stop() if running.process.poll() is None else running.process.returncode
        kill(running)
        assert code == 0, "".join(running.lines[-40:])


@pytest.fixture(scope="module")
def page(live: Live) -> "Iterator[Page]":
    """A browser on the UI, with the community dialog dismissed."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine; `.ci/run` installs it")
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(BROWSER), args=QUIET)
        opened = browser.new_page(viewport={"width": 1600, "height": 950})
        opened.goto(live.url)
        opened.keyboard.press("Escape")
        yield opened
        browser.close()


def open_page(page: "Page", url: str) -> None:
    page.goto(url)
    page.wait_for_load_state("networkidle")
    for label in ("Skip for now", "Dismiss", "Close", "No thanks"):
        button = page.get_by_role("button", name=label)
        if button.count() and button.first.is_visible():
            button.first.click()


@pytest.mark.browser
def test_the_asset_graph_shows_both_domains(live: Live, page: "Page") -> None:
    page.set_viewport_size({"width": 1900, "height": 1000})
    open_page(page, f"{live.url}/asset-groups?expanded={EXPANDED}")
    page.get_by_text("order_events", exact=True).first.wait_for(timeout=30_000)
    page.get_by_text("revenue_daily", exact=True).first.wait_for(timeout=30_000)
    with contextlib.suppress(AssertionError):  # a picture without a run under way is nicer, and no more
        until(lambda: idle(live), 45)
    page.wait_for_timeout(2_000)  # the graph's own animation
    page.screenshot(path=PICTURES / "asset-graph.png")
    page.set_viewport_size({"width": 1600, "height": 950})


@pytest.mark.browser
def test_a_product_s_page_tells_its_contract(live: Live, page: "Page") -> None:
    open_page(page, f"{live.url}/assets/orders/order_events")
    page.get_by_text("Immutable event log").first.wait_for(timeout=30_000)
    page.get_by_text("refund_cents").first.wait_for(timeout=30_000)
    page.get_by_text("order-experience-squad").first.wait_for(timeout=30_000)
    page.screenshot(path=PICTURES / "product.png", full_page=True)


@pytest.mark.browser
def test_the_five_checks_are_there_with_their_verdicts(live: Live, page: "Page") -> None:
    def green() -> bool:
        found = verdicts(live, "orders", "order_events")
        return {found.get(name) for name in CHECKS} == {"SUCCEEDED"}

    until(green, 180, lambda: str(verdicts(live, "orders", "order_events")))
    open_page(page, f"{live.url}/assets/orders/order_events?view=checks&checkDetail=freshness")
    for name in CHECKS:
        page.get_by_text(name, exact=True).first.wait_for(timeout=30_000)
    page.screenshot(path=PICTURES / "checks.png")


@pytest.mark.browser
def test_the_button_materialises_a_product(live: Live, page: "Page") -> None:
    before = {r["runId"] for r in runs(live)}
    open_page(page, f"{live.url}/assets/orders/order_events")
    page.get_by_role("button", name="Materialize").first.click()

    def by_hand() -> list[dict[str, object]]:
        new = [r for r in runs(live) if r["runId"] not in before]
        return [r for r in new if not tagged(r, "mesh/landing", "mesh/retest", "dagster/schedule_name")]

    until(by_hand, 30)
    run = by_hand()[0]["runId"]
    until(lambda: status(live, run) in {"SUCCESS", "FAILURE"}, 120)
    open_page(page, f"{live.url}/runs/{run}")
    page.screenshot(path=PICTURES / "run.png")
    assert status(live, run) == "SUCCESS"


def idle(live: Live) -> bool:
    return not [r for r in runs(live) if r["status"] in {"QUEUED", "NOT_STARTED", "STARTING", "STARTED"}]


def tagged(run: dict[str, object], *keys: str) -> bool:
    tags = run["tags"]
    assert isinstance(tags, list)
    return any(t["key"] in keys or t["key"].startswith("dagster/from_automation") for t in tags)


def status(live: Live, run_id: object) -> str:
    return next((str(r["status"]) for r in runs(live) if r["runId"] == run_id), "")


def test_a_file_that_arrives_is_visible_to_consumers_without_a_click(
    live: Live, record_property: Callable[[str, object], None]
) -> None:
    number = f"dropped-{time.time_ns()}"
    drop_order(live, number)
    seconds = until(lambda: visible(live, number), 180, lambda: "".join(live.lines[-30:]))
    record_property("arrival_to_view_seconds", seconds)
    print(f"from the file's arrival to the consumer view: {seconds:.1f} s")


def test_an_edited_manifest_shows_by_itself(live: Live) -> None:
    manifest = live.root / "domains" / "finance" / "revenue_daily" / "data-product.yaml"
    manifest.write_text(manifest.read_text().replace("Revenue by UTC day", "Money by UTC day"))
    until(lambda: any("Money by UTC day" in (n["description"] or "") for n in assets(live)), 90)


def test_a_broken_manifest_is_quarantined_and_visible_and_takes_nobody_down(live: Live) -> None:
    manifest = live.root / "domains" / "finance" / "revenue_daily" / "data-product.yaml"
    good = manifest.read_text()
    manifest.write_text(good.replace("target_minutes: 60", "target_minutes: soon"))
    try:
        until(lambda: any("Quarantined" in (n["description"] or "") for n in assets(live)), 90)
        keys = {tuple(n["assetKey"]["path"]) for n in assets(live)}
        assert {("finance", "revenue_daily"), ("orders", "order_events")} <= keys
    finally:
        manifest.write_text(good)
        until(lambda: not any("Quarantined" in (n["description"] or "") for n in assets(live)), 90)
