"""OpenAI's own client against the running server."""
import openai
import pytest

from conftest import SAMPLES, expected

SAMPLE = "consultation.wav"


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.base + "/v1", api_key="none", max_retries=0, timeout=60)


def transcribe(client, **options):
    with open(SAMPLES / SAMPLE, "rb") as file:
        return client.audio.transcriptions.create(
            **{"model": "demo", "file": file, **options})


def test_json_has_the_text_and_what_it_cost(client):
    answer = transcribe(client)
    assert answer.text == expected(SAMPLE).strip()
    assert answer.usage.type == "duration"
    assert answer.usage.seconds == 11


def test_names_of_openais_models_mean_the_one_that_is_there(client):
    assert transcribe(client, model="whisper-1").text == expected(SAMPLE).strip()


@pytest.mark.parametrize("format, file", [("text", "txt"), ("srt", "srt"), ("vtt", "vtt")])
def test_formats_are_those_of_the_command_line(client, format, file):
    assert transcribe(client, response_format=format) == expected(SAMPLE, file)


def test_verbose_json_has_segments_in_order(client):
    answer = transcribe(
        client, response_format="verbose_json", timestamp_granularities=["segment"], language="en")
    assert answer.language == "english"
    assert abs(float(answer.duration) - 10.416) < 0.01
    assert " ".join(segment.text for segment in answer.segments) == answer.text
    times = [time for segment in answer.segments for time in (segment.start, segment.end)]
    assert times == sorted(times) and times[-1] <= 10.42
    assert all(segment.avg_logprob <= 0 for segment in answer.segments)


def test_a_stream_has_the_text_piece_by_piece(client):
    deltas, done = [], None
    for event in transcribe(client, stream=True, include=["logprobs"]):
        if event.type == "transcript.text.delta":
            deltas.append(event.delta)
        else:
            assert event.type == "transcript.text.done" and done is None
            done = event
    assert "".join(deltas) == done.text == expected(SAMPLE).strip()
    assert len(done.logprobs) > 20 and all(one.logprob <= 0 for one in done.logprobs)


def test_probabilities_of_tokens_come_when_asked_for(client):
    assert transcribe(client).logprobs is None
    assert len(transcribe(client, include=["logprobs"]).logprobs) > 20


def test_a_prompt_and_a_temperature_are_taken(client):
    assert transcribe(client, prompt="headache, tablets", temperature=0).text


@pytest.mark.parametrize("options, status, word", [
    ({"model": "gpt-9"}, 404, "not installed"),
    ({"response_format": "diarized_json"}, 400, "response_format is one of"),
    ({"timestamp_granularities": ["word"], "response_format": "verbose_json"}, 400, "words"),
    ({"language": "xx"}, 400, "not a language"),
    ({"temperature": 7}, 400, "from 0 to 1"),
    ({"stream": True, "response_format": "srt"}, 400, "json and text"),
    ({"prompt": "x" * 9000}, 400, "8,000"),
])
def test_what_cannot_be_had_is_refused_in_words(client, options, status, word):
    with pytest.raises(openai.APIStatusError) as caught:
        transcribe(client, **options)
    assert caught.value.status_code == status
    assert word in caught.value.body["message"]
    assert set(caught.value.body) == {"message", "type", "param", "code"}


def test_what_is_no_recording_is_refused(client):
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.audio.transcriptions.create(model="demo", file=("notes.txt", b"no sound in here " * 99))
    assert caught.value.body["code"] == "audio_not_media"
    assert "notes.txt" in caught.value.body["message"]


def test_models_are_listed(client):
    assert "demo" in [model.id for model in client.models.list()]
    assert client.models.retrieve("demo").owned_by == "sotto"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")
