# The project's commands; `make` alone lists them. They need Python >= 3.11 and a shell, and keep
# everything they install in .venv. Paths stay relative, so a folder with spaces in its name works.
# Nothing here is newer than GNU make 3.81, the one that macOS has.

# Empty is the first lesson.
NOTEBOOK =
REPOSITORY =
ARGS =

# What is started from here need not know how make was called.
MAKEOVERRIDES =

VENV_PYTHON = .venv/bin/python
PIP_INSTALL = $(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.PHONY: help lab test soak bench docs pictures lite lite-test wheel badge clean system-packages

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

lab: .venv/lab.installed ## open JupyterLab on the first lesson (NOTEBOOK=path, ARGS=--no-browser)
	@exec $(VENV_PYTHON) -m midimon_live lab $(if $(NOTEBOOK),--notebook "$(NOTEBOOK)") $(ARGS)

test: system-packages .venv/dev.installed ## lint, format, types and tests (ARGS="-k pads"); CI=true skips nothing
	@failed=; \
	check() { echo "== $$*"; $(VENV_PYTHON) -m "$$@" || failed="$$failed [$$*]"; }; \
	check ruff check .; \
	check ruff format --check .; \
	check mypy; \
	check pytest $(ARGS); \
	test -z "$$failed" || { echo "Failed:$$failed" >&2; exit 1; }

soak: .venv/dev.installed ## run the long tests
	$(VENV_PYTHON) -m pytest -m soak $(ARGS) tests

bench: .venv/dev.installed ## measure latency and throughput on this machine
	$(VENV_PYTHON) -m benchmarks $(ARGS)

# Material for MkDocs and a relative of MkDocs each say on every build which way they would go on.
docs: .venv/dev.installed ## run the code of the documentation, and build it into dist/docs
	$(VENV_PYTHON) -m pytest --quiet tests/docs/test_blocks.py
	NO_MKDOCS_2_WARNING=1 DISABLE_MKDOCS_2_WARNING=true $(VENV_PYTHON) -m mkdocs build
	@echo "dist/docs/index.html"

pictures: .venv/dev.installed ## take the pictures of the panels in docs/images again
	$(VENV_PYTHON) -m tests.browser.pictures $(ARGS)

lite: | $(VENV_PYTHON) ## build the site that runs in a browser, without a server, into dist/lite/
	$(VENV_PYTHON) binder/lite/build.py $(ARGS)

lite-test: system-packages .venv/dev.installed ## build that site and play its lessons in Chromium
	$(VENV_PYTHON) -m pytest tests/lite $(ARGS)

wheel: .venv/dev.installed ## build the wheel and the source archive into dist/
	$(VENV_PYTHON) -m hatchling build

badge: ## print the Binder badge of a fork on GitHub (REPOSITORY=owner/name)
	@sh .ci/binder-badge $(REPOSITORY)

clean: ## remove .venv, dist and all that tools left behind
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks tests/browser/failures
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/lab.installed: pyproject.toml | $(VENV_PYTHON)
	@echo "Installing midimon_live with JupyterLab into .venv (a minute or two, only now) ..."
	@$(PIP_INSTALL) --editable '.[lab]'
	@touch $@

.venv/dev.installed: pyproject.toml | $(VENV_PYTHON)
	@echo "Installing midimon_live with the tools for developers into .venv (a minute or two, only now) ..."
	@$(PIP_INSTALL) --editable '.[dev]'
	@# keys and mouse on a virtual screen; without its evdev, which wants a C compiler and is not used there
	@$(PIP_INSTALL) --no-deps pynput python-xlib six
	@touch .venv/lab.installed $@

$(VENV_PYTHON):
	@python=$$(sh .ci/find-python $(if $(PYTHON),"$(PYTHON)")) && "$$python" -m venv --clear .venv

# CI must not skip a test for want of a program, so there they are installed.
system-packages:
ifeq ($(CI),true)
	@sh .ci/install-system-packages
endif
