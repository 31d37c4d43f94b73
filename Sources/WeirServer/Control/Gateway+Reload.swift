internal import Logging
internal import WeirBase
internal import WeirConfig
internal import WeirRouting
internal import WeirRuntime

/// Putting configurations into service.
extension Gateway {
    /// What came of a reload.
    package enum ReloadOutcome: Sendable {
        case done(generation: Int)
        /// Nothing has changed; the text says why, one problem a line.
        case refused(String)
    }

    /// Reads the file again. All of it takes effect, or nothing does.
    @discardableResult
    package func reload() -> ReloadOutcome {
        guard phase == .ready else { return .refused("the gateway is \(phase.rawValue)") }
        guard let file = options.file else {
            return .refused("the embedded configuration has no file to read again")
        }
        let result = GatewayConfiguration.load(
            file: file, registry: options.filters, plugins: options.plugins,
            environment: options.environment, regexCheck: { Pattern.check($0) })
        guard let loaded = result.configuration else {
            return refuse("\(result.diagnostics)")
        }
        do {
            try put(loaded)
        } catch {
            return refuse("\(error)")
        }
        log.notice("configuration \(generation) from \(file) is in service")
        return .done(generation: generation)
    }

    private func refuse(_ reason: String) -> ReloadOutcome {
        failedReloads += 1
        lastReloadError = reason
        log.error("reload refused, the present configuration stays: \(reason)")
        return .refused(reason)
    }

    /// Compiles and hands out a configuration. When this throws, nothing has changed.
    func put(_ next: GatewayConfiguration) throws {
        let clusters = Set(next.clusters.map(\.name))
        let compiled = try SnapshotCompiler.compile(
            next, registry: registry, admin: adminHandler, control: control.handle
        ) { name in
            FactoryServices(
                name: name, control: control, log: log, gateway: facilities, clusters: clusters)
        }
        let opened = try bind(compiled.listeners.map(\.socketKey))
        shared.setMaximum(next.runtime.maxConnections)
        shared.accessLog.use(next.accessLog)
        for (index, worker) in workers.enumerated() {
            let mine = opened.mapValues { $0[index] }
            let carried = ListeningSockets(byKey: mine)
            worker.run { $0.install(compiled, sockets: carried.byKey) }
        }
        forgetSockets(except: compiled.listeners.map(\.socketKey))
        compiled.resources.open()
        snapshot = compiled
        configuration = next
        generation += 1
        lastReloadError = nil
        resolver?.follow(compiled.clusters)
        watchFiles()
    }

    /// Reloads when the file or one of its plug-ins changes, if the configuration wants that.
    private func watchFiles() {
        guard let file = options.file else { return }
        let wanted = configuration.reload.watch ? [file] + configuration.plugins.map(\.path) : []
        for (path, watcher) in fileWatchers where !wanted.contains(path) {
            watcher.stop()
            fileWatchers[path] = nil
        }
        for path in wanted where fileWatchers[path] == nil {
            do throws(SystemError) {
                fileWatchers[path] = try FileWatcher(path: path, loop: control) { [weak self] in
                    self?.reload()
                }
            } catch {
                log.error("cannot watch \(path): \(error)")
            }
        }
    }

    /// Opens a socket per worker for each address that has none yet.
    private func bind(
        _ keys: [ListenerPolicy.SocketKey]
    ) throws -> [ListenerPolicy.SocketKey: [ListeningSocket]] {
        var opened: [ListenerPolicy.SocketKey: [ListeningSocket]] = [:]
        for key in keys where sockets[key] == nil && opened[key] == nil {
            do {
                opened[key] = try ListeningSocket.bindAll(key.address, count: workers.count)
            } catch {
                for socket in opened.values.joined() { socket.close() }
                throw SnapshotCompiler.Failure(
                    description: "cannot listen on \(key.address): \(error)")
            }
        }
        sockets.merge(opened) { $1 }
        return opened
    }

    /// Workers close the sockets of listeners that are gone.
    private func forgetSockets(except keys: [ListenerPolicy.SocketKey]) {
        for key in sockets.keys where !keys.contains(key) { sockets[key] = nil }
    }
}

/// Sockets on their way to the worker that will own them.
private struct ListeningSockets: @unchecked Sendable {
    let byKey: [ListenerPolicy.SocketKey: ListeningSocket]
}

extension ListeningSocket {
    /// One socket per worker on the same address, between which the system spreads connections.
    ///
    /// A Unix socket cannot be shared like that, so its workers accept from copies of one.
    static func bindAll(_ address: SocketAddress, count: Int) throws -> [ListeningSocket] {
        // Sockets that share a port would share it with another process's too, and nobody would
        // know: one socket that does not share tells.
        if count > 1, let port = address.port, port != 0 {
            try bind(address, reusePort: false, backlog: 1).close()
        }
        let first = try bind(address, reusePort: count > 1, backlog: 4096)
        var all = [first]
        for _ in 1..<max(1, count) {
            switch address {
            case .unix: all.append(try first.duplicate())
            case .ip:
                all.append(try bind(first.localAddress ?? address, reusePort: true, backlog: 4096))
            }
        }
        return all
    }
}
