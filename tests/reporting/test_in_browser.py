"""The page in a real browser: nothing is fetched, nothing sticks out, by day and by night."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from mesh_platform.manifest.mesh import Mesh
from mesh_platform.reporting.file import write
from mesh_platform.reporting.gather import report
from mesh_platform.reporting.page import page
from mesh_platform.warehouse.duckdb import DuckDbWarehouse
from tests.reporting.scene import troubled
from tests.ui.test_the_ui import BROWSER, PICTURES, QUIET

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; `.ci/run` installs it")
def test_the_page_fits_a_wide_and_a_narrow_window(
    warehouse: DuckDbWarehouse, shipped_mesh: Mesh, now: datetime, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    troubled(warehouse, shipped_mesh, now)
    write(page(report(shipped_mesh, warehouse, now, "http://localhost:3000")), tmp_path / "slo.html")
    if "MESH_PICTURES" in os.environ:
        PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(BROWSER or ""), args=QUIET)
        for width, scheme in ((1280, "light"), (1280, "dark"), (700, "light"), (700, "dark")):
            opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            fetched: list[str] = []
            said: list[str] = []
            opened.on("request", lambda request, into=fetched: into.append(request.url))
            opened.on("console", lambda message, into=said: into.append(message.text))
            opened.goto((tmp_path / "slo.html").as_uri())
            assert opened.evaluate("document.documentElement.scrollWidth") == width
            assert opened.get_by_role("img", name="error budget of latency").count() == 1
            assert (len(fetched), said) == (1, [])
            if "MESH_PICTURES" in os.environ:
                opened.screenshot(path=PICTURES / f"slo-report-{width}-{scheme}.png", full_page=True)
        browser.close()
