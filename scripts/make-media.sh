#!/usr/bin/env bash
# Makes one recording in every format that people have, healthy files that look unusual, and bad ones:
#   scripts/make-media.sh [FOLDER]      default: .build/media
# Needs ffmpeg, sox with AMR, python3. What is there is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-.build/media}
source=Models/demo/samples/consultation.wav
mkdir -p "$out/bad"

# make NAME ARGUMENTS…: the recording as NAME, with ffmpeg's arguments.
make() {
    local name=$1
    shift
    [ -e "$out/$name" ] || ffmpeg -nostdin -v error -y -i "$source" -map_metadata -1 "$@" "$out/$name"
}
# picture NAME ARGUMENTS…: the same as the sound of a moving picture of its length.
picture() {
    local name=$1
    shift
    [ -e "$out/$name" ] || ffmpeg -nostdin -v error -y -f lavfi -i testsrc=size=160x120:rate=5:duration=10.4 \
        -i "$source" -map 0:v -map 1:a "$@" "$out/$name"
}

# Eight channels with the same sound: their mean is the recording.
eight=(-af 'pan=7.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0|c6=c0|c7=c0')
stereo=(-af 'pan=stereo|c0=c0|c1=c0')

make pcm-u8.wav -c:a pcm_u8
make pcm-s16.wav -c:a pcm_s16le
make pcm-s24.wav -c:a pcm_s24le
make pcm-s32.wav -c:a pcm_s32le
make pcm-f32.wav -c:a pcm_f32le
make pcm-f64.wav -c:a pcm_f64le
make alaw.wav -c:a pcm_alaw
make mulaw.wav -c:a pcm_mulaw
make adpcm-ms.wav -c:a adpcm_ms
make adpcm-ima.wav -c:a adpcm_ima_wav
make rate-8000.wav -ar 8000 -c:a pcm_s16le
make rate-11025.wav -ar 11025 -c:a pcm_s16le
make rate-22050.wav -ar 22050 -c:a pcm_s16le
make rate-44100.wav -ar 44100 -c:a pcm_s24le
make rate-48000.wav -ar 48000 -c:a pcm_s24le
make rate-96000.wav -ar 96000 -c:a pcm_s24le
make rate-192000.wav -ar 192000 -c:a pcm_s24le
make channels-2.wav "${stereo[@]}" -c:a pcm_s16le
make channels-8.wav "${eight[@]}" -c:a pcm_s16le
make rf64.wav -rf64 always -c:a pcm_s16le
make wave64.w64 -c:a pcm_s16le
make cbr.mp3 -ar 44100 -c:a libmp3lame -b:a 128k
make vbr.mp3 -ar 44100 -c:a libmp3lame -q:a 2
make no-header.mp3 -ar 44100 -c:a libmp3lame -q:a 2 -write_xing 0
make tagged.mp3 -ar 44100 -c:a libmp3lame -q:a 2 -write_id3v1 1 -metadata title=t
make aac.m4a -ar 44100 -c:a aac -b:a 128k
make index-first.m4a -ar 48000 -c:a aac -b:a 128k -movflags +faststart
make fragments.mp4 -ar 48000 -c:a aac -b:a 128k -movflags +frag_keyframe+empty_moov -frag_duration 1000000
make aac.aac -ar 44100 -c:a aac -b:a 128k
make alac.m4a -c:a alac
make alac.caf -c:a alac
make pcm.caf -c:a pcm_s16be
make flac.flac -c:a flac
make flac-24.flac -ar 48000 -sample_fmt s32 -c:a flac
make flac.ogg -c:a flac
make vorbis.ogg -ar 44100 -c:a libvorbis -q:a 6
make opus.ogg -ar 48000 -c:a libopus -b:a 64k
make opus.webm -ar 48000 -c:a libopus -b:a 64k
make live.webm -ar 48000 -c:a libopus -b:a 64k -live 1
make vorbis.webm -ar 44100 -c:a libvorbis -q:a 6
make speex.ogg -c:a libspeex -ar 16000
make pcm.aiff -c:a pcm_s16be
make pcm-24.aiff -ar 44100 -c:a pcm_s24be
make pcm.au -c:a pcm_s16be
make wma2.wma -ar 44100 -c:a wmav2 -b:a 128k
make wma1.wma -ar 44100 -c:a wmav1 -b:a 128k
make wavpack.wv -c:a wavpack
make tta.tta -c:a tta
make ac3.ac3 -ar 48000 -c:a ac3 -b:a 192k
make ac3.mka -ar 48000 -c:a ac3 -b:a 192k
make flac.mka -c:a flac
make gsm.wav -ar 8000 -c:a libgsm_ms
[ -e "$out/narrow.amr" ] || sox -R "$source" -r 8000 -C 7 -t amr-nb "$out/narrow.amr"
[ -e "$out/narrow.3gp" ] || ffmpeg -nostdin -v error -y -i "$out/narrow.amr" -c copy "$out/narrow.3gp"
picture aac.mp4 -ar 48000 -c:v mpeg4 -c:a aac -b:a 128k
picture alac.mov -c:v mjpeg -c:a alac
picture opus-picture.webm -ar 48000 -c:v libvpx -b:v 100k -c:a libopus -b:a 64k
picture flac.mkv -c:v mpeg4 -c:a flac
picture mp2.ts -ar 48000 -c:v mpeg2video -r 25 -c:a mp2 -b:a 192k
picture mp2.mpg -ar 48000 -c:v mpeg2video -r 25 -c:a mp2 -b:a 192k
picture pcm.avi -c:v mpeg4 -c:a pcm_s16le
picture mp3.avi -ar 44100 -c:v mpeg4 -c:a libmp3lame -b:a 128k
picture aac.flv -ar 44100 -c:v flv1 -c:a aac -b:a 128k
# Three sound tracks; the second is the default one and the recording.
[ -e "$out/tracks.mkv" ] || ffmpeg -nostdin -v error -y -i Models/demo/samples/travel.wav -i "$source" \
    -i Models/demo/samples/introduction.wav -map 0:a -map 1:a -map 2:a -c:a flac \
    -disposition:a:0 0 -disposition:a:1 default -disposition:a:2 0 "$out/tracks.mkv"
# The picture starts two seconds before the sound.
[ -e "$out/late.mkv" ] || ffmpeg -nostdin -v error -y -f lavfi -i testsrc=size=160x120:rate=5:duration=12.4 \
    -itsoffset 2 -i "$source" -map 0:v -map 1:a -c:v mpeg4 -c:a flac "$out/late.mkv"

# Healthy files that look unusual.
mkdir -p "$out/odd"
slow=(-f lavfi -i 'testsrc=size=160x120:rate=1:duration=12' -i "$source" -map 0:v -map 1:a)
[ -e "$out/odd/slow.mkv" ] || ffmpeg -nostdin -v error -y "${slow[@]}" -c:v mpeg4 -c:a flac "$out/odd/slow.mkv"
[ -e "$out/odd/slow.flv" ] || ffmpeg -nostdin -v error -y "${slow[@]}" -c:v flv1 -ar 44100 -c:a aac "$out/odd/slow.flv"
[ -e "$out/odd/slow.wmv" ] || ffmpeg -nostdin -v error -y "${slow[@]}" -c:v wmv2 -r 5 -ar 44100 -c:a wmav2 "$out/odd/slow.wmv"
[ -e "$out/odd/pipe.wav" ] || ffmpeg -nostdin -v error -i "$source" -c:a pcm_mulaw -f wav - > "$out/odd/pipe.wav"
[ -e "$out/odd/pipe.caf" ] || ffmpeg -nostdin -v error -i "$source" -c:a pcm_s16be -f caf - > "$out/odd/pipe.caf"
[ -e "$out/odd/late-clock.mkv" ] || ffmpeg -nostdin -v error -y -i "$source" -c:a flac -output_ts_offset 590000 "$out/odd/late-clock.mkv"
cat "$out/opus.ogg" "$out/opus.ogg" > "$out/odd/joined.ogg"
for name in pcm-s16.wav alaw.wav pcm.aiff alac.caf aac.m4a; do
    cat "$out/$name" "$out/$name" > "$out/bad/joined-$name"
done
tail -c +101 "$out/mp2.ts" > "$out/odd/capture.ts"
{ cat "$out/opus.webm"; head -c 512 /dev/zero; } > "$out/odd/filled.webm"

# Files that are no good.
[ -e "$out/bad/silent.mp4" ] || ffmpeg -nostdin -v error -y -f lavfi -i testsrc=size=160x120:rate=5:duration=2 \
    -c:v mpeg4 "$out/bad/silent.mp4"
[ -e "$out/bad/picture.png" ] || ffmpeg -nostdin -v error -y -f lavfi -i testsrc=size=160x120 -frames:v 1 "$out/bad/picture.png"
[ -e "$out/bad/picture.jpg" ] || ffmpeg -nostdin -v error -y -f lavfi -i testsrc=size=160x120 -frames:v 1 "$out/bad/picture.jpg"
[ -e "$out/bad/encrypted.mp4" ] || ffmpeg -nostdin -v error -y -i "$source" -c:a aac -encryption_scheme cenc-aes-ctr \
    -encryption_key 76a6c65c5ea762046bd749a2e632ccbb -encryption_kid a7e61c373e219033c21091fa607bf3b8 "$out/bad/encrypted.mp4"
python3 - "$out" <<'EOF'
import pathlib, struct, sys, zipfile
out = pathlib.Path(sys.argv[1])
bad = out / "bad"
odd = out / "odd"

def edit(source, target, change):
    data = bytearray((out / source).read_bytes())
    (bad / target).write_bytes(change(data))

def replaced(at, form, *values):
    def change(data):
        struct.pack_into(form, data, at if isinstance(at, int) else data.index(at[0]) + at[1], *values)
        return data
    return change

# A picture of 60 kB in an APEv2 tag of its footer alone, then an ID3v1 tag.
item = struct.pack("<II", 60000, 2) + b"Cover\0" + bytes(i * 7 % 256 for i in range(60000))
footer = b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, 0) + bytes(8)
(odd / "cover.mp3").write_bytes((out / "no-header.mp3").read_bytes() + item + footer + b"TAG" + bytes(125))
# The same in an ID3v2 tag between two recordings.
frame = b"APIC" + struct.pack(">I", 60000) + bytes(2) + bytes(i * 11 % 256 for i in range(60000))
size = bytes(len(frame) >> shift & 127 for shift in (21, 14, 7, 0))
second = b"ID3\3\0\0" + size + frame + (out / "no-header.mp3").read_bytes()
(odd / "joined.mp3").write_bytes((out / "no-header.mp3").read_bytes() + second)

with zipfile.ZipFile(bad / "archive.zip", "w") as archive:
    archive.writestr("a.txt", "hello")
(bad / "text.mp3").write_text("Hello, doctor.\n" * 100)
(bad / "empty.mp3").write_bytes(b"")
edit("alaw.wav", "zero-rate.wav", replaced(24, "<I", 0))
edit("pcm-s16.wav", "channels.wav", replaced(22, "<H", 10000))
edit("alaw.wav", "channels-alaw.wav", replaced(22, "<H", 10000))
edit("pcm.aiff", "channels.aiff", replaced((b"COMM", 8), ">H", 10000))
edit("alaw.wav", "no-samples.wav", lambda data: data[:data.index(b"data") + 4] + bytes(4))
# A claim of 213 days: mvhd, tkhd, mdhd and stts all say so.
edit("aac.m4a", "absurd.m4a", replaced((b"stts", 12), ">II", 0x7FFFFFFF, 1024))
edit("flac.flac", "absurd.flac", lambda data: data[:21] + bytes([data[21] | 0x0F]) + b"\xff\xff\xff\xff" + data[26:])
# A clock that runs 48,000 times too slow.
edit("fragments.mp4", "clock.mp4", replaced((b"mdhd", 16), ">I", 0))
# The number of frames in the header of a variable rate: too many and too few.
edit("vbr.mp3", "too-many.mp3", replaced((b"Xing", 8), ">I", 100000))
edit("vbr.mp3", "too-few.mp3", replaced((b"Xing", 8), ">I", 10))
EOF
