# Two commands matter: `make chat` and `make test`. Each does all of its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: chat test lint coverage check format pictures docs golden mutants faults soak bench bench-peers lock lock-peers clean

chat: $(VENV)/.ready-to-run                 ## a check in the terminal
	@$(BIN)/teamcheck chat

test: $(VENV)/.ready-to-develop             ## the tests
	@$(BIN)/python -m pytest -n auto

lint: $(VENV)/.ready-to-develop             ## what needs no test run
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/deptry --no-ansi .

check: lint coverage                        ## what a change must pass beside the tests

# Of those tests alone that reach far in little time: traced, the machine's property tests and the played dialogues take many minutes.
COVERING := $(addprefix tests/test_,sharing.py administering.py budgets.py catalogue.py checks_at_hand.py comparing.py conditions.py every_store.py \
	history.py importing.py keeping.py packs.py posting_rules.py proposing.py reading_answers.py reading_buttons.py reminders.py surfaces.py)

coverage: $(VENV)/.ready-to-develop
	@$(BIN)/coverage erase
	@printf '%s\n' $(COVERING) | xargs -P 2 -n 2 $(BIN)/coverage run --parallel-mode -m pytest -k 'not postgresql'
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --include='conversations/*' --fail-under=90

format: $(VENV)/.ready-to-develop           ## let the formatter and the linter mend what they can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

pictures: $(VENV)/.ready-to-run             ## what draws cards and PDFs (130 MB)
	@$(PIP) install --require-hashes --requirement requirements-pictures.txt

docs: $(VENV)/.ready-to-develop             ## draw the generated parts of the documentation again
	@$(BIN)/python -m tests.documentation

mutants: $(VENV)/.ready-to-develop          ## disable each flag, signal, condition and rule; its tests must notice
	@$(BIN)/python -m tests.mutants

faults: $(VENV)/.ready-to-develop           ## faults, 2,000 kills under load, and 500 with PostgreSQL; tell what was lost (some minutes)
	@$(BIN)/python -m pytest tests/faults/test_faults.py
	@$(BIN)/python -m tests.faults.kills 2000
	@$(BIN)/python -m tests.faults.shared_kills 500 60

soak: $(VENV)/.ready-to-develop             ## thousands of people on both platforms for ten minutes, with faults; tell what was lost, doubled, misdirected
	@$(BIN)/python -m tests.faults.soak

bench: $(VENV)/.ready-to-develop            ## how fast turns, clicks, pictures and postings are, beside the raw driver, Bolt and discord.py (some minutes)
	@$(BIN)/python -m tests.benchmarks.turns
	@$(BIN)/python -m tests.benchmarks.postgres
	@$(BIN)/python -m tests.benchmarks.slack
	@$(BIN)/python -m tests.benchmarks.discord
	@$(BIN)/python -m tests.benchmarks.pictures
	@$(BIN)/python -m tests.benchmarks.postings
	@$(BIN)/python -m tests.benchmarks.starting

bench-peers: $(VENV)/.ready-to-develop      ## the same dialogue through aiogram, python-telegram-bot and botbuilder-dialogs, each in an environment of its own (some minutes)
	@$(BIN)/python -m tests.benchmarks.peers

golden: $(VENV)/.ready-to-develop           ## write the golden files again; then read the difference
	@TEAMCHECK_GOLDEN=write $(BIN)/python -m pytest tests/test_transcripts.py tests/test_documents.py tests/test_example_pack.py \
		tests/test_pictures.py tests/test_slack_scenarios.py tests/test_slack_payloads.py \
		tests/test_discord_scenarios.py

lock:                                       ## lock the dependencies again (needs uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.txt
	uv pip compile pyproject.toml --extra pictures --group build --constraint requirements.txt --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
		--output-file requirements-pictures.txt
	uv pip compile pyproject.toml --extra postgres --group build --constraint requirements.txt --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
		--output-file requirements-postgres.txt
	uv pip compile pyproject.toml --extra pictures --extra postgres --group dev --constraint requirements-pictures.txt --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements-dev.txt
	uv pip compile --group audit --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements-audit.txt

lock-peers:                                 ## lock what the peers of bench-peers are installed from again (needs uv)
	@for peer in aiogram ptb botbuilder; do \
		uv pip compile tests/benchmarks/peers/$$peer.in --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-annotate --no-header --quiet --output-file tests/benchmarks/peers/$$peer.txt || exit 1; \
	done

clean:                                      ## remove the environment and everything that was generated
	rm -rf $(VENV) .peers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "teamcheck needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-to-run: $(BIN)/python requirements.txt pyproject.toml
	@echo "Setting up (once) ..."
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-to-develop: $(VENV)/.ready-to-run requirements-dev.txt
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@
