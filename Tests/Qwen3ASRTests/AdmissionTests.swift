import Testing

@testable import Qwen3ASR

/// Who starts next, and when.
@Suite struct AdmissionTests {
    private let long = JobID()
    private let short = JobID()
    private let third = JobID()

    @Test func `the job with the fewest running sequences is next, its oldest request first`() {
        let waiting = [long, long, short, third, short]
        #expect(Admission.next(of: waiting, running: []) == 0)
        #expect(Admission.next(of: waiting, running: [long]) == 2)
        #expect(Admission.next(of: waiting, running: [long, short]) == 3)
        #expect(Admission.next(of: waiting, running: [long, short, third]) == 0)
        #expect(Admission.next(of: [long, short], running: [long, short, short]) == 0)
        #expect(Admission.next(of: [], running: [long]) == nil)
    }

    @Test func `reservations add up to the budget at most, and one sequence always runs`() {
        let admission = Admission(budget: 100)
        #expect(admission.admits(40, beside: [30, 30]))
        #expect(!admission.admits(41, beside: [30, 30]))
        #expect(admission.admits(101, beside: []))
        #expect(!admission.admits(1, beside: [101]))
    }
}
