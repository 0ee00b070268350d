#!/bin/sh
# The full conformance table: all sets of the oracle, twice its replicates, about three minutes.
# Needs the reference data beside the project (../shared) or in the folder that PERMAFROST_SHARED names.
cd "$(dirname "$0")/../.." && PERMAFROST_FULL=1 exec npx vitest run test/models/submit-queue/conformance.test.ts
