internal import CRE2

/// Why a regular expression cannot be used.
package struct PatternError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, for the one who wrote it.
    package let description: String
}

/// A regular expression in RE2's syntax that a text must match as a whole.
///
/// It runs in time linear in the text, whatever an outsider sends, and works on bytes: `.` is any
/// byte, and a character outside ASCII is the sequence of its UTF-8 bytes. Several threads may
/// match at once.
@safe package final class Pattern: Sendable {
    /// The longest expression, in bytes.
    package static let longestText = 4096

    /// The most groups that an expression may have, named or not.
    package static let mostGroups = 16

    /// What a compiled expression and its caches may take, in bytes. RE2 falls back to a slower
    /// algorithm, still linear, when the caches would need more.
    package static let memoryLimit = 512 << 10

    /// The expression as it was written.
    package let text: String

    /// The names of its named groups, in order.
    package let groupNames: [String]

    /// The bytes that every matching text begins with, as far as they are known.
    let commonStart: [UInt8]

    /// The positions of the named groups among all groups, from 1.
    private let named: [Int]

    // RE2 objects are immutable to their callers and lock what they cache.
    private nonisolated(unsafe) let compiled: OpaquePointer

    /// Compiles `text`.
    package init(_ text: String) throws(PatternError) {
        guard text.utf8.count <= Self.longestText else {
            throw PatternError(description: "longer than \(Self.longestText) bytes")
        }
        var error = [CChar](repeating: 0, count: 256)
        let compiled = unsafe weir_re2_compile(
            text, text.utf8.count, Self.memoryLimit, &error, error.count)
        guard let compiled = unsafe compiled else {
            let reason = error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            var description = String(decoding: reason, as: UTF8.self)
            if description.hasSuffix("(?<") {
                description += "; write a named group as (?P<name>…)"
            }
            throw PatternError(description: description)
        }
        let groups = Int(unsafe weir_re2_group_count(compiled))
        guard groups <= Self.mostGroups else {
            unsafe weir_re2_free(compiled)
            throw PatternError(
                description: "\(groups) groups, of which \(Self.mostGroups) are allowed; "
                    + "write (?:…) for those that need no capture")
        }
        var names: [String] = []
        var named: [Int] = []
        for group in 0..<groups {
            guard let name = unsafe weir_re2_group_name(compiled, Int32(group + 1)) else {
                continue
            }
            names.append(unsafe String(cString: name))
            named.append(group + 1)
        }
        if let twin = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
            unsafe weir_re2_free(compiled)
            throw PatternError(description: "two groups are named \(names[twin])")
        }
        var start = Pattern.literalStart(of: Array(text.utf8))
        if start == nil {
            var common = [UInt8](repeating: 0, count: 256)
            let count = unsafe weir_re2_common_start(compiled, &common, common.count)
            start = Array(common.prefix(count))
        }
        self.text = text
        self.groupNames = names
        self.commonStart = start ?? []
        self.named = named
        unsafe self.compiled = compiled
    }

    deinit { unsafe weir_re2_free(compiled) }

    /// What is wrong with `text` as a regular expression; nil when nothing is.
    package static func check(_ text: String) -> String? {
        do throws(PatternError) {
            _ = try Pattern(text)
            return nil
        } catch {
            return error.description
        }
    }

    /// Whether the pattern matches all of `bytes`.
    package func fullMatch(_ bytes: Span<UInt8>) -> Bool {
        unsafe bytes.withUnsafeBufferPointer { text in
            unsafe weir_re2_full_match(compiled, text.baseAddress, text.count, nil, 0) == 1
        }
    }

    /// Whether the pattern matches all of `bytes`; if so, `groups` becomes the ranges of the named
    /// groups in order, empty at 0 for a group that took no part. Otherwise it stays as it was.
    package func fullMatch(_ bytes: Span<UInt8>, groups: inout [Range<Int>]) -> Bool {
        guard let last = named.last else {
            guard fullMatch(bytes) else { return false }
            groups.removeAll(keepingCapacity: true)
            return true
        }
        var ends = InlineArray<34, Int32>(repeating: -1)
        var space = ends.mutableSpan
        let matched = unsafe space.withUnsafeMutableBufferPointer { ends in
            unsafe bytes.withUnsafeBufferPointer { text in
                unsafe weir_re2_full_match(
                    compiled, text.baseAddress, text.count, ends.baseAddress, Int32(last + 1))
            }
        }
        guard matched == 1 else { return false }
        groups.removeAll(keepingCapacity: true)
        for group in named {
            let start = Int(ends[2 * group])
            groups.append(start < 0 ? 0..<0 : start..<Int(ends[2 * group + 1]))
        }
        return true
    }
}
