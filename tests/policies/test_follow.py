"""Columns followed through one query: what each comes from, and what is left of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.policies.sql.budget import Budget
from mesh_platform.policies.sql.follow import follow
from mesh_platform.policies.sql.relation import MODEL, RAW, SOURCE, key, parts
from mesh_platform.policies.sql.trace import How, Row, Star, Trace, as_json, from_json, row_of

PEOPLE = '"mesh:source"."crm"."people"'
ORDERS = '"mesh:model"."sales"."orders"'


def traced(sql: str) -> Trace:
    trace = follow(sql.replace("people", PEOPLE).replace("orders", ORDERS), "duckdb", ("sha256",))
    assert trace.problem == ""
    return trace


def origins(sql: str, column: str = "x") -> set[tuple[str, str, How]]:
    return {(parts(o.relation)[2], o.column, o.how) for o in traced(sql).origins(column)}


@pytest.mark.parametrize(
    ("expression", "how"),
    [
        ("email", How.SAME),
        ("cast(email as text)", How.SAME),
        ("(email)", How.SAME),
        ("lower(trim(email))", How.DERIVED),
        ("email || '!'", How.DERIVED),
        ("max(email)", How.DERIVED),
        ("string_agg(email, ',')", How.DERIVED),
        ("any_value(email)", How.DERIVED),
        ("case when a then email else 'none' end", How.DERIVED),
        ("coalesce(email, 'none')", How.DERIVED),
        ("row_number() over (order by a) || email", How.DERIVED),
        ("first_value(email) over (partition by a order by b)", How.DERIVED),
        ("{'mail': email}", How.SAME),
        ("to_json({'mail': email})", How.DERIVED),
        ("mode() within group (order by email)", How.DERIVED),
        ("arg_max(email, a)", How.SAME),
        ("(select max(p.email) from people as p)", How.DERIVED),
        ("md5(email)", How.PSEUDONYM),
        ("upper(md5(lower(email)))", How.PSEUDONYM),
        ("hash(email)", How.PSEUDONYM),
        ("sha256(email)", How.ENDED),
        ("sha256(lower(email) || 'salt')", How.ENDED),
        ("lower(sha256(email))", How.ENDED),
        ("count(distinct email)", How.ENDED),
        ("count(email)", How.ENDED),
        ("email is not null", How.ENDED),
        ("email like '%@example.com'", How.ENDED),
        ("email = 'a' or email in ('b')", How.ENDED),
        ("length(email)", How.ENDED),
        ("strpos(email, '@')", How.ENDED),
        ("email is null", How.ENDED),
        ("arg_max(1, email)", How.ENDED),
        ("count(*) filter (where email like '%@example.com')", How.ENDED),
        ("exists (select 1 from people as p where p.email = 'x')", How.ENDED),
    ],
)
def test_what_is_left_of_a_value(expression: str, how: How) -> None:
    found = origins(f"select {expression} as x from people")
    assert {(r, c) for r, c, _ in found} <= {("people", "email")}
    assert {h for _, _, h in found} <= {how}
    if how is not How.ENDED:
        assert found


@pytest.mark.parametrize(
    "expression", ["case when email is null then 1 end", "row_number() over (partition by email)", "1", "'email'"]
)
def test_what_only_decides_carries_nothing(expression: str) -> None:
    assert {h for _, _, h in origins(f"select {expression} as x from people")} <= {How.ENDED}


@pytest.mark.parametrize(
    "expression", ["arg_max(label, email)", "max(label) filter (where email is null)", "max_by(label, email)"]
)
def test_what_chooses_among_others_carries_nothing(expression: str) -> None:
    assert {c for _, c, _ in origins(f"select {expression} as x from people")} == {"label"}


@pytest.mark.parametrize(
    "sql",
    [
        "select to_json(t) as x from people as t",
        "select row_to_json(t) as x from people as t",
        "select t::varchar as x from people as t",
        "select struct_pack(t) as x from people as t",
        "select t as x from people as t",
        "select to_json(t) as x from (select * from people) as t",
        "select max(t) as x from people as t where t.id > 1",
        "select (select t from people as t limit 1) as x",
    ],
)
def test_a_whole_row_holds_every_column(sql: str) -> None:
    assert any((row := row_of(c)) and row.without == set() for _, c, _ in origins(sql))


def test_a_row_of_a_query_holds_what_the_query_makes() -> None:
    rows = "(select email as mail, id from people) as t"
    assert {(c, h) for _, c, h in origins(f"select to_json(t) as x from {rows}")} == {
        ("email", How.DERIVED),
        ("id", How.DERIVED),
    }
    assert origins(f"select r.mail as x from (select t as r from {rows})") == {("people", "email", How.SAME)}
    others = origins("select t as x from (select * exclude (email) from people) as t")
    assert Row("t", frozenset({"email"})) in {row_of(c) for _, c, _ in others}


@pytest.mark.parametrize(
    "struct", ["{'mail': email, 'id': id}", "struct_pack(mail := email, id := id)", "struct_pack(mail := email, id)"]
)
@pytest.mark.parametrize("taken", ["s.{}", "s['{}']", "struct_extract(s, '{}')", "(s).{}"])
def test_a_field_of_a_struct_is_none_of_its_siblings(struct: str, taken: str) -> None:
    for name, column in (("mail", "email"), ("id", "id")):
        sql = f"select {taken.format(name)} as x from (select {struct} as s from people)"
        assert origins(sql) == {("people", column, How.SAME)}


def test_a_list_of_structs_is_none_of_their_siblings() -> None:
    sql = "select i.id as x from (select array_agg({'mail': email, 'id': id}) as s from people) as t, unnest(t.s) as i"
    assert {c for _, c, _ in origins(sql)} == {"id"}


@pytest.mark.parametrize(
    "sql",
    [
        "select i.email as x from people as t, unnest(t.items) as i",
        "select i.email as x from people as t, t.items as i",
    ],
)
def test_a_list_is_unfolded_into_its_items(sql: str) -> None:
    assert {c for _, c, _ in origins(sql)} == {"items.email"}
    assert {parts(r)[2] for r in traced(sql).reads} == {"people"}


def test_the_names_of_tables_and_columns_change_on_the_way() -> None:
    sql = """
        with raw as (select email as mail, id from people), twice as (select mail as m, id from raw)
        select t.m as x from (select * from twice) as t
    """
    assert origins(sql) == {("people", "email", How.SAME)}


def test_a_star_passes_on_what_it_does_not_leave_out() -> None:
    assert origins("select * from people", "email") == {("people", "email", How.SAME)}
    assert origins("select * exclude (email) from people", "email") == set()
    assert origins("select * replace (sha256(email) as email) from people", "email") == {("people", "email", How.ENDED)}
    assert origins("select * rename (email as x) from people") == {("people", "email", How.SAME)}
    assert origins("select p.*, o.y as x from people as p, orders as o", "email") == {("people", "email", How.SAME)}


def test_a_column_that_two_tables_could_have_may_come_from_either() -> None:
    trace = traced("select email as x from people as p join orders as o on p.id = o.id")
    assert {(parts(o.relation)[2], o.maybe) for o in trace.origins("x")} == {("people", True), ("orders", True)}


def test_unions_are_matched_by_place() -> None:
    sql = "select id as a, email as x from people union all select y, z from orders"
    assert origins(sql) == {("people", "email", How.SAME), ("orders", "z", How.SAME)}


def test_fields_of_a_struct_keep_their_path() -> None:
    assert origins("select contact.email as x from people") == {("people", "contact.email", How.SAME)}
    assert origins("select p.contact.email as x from people as p") == {("people", "contact.email", How.SAME)}


def test_recursive_queries_end() -> None:
    sql = """
        with recursive up as (
            select id, email from people union all select p.id, up.email from people as p join up using (id)
        )
        select email as x from up
    """
    assert ("people", "email", How.SAME) in origins(sql)


def test_a_lateral_alias_is_what_it_names() -> None:
    assert ("people", "email", How.DERIVED) in origins(
        "with c as (select email, id from people) select lower(email) as y, y as x from c"
    )


def test_what_filters_and_joins_use_is_told() -> None:
    trace = traced("select id from people where email is not null and id in (select o.person from orders as o)")
    assert {(parts(o.relation)[2], o.column) for o in trace.uses} == {
        ("people", "id"),
        ("people", "email"),
        ("orders", "person"),
    }


def test_names_that_were_written_out_are_told_apart() -> None:
    trace = follow(f"select 1 from {PEOPLE}, sales_prod.orders, plain, {ORDERS}", "duckdb")
    read = [key(SOURCE, "crm", "people"), key(RAW, "sales_prod", "orders"), key(RAW, "", "plain")]
    assert trace.reads == {*read, key(MODEL, "sales", "orders")}


@pytest.mark.parametrize("sql", ["", "select from where", "drop table x", "select 1; select 2", "(" * 5000, "select '"])
def test_what_is_no_query_is_said_and_raises_nothing(sql: str) -> None:
    assert follow(sql, "duckdb").problem


@given(st.text(alphabet="abcselctfromwhi ,.()*'\"=1%", max_size=80))
def test_whatever_the_text_it_is_answered(sql: str) -> None:
    assert isinstance(follow(f"select {sql}", "duckdb"), Trace)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from (pivot people on year using sum(amount))",
        "select id, x from people unpivot (x for k in (email, phone))",
        "select columns('e.*') from people",
        "select p.k from people as p(k, l)",
    ],
)
def test_what_only_the_table_can_tell_is_said_and_still_read(sql: str) -> None:
    trace = follow(sql.replace("people", PEOPLE), "duckdb")
    assert trace.problem
    assert trace.reads == {key(SOURCE, "crm", "people")}


def test_what_orders_an_aggregate_is_not_in_it() -> None:
    assert origins("select array_agg(id order by email) as x from people") == {("people", "id", How.DERIVED)}


def test_a_column_may_be_named_with_its_whole_relation() -> None:
    assert origins("select people.email as x from people") == {("people", "email", How.SAME)}


def test_a_trace_survives_its_memory() -> None:
    trace = traced("select *, sha256(email) as h, a as b from people join orders on true where c > 1")
    assert from_json(as_json(trace)) == trace


def test_a_long_query_is_followed_in_bounded_time() -> None:
    steps = ", ".join(f"c{i} as (select *, a{i} + 1 as b{i} from c{i - 1})" for i in range(1, 200))
    started = time.process_time()
    assert follow(f"with c0 as (select * from {PEOPLE}), {steps} select * from c199", "duckdb").problem == ""
    assert time.process_time() - started < 5


CHAIN = "select a as b0" + "".join(f", b{i} || b{i} as b{i + 1}" for i in range(3_000)) + " from t"
EITHER = f"select {','.join(f'x{i}' for i in range(2_000))} from {','.join(f't{i}' for i in range(1_000))}"


@pytest.mark.parametrize("sql", [CHAIN, EITHER])
def test_what_takes_too_much_work_is_said(sql: str) -> None:
    assert follow(sql, "duckdb").problem == "it takes too long to follow"


def test_the_budget_is_what_ends_it() -> None:
    spent = Budget(1_000_000, seconds=-1)
    assert follow("select a from t", "duckdb", budget=spent).problem == "it takes too long to follow"
    assert follow("select a from t", "duckdb", budget=Budget(1)).problem == "it takes too long to follow"
    assert follow("select a from t", "duckdb", budget=Budget(100)).problem == ""


def test_a_table_that_is_read_twice_is_passed_on_once() -> None:
    steps = ", ".join(f"c{i} as (select * from c{i - 1} as a, c{i - 1} as b)" for i in range(1, 40))
    trace = traced(f"with c0 as (select * exclude (k) from people), {steps} select * from c39")
    assert trace.stars == (Star(key(SOURCE, "crm", "people"), frozenset({"k"})),)


def test_a_star_passes_on_what_either_of_two_passes_on() -> None:
    sql = "select x.* exclude (a, b), y.* exclude (b, c) from people as x, people as y"
    assert [origins(sql, c) for c in ("a", "b")] == [{("people", "a", How.SAME)}, set()]


def test_types_that_nest_without_end_are_said() -> None:
    assert follow("select " + "decimal(" * 60 + "1" + ")" * 60, "duckdb").problem == "it nests types too deeply"
    assert follow("select date(timestamp(cast(a as decimal(10, 2)))) from t", "duckdb").problem == ""
