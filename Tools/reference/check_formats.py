"""Reads the golden files of the formats with programs of others, and compares what they find.

Started by scripts/check-formats.sh, which installs webvtt-py, jsonschema and python-docx. FFmpeg and
LibreOffice are asked where they are installed; what was skipped is said.
"""

import csv
import html
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import docx
import jsonschema
import webvtt

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "Tests/Fixtures/formats"
sotto = sys.argv[1]
failures = 0


def check(name, found, expected):
    global failures
    if found == expected:
        print(f"ok       {name}")
        return
    failures += 1
    print(f"FAILED   {name}\n  found:    {found!r}\n  expected: {expected!r}")


def words(text):
    return re.sub(r"\s+", "", text)


document = json.loads((GOLDENS / "rich.json").read_text(encoding="utf-8"))
schema = json.loads((ROOT / "docs/transcript.schema.json").read_text(encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
errors = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
check("jsonschema: rich.json fits the schema", [e.message for e in errors], [])
damaged = dict(document, duration=-1)
damaged.pop("segments")
found = len(list(jsonschema.Draft202012Validator(schema).iter_errors(damaged)))
check("jsonschema: a damaged one does not", found, 2)

# What is said, without what a line of text cannot hold.
said = "".join(s["text"] for s in document["segments"])
said = words("".join(c for c in said if c >= " " and c != "\ufffe"))

captions = webvtt.read(GOLDENS / "rich.vtt").captions
blocks = (GOLDENS / "rich.vtt").read_text(encoding="utf-8").split("\n\n")
blocks = [b.strip().split("\n") for b in blocks if "-->" in b.split("\n")[0]]
# The library takes marks away and leaves entities as they are.
plain = [re.sub(r"<[^>]*>", "", "\n".join(b[1:])) for b in blocks]
check("webvtt-py: texts of the cues", [c.text for c in captions], plain)
times = [f"{c.start} --> {c.end}" for c in captions]
check("webvtt-py: times of the cues", times, [b[0] for b in blocks])
spoken = "".join(
    html.unescape(c.text) for c in captions if c.voice or not re.fullmatch(r"\[.*\]", c.text)
)
check("webvtt-py: all that is said", words(spoken), said)

for name, count in [("rich.srt", None), ("rich.vtt", len(blocks))]:
    if count is None:
        text = (GOLDENS / name).read_text(encoding="utf-8")
        count = len(re.findall(r"^\d+\n\d\d:\d\d:\d\d,\d{3} --> ", text, re.M))
    if not shutil.which("ffprobe"):
        print(f"skipped  ffprobe: {name} (FFmpeg's ffprobe is not installed)")
        continue
    output = subprocess.run(
        ["ffprobe", "-v", "error", "-count_packets", "-show_entries",
         "stream=codec_name,nb_read_packets", "-of", "csv=p=0", str(GOLDENS / name)],
        capture_output=True, text=True)
    codec = {"rich.srt": "subrip", "rich.vtt": "webvtt"}[name]
    check(f"ffprobe: packets of {name}", output.stdout.strip() + output.stderr, f"{codec},{count}")

table = (GOLDENS / "rich.csv").read_bytes().decode("utf-8-sig")
rows = list(csv.reader(io.StringIO(table, newline=""), strict=True))
check("csv: columns of every row", {len(row) for row in rows}, {8})
texts = [row[5] for row in rows if row[2] == "text"]
check("csv: texts", words("".join(t.removeprefix("'") for t in texts)),
      words("".join(c for c in "".join(s["text"] for s in document["segments"])
                    if c >= " " or c in "\t\r\n").replace("\ufffe", "")))

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "rich.docx"
    subprocess.run([sotto, "convert", str(GOLDENS / "rich.json"), "-o", str(path)], check=True)
    with zipfile.ZipFile(path) as archive:
        check("zipfile: check sums", archive.testzip(), None)
        body = archive.read("word/document.xml").decode("utf-8")
    check("docx: the document is the golden", body,
          (GOLDENS / "rich.docx.xml").read_text(encoding="utf-8"))
    markdown = (GOLDENS / "rich.md").read_text(encoding="utf-8").strip().split("\n\n")
    # The same without Markdown's marks: then both hold the same paragraphs.
    plain = [re.sub(r"^# |\*\*(?=.*:)|(?<=:)\*\*|(?<!\\)\[\? | \?\](?= |$)|\[\?\]", "", line)
             for line in markdown]
    plain = [re.sub(r"\\([\\`*_\[\]<>&~])", r"\1", line) for line in plain]
    paragraphs = docx.Document(path).paragraphs
    check("python-docx: paragraphs", [p.text for p in paragraphs], plain)
    styles = {p.style.name for p in paragraphs} | {
        r.style.name for p in paragraphs for r in p.runs}
    check("python-docx: styles", styles,
          {"Heading 1", "Body Text", "Notice", "Time", "Speaker", "Doubtful",
           "Default Paragraph Font"})
    doubtful = [r.text for p in paragraphs for r in p.runs if r.style.name == "Doubtful"]
    wanted = [s["text"] if s["doubtful"] else w["text"] for s in document["segments"]
              for w in (s["doubtful_words"] or ([{}] if s["doubtful"] else []))]
    check("python-docx: doubtful words", doubtful, wanted)
    if shutil.which("soffice"):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
             "--convert-to", "txt:Text (encoded):UTF8", "--outdir", folder, str(path)],
            check=True, capture_output=True)
        text = (pathlib.Path(folder) / "rich.txt").read_text(encoding="utf-8-sig")
        check("LibreOffice: paragraphs", text.strip().split("\n"), plain)
    else:
        print("skipped  LibreOffice (soffice is not installed: apt-get install libreoffice-writer-nogui)")

print("everything agrees" if failures == 0 else f"{failures} do not agree")
sys.exit(failures != 0)
