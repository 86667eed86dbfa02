#!/usr/bin/env bash
# obstore 0.12.1: one object with an empty part in its key makes every list of its folder fail.
#
# Expected: a list shows all keys that S3 allows ("inbox//b.csv" is one, as a program with one slash too many puts it).
# Seen:     obstore.list raises InvalidPathError; no other object of the folder can be listed until that one is gone.
# Why here: campfill names that object in a sentence with its mend (campfill_pipeline/storage/objects.py).
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    obstore==0.12.1 'moto[s3]==5.2.5' flask==3.1.3 flask-cors==6.0.5 requests
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/python" -m moto.server -H 127.0.0.1 -p "$port" > "$folder/log" 2>&1 &
server=$!
"$folder/venv/bin/python" - "http://127.0.0.1:$port" <<'PY'
import sys
import time

import obstore
import requests
from obstore.store import S3Store

address = sys.argv[1]
for _ in range(300):
    try:
        requests.put(f"{address}/bucket", timeout=10)
        break
    except requests.exceptions.ConnectionError:
        time.sleep(0.2)
requests.put(f"{address}/bucket/inbox/a.csv", data=b"a", timeout=10)
store = S3Store(
    "bucket",
    config={"endpoint": address, "access_key_id": "a", "secret_access_key": "b", "region": "us-east-1"},
    client_options={"allow_http": True},
)
print("before:", [each["path"] for page in obstore.list(store, prefix="inbox/") for each in page])
requests.put(f"{address}/bucket/inbox//b.csv", data=b"b", timeout=10)
by_hand = requests.get(f"{address}/bucket?list-type=2&prefix=inbox/", timeout=10).text
try:
    after = str([each["path"] for page in obstore.list(store, prefix="inbox/") for each in page])
except obstore.exceptions.BaseError as error:
    after = f"{type(error).__name__}: {str(error).splitlines()[0]}"
print("after: ", after)
print("S3 itself lists both:", "inbox/a.csv" in by_hand and "inbox//b.csv" in by_hand)
sys.exit(0 if after.startswith("InvalidPathError") and "inbox//b.csv" in by_hand else 1)
PY
