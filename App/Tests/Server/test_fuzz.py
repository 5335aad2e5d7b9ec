"""Requests made from /api/openapi.json, right ones and wrong ones: every answer is one that it describes.

SOTTO_FUZZ tells how many are tried for each route at most (usual: 10), SOTTO_FUZZ_SECONDS for how long (usual: 60).
"""
import os
import subprocess
import sys
import urllib.request

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_every_answer_is_described(server, tmp_path):
    document = tmp_path / "openapi.json"
    with urllib.request.urlopen(f"{server.base}/api/openapi.json", timeout=10) as answer:
        document.write_bytes(answer.read())
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", document, "--url", server.base, "--checks", CHECKS,
         "--max-examples", os.environ.get("SOTTO_FUZZ", "10"), "--max-time", os.environ.get("SOTTO_FUZZ_SECONDS", "60"),
         "--phases", "examples,coverage,fuzzing", "--seed", "1", "--request-timeout", "20",
         # A stream has no end, and what is forgotten cannot be asked for.
         "--exclude-path", "/api/events", "--exclude-path", "/api/forget"],
        cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert server.process.poll() is None
