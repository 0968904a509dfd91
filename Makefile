# Bare `make` prints the targets.
.DEFAULT_GOAL := help
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
SHOPIFY_PORT ?= 8421
BC_PORT ?= 8422

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: test
test: ## run the tests (needs only Go)
	go test ./...

.PHONY: race
race: ## run the tests under the race detector (needs a C compiler)
	go test -race ./...

.PHONY: fmt
fmt: ## format the code
	$(GOLANGCI) fmt ./...

.PHONY: lint
lint: ## check format, run the linters, import direction included
	$(GOLANGCI) fmt --diff ./...
	$(GOLANGCI) run ./...

.PHONY: generate
generate: ## regenerate the code that is generated
	go generate ./...

.PHONY: verify
verify: ## generated code and go.mod are in step with their sources
	go generate ./...
	go mod tidy -diff
	git diff --exit-code

.PHONY: check
check: verify lint race ## all that CI runs
