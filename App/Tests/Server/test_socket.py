"""Clients that mean no good, or break off: over real sockets."""
import http.client
import json
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from conftest import ROOT, SAMPLES, SOTTO, eventually

FORM = (b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ndemo\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n')


def connect(server, timeout=30):
    return socket.create_connection((server.host, server.port), timeout)


def read(sock):
    data = b""
    try:
        while piece := sock.recv(65536):
            data += piece
    except (ConnectionResetError, socket.timeout):
        pass
    return data


def raw(server, request):
    with connect(server) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        return read(sock)


def status(answer):
    found = re.match(rb"HTTP/1\.1 (\d+)", answer)
    return int(found.group(1)) if found else None


def ask(server, method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def form_head(server, count):
    """What comes before the form of a transcription."""
    return (f"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n"
            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {count}\r\n\r\n").encode()


def get(server, path, host=None, extra=""):
    host = host or f"{server.host}:{server.port}"
    return raw(server, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}Connection: close\r\n\r\n".encode())


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", "[::2]"])
def test_another_name_is_not_answered_to(server, host):
    answer = get(server, "/api/state", host)
    assert status(answer) == 421 and b"wrong_host" in answer and b"jobs" not in answer


def test_a_link_from_elsewhere_costs_nobody_his_recordings(server):
    answer = get(server, "/", extra="Sec-Fetch-Site: cross-site\r\n")
    assert status(answer) == 200 and b"Set-Cookie" not in answer
    assert b'content="0;url=/"' in answer
    assert b"Set-Cookie" in get(server, "/", extra="Sec-Fetch-Site: same-origin\r\n")


def test_no_name_is_not_answered_to(server):
    assert status(raw(server, b"GET /api/state HTTP/1.1\r\nConnection: close\r\n\r\n")) in (400, 421)


@pytest.mark.parametrize("extra", [
    "Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
    "Origin: http://127.0.0.1:1\r\n"])
def test_pages_of_others_are_refused(server, extra):
    answer = get(server, "/api/state", extra=extra)
    assert status(answer) == 403 and b"foreign_origin" in answer


def test_the_own_page_is_answered(server):
    origin = f"Origin: http://{server.host}:{server.port}\r\n"
    answer = get(server, "/api/state", extra=origin)
    assert status(answer) == 200
    assert b"Access-Control" not in answer
    for header in (b"Content-Security-Policy: default-src 'none'", b"Referrer-Policy: no-referrer",
                   b"X-Content-Type-Options: nosniff", b"Cache-Control: no-store"):
        assert header in answer


@pytest.mark.parametrize("path", [
    "/page/../../etc/passwd", "/page/..%2f..%2fetc%2fpasswd", "/page/%00", "//etc/passwd",
    "/page/app.js/../../x", "/api/jobs/..%2f..", "/api/jobs/%ff", "/.git/config"])
def test_paths_lead_nowhere_else(server, path):
    answer = get(server, path)
    assert status(answer) in (400, 404) and b"root:" not in answer


@pytest.mark.parametrize("body, found", [
    (b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\nhalf", 400),
    (b"--b\r\n\r\nnameless\r\n--b--", 400), (b"no boundary at all", 400), (b"", 400),
    (FORM[:40] + b"\r\n--b--\r\n", 400), (b"--b--\r\n", 400)])
def test_broken_forms_are_refused(server, body, found):
    response, content = ask(server, "POST", "/v1/audio/transcriptions", body,
                            {"Content-Type": "multipart/form-data; boundary=b"})
    assert response.status == found, content
    assert json.loads(content)["error"]["message"]


def test_another_type_is_refused(server):
    response, content = ask(server, "POST", "/v1/audio/transcriptions", b"{}",
                            {"Content-Type": "application/json"})
    assert response.status == 415 and b"multipart/form-data" in content


def test_too_large_is_refused_before_it_comes(start):
    server = start("--max-upload", "1")
    with connect(server) as sock:
        sock.sendall(f"POST /api/jobs?name=a HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n"
                     f"Content-Length: {2 << 30}\r\n\r\n".encode())
        answer = read(sock)
    assert status(answer) == 413 and b"--max-upload" in answer


def test_a_head_that_grows_without_end_is_refused(server):
    with connect(server) as sock:
        try:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Long: " + b"a" * 300_000)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = read(sock)
    assert status(answer) in (None, 400, 431)


def test_who_trickles_a_head_is_let_go(server):
    with connect(server, 60) as sock:
        begin = time.monotonic()
        sock.sendall(b"GET / HTTP/1.1\r\nHost: ")
        try:
            while time.monotonic() - begin < 50:
                sock.sendall(b"a")
                time.sleep(1)
                sock.setblocking(False)
                try:
                    if sock.recv(100) == b"":
                        break
                except BlockingIOError:
                    pass
                sock.setblocking(True)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert time.monotonic() - begin < 40


def test_uploads_that_break_off_leave_nothing(server):
    before = len(server.descriptors())
    sample = (SAMPLES / "consultation.wav").read_bytes()
    head = f"Host: {server.host}:{server.port}\r\nContent-Length: 999999\r\n"
    for path, type, body in (
            ("/api/jobs?name=a.wav", "audio/wav", sample),
            ("/v1/audio/transcriptions", "multipart/form-data; boundary=b", FORM + sample)):
        sock = connect(server)
        sock.sendall(f"POST {path} HTTP/1.1\r\n{head}Content-Type: {type}\r\n\r\n".encode() + body)
        time.sleep(0.3)
        sock.close()
    assert eventually(lambda: len(server.descriptors()) == before)
    assert list(pathlib.Path(server.folder.name).iterdir()) == []
    assert b'"jobs":[]' in get(server, "/api/state")


def test_who_leaves_an_answer_ends_its_work(server):
    sample = (SAMPLES / "consultation.wav").read_bytes()
    body = FORM + sample + b"\r\n--b--\r\n"
    for _ in range(3):
        with connect(server) as sock:
            sock.sendall(form_head(server, len(body)) + body)
    assert eventually(lambda: not server.descriptors())
    metrics = get(server, "/metrics").decode()
    assert "sotto_running 0\n" in metrics and "sotto_queue_length 0\n" in metrics


def test_event_streams_that_break_off_are_forgotten(server):
    before = len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))
    for _ in range(20):
        with connect(server) as sock:
            sock.sendall(f"GET /api/events HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n\r\n".encode())
            data = b""
            while b"event: state" not in data:
                data += sock.recv(65536)
    assert eventually(lambda: len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir())) <= before + 2)


def test_recordings_of_others_are_not_seen(server):
    sample = (SAMPLES / "consultation.wav").read_bytes()
    response, content = ask(server, "POST", "/api/jobs?name=mine.wav", sample)
    job = json.loads(content)
    cookie = response.getheader("Set-Cookie").split(";")[0]
    assert "HttpOnly" in response.getheader("Set-Cookie") and "SameSite=Strict" in response.getheader("Set-Cookie")
    assert ask(server, "GET", f"/api/jobs/{job['id']}")[0].status == 404
    assert ask(server, "GET", f"/api/jobs/{job['id']}", headers={"Cookie": cookie})[0].status == 200
    for path in ("audio", "peaks", "speech", "export?format=txt"):
        assert ask(server, "GET", f"/api/jobs/{job['id']}/{path}")[0].status == 404
    assert ask(server, "DELETE", f"/api/jobs/{job['id']}", headers={"Cookie": cookie})[0].status == 204
    assert eventually(lambda: not server.descriptors())


def test_pieces_of_a_recording_may_be_sent_again(server):
    response, content = ask(server, "POST", "/api/recordings", json.dumps({"sampleRate": 16000}))
    job, headers = json.loads(content), {"Cookie": response.getheader("Set-Cookie").split(";")[0]}
    sound = (SAMPLES / "consultation.wav").read_bytes()[44:]
    pieces = [sound[start:start + 64000] for start in range(0, len(sound), 64000)]

    def send(number):
        return ask(server, "POST", f"/api/recordings/{job['id']}/pieces/{number}", pieces[number], headers)

    assert json.loads(send(0)[1]) == {"received": 1}
    assert json.loads(send(0)[1]) == {"received": 1}
    answer, content = send(2)
    assert answer.status == 409 and json.loads(content)["expected"] == 1
    for number in range(1, len(pieces)):
        send(number)
    assert ask(server, "POST", f"/api/recordings/{job['id']}/finish", headers=headers)[0].status == 202
    shown = lambda: json.loads(ask(server, "GET", f"/api/jobs/{job['id']}", headers=headers)[1])["job"]
    assert eventually(lambda: shown()["state"] == "ready")
    assert abs(shown()["durationSeconds"] - len(sound) / 32000) < 0.001
    ask(server, "POST", "/api/forget", headers=headers)
    assert eventually(lambda: not server.descriptors())


def test_the_kernel_lets_nothing_out(server):
    found = json.loads(ask(server, "GET", "/api/privacy")[1])
    assert found["isSealed"]
    rows = {row["name"]: row["value"] for row in found["evidence"]}
    assert rows["Seccomp"].startswith("2 (filter) on") and "of" not in rows["Seccomp"].split("on")[1]
    assert rows["connect"].startswith("EACCES")
    assert all(socket["local"].startswith("127.0.0.1:") for socket in found["sockets"])


def test_health_readiness_and_metrics(server):
    assert ask(server, "GET", "/healthz")[1] == b"ok\n"
    assert eventually(lambda: ask(server, "GET", "/readyz")[0].status == 200)
    metrics = ask(server, "GET", "/metrics")[1].decode()
    assert "# TYPE sotto_http_requests_total counter" in metrics
    assert re.search(r"^sotto_resident_bytes [1-9]\d{6,}$", metrics, re.M)
    assert "consultation" not in metrics and "mine.wav" not in metrics


def test_other_addresses_need_the_token(start):
    server = start("--host", "0.0.0.0")
    token = re.search(r"token=(\S+)", server.url).group(1)
    server.host = "127.0.0.1"
    assert ask(server, "GET", "/api/state")[0].status == 401
    assert ask(server, "GET", "/")[0].status == 401
    assert ask(server, "GET", "/?token=wrong")[0].status == 401
    assert ask(server, "GET", "/healthz")[0].status == 200
    bearer = {"Authorization": f"Bearer {token}"}
    assert ask(server, "GET", "/api/state", headers=bearer)[0].status == 200
    response, _ = ask(server, "GET", f"/?token={token}")
    cookie = response.getheader("Set-Cookie")
    assert response.status == 303 and response.getheader("Location") == "/"
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert ask(server, "GET", "/", headers={"Cookie": cookie.split(";")[0]})[0].status == 200


def test_tls(start, tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True)
    server = start("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    assert server.base.startswith("https://")
    context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
    connection = http.client.HTTPSConnection(server.host, server.port, context=context, timeout=30)
    connection.request("GET", "/")
    response = connection.getresponse()
    assert response.status == 200 and "; Secure" in response.getheader("Set-Cookie")
    assert response.getheader("Strict-Transport-Security")


def test_freed_memory_is_really_freed_and_loaded_again(server):
    assert eventually(lambda: json.loads(ask(server, "GET", "/api/state")[1])["engine"]["state"] == "ready")
    before = server.resident_bytes()
    freed = json.loads(ask(server, "POST", "/api/engine/free")[1])
    assert freed["state"] == "freed"
    assert eventually(lambda: server.resident_bytes() < before - 4_000_000)
    assert ask(server, "GET", "/readyz")[0].status == 200
    assert ask(server, "POST", "/api/engine/load", "{}")[0].status == 202
    assert eventually(lambda: json.loads(ask(server, "GET", "/api/state")[1])["engine"]["state"] == "ready")


def test_a_polite_end_takes_little_time(start):
    server = start()
    with connect(server) as sock:
        sock.sendall(f"GET /api/events HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n\r\n".encode())
        sock.recv(65536)
        begin = time.monotonic()
        assert server.end() == 0
        assert time.monotonic() - begin < 5


def request(server, text, timeout=10):
    """What comes back until the server hangs up, and how many seconds that takes."""
    begin = time.monotonic()
    with connect(server, timeout) as sock:
        sock.sendall(text.replace("HOST", f"{server.host}:{server.port}").encode())
        return read(sock), time.monotonic() - begin


@pytest.mark.parametrize("text", [
    "GET /healthz HTTP/1.0\r\nHost: HOST\r\n\r\n", "GET /nowhere HTTP/1.0\r\nHost: HOST\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    "POST /api/forget HTTP/1.1\r\nHost: other\r\nContent-Length: 0\r\n\r\n"])
def test_the_last_answer_ends_the_connection(server, text):
    answer, seconds = request(server, text)
    assert status(answer) in (200, 404, 421) and b"Connection: close" in answer
    assert seconds < 2


@pytest.mark.parametrize("text, found", [
    ("GET /healthz HTTP/1.1\r\nHost: HOST\r\nHost: other\r\n\r\n", 400),
    ("GET http://other/healthz HTTP/1.1\r\nHost: HOST\r\n\r\n", 400),
    ("GET /healthz HTTP/1.1\r\n\r\n", 400), ("no request\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: HOST\r\nX: " + "a" * 40_000 + "\r\n\r\n", 431),
    ("POST /api/jobs?name=a HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)])
def test_what_is_no_request_is_refused_in_words(server, text, found):
    answer, seconds = request(server, text)
    assert status(answer) == found and b'"message"' in answer and seconds < 3


def test_requests_that_come_together_are_answered_in_order(server):
    one, last = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n", "GET /nowhere HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
    answer, _ = request(server, one + one + last)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"200", b"404"]
    answer, seconds = request(server, one + one + "GET http://other/ HTTP/1.1\r\nHost: HOST\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"200", b"400"] and seconds < 3


def test_a_client_that_asks_for_leave_to_send_gets_it(server):
    with connect(server) as sock:
        sock.sendall(f"POST /api/lists HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nContent-Length: 2\r\n"
                     "Expect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"{}")
        assert status(read(sock)) == 200


def test_an_address_says_which_methods_it_takes(server):
    for method, path, allowed in (("PUT", "/healthz", "GET, HEAD"), ("GET", "/v1/audio/transcriptions", "POST"),
                                  ("OPTIONS", "/api/jobs", "POST"), ("POST", "/api/jobs/x/edits", "DELETE, PUT")):
        response, content = ask(server, method, path)
        assert response.status == 405 and response.getheader("Allow") == allowed, (method, path)
        assert json.loads(content)["error"]["code"] == "method_not_allowed"


def test_the_head_alone_is_answered_where_the_whole_is(server):
    for path in ("/", "/healthz", "/api/state", "/api/openapi.json", "/page/app.js"):
        response, content = ask(server, "HEAD", path)
        assert response.status == 200 and content == b"", path


def test_an_empty_recording_is_refused_before_a_stream_begins(server):
    body = FORM + b"\r\n--b\r\nContent-Disposition: form-data; name=stream\r\n\r\ntrue\r\n--b--\r\n"
    response, content = ask(server, "POST", "/v1/audio/transcriptions", body,
                            {"Content-Type": "multipart/form-data; boundary=b"})
    assert response.status == 422 and json.loads(content)["error"]["code"] == "audio_empty"


def test_a_program_that_was_replaced_still_decodes(start, tmp_path):
    for name in ("sotto", "sotto-decode"):
        shutil.copy(SOTTO.parent / name, tmp_path / name)
    shutil.copytree(ROOT / "Models/demo", tmp_path / "Models/demo")
    server = start(program=tmp_path / "sotto")
    (tmp_path / "sotto").unlink()
    shutil.copy(SOTTO, tmp_path / "sotto")
    response, content = ask(server, "POST", "/v1/audio/transcriptions",
                            FORM + (ROOT / ".build/media/cbr.mp3").read_bytes() + b"\r\n--b--\r\n",
                            {"Content-Type": "multipart/form-data; boundary=b"})
    assert response.status == 200 and b"headache" in content, content


def test_an_answer_under_way_outlives_a_polite_end(start):
    server = start()
    assert eventually(lambda: ask(server, "GET", "/readyz")[0].status == 200)
    body = FORM + (SAMPLES / "consultation.wav").read_bytes() + b"\r\n--b--\r\n"
    with connect(server) as sock:
        sock.sendall(form_head(server, len(body)) + body[:-9])
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        sock.sendall(body[-9:])
        answer = read(sock)
    assert status(answer) == 200 and b"headache" in answer
    assert server.end() == 0


def test_an_upload_that_never_ends_does_not_hold_up_the_end(start):
    server = start()
    with connect(server) as sock:
        sock.sendall(f"POST /api/jobs?name=a HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nContent-Length: 999999\r\n\r\nabc".encode())
        time.sleep(0.2)
        begin = time.monotonic()
        assert server.end() == 0
        assert time.monotonic() - begin < 12
