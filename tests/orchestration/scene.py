"""A mesh on stage: files written into its landing zone, its steps run in this process, its tables read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from mesh_platform.environment import Environment
from mesh_platform.manifest.gather import gather
from mesh_platform.orchestration.build import build
from mesh_platform.warehouse.duckdb import open_duckdb
from mesh_platform.warehouse.protocol import Row

SYSTEM = "orders_service_postgres"
ORDERS = dg.AssetKey(["orders", "order_events"])
REVENUE = dg.AssetKey(["finance", "revenue_daily"])
ORDER_STEP = [dg.AssetKey(["orders", "cdc", "orders"]), dg.AssetKey(["orders", "cdc", "returns"]), ORDERS]


@dataclass
class Scene:
    """A mesh with its own home, and the instance its runs are recorded on."""

    environment: Environment
    instance: dg.DagsterInstance
    started: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=4))
    lsn: int = 0

    def definitions(self) -> dg.Definitions:
        return build(gather(self.environment.root), self.environment)

    def place(self, *numbers: str, total: int = 1000, currency: str = "EUR") -> None:
        """Orders placed, in one file of the landing zone."""
        self.write("public.orders", [self.change("c", _order(n, total, currency, self._at())) for n in numbers])

    def change(self, op: str, row: dict[str, Any]) -> dict[str, Any]:
        """One change of the stream; each has a later position than the one before."""
        self.lsn += 10
        ms = int(self._at().timestamp() * 1000)
        source = {"connector": "postgresql", "db": "orders", "schema": "public", "table": "orders", "snapshot": "false"}
        source |= {"ts_ms": ms, "lsn": self.lsn, "txId": self.lsn, "sequence": json.dumps([None, str(self.lsn)])}
        return {"before": None, "after": row, "source": source, "op": op, "ts_ms": ms, "transaction": None}

    def write(self, table: str, envelopes: Iterable[dict[str, Any]]) -> Path:
        folder = Path(self.environment.landing) / SYSTEM / table
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.lsn:08}.jsonl"
        path.write_text("".join(json.dumps(e) + "\n" for e in envelopes))
        return path

    def refresh(
        self, selection: Sequence[dg.AssetKey] = ORDER_STEP, config: dict[str, Any] | None = None, checks: bool = False
    ) -> dg.ExecuteInProcessResult:
        """Materialise, as the button does, without the five checks unless asked."""
        definitions = self.definitions()
        job = definitions.resolve_implicit_global_asset_job_def()
        chosen = {k for c in job.asset_layer.asset_graph.asset_check_keys if (k := c).asset_key in selection}
        kept = chosen if checks else {c for c in chosen if c.name not in FIVE}
        subset = job.get_subset(asset_selection=set(selection), asset_check_selection=kept)
        ops = {"ops": {"orders_dbt": {"config": config}}} if config else None
        return subset.execute_in_process(instance=self.instance, raise_on_error=False, run_config=ops)

    def query(self, sql: str) -> list[Row]:
        with open_duckdb(self.environment.warehouse_file) as warehouse:
            return warehouse.query(sql)

    def visible(self) -> list[str]:
        """Order numbers a consumer sees."""
        return [r[0] for r in self.query("select distinct order_id from orders_prod.order_events order by 1")]

    def _at(self) -> datetime:
        return self.started + timedelta(seconds=self.lsn)


FIVE = {"freshness", "completeness", "accuracy", "contract", "governance"}


def _order(number: str, total: int, currency: str, at: datetime) -> dict[str, Any]:
    stamp = at.isoformat().replace("+00:00", "Z")
    return {
        "id": number,
        "customer_id": "c1",
        "status": "PLACED",
        "total_amount_cents": total,
        "currency_code": currency,
        "channel": "web",
        "metadata": "{}",
        "created_at": stamp,
        "updated_at": stamp,
    }


def failure(result: dg.ExecuteInProcessResult) -> str:
    """What the failed step says of itself."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.user_failure_data:
            return event.step_failure_data.user_failure_data.description or ""
        if event.is_step_failure and event.step_failure_data.error:
            return event.step_failure_data.error.message
    return ""


def materialised(result: dg.ExecuteInProcessResult) -> set[dg.AssetKey]:
    return {e.asset_key for e in result.get_asset_materialization_events() if e.asset_key}
