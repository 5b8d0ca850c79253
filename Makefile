# ClientFlow. `make` or `make help` lists what can be done.

FUNCTIONS  := $(notdir $(wildcard functions/*))
# As small and as quick to start as a Go function gets.
BUILDFLAGS := -tags lambda.norpc -trimpath -ldflags "-s -w"
ARGS       :=
KEY        := $(SYSTEME_API_KEY)
SECRET     := $(SYSTEME_WEBHOOK_SECRET)
# The stack is that of make run, or with STAGE=… the one of that stage on AWS, or there
# too, with STACK=…, one of another name.
LOCAL      :=
ifeq ($(origin STAGE),undefined)
STAGE      := dev
STACK      := clientflow
ifneq ($(origin STACK),command line)
LOCAL       = AWS_ENDPOINT_URL=$${AWS_ENDPOINT_URL:-http://127.0.0.1:4566}
endif
else
STACK      := clientflow-$(STAGE)
endif
# make takes it from the environment otherwise, where it is who works here.
USER       :=
# A number of runs, not a time: Go's fuzzer at times fails when its time is up.
FUZZTIME   := 20000x

# How an operator looks after the stack.
OPS         = @go build -o .build/ops ./infra/ops && $(LOCAL) STACK="$(STACK)" exec .build/ops

.DEFAULT_GOAL := help
.PHONY: help run test race browser browser-tools sabotage lint fuzz fuzz-api api-docs cover limits build deploy doctor admin \
	systeme-key systeme-setup systeme-rotate systeme-check backfill template-check recount restore ib-export ib-erase conformance cost engines clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start everything on this machine; flags in ARGS="…", see ARGS=-help
	@go build -o .build/local ./infra/local
	@exec .build/local $(ARGS)

# Tests keep little in memory for long: collecting it less often saves a tenth of the time.
test: export GOGC := 400
test: ## Run all tests
	go test -shuffle=on ./...

race: ## Run all tests under the race detector
	go test -race -shuffle=on -count=1 ./...

browser: ## Try the pages in a real Chromium; pictures come to .build/browser/pictures
	go test -tags browser -count=1 ./infra/local/browser $(ARGS)

browser-tools: ## Get what that needs beside Chromium (npm)
	@infra/local/browser/tools

sabotage: ## Remove each guard between IBs, one at a time, and see which test notices
	go run ./infra/sabotage

lint: ## Check formatting, vet and staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "not formatted: run gofmt -w ."; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

fuzz: ## Run every fuzz target FUZZTIME (20000x)
	@set -e; for target in $$(grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | sed 's|:[0-9]*:func |:|'); do \
		file=$${target%%:*}; name=$${target##*:}; \
		echo "$$name in $$(dirname $$file)"; \
		go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) "$$(dirname $$file)"; \
	done

api-docs: ## Make what is served of infra/openapi.yaml: GET /docs and GET /openapi.yaml
	go run ./infra/apidocs

fuzz-api: ## Throw odd requests at the whole stack and hold the answers against infra/openapi.yaml: ARGS="-seed 2"
	@infra/local/fuzz/run $(ARGS)

cover: ## Show which code the tests run, in a browser
	@mkdir -p .build
	go test -coverpkg=./internal/... -coverprofile .build/cover.out ./...
	go tool cover -html .build/cover.out

limits: ## Print how many leads, captures and IBs one ClientFlow takes
	@go run ./infra/limits

build: ## Build the functions for AWS into .build/functions
	@for name in $(FUNCTIONS); do \
		echo "$$name"; \
		GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build $(BUILDFLAGS) -o .build/functions/$$name/bootstrap ./functions/$$name || exit 1; \
	done

# sam build calls build-<logical id>; CaptureLeadFunction is functions/capture-lead.
build-%Function:
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build $(BUILDFLAGS) -o "$(ARTIFACTS_DIR)/bootstrap" \
		./functions/$$(echo $* | sed 's/\([A-Z]\)/-\1/g; s/^-//' | tr '[:upper:]' '[:lower:]')

deploy: ## Deploy to AWS, the first time with questions: STAGE=dev
	@infra/deploy "$(STAGE)"

doctor: ## Look at every piece of a deployment, and say what to do: STAGE=…, or nothing for make run
	@go build -o .build/doctor ./infra/doctor
	@$(LOCAL) exec .build/doctor -stack "$(STACK)" $(ARGS)

admin: ## Make one who has signed up an admin: EMAIL=…, and STAGE=… or nothing for make run
	@go build -o .build/admin ./infra/admin
	@$(LOCAL) exec .build/admin -stack "$(STACK)" -email "$(EMAIL)" $(ARGS)

# Exported, so that no list of processes shows them.
systeme-key systeme-check: export SYSTEME_API_KEY := $(KEY)
systeme-key: export SYSTEME_WEBHOOK_SECRET := $(SECRET)

systeme-key: ## Put a Systeme.io key where a deployment reads it, and ask for it: STAGE=…, or nothing for make run
	@go build -o .build/systeme ./infra/systeme
	@$(LOCAL) exec .build/systeme key -stack "$(STACK)" $(ARGS)

systeme-setup: ## Prepare the Systeme.io account of a deployment: STAGE=…, or nothing for make run
	@go build -o .build/systeme ./infra/systeme
	@$(LOCAL) exec .build/systeme setup -stack "$(STACK)" -url "$(URL)" $(ARGS)

systeme-rotate: ## Give the webhook another secret, without loss: STAGE=…, and LEAKED=1 to throw the old one out
	@go build -o .build/systeme ./infra/systeme
	@$(LOCAL) exec .build/systeme rotate -stack "$(STACK)" -url "$(URL)" $(if $(LEAKED),-leaked) $(ARGS)

systeme-check: ## Find out how a Systeme.io account behaves: KEY=…, and ARGS="-listen … -public …" for webhooks
	@go build -o .build/systeme ./infra/systeme
	@exec .build/systeme check $(ARGS)

backfill: ## Bring the records of IBs that older versions made up to date: STAGE=…, and APPLY=1 to do it
	$(OPS) backfill $(if $(APPLY),-apply) $(ARGS)

template-check: ## Compare what the local AWS reads of template.yaml with what AWS makes of it
	@infra/expansion/run

recount: ## Make counters anew from the leads: STAGE=…, and USER=<userId|address> for one IB
	$(OPS) recount -user "$(USER)" $(ARGS)

restore: ## Put back what a table lost: STAGE=…, TABLE=users|registry|leads FROM=<table>, and APPLY=1 to do it
	$(OPS) restore -table "$(TABLE)" -from "$(FROM)" -user "$(USER)" $(if $(APPLY),-apply) $(ARGS)

ib-export: ## Write all that is stored of an IB, as JSON: STAGE=…, USER=<userId|address> > file.json
	$(OPS) ib-export -user "$(USER)" $(ARGS)

ib-erase: ## Erase an IB and its leads, here and in Systeme.io: STAGE=…, USER=<userId|address> CONFIRM=<userId>
	$(OPS) ib-erase -user "$(USER)" -confirm "$(CONFIRM)" $(ARGS)

conformance: ## Hold the local AWS against Amazon's DynamoDB Local and moto, or a deployed API against our tests: STAGE=…
	@$(if $(filter command,$(origin STAGE) $(origin STACK)),CONFORMANCE_STACK="$(STACK)" go test -count=1 ./infra/local/e2e $(ARGS),infra/local/conformance/run)

cost: ## Print what it costs on AWS, from what the stack consumes here and list prices
	@go run ./infra/cost

engines: ## Get the engines that conformance needs (Java 17, Maven and Python)
	@infra/local/conformance/engines

clean: ## Remove what was built
	rm -rf .build .aws-sam
