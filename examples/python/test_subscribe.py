"""Tests code against an NP6 in memory. Run it with: python3 test_subscribe.py"""

import json
import subprocess
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def subscribe(url, key, email):
    """The code under test: creates a contact, and tries again while NP6 is in maintenance."""
    headers = {"X-Key": key, "Content-Type": "application/json"}
    for attempt in range(3):
        try:
            body = json.dumps({"8103": email}).encode()
            return json.load(urlopen(Request(f"{url}/targets", body, headers)))["id"]
        except HTTPError as error:
            if error.code != 503 or attempt == 2:
                raise


# The sandbox ends with its standard input, and so with this program.
command = ["npx", "-y", "@effect-np6/targets", "sandbox", "--json", "--exit-with-stdin"]
sandbox = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
np6 = json.loads(sandbox.stdout.readline())
control = f"{np6['url']}/_sandbox"

# The next creation of this contact meets a 503.
rule = {"on": {"operation": "targets.create", "unicity": "jane@example.com"},
        "fault": {"_tag": "Respond", "status": 503}}
urlopen(Request(f"{control}/faults", json.dumps(rule).encode()))

target = subscribe(np6["url"], np6["key"], "jane@example.com")

log = json.load(urlopen(f"{control}/requests?operation=targets.create"))
assert [request["status"] for request in log] == [503, 200], log
state = json.load(urlopen(f"{control}/state?search=jane@example.com"))
assert [found["id"] for found in state["targets"]] == [target], state
print(f"Created {target} with the second request.")
