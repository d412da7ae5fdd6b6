# Everything a person needs: make demo, make test. The rest is for us.

SHELL   := /bin/bash
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null)
DATE    ?= $(shell git log -1 --format=%cI 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)
TOOLS   := nsd nginx openssl ssh-keygen pdftoppm pdftotext qpdf man delv drill ldns-signzone aiosmtpd jq xmllint promtool prometheus-pushgateway unshare zsh fish
RACE    := $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)

# Go wants a folder for modules and one for what it built; without a home they
# lie here.
ifeq ($(HOME),)
export GOPATH  := $(CURDIR)/.go/path
export GOCACHE := $(CURDIR)/.go/cache
endif

.PHONY: build demo test test-long bench golden man licenses clean

build: ## one static binary in bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/osint ./cmd/osint

demo: build ## investigate a fictional company on the built-in internet
	@rm -rf demo
	bin/osint investigate brindleford.example --lab brindleford --active --out demo --progress plain

test: ## everything that must hold, in minutes; says what it left out
	@unclean=$$(gofmt -l cmd pkg profiles testdata bench *.go); test -z "$$unclean" || { echo "gofmt -w is due on: $$unclean"; exit 1; }
	$(GO) vet ./...
	@echo 'left out: every kill point, many seeds, long fuzzing (make test-long has them)'
	@for t in $(TOOLS); do PATH=$$PATH:/usr/sbin command -v $$t >/dev/null || echo "left out: tests that need $$t, which is not installed"; done
	@test -n "$$OSINT_TEST_POSTGRES" || PATH=$$PATH:$$OSINT_TEST_POSTGRES_BIN:$$(echo /usr/lib/postgresql/*/bin | tr ' ' :) command -v initdb >/dev/null || echo 'left out: tests that need PostgreSQL, which is not installed; see CONTRIBUTING.md'
ifeq ($(RACE),)
	@test -z "$$CI" || { echo 'no C compiler: the race detector must run in CI'; exit 1; }
	@echo 'left out: the race detector, which needs a C compiler'
	$(GO) test -parallel 4 -timeout 5m ./...
else
	@echo 'left out: the race detector in osint where a test just runs it (make test-long has it)'
	CGO_ENABLED=1 $(GO) test -race -parallel 4 -timeout 25m ./... # whole runs wait more than they work
endif

test-long: ## the long runs, all with the race detector
	OSINT_LONG=1 CGO_ENABLED=1 $(GO) test -race -timeout 60m ./...
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime 30s $$p || exit 1; done; done

bench: build ## figures beside their floors and peers; see bench/README.md
	GO='$(GO)' bench/run

golden: ## write the golden files anew
	$(GO) test ./pkg/report/... ./pkg/risk/... ./cmd/... -update

man: build ## the man pages, into man/, and a check of each where man is installed
	@rm -rf man
	bin/osint man man
	@! command -v man >/dev/null || for p in man/*; do e=$$(MANWIDTH=80 man --warnings -l $$p 2>&1 >/dev/null); test -z "$$e" || { echo "$$p: $$e"; exit 1; }; done

licenses: ## the licences of what is linked in, from the module cache
	$(GO) test ./cmd/osint -run TestLicenses -update

clean:
	rm -rf bin demo dist man
