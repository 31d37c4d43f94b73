internal import COpenSSL
internal import WeirBase

/// What protects the records of one direction (RFC 8446, section 5).
@safe
final class RecordKey {
    /// What is put around content: a header of 5 bytes, the content's kind and a tag of 16.
    static let overhead = 5 + 1 + 16
    /// Content is at most so long.
    static let contentLimit = 16 << 10
    /// A record without its header is at most so long.
    static let recordLimit = contentLimit + 256
    /// Before so many records a key has to be replaced: fewer than AES-GCM bears (RFC 8446,
    /// section 5.5).
    static let recordsPerKey: UInt64 = 1 << 23
    /// Up to here copying content into the record is cheaper than encrypting it piece by piece.
    private static let copied = 4096

    private let suite: RecordSuite
    private let isWriter: Bool
    private let context: OpaquePointer
    private var secret: [UInt8]
    private var salt: UInt32 = 0
    private var iv: UInt64 = 0
    private(set) var sequence: UInt64
    /// False once a key could not be set: a number would be used again with the old one.
    private var isUsable = true

    /// The key that follows from a traffic secret; `sequence` records have been protected by it
    /// already. Nil when OpenSSL fails.
    init?(_ suite: RecordSuite, secret: [UInt8], sequence: UInt64, isWriter: Bool) {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        self.suite = suite
        self.isWriter = isWriter
        self.secret = secret
        self.sequence = sequence
        unsafe self.context = unsafe context
        isUsable = setKey()
        guard isUsable else { return nil }
    }

    deinit {
        cleanse(&secret)
        unsafe EVP_CIPHER_CTX_free(context)
    }

    private func setKey() -> Bool {
        guard var key = suite.expand(secret, "key", suite.keySize) else { return false }
        defer { cleanse(&key) }
        guard let start = suite.expand(secret, "iv", 12) else { return false }
        salt = unsafe start.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
        iv = unsafe start.withUnsafeBytes {
            UInt64(bigEndian: unsafe $0.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        }
        if isWriter { return unsafe EVP_EncryptInit_ex2(context, suite.cipher, key, nil, nil) == 1 }
        return unsafe EVP_DecryptInit_ex2(context, suite.cipher, key, nil, nil) == 1
    }

    /// Goes on to the next secret (RFC 8446, section 7.2); false when OpenSSL fails, and then no
    /// record is protected any more.
    func update() -> Bool {
        guard isUsable else { return false }
        isUsable = false
        guard let next = suite.expand(secret, "traffic upd", suite.digestSize) else { return false }
        cleanse(&secret)
        secret = next
        sequence = 0
        isUsable = setKey()
        return isUsable
    }

    /// Starts a record with the nonce of its number (RFC 8446, section 5.3) and its header.
    private func begin(_ header: UnsafeRawPointer) -> Bool {
        guard isUsable else { return false }
        let number = iv ^ sequence
        var nonce = (
            salt, UInt32(truncatingIfNeeded: number >> 32).bigEndian,
            UInt32(truncatingIfNeeded: number).bigEndian
        )
        sequence += 1
        var count: Int32 = 0
        return unsafe withUnsafeBytes(of: &nonce) { nonce in
            let start = unsafe nonce.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let header = unsafe header.assumingMemoryBound(to: UInt8.self)
            if isWriter {
                return unsafe EVP_EncryptInit_ex2(context, nil, nil, start, nil) == 1
                    && EVP_EncryptUpdate(context, nil, &count, header, 5) == 1
            }
            return unsafe EVP_DecryptInit_ex2(context, nil, nil, start, nil) == 1
                && EVP_DecryptUpdate(context, nil, &count, header, 5) == 1
        }
    }

    /// Appends a record with `first` and `second` as its content, no more than `contentLimit` bytes
    /// in all; false when OpenSSL fails.
    func seal(
        _ first: Span<UInt8>, _ second: Span<UInt8>, kind: UInt8, to output: ByteBuffer
    ) -> Bool {
        let content = first.count + second.count
        let size = content + Self.overhead
        if output.room < size { output.reserve(size) }
        let written = unsafe output.withRoom { room in
            let record = unsafe room.baseAddress.unsafelyUnwrapped
            let length = UInt16(content + 1 + 16)
            unsafe record.storeBytes(of: 23, as: UInt8.self)
            unsafe record.storeBytes(of: 0x0303, toByteOffset: 1, as: UInt16.self)
            unsafe record.storeBytes(of: length.bigEndian, toByteOffset: 3, as: UInt16.self)
            guard unsafe begin(record) else { return 0 }
            let body = unsafe (record + 5).assumingMemoryBound(to: UInt8.self)
            var count: Int32 = 0
            let tag = unsafe body + content + 1
            guard unsafe encrypt(first, second, kind, to: body),
                unsafe EVP_EncryptFinal_ex(context, tag, &count) == 1,
                unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1
            else { return 0 }
            return size
        }
        return written == size
    }

    private func encrypt(
        _ first: Span<UInt8>, _ second: Span<UInt8>, _ kind: UInt8,
        to body: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        let content = first.count + second.count
        unsafe body[content] = kind
        if content <= Self.copied {
            unsafe copy(first, to: body)
            unsafe copy(second, to: body + first.count)
            return unsafe encrypt(body, content + 1, to: body)
        }
        let isGood = unsafe first.withUnsafeBufferPointer {
            unsafe encrypt($0.baseAddress, $0.count, to: body)
        }
        let isAllGood =
            unsafe isGood
            && second.withUnsafeBufferPointer {
                unsafe encrypt($0.baseAddress, $0.count, to: body + first.count)
            }
        return unsafe isAllGood && encrypt(body + content, 1, to: body + content)
    }

    private func copy(_ bytes: Span<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(target).copyMemory(from: start, byteCount: source.count)
        }
    }

    private func encrypt(
        _ bytes: UnsafePointer<UInt8>?, _ count: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        var done: Int32 = 0
        if count == 0 { return true }
        return unsafe EVP_EncryptUpdate(context, target, &done, bytes, Int32(count)) == 1
    }

    /// Decrypts a whole record, header included, behind the content that `output` has, and returns
    /// its content's kind, 0 for none that may be; nil when somebody has changed it. Content of
    /// kind 23 is added to `output`, if that is accepted; other content, which is short, is
    /// returned.
    func open(
        _ record: Span<UInt8>, to output: ByteBuffer, acceptsContent: Bool = true
    ) -> (kind: UInt8, other: [UInt8])? {
        let length = record.count - 5 - 16
        guard length > 0, output.room >= length else { return nil }
        var kind: UInt8?
        var other: [UInt8] = []
        _ = unsafe output.withRoom { room -> Int in
            guard unsafe decrypt(record, length, to: room) else { return 0 }
            // Zeros behind the kind are padding (RFC 8446, section 5.4).
            var end = length - 1
            while unsafe end > 0 && room[end] == 0 { end -= 1 }
            unsafe kind = room[end]
            if kind == 23 { return acceptsContent ? end : 0 }
            unsafe other = Array(room[..<min(end, 256)])
            if end > 256 { kind = 0 }
            return 0
        }
        return kind.map { ($0, other) }
    }

    private func decrypt(
        _ record: Span<UInt8>, _ length: Int, to room: UnsafeMutableRawBufferPointer
    ) -> Bool {
        unsafe record.withUnsafeBytes { bytes in
            guard let header = bytes.baseAddress, unsafe begin(header) else { return false }
            var count: Int32 = 0
            let target = unsafe room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let source = unsafe (header + 5).assumingMemoryBound(to: UInt8.self)
            let tag = unsafe UnsafeMutableRawPointer(mutating: source + length)
            return unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1
                && EVP_DecryptUpdate(context, target, &count, source, Int32(length)) == 1
                && EVP_DecryptFinal_ex(context, target.map { unsafe $0 + length }, &count) == 1
        }
    }
}

/// Overwrites a secret that is not needed any more.
func cleanse(_ secret: inout [UInt8]) {
    unsafe secret.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}
