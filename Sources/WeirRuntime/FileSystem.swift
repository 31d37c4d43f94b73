internal import CLinux

// System calls on files that take pointers; the pointers do not leave this file.

/// What tells one version of a file from the next.
struct FileIdentity: Equatable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let modifiedSeconds: Int64
    let modifiedNanoseconds: Int64

    /// The identity of the file that `path` leads to; nil when there is none.
    init?(_ path: String) {
        var file = weir_file()
        guard unsafe weir_look_at_file(path, true, &file) == 0 else { return nil }
        device = file.device
        inode = file.inode
        size = file.size
        modifiedSeconds = file.modified_seconds
        modifiedNanoseconds = file.modified_nanoseconds
    }
}

/// Whether `path` itself is a regular file with this one name, so that it is still being written
/// when it has just been created.
func isOrdinaryFile(_ path: String) -> Bool {
    var file = weir_file()
    guard unsafe weir_look_at_file(path, false, &file) == 0 else { return false }
    return file.is_regular && file.links == 1
}

/// The path without symbolic links; nil when it leads nowhere.
func resolvePath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
}

/// The first 4096 bytes of a file as text; nil when it cannot be read.
func readFile(_ path: String) -> String? {
    let descriptor = unsafe weir_open_for_reading(path)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
        let count = unsafe read(descriptor, room.baseAddress, room.count)
        guard count >= 0 else { return nil }
        return unsafe String(decoding: room[..<count], as: UTF8.self)
    }
}

/// Removes a file; 0 or -1.
func removeFile(_ path: String) -> Int32 { unsafe unlink(path) }
