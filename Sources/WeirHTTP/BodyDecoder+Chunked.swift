import WeirBase

/// The parts of a chunked body that are not data (RFC 9112, section 7.1).
///
/// Each function reads from `start`, changes the state when its part is complete and returns how
/// many bytes can be skipped, or nil after it has failed.
extension BodyDecoder {
    mutating func parseChunkLine(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            let step = line.accept(bytes[index])
            index += 1
            switch step {
            case .goesOn:
                if line.count >= limits.chunkLineBytes { return fail(.chunkLineTooLong) }
            case .failed(let fault):
                return fail(fault)
            case .complete(let size):
                let justified = 16 + 2 * Int(min(size, Int64(limits.chunkExcessBytes)))
                excess = max(0, excess + line.count - justified)
                if excess > limits.chunkExcessBytes { return fail(.chunkLineTooLong) }
                line = ChunkLine()
                state = size > 0 ? .data(size) : .trailers
                return index - start
            }
        }
        return index - start
    }

    mutating func parseChunkEnd(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count else { return 0 }
        guard bytes[start] == UInt8(ascii: "\r") else { return fail(.chunkEndMissing) }
        // Waits for both bytes, which saves a state.
        guard start + 1 < bytes.count else { return 0 }
        guard bytes[start + 1] == UInt8(ascii: "\n") else { return fail(.chunkEndMissing) }
        state = .chunkLine
        return 2
    }

    mutating func parseTrailers(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        let waiting = bytes.extracting(start..<bytes.count)
        switch section.parse(waiting, fieldBound: limits.fieldCount, into: &trailers) {
        case .failed(let fault):
            return fail(fault)
        case .needMore:
            return waiting.count >= limits.trailerBytes ? fail(.trailersTooLong) : 0
        case .complete:
            let count = section.line
            if count > limits.trailerBytes { return fail(.trailersTooLong) }
            Trailers.removeForbidden(&trailers)
            state = .ended
            return count
        }
    }

    private mutating func fail(_ fault: Fault) -> Int? {
        state = .failed(fault)
        return nil
    }
}
