# Bare `make` prints the targets.
.DEFAULT_GOAL := help
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
SHOPIFY_PORT ?= 8421
BC_PORT ?= 8422

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{ line = sprintf("  %-14s", $$1); n = split($$2, words, " "); \
		for (i = 1; i <= n; i++) { if (length(line) + 1 + length(words[i]) > 80) { print line; line = sprintf("%16s", "") } line = line " " words[i] } \
		print line }' $(MAKEFILE_LIST)

# What --version says where go build finds no version control, as in a linked worktree.
BUILT = $(shell git log -1 --format='%h of %cs' 2>/dev/null)$(shell test -z "$$(git status --porcelain 2>/dev/null)" || echo ', modified')

.PHONY: program
program: ## build bin/backroom alone, without paths: another clone builds from the same cache
	go build -trimpath -ldflags "-X 'main.built=$(BUILT)'" -o bin/backroom ./infra/local

.PHONY: build
build: program ## build bin/backroom, and bin/backroom-aws, which signs for a stage
	go build -trimpath -o bin/backroom-aws ./infra/sign

FUNCTIONS := $(patsubst functions/%/main.go,%,$(wildcard functions/*/main.go))

.PHONY: functions
functions: $(FUNCTIONS:%=dist/%/bootstrap) ## build the Lambda functions into dist/, as template.yaml wants them

# Static, without file times or paths: the same source gives the same bytes. Without
# inlining, which makes a program a tenth larger and saves a run that waits for two APIs
# nothing; and without HTTP/2, which AWS's services do not speak and the simulators neither.
.PHONY: $(FUNCTIONS:%=dist/%/bootstrap)
$(FUNCTIONS:%=dist/%/bootstrap): dist/%/bootstrap:
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -tags lambda.norpc,timetzdata,nethttpomithttp2 -trimpath -buildvcs=false -gcflags=all=-l -ldflags "-s -w" -o $@ ./functions/$*

.PHONY: windows
windows: ## build the programs for Windows, bin/backroom.exe and bin/backroom-aws.exe
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -trimpath -o bin/backroom.exe ./infra/local
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -trimpath -o bin/backroom-aws.exe ./infra/sign

.PHONY: demo
demo: program ## a whole sync against simulators, in a minute (CATALOG=products.csv fills the shop from it)
	./bin/backroom demo --catalog "$(CATALOG)"

.PHONY: serve
serve: program ## run the engine and its HTTP interface until stopped
	./bin/backroom serve

.PHONY: sim-shopify
sim-shopify: ## run the simulator of Shopify's Admin API alone (SHOPIFY_PORT, CATALOG)
	go run ./infra/sim --shopify 127.0.0.1:$(SHOPIFY_PORT) --catalog "$(CATALOG)"

.PHONY: sim-bc
sim-bc: ## run the simulator of Business Central's API alone (BC_PORT, CATALOG)
	go run ./infra/sim --bc 127.0.0.1:$(BC_PORT) --catalog "$(CATALOG)"

.PHONY: test
test: ## run the tests (needs only Go)
	go test ./...

# Programs that tests build are built without cgo, as everywhere else, from what
# is compiled already.
#
# Packages of others that share nothing between goroutines, and that the race
# detector makes slow. None may have a generic type of sync or sync/atomic in it:
# the linker takes one copy of each, and one that is not watched makes the
# detector see races where there are none (go tool nm of the package shows it).
UNWATCHED := modernc.org/sqlite/lib compress/flate crypto/internal/fips140/sha256 encoding/base64 github.com/shopspring/decimal strconv strings unicode/utf8

WATCHED = CGO_ENABLED=1 go test -race -exec "env CGO_ENABLED=0" $(UNWATCHED:%=-gcflags=%=-race=false) -vet=off

.PHONY: race
race: ## run the tests but the scenarios under the race detector (needs a C compiler); what make lint vets is not vetted again
	$(WATCHED) $$(go list ./... | grep -vxE "backroom/($$(echo $(SCENARIOS) | tr ' ' '|'))(/.*)?")

# Scenarios are whole syncs, embedded and as deployed, with the program and the alarms, and
# long walks through histories and refusals, of parts that make race watches. The race
# detector makes them seven times slower: it watches one in RACED of them, others after
# each commit. What make crash plays whole is not played here.
SCENARIOS := infra/system infra/local infra/alarmsim infra/sim/shopify functions shared/documents shared/jobqueue/jobqueuetest
# Walks that make crash plays whole, and the troubles of its simulation of alarms.
WALKS := TestClockSteps|TestHostClockSteps(AtEveryMoment)?|TestGoesOnFromWhatEarlierVersionsLeft|TestWhatAnEarlierVersionLeftIsDecided|TestTwoReleasesUnderFaults|TestEveryLaw|TestTasks|TestTotalsOfShopsByChance|TestAWholeSyncUnderFaultsOfTheServices
TROUBLES := TestWhoIsTold|TestPlantedFaultsAreFound
# Packages with tests of which make race takes a part, or nothing: they are run without it too.
SAMPLED = $(shell grep -rlE 'testsize\.(Of|Race)' shared --include='*_test.go' | xargs -n1 dirname | sort -u)
RACED ?= 8
RACED_FIRST ?= $(shell git rev-list --count HEAD)

.PHONY: scenarios
scenarios: ## run the scenarios, and what make race takes a part of; one scenario in RACED under the race detector as well (all in make bench-long)
	go test -vet=off $(filter-out $(SCENARIOS:%=./%),$(SAMPLED:%=./%))
	go test -vet=off -timeout 20m $(SCENARIOS:%=./%/...) -skip '^($(WALKS)|$(TROUBLES)|TestExactlyOnceUnderEverySingleFault|TestKilledEngine|TestDemos)$$'
	@echo "scenarios under the race detector: one in $(RACED), from $(RACED_FIRST) on"
	@$(WATCHED) -timeout 30m $(SCENARIOS:%=./%/...) -run "^($$(grep -rhoE '^func Test[A-Z][A-Za-z0-9]*' $(SCENARIOS) --include='*_test.go' | sed 's/^func //' | grep -vx TestMain | sort | awk '(NR + $(RACED_FIRST)) % $(RACED) == 0' | paste -sd '|' -))\$$"

# Walks over writes, steps and scenarios: every case, where make test and make race take some.
crash some-histories planted: export BACKROOM_TEST_SIZE = whole

.PHONY: crash
crash: ## fail every write of a sync, kill the engine at 20 seeded points, and count what it made
	@bash -o pipefail -c "go test ./infra/system -run '^TestExactlyOnceUnderEverySingleFault$$' -count=1 -v | grep -vE '^ *(--- PASS|===)'"
	go test ./infra/system ./shared/orders ./shared/documents ./functions ./shared/jobqueue/jobqueuetest -run '^($(WALKS))$$' -count=1
	go test ./infra/alarmsim -run '^($(TROUBLES))$$' -count=1
	go test ./infra/local -run '^TestKilledEngine$$' -count=1 -timeout 10m -v -points 20
	go test ./infra/local -run '^TestDemos$$' -count=1 -timeout 10m -demos 10

SHOPS_DRAWN ?= 40

.PHONY: relation
relation: ## compare the documents of SHOPS_DRAWN random shops of 50 orders with what their orders mean (SEED=7 ORDER=12 again)
	go test ./infra/system/relation -run '^TestRelation$$' -count=1 -timeout 60m -v $(if $(SEED),-seed $(SEED) -order $(or $(ORDER),-1),-shops $(SHOPS_DRAWN))

SEEDS ?= 2000

.PHONY: sim
sim: ## run the job queue through SEEDS random histories of three shops, then plant every bug; or one history again (SEED=7)
	go test ./shared/jobqueue/jobqueuetest -run '^TestSimulation$$' -count=1 -v -timeout 60m -seeds $(SEEDS) -seed '$(SEED)'
	$(if $(SEED),,@$(MAKE) --no-print-directory planted)

# Negative: all of them.
PLANTED ?= -1

.PHONY: planted
planted: ## take one guard of the job queue away at a time and expect its history and scenarios to find it (PLANTED=4 SEED=7, ONLY=fence); all changes must compile
	@bash -o pipefail -c "go test ./infra/mutation -run '^(TestPlantedBugsAreFound|TestMutationsCompile)$$' -count=1 -v -timeout 60m -planted $(PLANTED) -seed $(or $(SEED),0) -only '$(ONLY)' | grep -vE '^ *(=== |--- PASS|PASS)'"

# Negative: all of them.
MUTATIONS ?= -1

.PHONY: mutations
mutations: ## change one decision of the product at a time and expect a test to fail (MUTATIONS=6 SEED=7, ONLY=sqlite)
	@bash -o pipefail -c "go test ./infra/mutation -run '^TestMutations$$' -count=1 -v -timeout 60m -mutations $(MUTATIONS) -seed $(or $(SEED),0) -only '$(ONLY)' | grep -vE '^ *(=== |--- PASS|PASS)'"

FUZZTIME ?= 5m

# Inputs that reach something new are shrunk for 100 executions at most: for a
# minute each, as it is unless told, nothing else would be done.
.PHONY: fuzz
fuzz: ## fuzz what comes from outside (rules, messages, session tokens, requests, parameters, answers) for FUZZTIME each
	go test ./shared/recurrence -run '^$$' -fuzz '^FuzzRule$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/recurrence -run '^$$' -fuzz '^FuzzFormula$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/jobqueue/jobqueuetest -run '^$$' -fuzz '^FuzzMessage$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/identity -run '^$$' -fuzz '^FuzzVerify$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/api -run '^$$' -fuzz '^FuzzRequest$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/apigateway -run '^$$' -fuzz '^FuzzHandle$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/language -run '^$$' -fuzz '^FuzzOf$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/orders -run '^$$' -fuzz '^FuzzParameters$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/shopify -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/businesscentral -run '^$$' -fuzz '^FuzzParseReply$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./shared/businesscentral -run '^$$' -fuzz '^FuzzBatch$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x

EMULATORS := .local/emulators

.PHONY: fetch
fetch: $(EMULATORS)/fetched

$(EMULATORS)/fetched: infra/emulators/fetch.sh infra/emulators/package.json infra/emulators/package-lock.json
	infra/emulators/fetch.sh $(EMULATORS)

.PHONY: test-aws
test-aws: $(EMULATORS)/fetched ## run the cloud adapters on emulators (needs Node with npm, and Java)
	BACKROOM_EMULATORS=$(abspath $(EMULATORS)) go test ./infra/emulators -count=1 -timeout 10m -parallel 8
	go test ./functions -run '^TestSizes$$' -count=1 -measure

FOREIGN := .local/foreign

$(FOREIGN)/installed: infra/foreign/requirements.txt
	python3 -m venv $(FOREIGN)
	$(FOREIGN)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

.PHONY: test-foreign
test-foreign: $(FOREIGN)/installed ## let clients that others wrote read the simulators (needs Python 3)
	BACKROOM_FOREIGN=$(abspath $(FOREIGN)) go test ./infra/foreign -count=1

.PHONY: test-cdk
test-cdk: functions $(FOREIGN)/installed ## build the functions and check the stacks of infra/cdk (needs Node and Python 3)
	cd infra/cdk && go mod tidy -diff && $(GOLANGCI) run --allow-serial-runners ./... && BACKROOM_FOREIGN=$(abspath $(FOREIGN)) go test ./... -count=1

CDK := npx --yes aws-cdk@2.1148.1
# A file of settings for each stage.
STAGES ?= infra/cdk/stages
CDK_CONTEXT = -c stage="$(STAGE)" -c stages="$(abspath $(STAGES))" $(if $(PAGES),-c pages="$(PAGES)") $(if $(WARNINGS),-c warnings="$(WARNINGS)") $(if $(TABLE),-c table="$(TABLE)") $(CONTEXT)

.PHONY: synth
synth: functions ## write the templates of a stage to infra/cdk/cdk.out, without an account
	cd infra/cdk && $(CDK) synth --quiet $(CDK_CONTEXT)

.PHONY: diff
diff: functions ## what a deployment would change, with the rights that it would give
	cd infra/cdk && $(CDK) diff $(CDK_CONTEXT)

.PHONY: deploy
deploy: functions ## deploy a stage to AWS (STAGE=dev; docs/deploy.md); asks nothing, look at make diff before
	infra/cdk/unprotect-failed.sh "$(STAGE)"
	cd infra/cdk && $(CDK) deploy $(if $(STACKS),$(STACKS) --exclusively,--all) --require-approval never $(CDK_CONTEXT)

.PHONY: bench
bench: ## measure; one line a figure: name value unit
	@go test ./infra/local -run '^TestMeasure$$' -count=1 -timeout 10m -v -measure short | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./shared/api -run '^TestLoad$$' -count=1 -v -load 60s | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./shared/jobqueue/jobqueuetest -run '^(TestItemsOfRuns|TestItemsOfARenewal|TestRate)$$' -count=1 -v -rate | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./shared/jobqueue/jobqueuetest -run '^(TestDay|TestManualRunsBesideFirstImports)$$' -count=1 -timeout 30m -v -day | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system -run '^(TestUnitsOfRuns|TestPostingOfSoldOrders)$$' -count=1 -v -update-units | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system/refunds -run '^TestCostOfRefunds$$' -count=1 -v -refunds 1000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system/customers -run '^TestCostOf' -count=1 -v -customers 1000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./shared/listings -run '^TestShelfOfManyItems$$' -count=1 -v | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system -run '^TestUnchangedProductsCost$$' -count=1 -v -products 5000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system -run '^TestUnchangedPicturesCost$$' -count=1 -v -pictures 500 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system -run '^TestChangedPricesCost$$' -count=1 -v -prices 10000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./shared/prices -run '^TestMemoryOfManyPrices$$' -count=1 -v -variants 100000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system -run '^TestPaymentsAreCheap$$' -count=1 -v | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system/stock -run '^TestCostOfStock$$' -count=1 -v -items 20000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system/life -run '^TestCostOfALife$$' -count=1 -v -lives 1000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system/flood -run '^TestMeasureProof$$' -count=1 -v -proofs 9999 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system/relation -run '^TestRelation$$' -count=1 -v -shops 20 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@grep -E '^[a-z0-9_]+ [0-9.]+ ' infra/system/connector.txt

.PHONY: bench-aws
bench-aws: $(EMULATORS)/fetched ## measure the functions: size, cold start, memory, and what a run consumes of DynamoDB
	@bash -o pipefail -c "go test ./functions -run '^(TestSizes|TestColdStart|TestMemoryOfAWaitingDispatcher)$$' -count=1 -timeout 20m -v -measure | grep -vE '^ *(=== |--- PASS|PASS)'"
	@BACKROOM_EMULATORS=$(abspath $(EMULATORS)) bash -o pipefail -c "go test ./infra/emulators -run '^TestCapacityOfRuns$$' -count=1 -v | grep -vE '^ *(=== |--- PASS|PASS)'"

.PHONY: bench-long
bench-long: ## measure what takes minutes: 10,000 orders, a sale of as many in ten minutes, batches of 250 with refused rows, a proof of 1,000,000, 20,000 of random shops, 10,000 histories of orders and of postings, all mutations, 200 starts of the demo, 60 hours of each trouble, every fault of every task, all scenarios under the race detector
	@go test ./infra/local -run '^TestDemos$$' -count=1 -timeout 60m -demos 200
	@go test ./infra/local -run '^TestMeasure$$' -count=1 -timeout 30m -v -measure long | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@bash -o pipefail -c "go test ./infra/system/relation -run '^TestRelation$$' -count=1 -timeout 60m -v -shops 400 | grep -vE '^ *(=== |--- PASS|PASS)'"
	@go test ./shared/posting -run '^TestRandomHistories$$' -count=1 -histories 10000
	@BACKROOM_TEST_SIZE=whole go test ./infra/system/life ./shared/posting -run '^TestPoison$$' -count=1
	@go test ./infra/system/life -run '^TestSale$$' -count=1 -timeout 30m -v -sale 10000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@BACKROOM_TEST_SIZE=whole go test ./shared/completeness -run '^TestEachFaultIsNamed$$' -count=1
	@go test ./infra/system/flood -run '^TestMeasureProof$$' -count=1 -timeout 40m -v -proofs 1000000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/system/life -run '^TestRandomHistories$$' -count=1 -timeout 60m -v -histories 10000 | grep -E '^[a-z0-9_]+ [0-9.]+ '
	@go test ./infra/alarmsim -run '^TestWhoIsTold$$' -count=1 -timeout 60m -long
	@BACKROOM_TEST_SIZE=whole go test ./infra/system -run '^(TestTasks|TestNoInvoiceIsMadeTwice)$$' -count=1 -timeout 30m -every
	@BACKROOM_TEST_SIZE=whole go test ./infra/system/refunds -run '^TestNoRefundIsBookedTwice$$' -count=1
	@$(MAKE) --no-print-directory scenarios RACED=1
	@$(MAKE) --no-print-directory mutations

.PHONY: cost
cost: ## print the monthly bill on AWS: SHOPS=10000 CADENCE=mix or 10, minutes between runs
	go run ./infra/cost -shops "$(or $(SHOPS),10000)" -cadence "$(or $(CADENCE),mix)"

# Suites are what only tests are made of; the rest of shared is the product.
SUITES := shared/contract shared/testclock shared/faulty shared/awsfault/awswire $(wildcard shared/*/*test)

.PHONY: lines
lines: ## hand-written lines of the product in shared, generated code and suites apart; without the interface for people (api, identity); of its tests and suites
	@find shared -name '*.go' ! -name '*_test.go' $(SUITES:%=! -path '%/*') -exec grep -LE '^// Code generated .* DO NOT EDIT' {} + | xargs cat | awk 'END {print "shared_product_lines", NR, "lines"}'
	@find shared -name '*.go' ! -name '*_test.go' ! -path 'shared/api/*' ! -path 'shared/identity/*' $(SUITES:%=! -path '%/*') -exec grep -LE '^// Code generated .* DO NOT EDIT' {} + | xargs cat | awk 'END {print "shared_product_lines_without_interface", NR, "lines"}'
	@{ find shared -name '*_test.go'; find $(SUITES) -name '*.go' ! -name '*_test.go'; } | xargs cat | awk 'END {print "shared_test_lines", NR, "lines"}'

.PHONY: fmt
fmt: ## format the code
	$(GOLANGCI) fmt ./...

.PHONY: lint
lint: ## check format, run the linters
	$(GOLANGCI) fmt --diff ./...
	$(GOLANGCI) run --allow-serial-runners ./...

.PHONY: generate
generate: ## regenerate the code that is generated
	go generate ./...

.PHONY: verify
verify: ## generated code and go.mod are in step with their sources
	go mod tidy -diff
	go generate ./...
	go mod tidy -diff
	git diff --exit-code

.PHONY: some-mutations
some-mutations:
	@$(MAKE) --no-print-directory mutations MUTATIONS=6 SEED=$$(git rev-list --count HEAD)

.PHONY: some-histories
some-histories:
	go test ./shared/jobqueue/jobqueuetest -run '^(TestSimulation|TestSimulationRepeats|TestFailingHistoryShrinks)$$' -count=1 -v -seeds 100
	@bash -o pipefail -c "go test ./infra/system/life -run '^TestRandomHistories$$' -count=1 -v -histories 1000 | grep -vE '^ *(--- PASS|===)'"
	@$(MAKE) --no-print-directory planted PLANTED=4 SEED=$$(git rev-list --count HEAD)

.PHONY: some-fuzzing
some-fuzzing:
	@$(MAKE) --no-print-directory fuzz FUZZTIME=5s

# Parts go one after another, or side by side with LANES="--jobs=2 --output-sync=target";
# BEFORE and AFTER name targets that go with them.
.PHONY: check
check: verify ## all that a change must pass: generated code, lint, race, scenarios, crash tests, random shops, mutations, simulation, fuzzing
	@$(MAKE) --no-print-directory $(LANES) $(BEFORE) lint windows race scenarios crash relation some-mutations some-histories some-fuzzing $(AFTER)
