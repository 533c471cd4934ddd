# rsvpp's few verbs. `make` alone lists them.
#
# ARGS are handed on:   make demo ARGS="--people=busy"
#                       make test ARGS="-run Import ./internal/roster"

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test bench lint generate vuln

# Tools have a module of their own, so that they never weigh on the product's.
TOOL := go tool -modfile=tools/go.mod

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## run the whole product with invented people, on this machine only
	go run ./cmd/rsvpp demo $(ARGS)

test: ## check and test everything; installs what it needs when root
	@scripts/test $(ARGS)

bench: ## measure what docs/benchmarks.md promises, and write it anew (long; PostgreSQL too if RSVPP_TEST_POSTGRES names one)
	RSVPP_BENCH=1 go test -count=1 -run '^TestBench' -timeout 90m -v ./cmd/rsvpp

lint: ## look for what a reviewer would (the first run builds the linter)
	$(TOOL) golangci-lint run $(ARGS) ./...

generate: ## make generated code anew
	go generate ./...

vuln: ## look up known vulnerabilities of what we stand on (needs the internet)
	@status=0; $(TOOL) govulncheck ./... || status=$$?; \
	if [ $$status = 1 ]; then \
		echo "govulncheck could not do its work: most often because it cannot reach its database from here. Nothing was checked."; \
	fi; exit $$status
