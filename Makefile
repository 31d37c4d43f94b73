# Weir: the commands that the README and CI call. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# What building and running needs. g++ compiles the C face of RE2; SwiftPM fetches with git; TLS to
# upstreams trusts the authorities of ca-certificates.
RUN_PACKAGES := \
	ca-certificates \
	g++ \
	git \
	libc-ares-dev \
	libcrypt-dev \
	libhiredis-dev \
	libnghttp2-dev \
	libre2-dev \
	libssl-dev \
	libstdc++-12-dev \
	pkg-config

# What tests and the benchmark need besides: promtool is part of prometheus.
TEST_PACKAGES := \
	apache2-utils \
	curl \
	haproxy \
	ncat \
	nghttp2-client \
	nghttp2-server \
	nginx-light \
	openssl \
	prometheus \
	python3 \
	python3-cryptography \
	python3-grpcio \
	python3-h2 \
	python3-httpx \
	python3-hyperframe \
	python3-jwt \
	python3-pip \
	python3-venv \
	redis-server \
	util-linux \
	wrk

# Swift that people write; what a tool made keeps the tool's format.
SWIFT_FILES := git ls-files -z '*.swift' ':!:*/Generated/*'

# What tests need that Debian does not package: the messages of Envoy's services and those of OTLP,
# and what checks a JSON Schema.
# Envoy's come with old ones of OTLP under the same names, so each has a folder of its own.
PYTHON_PACKAGES := \
	grpcio==1.85.1 \
	jsonschema==4.26.0 \
	protobuf==7.36.2 \
	pyyaml==6.0.3 \
	xds-protos==1.85.0
OTLP_PACKAGES := \
	grpcio==1.85.1 \
	opentelemetry-proto==1.45.2 \
	protobuf==7.36.2

BINARY := $(abspath .build/release/weir)

# The shipped binary leaves out the run-time half of the law of exclusivity; debug builds, and with
# them the unit tests, check it. docs/decisions/0002-exclusivity.md has the reasons and figures.
RELEASE_FLAGS := -Xswiftc -enforce-exclusivity=unchecked

## run: install what is missing, build, and start on 127.0.0.1:8080 with a demo configuration
.PHONY: run
run: build
	exec $(BINARY) run

## build: build the release binary, .build/release/weir
.PHONY: build
build: deps swift
	swift build -c release --product weir $(RELEASE_FLAGS)

## test: install, build and run every test
.PHONY: test
test: build test-deps
	WEIR_BINARY=$(BINARY) swift test --disable-xctest
	$(MAKE) examples-test

## examples-test: build and test examples/custom-gateway, then ask it once
.PHONY: examples-test
examples-test: deps swift
	swift test --disable-xctest --package-path examples/custom-gateway \
		--scratch-path .build/examples
	.ci/smoke-example .build/examples/debug/custom-gateway examples/custom-gateway/gateway.yaml

## lint: check formatting, then the rules in Tests/TidyTests
.PHONY: lint
lint: deps swift
	$(SWIFT_FILES) | xargs -0 swift format lint --strict --parallel
	swift test --disable-xctest --filter TidyTests

## format: rewrite the Swift sources in the project's format
.PHONY: format
format: swift
	$(SWIFT_FILES) | xargs -0 swift format format --in-place --parallel

## api: list the public API anew in docs/api; CHANGELOG.md has to say what changed
.PHONY: api
api: deps swift
	WEIR_UPDATE_API=1 swift test --disable-xctest --filter APIDigestTests

## docs: make the API reference in .build/docs, a folder for any web server
.PHONY: docs
docs: deps swift
	swift build --target WeirTesting
	.ci/docs .build/debug/Modules .build/docs

## bench: measure Weir beside its peers; pass flags as BENCH_FLAGS="small --rounds 3"
.PHONY: bench
bench: build test-deps
	bench/run $(BENCH_FLAGS)

## deps: install the Debian packages that building and running needs
.PHONY: deps
deps:
	@.ci/install-packages $(RUN_PACKAGES)

## test-deps: install the Debian and Python packages that tests and the benchmark need
.PHONY: test-deps
test-deps: deps
	@.ci/install-packages $(TEST_PACKAGES)
	@.ci/install-python .build/python $(PYTHON_PACKAGES)
	@.ci/install-python .build/python-otlp $(OTLP_PACKAGES)

## clean: remove what was built
.PHONY: clean
clean:
	rm -rf .build

## help: list these targets
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

.PHONY: swift
swift:
	@command -v swift >/dev/null || { \
		echo "make: no swift on the PATH; install Swift 6.3 from https://swift.org/install" >&2; \
		exit 1; }
