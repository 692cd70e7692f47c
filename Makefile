# Every target sets up what it needs; nothing but Python 3.11+ and make has to be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 3000
INSTALL = $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r
# what knows the machine's own settings for pip, where uv does not
SLOWLY  = $(BIN)/python -m pip install -q --require-hashes -r
# what every command imports; uv compiles nothing, and where Python may write no bytecode each start would again
COMPILED = mesh_platform $(foreach name,annotated_types click jinja2 markupsafe pydantic rich sqlglot \
	typing_extensions.py typing_inspection yaml,$(VENV)/lib/python*/site-packages/$(name))
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export DO_NOT_TRACK = 1
# the machine's own certificates, so that a registry behind a company's proxy is trusted as pip trusts it
export UV_SYSTEM_CERTS = 1
export UV_NATIVE_TLS = 1

.PHONY: help setup setup-dev up demo test lint bench lock clean

help:
	@echo "make up     the whole mesh, live, in the Dagster UI (PORT=3000)"
	@echo "make demo   the whole mesh once, without a UI"
	@echo "make test   every test and every law"
	@echo "make lint   ruff, mypy, import-linter"
	@echo "make bench  figures beside peers and limits"
	@echo "make lock   renew the lock files after editing pyproject.toml"

$(BIN)/uv: requirements-bootstrap.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-bootstrap.lock
	@touch $@

$(VENV)/.installed: $(BIN)/uv requirements.lock pyproject.toml
	@$(INSTALL) requirements.lock || $(SLOWLY) requirements.lock
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	-@$(BIN)/python -m compileall -q $(COMPILED)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@$(INSTALL) requirements-dev.lock || $(SLOWLY) requirements-dev.lock
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev requirements-bench.lock
	@$(INSTALL) requirements-bench.lock || $(SLOWLY) requirements-bench.lock
	@touch $@

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

up: setup
	@exec $(BIN)/mesh up --port $(PORT)

demo: setup
	@$(BIN)/mesh demo

test: setup-dev
	@$(BIN)/python -m pytest

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.installed-bench
	@$(BIN)/python -m bench

UV_COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-strip-extras --custom-compile-command "make lock" -q

lock: $(BIN)/uv
	@$(UV_COMPILE) pyproject.toml -o requirements.lock
	@$(UV_COMPILE) pyproject.toml --group dev --extra postgres -c requirements.lock -o requirements-dev.lock
	@$(UV_COMPILE) pyproject.toml --group bench -c requirements-dev.lock -o requirements-bench.lock
	@printf "uv\nhatchling>=1.25,<2\neditables>=0.5,<1\n" | $(UV_COMPILE) - -c requirements.lock -o requirements-bootstrap.lock

clean:
	rm -rf $(VENV) .mesh
