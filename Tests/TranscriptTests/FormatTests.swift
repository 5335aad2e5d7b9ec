import Testing
import Transcript

@Suite struct FormatTests {
    private let transcription = Transcription(
        segments: [
            Segment(
                startSeconds: 0, endSeconds: 25.0001, text: "Hello / there.", language: "English",
                meanLogProbability: -0.1234567),
            Segment(
                startSeconds: 28.5, endSeconds: 30.5, text: "你好。", language: "Chinese",
                speaker: "Guest", meanLogProbability: -0.5,
                doubtfulWords: [DoubtfulWord(range: 1..<2, logProbability: -1.23456)],
                isDoubtful: true),
        ],
        chunks: [
            Chunk(
                sampleRange: 0..<400_002, tokenIDs: [1, 2],
                tokenLogProbabilities: [-0.25, 0], rawText: "language English<asr_text>…",
                text: "Hello / there.", language: "English", finishReason: .stop,
                promptTokenCount: 340, timings: Timings(melSeconds: 0.5, decodeSeconds: 1.25)),
            Chunk(
                sampleRange: 400_002..<488_000, tokenIDs: [3], tokenLogProbabilities: [-1],
                rawText: "language Chinese<asr_text>…",
                text: "你好。", language: "Chinese", finishReason: .length,
                promptTokenCount: 90, timings: Timings(melSeconds: 0.25)),
        ],
        durationSeconds: 31, events: [SoundEvent(startSeconds: 1, endSeconds: 2, name: "applause")],
        provenance: Provenance(
            model: "demo", modelFingerprint: "ab12", settings: ["language": "Chinese"],
            device: "cpu", version: "0.1.0", wallSeconds: 2.00049),
        warnings: [])

    @Test func `txt is the text and a line break`() {
        #expect(Format.txt.render(transcription) == "Hello / there.你好。\n")
    }

    @Test func `json holds everything, keys in order`() {
        #expect(
            Format.json.render(transcription) == """
                {
                  "chunks" : [
                    {
                      "end" : 25,
                      "end_sample" : 400002,
                      "finish_reason" : "stop",
                      "language" : "English",
                      "prompt_tokens" : 340,
                      "raw_text" : "language English<asr_text>…",
                      "start" : 0,
                      "start_sample" : 0,
                      "text" : "Hello / there.",
                      "timings" : {
                        "convolution" : 0,
                        "decode" : 1.25,
                        "encoder" : 0,
                        "mel" : 0.5,
                        "prefill" : 0
                      },
                      "token_ids" : [
                        1,
                        2
                      ],
                      "token_logprobs" : [
                        -0.25,
                        0
                      ]
                    },
                    {
                      "end" : 30.5,
                      "end_sample" : 488000,
                      "finish_reason" : "length",
                      "language" : "Chinese",
                      "prompt_tokens" : 90,
                      "raw_text" : "language Chinese<asr_text>…",
                      "start" : 25,
                      "start_sample" : 400002,
                      "text" : "你好。",
                      "timings" : {
                        "convolution" : 0,
                        "decode" : 0,
                        "encoder" : 0,
                        "mel" : 0.25,
                        "prefill" : 0
                      },
                      "token_ids" : [
                        3
                      ],
                      "token_logprobs" : [
                        -1
                      ]
                    }
                  ],
                  "complete" : false,
                  "coverage" : [
                    {
                      "end" : 25,
                      "kind" : "text",
                      "start" : 0
                    },
                    {
                      "end" : 30.5,
                      "kind" : "incomplete",
                      "start" : 25
                    },
                    {
                      "end" : 31,
                      "kind" : "missing",
                      "start" : 30.5
                    }
                  ],
                  "device" : "cpu",
                  "duration" : 31,
                  "events" : [
                    {
                      "end" : 2,
                      "kind" : "applause",
                      "start" : 1
                    }
                  ],
                  "language" : "English,Chinese",
                  "model" : "demo",
                  "model_fingerprint" : "ab12",
                  "paragraphs" : [
                    {
                      "end" : 25,
                      "start" : 0,
                      "text" : "Hello / there."
                    },
                    {
                      "end" : 30.5,
                      "speaker" : "Guest",
                      "start" : 28.5,
                      "text" : "你好。"
                    }
                  ],
                  "seconds" : 2,
                  "segments" : [
                    {
                      "doubtful" : false,
                      "doubtful_words" : [

                      ],
                      "end" : 25,
                      "language" : "English",
                      "logprob" : -0.123,
                      "start" : 0,
                      "text" : "Hello / there."
                    },
                    {
                      "doubtful" : true,
                      "doubtful_words" : [
                        {
                          "length" : 1,
                          "logprob" : -1.235,
                          "offset" : 1,
                          "text" : "好"
                        }
                      ],
                      "end" : 30.5,
                      "language" : "Chinese",
                      "logprob" : -0.5,
                      "speaker" : "Guest",
                      "start" : 28.5,
                      "text" : "你好。"
                    }
                  ],
                  "settings" : {
                    "language" : "Chinese"
                  },
                  "sotto" : "0.1.0",
                  "text" : "Hello / there.你好。",
                  "timings" : {
                    "convolution" : 0,
                    "decode" : 1.25,
                    "encoder" : 0,
                    "mel" : 0.75,
                    "prefill" : 0
                  },
                  "version" : 1,
                  "warnings" : [

                  ]
                }

                """)
    }
}
