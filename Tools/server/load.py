#!/usr/bin/env python3
"""Loads a running server and prints what it did: python3 Tools/server/load.py PID URL RECORDING [CLIENTS]

Each client sends the recording to the OpenAI-compatible address at the same time and waits for its text. Meanwhile
the page's own requests are timed, and the memory of the process is watched. Standard library only.
"""
import http.client
import json
import statistics
import sys
import threading
import time
import urllib.parse

pid, url, recording = int(sys.argv[1]), urllib.parse.urlparse(sys.argv[2]), sys.argv[3]
clients = int(sys.argv[4]) if len(sys.argv) > 4 else 50
BOUNDARY = "sotto-load"


def resident_mebibytes():
    with open(f"/proc/{pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["VmRSS"].split()[0]) / 1024


def connect(timeout):
    return http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)


def body():
    yield (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="load"\r\n\r\n'
    ).encode()
    with open(recording, "rb") as file:
        while piece := file.read(1 << 16):
            yield piece
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def transcribe(number):
    start = time.monotonic()
    try:
        connection = connect(7200)
        connection.request(
            "POST", "/v1/audio/transcriptions", body=body(), encode_chunked=True,
            headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                     "Transfer-Encoding": "chunked"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        results[number] = (response.status, answer.get("text"), time.monotonic() - start)
    except Exception as error:
        results[number] = (0, repr(error), time.monotonic() - start)


def watch():
    connection = connect(60)
    while not finished.is_set():
        for path in ("/api/state", "/", "/page/app.js"):
            start = time.monotonic()
            connection.request("GET", path)
            connection.getresponse().read()
            latencies.append(time.monotonic() - start)
        memory.append(resident_mebibytes())
        time.sleep(0.1)


results, latencies, memory = [None] * clients, [], [resident_mebibytes()]
finished = threading.Event()
watcher = threading.Thread(target=watch)
watcher.start()
start = time.monotonic()
threads = [threading.Thread(target=transcribe, args=(number,)) for number in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
elapsed = time.monotonic() - start
finished.set()
watcher.join()
texts = {text for status, text, _ in results if status == 200}
times = sorted(seconds for _, _, seconds in results)
latencies.sort()
print(f"{clients} clients, {elapsed:.1f} s: {sum(r[0] == 200 for r in results)} answers of 200, {len(texts)} different texts")
print(f"  answered after {times[0]:.1f} s at first, {statistics.median(times):.1f} s in the middle, {times[-1]:.1f} s at last")
print(f"  resident: {memory[0]:.0f} MiB before, {max(memory):.0f} MiB at most, {memory[-1]:.0f} MiB after")
print(f"  the page's requests ({len(latencies)}): median {statistics.median(latencies) * 1000:.1f} ms, "
      f"95th percentile {latencies[int(len(latencies) * 0.95)] * 1000:.1f} ms, longest {latencies[-1] * 1000:.1f} ms")
for result in results:
    if result[0] != 200:
        print("  failed:", result[0], str(result[1])[:200])
        break
