internal import CLinux

// System calls on signals that take pointers; the pointers do not leave this file.

/// Adds `signals` to those that the calling thread, and threads it starts, leave pending.
func blockSignals(_ signals: [Int32]) {
    var set = signalSet(signals)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
}

/// A descriptor that can be read whenever one of `signals` is pending, or -1.
func openSignalDescriptor(_ signals: [Int32]) -> Int32 {
    var set = signalSet(signals)
    return unsafe signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
}

/// Takes the next pending signal; nil when there is none.
func takeSignal(_ descriptor: Int32) -> Int32? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    while true {
        let count = unsafe read(descriptor, &information, size)
        if count == size { return Int32(information.ssi_signo) }
        if count >= 0 || weir_errno() != EINTR { return nil }
    }
}

private func signalSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
}
