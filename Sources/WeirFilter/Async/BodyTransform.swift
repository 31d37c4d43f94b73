public import WeirBase

/// Reads the pieces of a body in `MessageBody.transform`.
public final class BodyReader {
    private let transform: BodyTransform

    init(_ transform: BodyTransform) { self.transform = transform }

    /// The next piece, never an empty one; nil at the end of the body.
    ///
    /// Nothing more is read from the source before what was written has been taken.
    public func next() async throws -> ByteString? { try await transform.read() }
}

/// Writes the pieces of a body in `MessageBody.transform`.
public final class BodyWriter {
    private let transform: BodyTransform

    init(_ transform: BodyTransform) { self.transform = transform }

    /// Trailer fields to add when the body has ended; wants the phase of the trailers.
    public var trailers = HeaderMap()

    /// Writes bytes; waits while much is written that has not been taken.
    public func write(_ bytes: ByteString) async throws { try await transform.write(bytes) }
}

/// A task between the body that comes in and the one that goes out.
final class BodyTransform {
    /// What is written beyond this waits to be taken.
    private static let highWater = 65_536

    private let body: (BodyReader, BodyWriter) async throws -> Void
    private var writer: BodyWriter?
    /// What has come in and was not read.
    private var incoming: ByteString?
    private var hasEnded = false
    private var output = ByteString()
    private let reading = Wait<ByteString?>()
    private let writing = Wait<Void>()
    private var result: Result<Void, any Error>?
    private var isCancelled = false
    /// Whether the piece in the filter's hands has been taken in already.
    private var holdsPiece = false

    init(_ body: @escaping (BodyReader, BodyWriter) async throws -> Void) { self.body = body }

    /// Whether the task waits for something that the end of the stream has to end.
    var hasOpenWaits: Bool { reading.isOpen || writing.isOpen }

    /// The stream is over.
    func cancel() {
        isCancelled = true
        reading.cancel()
        writing.cancel()
    }

    /// The error with which it has failed.
    var failure: (any Error)? {
        guard case .failure(let error) = result else { return nil }
        return error
    }

    /// Runs to its end.
    func run() async {
        let writer = BodyWriter(self)
        self.writer = writer
        do {
            try await body(BodyReader(self), writer)
            result = .success(())
        } catch {
            result = .failure(error)
        }
    }

    // MARK: The task's side

    func read() async throws -> ByteString? {
        if isCancelled { throw CancellationError() }
        if let piece = take() { return piece }
        if hasEnded { return nil }
        return try await reading.value { _ in }
    }

    private func take() -> ByteString? {
        guard let piece = incoming else { return nil }
        incoming = nil
        return piece
    }

    func write(_ bytes: ByteString) async throws {
        if isCancelled { throw CancellationError() }
        output.append(bytes)
        guard output.count >= Self.highWater else { return }
        try await writing.value { _ in }
    }

    // MARK: The engine's side

    /// Takes in a piece, unless it was taken in by an earlier call for the same one.
    func take(_ chunk: BodyChunk, isLast: Bool) {
        guard !holdsPiece else { return writing.finish(.success(())) }
        holdsPiece = true
        hasEnded = isLast
        if !chunk.bytes.isEmpty && result == nil { incoming = chunk.bytes }
        guard reading.isOpen else { return }
        if let piece = take() {
            reading.finish(.success(piece))
        } else if isLast {
            reading.finish(.success(nil))
        }
    }

    /// Puts what was written in the piece's place, if the task is done with that; false when it is
    /// not, and the stream has to wait.
    func put(into chunk: BodyChunk, isLast: Bool) -> Bool {
        let isDone = result != nil || (reading.isOpen && !isLast)
        guard isDone || writing.isOpen else { return false }
        chunk.bytes = output
        output = ByteString()
        if isDone {
            holdsPiece = false
        } else {
            // A byte that stays with the filter brings the rest back once this much is taken.
            chunk.bytes.append(0)
            chunk.keep(from: chunk.bytes.count - 1)
        }
        return true
    }

    /// The trailers that it leaves behind.
    var trailers: HeaderMap { writer?.trailers ?? HeaderMap() }
}
