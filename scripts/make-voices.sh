#!/usr/bin/env bash
# Makes 30 recordings (16 kHz mono 16-bit WAV) with Debian's espeak-ng, flite and sox, the same ones
# each time: voices, accents and languages; slow and fast, high and low; clean, noisy and silent; from
# 0.4 s to a minute.
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 64; }
for tool in espeak-ng flite sox; do
    command -v "$tool" > /dev/null || { echo "$tool is missing: apt-get install espeak-ng flite sox" >&2; exit 69; }
done
mkdir -p "$1"
cd "$1"
count=0
# add COMMAND...: runs a command that writes raw.wav, and keeps it as the next recording.
add() {
    count=$((count + 1))
    "$@"
    sox -R raw.wav -r 16000 -c 1 -b 16 "$(printf 'voice%02d.wav' "$count")"
    rm raw.wav
}
espeak() { espeak-ng -w raw.wav "$@"; }
speak() { flite -voice "$1" -t "$2" -o raw.wav; }
effect() { sox -R "$1" raw.wav "${@:2}"; }

meeting="Good morning, everyone. The meeting about the annual report starts at ten thirty."
doctor="Please take the tablets twice a day with plenty of water, and call me on Thursday."
travel="Turn left at the old church, then go straight for twenty five minutes."
add espeak -v en-us "$meeting"
add espeak -v en-gb -s 130 "$doctor"
add espeak -v en-gb-scotland "$travel"
add espeak -v en-us+f3 -p 70 "$travel"
add espeak -v en-us+m7 -p 20 "$doctor"
add espeak -v en-us -s 250 "$meeting"
add espeak -v en-us "Yes."
add espeak -v en-gb "42"
add espeak -v de "Guten Tag, wir beginnen um halb elf mit dem Bericht."
add espeak -v fr-fr "Bonjour, la réunion commence à dix heures trente."
add espeak -v es "Buenos días, la reunión empieza a las diez y media."
add espeak -v cmn "大家好，会议十点半开始。"
add espeak -v yue "大家好，會議十點半開始。"
add espeak -v ru "Доброе утро, совещание начнётся в половине одиннадцатого."
add speak slt "$meeting"
add speak rms "$doctor"
add speak awb "$travel"
add speak kal "$meeting"
add speak kal16 "$doctor"
add speak slt "$meeting $doctor $travel"
add speak rms "$travel $meeting $doctor $travel $meeting $doctor"
add speak slt "$meeting $doctor $travel $meeting $doctor $travel $meeting $doctor $travel $meeting"
add effect voice15.wav vol 0.05
add effect voice16.wav gain -n 0 overdrive 10
add effect voice15.wav tempo 0.8
add effect voice16.wav pitch 300
add effect voice20.wav reverb 60
add effect voice15.wav pad 2 3
add effect voice15.wav trim 0 0.4
sox -R -n -r 16000 -c 1 raw.wav synth 5 pinknoise vol 0.1
add true
echo "$count recordings in $1"
