# ifotor: `make run` and `make test` are all a fresh machine needs (Python 3.11 or newer, pip, make).
PYTHON ?= python3
STAGE  ?= dev
VENV   := .venv
BIN    := $(VENV)/bin
LINTED := app.py chalicelib infra local bench tests

.DEFAULT_GOAL := help
.PHONY: help run demo test check format bench fuzz package deploy lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

run: $(VENV)/.run ## the whole system, live, at http://127.0.0.1:8000 (FRESH=1 forgets earlier state)
	@$(BIN)/python -m local run $(if $(FRESH),--fresh)

demo: $(VENV)/.run ## one photo through everything, from the shell (PHOTO=path, or one is drawn)
	@$(BIN)/python -m local demo $(if $(PHOTO),--photo "$(PHOTO)")

test: $(VENV)/.dev ## every test this machine can run; says what it skipped and why (ARGS="-k ..." runs some)
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m "not live and not browser"
	@$(BIN)/python -m pytest -m "live or browser"
endif

check: $(VENV)/.dev ## style, types, template: what CI runs before the tests
	@$(BIN)/ruff check $(LINTED)
	@$(BIN)/ruff format --check $(LINTED)
	@$(BIN)/mypy
	@$(BIN)/python -m infra check

format: $(VENV)/.dev ## rewrite the code in the project's format
	@$(BIN)/ruff check --fix $(LINTED)
	@$(BIN)/ruff format $(LINTED)

bench: $(VENV)/.bench ## speed, memory and AWS calls beside libvips (PHOTOS="a.jpg b.jpg", or they are drawn)
	@$(BIN)/python -m bench $(PHOTOS)

fuzz: $(VENV)/.dev ## any bytes, recipes, photos, edits against what is promised of them (RUNS=100000 SEED=0)
	@$(BIN)/python -m tests.fuzzing $(or $(RUNS),10000) $(or $(SEED),0)

package: $(VENV)/.run ## build/STAGE/template.json and the bundle (STAGE=local|dev|prod|prod-cn)
	@$(BIN)/python -m infra package --stage $(STAGE)

deploy: $(VENV)/.dev ## package, show the change set, execute it (STAGE= ACCOUNT= REGION= PARAMETERS="WebOrigin=https://…")
	@$(BIN)/python -m infra deploy --stage $(STAGE) $(if $(ACCOUNT),--account $(ACCOUNT)) \
	  $(if $(REGION),--region $(REGION)) $(foreach one,$(PARAMETERS),--parameter "$(one)") $(if $(YES),--yes)

lock: $(VENV)/.dev ## pin requirements/*.in again, with hashes
	@$(BIN)/pip install --quiet uv && cd requirements && \
	for set in run dev bench; do ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header $$set.in -o $$set.txt; done && \
	../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header lambda.in -o ../requirements.txt

clean: ## remove everything that can be made again
	@rm -rf build .local .chalice/deployments .chalice/deployed .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ifotor needs Python 3.11 or newer (found %d.%d); name one with PYTHON=" % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.%: requirements/%.txt | $(VENV)/bin/python
	@echo "Installing requirements/$*.txt (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@touch $@
