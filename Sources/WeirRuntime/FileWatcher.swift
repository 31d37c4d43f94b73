internal import WeirBase

/// Notices when a file has a new version, however it got there: written in place, renamed over, or
/// by a symbolic link that now leads elsewhere, as when Kubernetes updates a mounted volume.
///
/// It watches the directory of the path and that of the file which the path leads to. A file that
/// disappears is no new version; one that comes back is.
public final class FileWatcher: EventHandler, TimerTarget {
    /// The file's path.
    public let path: String

    private let loop: EventLoop
    private let changed: () -> Void
    private let events: DirectoryEvents
    private lazy var retry = LoopTimer(self)
    private var identity: FileIdentity?
    private var watches: [(watch: Int32, directory: String, name: String)] = []
    private var isStopped = false

    /// Calls `changed` on the loop for each new version, until `stop`. Several changes in a row may
    /// be one call, and one change may be several. The file need not exist yet; its directory must.
    /// Throws what inotify says, such as `ENOENT` or, out of watches, `ENOSPC`.
    public init(
        path: String, loop: EventLoop, changed: @escaping () -> Void
    ) throws(SystemError) {
        self.path = path
        self.loop = loop
        self.changed = changed
        events = try DirectoryEvents()
        identity = FileIdentity(path)
        try watchDirectories()
        try loop.watchAccepting(events.descriptor, self)
    }

    /// Ends watching.
    public func stop() {
        guard !isStopped else { return }
        isStopped = true
        retry.cancel()
        loop.unwatch(events.descriptor)
    }

    /// Looks at what has changed. The loop calls it.
    public func ready(_ readiness: Readiness) {
        var isNew = false
        var isWorthALook = false
        for event in events.take() {
            let own = watches.first { $0.watch == event.watch && $0.name == event.name }
            if event.isGone { watches.removeAll { $0.watch == event.watch } }
            if let own {
                if event.isWritten { isNew = true }
                // Its content comes yet, and then an event that says so.
                if event.isCreated, isOrdinaryFile(own.directory + "/" + own.name) { continue }
            }
            if own != nil || !event.isWritten { isWorthALook = true }
        }
        if isNew || isWorthALook { look(isNew: isNew) }
    }

    /// Tries again to watch a directory that was gone. The loop calls it.
    public func timerFired(_ timer: LoopTimer) { look(isNew: false) }

    private func look(isNew: Bool) {
        do throws(SystemError) {
            try watchDirectories()
        } catch {
            retry.arm(on: loop, at: loop.now + .seconds(1))
        }
        let before = identity
        identity = FileIdentity(path)
        if identity != nil, isNew || identity != before { changed() }
    }

    /// Watches where the path and the file that it leads to are now, and nothing else.
    private func watchDirectories() throws(SystemError) {
        let old = watches
        watches = []
        defer {
            for (watch, _, _) in old where !watches.contains(where: { $0.watch == watch }) {
                events.remove(watch)
            }
        }
        try add(path)
        if let target = resolvePath(path) { try add(target) }
    }

    private func add(_ path: String) throws(SystemError) {
        let (directory, name) = Self.split(path)
        let watch = try events.add(directory)
        watches.append((watch, directory, name))
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = path[..<slash]
        return (
            directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...])
        )
    }
}
