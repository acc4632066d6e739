#!/usr/bin/env bash
# The load generator of tests/bench/ike against sallyportd, small: five SAs come up and stay while strangers flood.
set -euo pipefail
SETUPS=5 WARM=0 REPEATS=1 DAEMONS=sallyport HOLD=3 FLOOD=2000 "$(dirname "$0")/../bench/ike/run"
