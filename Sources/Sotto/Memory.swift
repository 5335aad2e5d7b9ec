import CSottoSystem

/// Gives the system back what the allocator keeps of memory that is no longer used. The weights of a dropped
/// ``Transcriber`` go back by themselves; this is for what was worked with. Takes some milliseconds.
public func returnFreedMemory() {
    cs_return_memory()
}
