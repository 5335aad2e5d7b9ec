import Testing

@testable import Server

@Suite struct AccessTests {
    @Test(arguments: [
        ("127.0.0.1:8501", true), ("localhost:8501", true), ("LOCALHOST", true),
        ("[::1]:8501", true), ("127.0.0.1", true), ("evil.example:8501", false),
        ("127.0.0.1.evil.example", false), ("10.0.0.7:8501", false), ("", false),
        ("localhost:80:90", false), ("[::1", false), ("localhost:x", false),
    ])
    func `a server of this machine answers to its own names alone`(host: String, isAllowed: Bool) {
        #expect(HostRule(host: "127.0.0.1", names: []).allows(host) == isAllowed)
    }

    @Test(arguments: [
        ("10.0.0.7:8501", true), ("[fe80::1]:8501", true), ("minutes.lan", true),
        ("evil.example", false), ("10.0.0.7.evil.example", false),
    ])
    func `a server of all addresses answers to addresses and given names`(
        host: String, isAllowed: Bool
    ) {
        #expect(HostRule(host: "0.0.0.0", names: ["Minutes.lan"]).allows(host) == isAllowed)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.8.9.1", true), ("localhost", true), ("::1", true),
        ("0.0.0.0", false), ("127.evil.example", false), ("192.168.1.2", false),
    ])
    func `only this machine's own addresses need no token`(host: String, isOwn: Bool) {
        #expect(isLoopback(host) == isOwn)
    }

    @Test func `tokens are 43 letters of which no two are alike`() {
        let tokens = (0..<1000).map { _ in makeToken() }
        #expect(Set(tokens).count == 1000)
        #expect(tokens.allSatisfy(isToken))
        #expect(!isToken("../../etc/passwd"))
        #expect(isSame(tokens[0], tokens[0]))
        #expect(!isSame(tokens[0], tokens[1]))
        #expect(!isSame("a", "ab"))
    }

    @Test func `cookies are found among others`() {
        let found = cookies("a=1; sotto_token=x=y ;b; sotto_token=second")
        #expect(found == ["a": "1", "sotto_token": "x=y"])
        #expect(cookies(nil).isEmpty)
    }

    @Test(
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-", .part(0..<100)), ("bytes=10-19", .part(10..<20)),
            ("bytes=90-200", .part(90..<100)), ("bytes=-30", .part(70..<100)),
            ("bytes=-300", .part(0..<100)), ("bytes=100-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=9-1", .whole), ("bytes=1-2,4-5", .whole),
            ("lines=1-2", .whole), ("bytes=+1-2", .whole), ("bytes=a-", .whole),
            ("bytes=-", .whole),
        ] as [(String?, ByteRange)])
    func `ranges of bytes`(field: String?, range: ByteRange) {
        #expect(byteRange(field, of: 100) == range)
    }

    @Test func `a name of a file is told twice, once in letters that every program reads`() {
        #expect(
            contentDisposition(fileName: "周会 \"1\".srt")
                == "attachment; filename=\"__ _1_.srt\"; "
                + "filename*=UTF-8''%E5%91%A8%E4%BC%9A%20%221%22.srt")
    }

    @Test func `a recording's name has no folders and no control characters`() throws {
        #expect(try recordingName("C:\\secret\\meeting.m4a") == "meeting.m4a")
        #expect(try recordingName("../../etc/pass\u{0}wd\n") == "passwd")
        #expect(try recordingName(nil) == "recording")
        #expect(try recordingName(String(repeating: "a", count: 900)).count == 200)
    }
}
