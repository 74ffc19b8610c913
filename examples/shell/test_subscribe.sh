#!/bin/sh
# Tests a script against an NP6 in memory. Run it with: sh test_subscribe.sh
set -eu

# The script under test: creates a contact, and tries again while NP6 is in maintenance.
subscribe() {
  curl --silent --fail --retry 2 --retry-delay 1 -H "X-Key: $key" \
    -H 'Content-Type: application/json' -d "{\"8103\":\"$1\"}" "$url/targets" > /dev/null
}

# The sandbox ends with its standard input, and so with this script.
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkfifo "$work/input"
npx -y @effect-np6/targets sandbox --json --exit-with-stdin < "$work/input" > "$work/address" &
exec 3> "$work/input"
until [ -s "$work/address" ]; do sleep 0.1; done
url=$(sed 's/.*"url":"\([^"]*\)".*/\1/' "$work/address")
key=$(sed 's/.*"key":"\([^"]*\)".*/\1/' "$work/address")

# The next creation of this contact meets a 503.
curl --silent --fail "$url/_sandbox/faults" -d '{
  "on": { "operation": "targets.create", "unicity": "jane@example.com" },
  "fault": { "_tag": "Respond", "status": 503 }
}'

subscribe jane@example.com

log=$(curl --silent --fail "$url/_sandbox/requests?operation=targets.create")
statuses=$(echo "$log" | grep -o '"status":[0-9]*' | cut -d: -f2 | tr '\n' ' ')
if [ "$statuses" != '503 200 ' ]; then
  echo "Unexpected: $statuses"
  exit 1
fi
echo "Created jane@example.com with the second request."
