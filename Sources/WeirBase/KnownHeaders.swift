/// A set of well-known field names, one bit each.
///
/// `.other` may be a member; it then stands for every name that is not well known.
public struct KnownHeaders: Sendable, Equatable, ExpressibleByArrayLiteral {
    @usableFromInline var bits: UInt64 = 0

    /// Creates an empty set.
    @inlinable public init() {}

    /// Creates a set of those names.
    @inlinable
    public init(arrayLiteral names: KnownHeader...) {
        for name in names { insert(name) }
    }

    /// Whether `name` is a member.
    @inlinable
    public func contains(_ name: KnownHeader) -> Bool {
        bits &>> UInt64(name.rawValue) & 1 != 0
    }

    /// Makes `name` a member.
    @inlinable
    public mutating func insert(_ name: KnownHeader) { bits |= 1 &<< UInt64(name.rawValue) }

    /// Makes `name` no member.
    @inlinable
    public mutating func remove(_ name: KnownHeader) { bits &= ~(1 &<< UInt64(name.rawValue)) }

    /// The members of both sets together.
    @inlinable
    public func union(_ others: KnownHeaders) -> KnownHeaders {
        var all = self
        all.bits |= others.bits
        return all
    }

    /// Whether no name is a member of both.
    @inlinable
    public func isDisjoint(with others: KnownHeaders) -> Bool { bits & others.bits == 0 }
}
