"""What a product promises is within the council's bounds, in order, and can be measured."""

from mesh_platform.manifest.cadence import cadence_problem, cron_problem
from mesh_platform.manifest.finding import Level
from mesh_platform.manifest.mesh import Mesh, Product
from mesh_platform.manifest.message import cut, listed
from mesh_platform.manifest.product import Accuracy
from mesh_platform.policies.registry import Breach, Breaches, policy
from mesh_platform.schema.history import current, event_time, event_time_candidates


@policy("SLO001", fix="lower `target_minutes`, or ask the council for an exemption in `domains/exemptions.yaml`")
def freshness_is_within_the_bound(product: Product, mesh: Mesh) -> Breaches:
    """A promise slower than two hours is batch reporting, not something another domain can build on."""
    target, bound = product.manifest.slo.freshness.target_minutes, mesh.policy.bounds.max_freshness_minutes
    if target > bound:
        yield Breach("spec.slo.freshness.target_minutes", f"a freshness target of `{target}` min exceeds `{bound}` min")


@policy("SLO002", fix="raise `target_percent`, or ask the council for an exemption in `domains/exemptions.yaml`")
def completeness_is_within_the_bound(product: Product, mesh: Mesh) -> Breaches:
    """A product that may lose more than a few rows in a hundred cannot be added up."""
    target, bound = product.manifest.slo.completeness.target_percent, mesh.policy.bounds.min_completeness_percent
    if target < bound:
        yield Breach(
            "spec.slo.completeness.target_percent", f"a completeness target of `{target}` % is below `{bound}` %"
        )


@policy("SLO003", fix="order them: `target_minutes` <= `warn_minutes` <= `error_minutes`")
def freshness_thresholds_are_in_order(product: Product, mesh: Mesh) -> Breaches:
    """The target is missed first, then someone is warned, then someone is called; any other order warns too late or
    never."""
    f = product.manifest.slo.freshness
    if f.warn_minutes < f.target_minutes:
        yield Breach(
            "spec.slo.freshness.warn_minutes",
            f"`warn_minutes` `{f.warn_minutes}` is less than `target_minutes` `{f.target_minutes}`",
        )
    if f.error_minutes < f.warn_minutes:
        yield Breach(
            "spec.slo.freshness.error_minutes",
            f"`error_minutes` `{f.error_minutes}` is less than `warn_minutes` `{f.warn_minutes}`",
        )


@policy("SLO004", fix="order them: `target_percent` >= `warn_percent` >= `error_percent`")
def completeness_thresholds_are_in_order(product: Product, mesh: Mesh) -> Breaches:
    """The target is missed first, then someone is warned, then someone is called; any other order warns too late or
    never."""
    c = product.manifest.slo.completeness
    if c.warn_percent > c.target_percent:
        yield Breach(
            "spec.slo.completeness.warn_percent",
            f"`warn_percent` `{c.warn_percent}` is more than `target_percent` `{c.target_percent}`",
        )
    if c.error_percent > c.warn_percent:
        yield Breach(
            "spec.slo.completeness.error_percent",
            f"`error_percent` `{c.error_percent}` is more than `warn_percent` `{c.warn_percent}`",
        )


@policy("SLO005", fix="name a timestamp column of the schema in `slo.freshness.event_time`")
def event_time_is_known(product: Product, mesh: Mesh) -> Breaches:
    """Freshness is measured in the time of events; without the column that holds it nothing can be measured."""
    schema = current(product)
    if schema is None or event_time(product) is not None:
        return
    declared, candidates = product.manifest.slo.freshness.event_time, event_time_candidates(schema)
    choice = f"the schema's timestamps are {listed(candidates)}" if candidates else "the schema has no timestamp column"
    if declared is not None:
        yield Breach("spec.slo.freshness.event_time", f"`{declared}` is no timestamp column; {choice}")
    else:
        yield Breach("spec.slo.freshness", f"which column says when an event happened? {choice}")


@policy(
    "SLO006",
    level=Level.WARNING,
    fix="name in `slo.completeness.expected` a model of `models/slo/` with the event keys and times that must exist",
)
def completeness_can_be_measured(product: Product, mesh: Mesh) -> Breaches:
    """A share needs a denominator: what the sources say must exist. Without it the verdict is unknown for ever."""
    if product.manifest.slo.completeness.expected is None:
        yield Breach("spec.slo.completeness", "nothing says which events must exist, so completeness stays unknown")


@policy("SLO007", level=Level.WARNING, fix="write a cron expression or `every N minutes|hours|days`")
def accuracy_has_a_cadence(product: Product, mesh: Mesh) -> Breaches:
    """How often accuracy is checked is part of the promise, and prose cannot be scheduled."""
    accuracy = product.manifest.slo.accuracy
    if accuracy and (problem := cadence_problem(accuracy.run_frequency)):
        yield Breach("spec.slo.accuracy.run_frequency", f"`{cut(accuracy.run_frequency)}` is no cadence: {problem}")


@policy("SLO008", fix="write a cron expression of five fields, in UTC, as `0 6 * * *`")
def refresh_schedule_is_a_cron(product: Product, mesh: Mesh) -> Breaches:
    """A schedule that cannot be read, or that never comes round, is a product that is never refreshed."""
    refresh = product.manifest.spec.refresh
    if refresh and (problem := cron_problem(refresh.schedule)):
        yield Breach("spec.refresh.schedule", f"`{refresh.schedule}`: {problem}")


@policy("SLO009", fix="promise no less than the slowest upstream does, or agree a faster one with its owner")
def promise_is_no_faster_than_its_upstreams(product: Product, mesh: Mesh) -> Breaches:
    """No product is fresher than the slowest product it is made from."""
    mine = product.manifest.slo.freshness.target_minutes
    upstreams = [mesh.products[u] for u in product.manifest.product_inputs if u in mesh.products and u != product.id]
    slowest = max(upstreams, key=lambda p: p.manifest.slo.freshness.target_minutes, default=None)
    if slowest and (theirs := slowest.manifest.slo.freshness.target_minutes) > mine:
        yield Breach(
            "spec.slo.freshness.target_minutes",
            f"`{mine}` min cannot be kept: the upstream `{slowest.id}` promises `{theirs}` min",
        )


@policy("SLO010", level=Level.WARNING, fix="write `dbt test --select <model>`")
def accuracy_is_validated_by_a_command(product: Product, mesh: Mesh) -> Breaches:
    """Whoever doubts a number should be able to run the same tests; a sentence cannot be run."""
    accuracy = product.manifest.slo.accuracy
    if accuracy and not is_tested(product, accuracy):
        yield Breach(
            "spec.slo.accuracy.validated_by", f"`{accuracy.validated_by}` is no dbt command that tests `{product.name}`"
        )


def is_tested(product: Product, accuracy: Accuracy) -> bool:
    """Whether the command is one of dbt's that runs the product's tests."""
    words = accuracy.validated_by.split()
    return words[:2] in (["dbt", "test"], ["dbt", "build"]) and _selects(words[2:], product.name)


def _selects(options: list[str], model: str) -> bool:
    flags = ("--select", "-s", "--models", "-m")
    chosen = (
        options[1:]
        if options and options[0] in flags
        else [o.partition("=")[2] for o in options if o.partition("=")[0] in flags]
    )
    return any(model in part.strip("+@").replace(".", ",").split(",") for part in chosen)
