internal import CLinux
internal import Glibc
internal import WeirFilter

/// A shared library in this process. It stays until the process ends: Swift's runtime keeps what a
/// library has registered with it, so none can be unloaded.
@safe struct DynamicLibrary {
    /// The C function by which a plug-in hands over its filters.
    static let entry = "weir_plugin_filters"

    private typealias Entry = @convention(c) () -> UnsafeMutableRawPointer
    private let call: Entry

    /// Loads the library whose bytes these are; `name` is what debuggers show. The error is a
    /// sentence's end.
    ///
    /// The bytes are loaded from memory, not from their file: the system's loader would hand back
    /// the old library for a path that it knows, and code that is mapped from a file changes when
    /// somebody writes to that file. The memory's descriptor stays open for the same reason, as its
    /// number is part of the path.
    init(_ bytes: [UInt8], name: String) throws(Failure) {
        let descriptor = unsafe weir_memory_file(name)
        guard descriptor >= 0 else { throw Failure("there is no memory for it") }
        guard Self.write(bytes, to: descriptor) else {
            close(descriptor)
            throw Failure("there is no memory for it")
        }
        let path = "/proc/self/fd/\(descriptor)"
        guard let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = Self.lastError.replacing("\(path): ", with: "")
            close(descriptor)
            throw Failure(reason)
        }
        guard let function = unsafe dlsym(handle, Self.entry) else {
            throw Failure("it has no function `\(Self.entry)`")
        }
        unsafe call = unsafe unsafeBitCast(function, to: Entry.self)
    }

    /// The kinds of filters in it. Runs its code.
    func filters() -> [FilterType] {
        unsafe Unmanaged<PluginFilters>.fromOpaque(call()).takeRetainedValue().types
    }

    /// Whether this process has a symbol that it offers to libraries.
    static func hostHas(_ name: String) -> Bool {
        // Nil is RTLD_DEFAULT: the executable and what it was started with.
        unsafe dlsym(nil, name) != nil
    }

    /// A mangled name as it was written; the name itself when it is none of Swift's.
    static func demangled(_ name: String) -> String {
        typealias Demangle =
            @convention(c) (
                UnsafePointer<CChar>, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?,
                UInt32
            ) -> UnsafeMutablePointer<CChar>?
        guard let function = unsafe dlsym(nil, "swift_demangle") else { return name }
        let demangle = unsafe unsafeBitCast(function, to: Demangle.self)
        guard let text = unsafe demangle(name, name.utf8.count, nil, nil, 0) else { return name }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// Why a library could not be loaded.
    struct Failure: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static var lastError: String {
        unsafe dlerror().map { unsafe String(cString: $0) } ?? "it cannot be loaded"
    }
}
