/// A place in a configuration file: line and column, both from 1.
public struct SourceMark: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let lineBits: UInt32
    private let columnBits: UInt32

    /// Names a place.
    public init(line: Int, column: Int) {
        lineBits = UInt32(clamping: line)
        columnBits = UInt32(clamping: column)
    }

    /// The line, from 1.
    public var line: Int { Int(lineBits) }

    /// The column in Unicode scalars, from 1.
    public var column: Int { Int(columnBits) }

    /// The file's beginning.
    public static let start = SourceMark(line: 1, column: 1)

    /// Orders by line, then column.
    public static func < (left: SourceMark, right: SourceMark) -> Bool {
        (left.lineBits, left.columnBits) < (right.lineBits, right.columnBits)
    }

    /// `line:column`
    public var description: String { "\(lineBits):\(columnBits)" }
}
