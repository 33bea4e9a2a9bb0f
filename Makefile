# annotat3d_tui: `make` lists the targets. Needs python3 (3.11-3.13) with venv; uv is used when it is there or installable.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo run test check format bench bench-superpixels bench-quality bench-interaction bench-scaling bench-memory bench-screen bench-space bench-networks bench-augmentation bench-editing bench-volumes bench-dask pictures screenshots phantom clean

help:     ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 26

setup: $(BIN)/annotat3d  ## makes .venv with .venv/bin/annotat3d

$(BIN)/annotat3d: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "annotat3d needs Python 3.11, 3.12 or 3.13, received $$($(PYTHON) --version): make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then uv=uv; \
	elif test -x $(BIN)/uv || $(PIP) uv; then uv=$(BIN)/uv; \
	else uv=false; fi; \
	UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$(VENV) \
	  $$uv sync --quiet --frozen --inexact --python $(BIN)/python || \
	{ echo "uv cannot be had here: installing with pip, without the lock file"; $(PIP) --upgrade pip && $(PIP) --group dev --editable .; }
	@$(BIN)/python -m compileall -q -j 0 -x '/tests?/' $(VENV)/lib annotat3d_tui || :  # so that no start has to
	@touch $@

demo: setup  ## the main job on the embedded volume, from nothing to a picture and scores
	@$(BIN)/annotat3d demo

run: setup  ## the screen on the demo
	@$(BIN)/annotat3d demo --open

# Many tests wait for a process, a terminal or a disk: one more than there are cores is run at once, up to five; xterm,
# whose answers come late on busy cores, alone. Real terminals, processes and a cluster are tested: what fails is shown
# and must pass when it is run once more, alone.
XTERM := tests/terminal/test_xterm.py
tests = { $(BIN)/python -m pytest $(1) $(2) || { echo "once more, alone, what failed:"; \
  $(BIN)/python -m pytest $(1) --last-failed --last-failed-no-failures none; }; }

test: setup  ## all tests
	@$(BIN)/annotat3d warmup
	@cores=$$(nproc 2>/dev/null || echo 2); [ $$cores -le 4 ] || cores=4; \
	  $(call tests,--ignore=$(XTERM),-n $$((cores + 1)) --dist worksteal); rest=$$?; \
	  $(call tests,$(XTERM)) && exit $$rest

check: setup  ## format, lint, types, arrows
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/python -m pytest -q tests/test_arrows.py

format: setup  ## formats the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup  ## our speed and memory beside libraries', in one run: filters, superpixels; volumes opened, sliced, converted
	@$(BIN)/python tests/benchmarks/bench.py; whole=$$?; $(BIN)/python tests/benchmarks/superpixels.py || whole=$$?; \
	  $(BIN)/python tests/benchmarks/opening.py --depth 128 && exit $$whole

bench-superpixels: setup  ## superpixels beside scikit-image's: speed, memory, best possible Dice
	@$(BIN)/python tests/benchmarks/superpixels.py

bench-quality: setup  ## Dice of the presets on labelled images, beside other programs
	@$(BIN)/python -m tests.benchmarks.quality

bench-interaction: setup  ## how long a person waits for a new stroke
	@$(BIN)/python tests/benchmarks/interaction.py

bench-scaling: setup  ## time and memory with threads and volume, up to 512³
	@$(BIN)/python tests/benchmarks/scaling.py

bench-memory: setup  ## 512³ segmented under a limit of 3 GB, from RAW, TIFF and Zarr, byte for byte
	@$(BIN)/python tests/benchmarks/memory.py

bench-screen: setup  ## how quick the screen is on a volume of 1 GB: keys, bytes, a slow line
	@$(BIN)/python tests/benchmarks/screen.py

bench-space: setup  ## how quick 3D is on the screen: first picture, pictures a second, a slow line
	@$(BIN)/python tests/benchmarks/space.py

bench-networks: setup  ## a network on a volume beside MONAI's sliding window (ANNOTAT3D_PEER: a python with torch, monai)
	@$(BIN)/python tests/benchmarks/networks.py

bench-editing: setup  ## label editing on 512³: resume, morphology beside SciPy, table of objects beside scikit-image, undo
	@$(BIN)/python tests/benchmarks/editing.py

bench-volumes: setup  ## volumes of each format opened, sliced and converted, beside plain reads by their libraries
	@$(BIN)/python tests/benchmarks/opening.py

bench-dask: setup  ## 256³ and 512³ on two workers of Dask beside the same without: processor time of all processes, memory
	@$(BIN)/python tests/benchmarks/workers.py

bench-augmentation: setup  ## what changes of samples cost: CPU time and memory for a patch of 64³, beside scipy
	@$(BIN)/python tests/benchmarks/augmentation.py

pictures: setup  ## the slices of the README, drawn by the program
	@$(BIN)/python assets/make_pictures.py

screenshots: setup  ## photos of the screen in a real xterm: 80×24, 120×40, 200×60, half-blocks and sharp
	@$(BIN)/python assets/make_screenshots.py

phantom: setup  ## the embedded volume, made anew
	@$(BIN)/python assets/make_phantom.py

clean:    ## removes what was installed and cached
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
