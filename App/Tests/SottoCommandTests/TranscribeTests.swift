import Foundation
import Testing

@Suite struct TranscribeTests {
    private let sample = projectPath("Models/demo/samples/one-speaker-short.wav")
    private let sentence =
        "Good morning, everyone and thank you for joining the call about the office move.\n"
    private let notice = """
        sotto: using the demo model: it reads four synthetic voices and everyday English sentences, \
        and no human voice. For real recordings put the released Qwen3-ASR-1.7B or 0.6B folder into \
        /nowhere/data/sotto/models.

        """

    @Test func `a sample becomes its text, and the demo model says what it is`() throws {
        let found = try sotto("transcribe", sample)
        #expect(found.output == sentence)
        #expect(found.errors == notice)
        #expect(found.status == 0)
    }

    @Test func `quiet leaves the text alone`() throws {
        let found = try sotto("transcribe", "--quiet", sample)
        #expect(found.output == sentence)
        #expect(found.errors == "")
    }

    @Test func `the standard input is a recording too`() throws {
        let data = try Data(contentsOf: URL(filePath: sample))
        let found = try sotto("transcribe", "-q", "-", input: data)
        #expect(found.output == sentence)
        #expect(found.status == 0)
    }

    @Test func `forcing the language leaves the text as it is`() throws {
        for language in ["English", "en", "ENGLISH"] {
            let found = try sotto("transcribe", "-q", "--language", language, sample)
            #expect(found.output == sentence)
        }
    }

    @Test func `an unknown language is refused with the list`() throws {
        let found = try sotto("transcribe", "--language", "klingon", sample)
        #expect(found.status == 64)
        #expect(
            found.errors.contains(
                "'klingon' is not a language of the model. It knows: Chinese (zh), "))
    }

    @Test func `json holds tokens, language, reason and timings`() throws {
        let found = try sotto("transcribe", "-q", "--format", "json", "--threads", "1", sample)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])
        let chunk = try #require((object["chunks"] as? [[String: Any]])?.first)
        #expect(object["language"] as? String == "English")
        #expect(object["duration"] as? Double == 5.55)
        #expect(object["complete"] as? Bool == true)
        #expect(chunk["finish_reason"] as? String == "stop")
        #expect(chunk["end_sample"] as? Int == 88_800)
        #expect((chunk["token_ids"] as? [Int])?.last == 1458)
        #expect((chunk["raw_text"] as? String)?.hasPrefix("language English<asr_text>Good") == true)
        #expect(
            (chunk["timings"] as? [String: Double])?.keys.sorted() == [
                "convolution", "decode", "encoder", "mel", "prefill",
            ])
    }

    @Test func `several recordings go on after one that fails, and its code is the result`() throws
    {
        let folder = try TemporaryFolder()
        let copy = try folder.write(try Data(contentsOf: URL(filePath: sample)), "copy.wav")
        let found = try sotto("transcribe", "-q", sample, "/nowhere/a.wav", copy)
        #expect(
            found.output
                == "== \(sample) ==\n\n\(sentence)\n== \(copy) ==\n\n\(sentence)")
        #expect(found.errors == "sotto: There is no file '/nowhere/a.wav'. Check the name.\n")
        #expect(found.status == 66)
    }

    @Test func `output goes to a file, and never over one that exists`() throws {
        let folder = try TemporaryFolder()
        let target = folder.path("a.txt")
        #expect(try sotto("transcribe", "-q", sample, "--output", target).status == 0)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == sentence)
        let again = try sotto("transcribe", "-q", sample, "--output", target)
        #expect(again.status == 73)
        #expect(
            again.errors == "sotto: '\(target)' exists. Name another --output, "
                + "or use --resume to keep it or --force to overwrite it.\n")
        #expect(try sotto("transcribe", "-q", sample, "--output", target, "--force").status == 0)
    }

    @Test func `output to a folder is named after each recording`() throws {
        let folder = try TemporaryFolder()
        let other = projectPath("Models/demo/samples/travel.wav")
        let found = try sotto(
            "transcribe", "-q", sample, other, "--output", folder.path("out"), "--format", "json")
        #expect(found.status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted()
                == ["one-speaker-short.json", "travel.json"])
    }

    @Test func `a recording is never overwritten, and of two with one name both transcripts stay`()
        throws
    {
        let folder = try TemporaryFolder()
        let bytes = try Data(contentsOf: URL(filePath: sample))
        let (first, second) = (try folder.write(bytes, "a.wav"), try folder.write(bytes, "a.mp3"))
        let found = try sotto("transcribe", "-q", "--force", first, "--output", first)
        #expect(
            found.errors
                == "sotto: '\(first)' is a recording that is to be read. Name another --output.\n")
        #expect(found.status == 73)
        #expect(try Data(contentsOf: URL(filePath: first)) == bytes)
        let both = try sotto("transcribe", "-q", first, second, "--output", folder.path("out"))
        #expect(both.status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted()
                == ["a.mp3.txt", "a.wav.txt"])
        let other = try TemporaryFolder().write(bytes, "one-speaker-short.wav")
        let same = try sotto("transcribe", "-q", sample, other, "--output", folder.path("out2"))
        #expect(
            same.errors
                == String(
                    repeating: "sotto: Two recordings are named 'one-speaker-short.wav', and their "
                        + "transcripts would be too. Write them to two folders.\n", count: 2))
        #expect(same.status == 73)
    }

    @Test func `silence is told, and the standard input is read once`() throws {
        let folder = try TemporaryFolder()
        let bytes = try Data(contentsOf: URL(filePath: sample))
        let path = try folder.write(bytes.prefix(44) + Data(count: bytes.count - 44), "silent.wav")
        let found = try sotto("transcribe", path)
        #expect(found.errors.hasSuffix("\nsotto: No speech was heard.\n"))
        #expect(found.status == 0)
        let twice = try sotto("transcribe", "-", "-")
        #expect(twice.errors.contains("The standard input can be read once."))
        #expect(twice.status == 64)
    }

    @Test func `a truncated recording gives its text, a warning and its own exit code`() throws {
        let folder = try TemporaryFolder()
        let bytes = try Data(contentsOf: URL(filePath: sample))
        let cut = try folder.write(bytes.prefix(44 + 2 * 48_000), "cut.wav")
        let found = try sotto("transcribe", "-q", cut)
        #expect(found.output.hasPrefix("Good morning, everyone"))
        #expect(
            found.errors == "sotto: The recording breaks off after 3.00 s of 5.55 s: "
                + "the file is incomplete.\n")
        #expect(found.status == 75)
    }

    @Test func `a token limit that is reached is told`() throws {
        let found = try sotto("transcribe", "-q", "--max-tokens", "5", sample)
        #expect(
            found.errors == "sotto: The text from 0.0 s to 6.0 s reached its token limit "
                + "and may be incomplete.\n")
        #expect(found.status == 75)
    }

    @Test func `a full disk is told`() throws {
        let found = try sotto("transcribe", "-q", sample, standardOutput: "/dev/full")
        #expect(found.errors.hasPrefix("sotto: The standard output cannot be written: "))
        #expect(found.status == 74)
        let other = try sotto("transcribe", "-q", sample, "--output", "/nowhere/a.txt")
        #expect(
            other.errors
                == "sotto: '/nowhere/a.txt' cannot be written: there is no folder '/nowhere/'. "
                + "Make it, or name another --output.\n")
        #expect(other.status == 73)
    }

    @Test func `kernels that this machine does not run are refused`() throws {
        let found = try sotto("transcribe", "-q", sample, environment: ["SOTTO_CPU": "abacus"])
        #expect(
            found.errors.hasPrefix(
                "sotto: This machine has no kernels named 'abacus'. SOTTO_CPU may be portable"))
        #expect(found.status == 64)
        let portable = try sotto("transcribe", "-q", sample, environment: ["SOTTO_CPU": "portable"])
        #expect(portable.output == sentence)
    }

    /// A change to the tiny checkpoint, and what the user reads.
    @Test func `a damaged model is refused with its reason and code`() throws {
        func damaged(_ change: (URL) throws -> Void) throws -> (String, TemporaryFolder) {
            let folder = try TemporaryFolder()
            let model = folder.url.appending(path: "model")
            try FileManager.default.copyItem(
                at: project.appending(path: "Tests/Fixtures/tiny-asr"), to: model)
            try change(model)
            return (folder.path("model"), folder)
        }
        func edit(_ model: URL, _ file: String, _ old: String, _ new: String) throws {
            let url = model.appending(path: file)
            let text = try String(contentsOf: url, encoding: .utf8)
            try text.replacingOccurrences(of: old, with: new).write(
                to: url, atomically: true, encoding: .utf8)
        }
        let table: [(change: (URL) throws -> Void, message: String)] = [
            (
                { try FileManager.default.removeItem(at: $0.appending(path: "config.json")) },
                "The model in 'M' has no config.json: it is incomplete. Download it again."
            ),
            (
                { try FileManager.default.removeItem(at: $0.appending(path: "model.safetensors")) },
                "The model in 'M' has no model.safetensors: it is incomplete. Download it again."
            ),
            (
                { try FileManager.default.removeItem(at: $0.appending(path: "vocab.json")) },
                "The model in 'M' has no vocab.json: it is incomplete. Download it again."
            ),
            (
                { try Data("{".utf8).write(to: $0.appending(path: "config.json")) },
                "'M/config.json' cannot be used: it is not valid JSON. Download the model again."
            ),
            (
                {
                    try Data(#"{"model_type": "bert"}"#.utf8).write(
                        to: $0.appending(path: "config.json"))
                },
                "'M' is not a model that Sotto runs: its config.json does not describe a "
                    + "Qwen3-ASR recogniser. Use Qwen3-ASR-1.7B or 0.6B."
            ),
            (
                { try edit($0, "config.json", #""hidden_size": 64,"#, "") },
                "'M/config.json' cannot be used: it has no hidden_size. Download the model again."
            ),
            (
                { try edit($0, "config.json", #""n_window": 50"#, #""n_window": 100"#) },
                "'M/config.json' cannot be used: n_window is 100 and must be 50. "
                    + "Download the model again."
            ),
            (
                { try edit($0, "config.json", #""encoder_layers": 3"#, #""encoder_layers": 4"#) },
                "The model has no tensor 'thinker.audio_tower.layers.3.self_attn_layer_norm.weight' "
                    + "of shape [128]: it is incomplete. Download it again."
            ),
            (
                {
                    try edit(
                        $0, "config.json", #""intermediate_size": 160"#, #""intermediate_size": 96"#
                    )
                },
                "Tensor 'thinker.model.layers.0.mlp.gate_proj.weight' has shape [160, 64] where "
                    + "config.json asks for [96, 64]: the files do not belong together. "
                    + "Download the model again."
            ),
            (
                { model in
                    let url = model.appending(path: "model.safetensors")
                    try Data(contentsOf: url).prefix(1_000_000).write(to: url)
                },
                "'M/model.safetensors' has 1000000 bytes and needs 1821816: it is incomplete. "
                    + "Download it again."
            ),
            (
                { try Data("hello".utf8).write(to: $0.appending(path: "model.safetensors")) },
                "'M/model.safetensors' has 5 bytes and needs 8: it is incomplete. Download it again."
            ),
            (
                { try edit($0, "generation_config.json", "758", "75800") },
                "'M/config.json' cannot be used: generation_config.json has no eos_token_id of "
                    + "this vocabulary. Download the model again."
            ),
            (
                { model in
                    for file in ["vocab.json", "merges.txt", "tokenizer_config.json"] {
                        let target = model.appending(path: file)
                        try FileManager.default.removeItem(at: target)
                        try FileManager.default.copyItem(
                            at: project.appending(path: "Models/demo/\(file)"), to: target)
                    }
                },
                "'M' cannot be used: its tokenizer has 1491 entries and its model 832. "
                    + "Download the model again."
            ),
        ]
        for row in table {
            let (path, folder) = try damaged(row.change)
            let found = try sotto("transcribe", "-q", "--model", path, sample)
            let message = row.message.replacingOccurrences(of: "'M", with: "'\(path)")
            #expect(found.errors == "sotto: \(message)\n")
            #expect(found.status == 69)
            withExtendedLifetime(folder) {}
        }
        let (broken, brokenFolder) = try damaged { model in
            // Every weight becomes a NaN; the header stays.
            let url = model.appending(path: "model.safetensors")
            var bytes = try Data(contentsOf: url)
            let start = 8 + Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
            bytes.replaceSubrange(start..., with: Data(repeating: 0xFF, count: bytes.count - start))
            try bytes.write(to: url)
        }
        let found = try sotto("transcribe", "--format", "json", "-q", "--model", broken, sample)
        #expect(
            found.errors == "sotto: The model's output is not a number: its weights are damaged. "
                + "Download it again.\n")
        #expect(found.output == "")
        #expect(found.status == 69)
        withExtendedLifetime(brokenFolder) {}

        let missing = try sotto("transcribe", "-q", "--model", "/nowhere/model", sample)
        #expect(
            missing.errors == "sotto: '/nowhere/model' is not a folder. "
                + "Name the folder that holds the model's config.json.\n")
        #expect(missing.status == 69)
    }

    @Test func `an installed model is preferred to the demo model`() throws {
        let folder = try TemporaryFolder()
        let models = folder.url.appending(path: "sotto/models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: project.appending(path: "Models/demo"), to: models.appending(path: "mine"))
        let data = folder.url.path(percentEncoded: false)
        let found = try sotto(
            "transcribe", "--format", "json", sample, environment: ["XDG_DATA_HOME": data])
        #expect(found.errors == "")
        #expect(found.output.contains(#""model" : "mine""#))
        // A forced aligner beside it, larger or not, is no recogniser.
        let aligner = models.appending(path: "zz-aligner")
        try FileManager.default.copyItem(at: project.appending(path: "Models/demo"), to: aligner)
        let config = aligner.appending(path: "config.json")
        let text = try String(contentsOf: config, encoding: .utf8).replacingOccurrences(
            of: #""model_type": "qwen3_asr_thinker""#,
            with: #""model_type": "qwen3_forced_aligner""#)
        try text.write(to: config, atomically: true, encoding: .utf8)
        try Data(count: 20 << 20).write(to: aligner.appending(path: "more.safetensors"))
        let still = try sotto(
            "transcribe", "--format", "json", sample, environment: ["XDG_DATA_HOME": data])
        #expect(still.output.contains(#""model" : "mine""#))
        let named = try sotto(
            "transcribe", "-q", "--model", aligner.path(percentEncoded: false), sample)
        #expect(named.status == 69)
        #expect(named.errors.contains("it is a forced aligner, which times words"))
        let list = try sotto("models", environment: ["XDG_DATA_HOME": data])
        #expect(list.output.hasPrefix("mine\t11 MiB\t"))
    }
}
