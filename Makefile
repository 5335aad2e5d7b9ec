# What a newcomer types. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help setup build demo check test lint format fuzz clean

SWIFT_TEST = swift test -c release -Xswiftc -enable-testing

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: ## install what is missing, or say what to run
	@scripts/setup.sh

lint: ## formatting and import arrows
	swift format lint --strict --recursive --parallel Sources Tests App/Sources App/Tests Package.swift App/Package.swift
	scripts/check-arrows.sh

format: ## rewrite the sources in the project's format
	swift format --in-place --recursive --parallel Sources Tests App/Sources App/Tests Package.swift App/Package.swift

test: setup lint ## every test, release build
	$(SWIFT_TEST)

clean: ## delete everything that was built
	rm -rf .build App/.build
