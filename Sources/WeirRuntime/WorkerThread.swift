internal import CLinux
internal import Synchronization

/// A thread of our own, for a loop to live on.
@safe
public final class WorkerThread: Sendable {
    private let thread: pthread_t
    private let isReleased = Atomic<Bool>(false)

    private init(_ thread: pthread_t) { self.thread = thread }

    deinit {
        if !isReleased.exchange(true, ordering: .relaxed) { pthread_detach(thread) }
    }

    /// Starts a thread that runs `body` and ends.
    ///
    /// The system shows the first 15 bytes of `name`. With `cpu` the thread stays on that one of
    /// the processors that the process may use, counted from 0, modulo their number. All signals
    /// are blocked in it, so that they go to whoever waits for them. A thread that nobody joins
    /// ends by itself. Throws `EAGAIN` when there can be no more threads.
    public static func start(
        name: String, cpu: Int? = nil, _ body: sending @escaping () -> Void
    ) throws(SystemError) -> WorkerThread {
        let start = ThreadStart(name: name, cpu: cpu, body: body)
        var thread = pthread_t()
        let number = withSignalsBlocked {
            unsafe pthread_create(
                &thread, nil,
                { argument in
                    guard let argument = unsafe argument else { return nil }
                    unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }, Unmanaged.passRetained(start).toOpaque())
        }
        guard number == 0 else {
            unsafe Unmanaged.passUnretained(start).release()
            throw SystemError(errno: number, operation: "pthread_create")
        }
        return WorkerThread(thread)
    }

    /// Waits until the thread has ended. Does nothing the second time, and on the thread itself.
    public func join() {
        guard pthread_equal(thread, pthread_self()) == 0,
            !isReleased.exchange(true, ordering: .relaxed)
        else { return }
        pthread_join(thread, nil)
    }
}

/// What a new thread is told.
private final class ThreadStart {
    private let name: String
    private let cpu: Int?
    private let body: () -> Void

    init(name: String, cpu: Int?, body: @escaping () -> Void) {
        self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        self.cpu = cpu
        self.body = body
    }

    func run() {
        unsafe weir_name_thread(name)
        if let cpu {
            // A processor that cannot be had is no reason not to run.
            _ = weir_pin_to_processor(Int32(cpu % max(Int(weir_usable_processors()), 1)))
        }
        body()
    }
}

/// Runs `body` with all signals blocked in this thread: a new thread inherits that.
private func withSignalsBlocked(_ body: () -> Int32) -> Int32 {
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
    let result = body()
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    return result
}
