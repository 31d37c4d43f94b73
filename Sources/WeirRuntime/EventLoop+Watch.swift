/// Who is told about a descriptor's events.
struct Watch {
    var handler: (any EventHandler)?
    var levelTriggered = false
    /// Counts the watches of this descriptor number, so that an event of a closed descriptor does
    /// not reach a new one that got its number in the same batch.
    var generation: UInt32 = 0
}

extension EventLoop {
    /// Tells `handler` whenever the descriptor becomes readable or writable, or its peer leaves.
    ///
    /// Edge-triggered, both directions with a single system call: the handler reads or writes until
    /// it would block, and is told when it can go on. It is kept alive until `unwatch`. Throws what
    /// epoll says, such as `EPERM` for a file or `ENOSPC` when the user has too many watches.
    public func watch(_ descriptor: Int32, _ handler: any EventHandler) throws(SystemError) {
        try watchEdges(descriptor, handler)
    }

    /// Tells `handler` from now on about a descriptor that is watched already, in the place of the
    /// one that was told before.
    public func rewatch(_ descriptor: Int32, _ handler: any EventHandler) {
        precondition(isWatched(descriptor), "rewatched a descriptor that nobody watches")
        watches[Int(descriptor)].handler = handler
    }

    func watchEdges(_ descriptor: Int32, _ handler: any EventHandler) throws(SystemError) {
        try add(descriptor, handler, interest: Epoll.edgeTriggered, level: false)
    }

    /// Tells `handler` in each turn in which the descriptor is readable: for listening sockets and
    /// the like, which may leave some for the next turn.
    public func watchAccepting(
        _ descriptor: Int32, _ handler: any EventHandler
    ) throws(SystemError) {
        try add(descriptor, handler, interest: Epoll.levelReadable, level: true)
    }

    /// Watches a descriptor level-triggered, for libraries that may not read until it would block.
    func watchLevel(
        _ descriptor: Int32, readable: Bool, writable: Bool, _ handler: any EventHandler
    ) throws(SystemError) {
        let interest = (readable ? Epoll.levelReadable : 0) | (writable ? Epoll.levelWritable : 0)
        if isWatched(descriptor) {
            let index = Int(descriptor)
            watches[index].handler = handler
            epoll.change(descriptor, interest: interest, token: token(descriptor))
        } else {
            try add(descriptor, handler, interest: interest, level: true)
        }
    }

    /// Stops telling about a descriptor watched by `watchAccepting`, which stays watched.
    public func pauseAccepting(_ descriptor: Int32) { setInterest(descriptor, 0) }

    /// Tells again about a descriptor after `pauseAccepting`, also what came in between.
    public func resumeAccepting(_ descriptor: Int32) {
        setInterest(descriptor, Epoll.levelReadable)
    }

    private func setInterest(_ descriptor: Int32, _ interest: UInt32) {
        guard isWatched(descriptor), watches[Int(descriptor)].levelTriggered else { return }
        epoll.change(descriptor, interest: interest, token: token(descriptor))
    }

    /// Forgets a descriptor and lets its handler go; to be called before the descriptor is closed.
    ///
    /// Events of it that are already in the current batch are dropped. With `closing` the caller
    /// promises to close the descriptor, of which there is no duplicate, at once: the kernel then
    /// forgets it by itself, which saves a system call. Does nothing when it is not watched.
    public func unwatch(_ descriptor: Int32, closing: Bool = false) {
        guard isWatched(descriptor) else { return }
        let index = Int(descriptor)
        // Taken out before it is let go: its end may run code that comes back here.
        let handler = watches[index].handler
        watches[index].handler = nil
        watches[index].generation &+= 1
        watched -= 1
        if !closing { epoll.remove(descriptor) }
        withExtendedLifetime(handler) {}
    }

    /// Whether the descriptor is watched by this loop.
    public func isWatched(_ descriptor: Int32) -> Bool {
        descriptor >= 0 && Int(descriptor) < watches.count
            && watches[Int(descriptor)].handler != nil
    }

    private func add(
        _ descriptor: Int32, _ handler: any EventHandler, interest: UInt32, level: Bool
    ) throws(SystemError) {
        precondition(descriptor >= 0, "watched a closed descriptor")
        precondition(!isWatched(descriptor), "watched a descriptor twice")
        let index = Int(descriptor)
        while watches.count <= index { watches.append(Watch()) }
        try epoll.add(descriptor, interest: interest, token: token(descriptor))
        watches[index].handler = handler
        watches[index].levelTriggered = level
        watched += 1
    }

    private func token(_ descriptor: Int32) -> UInt64 {
        UInt64(watches[Int(descriptor)].generation) << 32 | UInt64(UInt32(descriptor))
    }

    /// Tells the handlers about the events of the last batch.
    func dispatch(_ count: Int) {
        for position in 0..<count {
            let (token, bits) = epoll.event(position)
            let watch = watches[Int(token & 0xFFFF_FFFF)]
            guard let handler = watch.handler, watch.generation == UInt32(token >> 32) else {
                continue
            }
            handler.ready(.folding(bits))
        }
    }
}
