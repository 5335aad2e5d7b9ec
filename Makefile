# What a newcomer types; `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup build demo serve check test cuda-check lint sanitize parity fuzz format clean

sotto := App/.build/release/sotto
sample := Models/demo/samples/consultation.wav
swift_test := swift test -c release -Xswiftc -enable-testing
# Damaged copies of each recording that `make fuzz` tries.
mutations ?= 1500
formatted := Sources Tests App/Sources App/Tests Package.swift App/Package.swift

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## install what is missing, or say what to run
	@scripts/setup.sh

build: setup ## build the program: App/.build/release/sotto
	@swift build -c release --package-path App --product sotto

demo: build ## transcribe a sample with the shipped demo model
	@echo
	@$(sotto) transcribe $(sample)

serve: build ## open the page at http://127.0.0.1:8501
	@$(sotto) serve

check: ## what a developer runs every few minutes: the library's tests
	@scripts/make-media.sh
	@$(swift_test)

test: ## every test, release build
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory lint
	scripts/test-kernels.sh
	scripts/make-media.sh
	$(swift_test)
	.build/release/sotto-bench kernels --library .build/cuda/libnvrtc.so.12
	$(swift_test) --package-path App
	scripts/test-server.sh

cuda-check: ## compile the GPU kernels for every card, without one
	@scripts/fetch-nvrtc.sh .build/cuda
	swift build -c release --product sotto-bench
	.build/release/sotto-bench kernels --library .build/cuda/libnvrtc.so.12

lint: ## formatting and import arrows
	swift format lint --strict --recursive --parallel $(formatted)
	scripts/check-arrows.sh

sanitize: ## the kernels under three sanitizers, the queue under the thread sanitizer
	scripts/test-kernels.sh
	swift test --sanitize=thread --scratch-path .build-tsan --filter 'GeneratorTests|TranscriberTests'

parity: ## compare token ids with the official Python package (downloads several GB)
	scripts/parity.sh Models/demo
	scripts/parity.sh Tests/Fixtures/tiny-asr

fuzz: ## fuzz the readers of untrusted files for three quarters of an hour
	scripts/fuzz.sh wave 600
	scripts/fuzz.sh safetensors 600
	scripts/fuzz.sh multipart 600
	scripts/make-media.sh
	SOTTO_MUTATIONS=$(mutations) $(swift_test) --filter 'MutationTests|DamagedCheckpointTests'

format: ## rewrite the sources in the project's format
	swift format --in-place --recursive --parallel $(formatted)

clean: ## delete everything that was built
	rm -rf .build .build-fuzz .build-tsan App/.build
