# Bare `make` prints the targets.
.DEFAULT_GOAL := help
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/backroom
	go build -trimpath -o bin/backroom ./infra/local

.PHONY: test
test: ## run the tests
	go test ./...

.PHONY: race
race: ## run the tests under the race detector (needs a C compiler)
	go test -race ./...

.PHONY: fmt
fmt: ## format the code
	$(GOLANGCI) fmt

.PHONY: lint
lint: ## run the linters, import direction included
	$(GOLANGCI) run ./...
