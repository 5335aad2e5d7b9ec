"""Requests made from /api/openapi.json, right ones and wrong ones: every answer is one that it describes, and when all is
forgotten nothing is left.

SOTTO_FUZZ tells how many are tried for each route at most (usual: 10), SOTTO_FUZZ_SECONDS for how long (usual: 60).
"""
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

from conftest import eventually

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
COOKIE = "sotto_sitting=" + "f" * 43


def ask(server, method, path):
    request = urllib.request.Request(server.base + path, method=method, headers={"Cookie": COOKIE})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def test_every_answer_is_described(server, tmp_path, capsys):
    document = tmp_path / "openapi.json"
    document.write_bytes(ask(server, "GET", "/api/openapi.json"))
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", document, "--url", server.base, "--checks", CHECKS,
         "--max-examples", os.environ.get("SOTTO_FUZZ", "10"), "--max-time", os.environ.get("SOTTO_FUZZ_SECONDS", "60"),
         "--phases", "examples,coverage,fuzzing", "--seed", "1", "--request-timeout", "20", "--header", f"Cookie: {COOKIE}",
         # A stream has no end, and what is forgotten cannot be asked for.
         "--exclude-path", "/api/events", "--exclude-path", "/api/forget"],
        cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert server.process.poll() is None
    counts = re.findall(r"^sotto_http_requests_total{.*} (\d+)$", ask(server, "GET", "/metrics").decode(), re.M)
    with capsys.disabled():
        print(f"{sum(map(int, counts))} requests", end=" ")
    ask(server, "POST", "/api/forget")
    assert eventually(lambda: server.descriptors() == [])
    assert list(pathlib.Path(server.folder.name).iterdir()) == []
