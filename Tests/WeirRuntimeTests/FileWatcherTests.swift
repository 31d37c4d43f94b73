import CLinux
import Testing
import WeirBase
import WeirRuntime

struct FileWatcherTests {
    let loop: EventLoop
    let folder: Folder
    let calls = Calls()

    final class Calls { var count = 0 }

    init() throws {
        loop = try EventLoop(index: 0)
        folder = try Folder()
    }

    private func watcher(_ name: String = "weir.yaml") throws -> FileWatcher {
        try FileWatcher(path: folder.path + "/" + name, loop: loop) { [calls] in calls.count += 1 }
    }

    /// Runs what is pending: changes are reported before the system call that makes them returns.
    private func settle() { loop.runOnce(timeout: .zero) }

    @Test func noticesAWriteInPlace() throws {
        try folder.write("weir.yaml", "a")
        let watcher = try watcher()
        try folder.write("weir.yaml", "b")
        settle()
        #expect(calls.count == 1)
        try folder.write("weir.yaml", "b")
        settle()
        #expect(calls.count == 2)
        watcher.stop()
        try folder.write("weir.yaml", "c")
        settle()
        #expect(calls.count == 2)
    }

    @Test func noticesARenameOverIt() throws {
        try folder.write("weir.yaml", "a")
        let watcher = try watcher()
        try folder.write("weir.yaml.new", "b")
        settle()
        #expect(calls.count == 0)
        try folder.rename("weir.yaml.new", to: "weir.yaml")
        settle()
        #expect(calls.count == 1)
        watcher.stop()
    }

    @Test func ignoresOtherFiles() throws {
        try folder.write("weir.yaml", "a")
        let watcher = try watcher()
        try folder.write("other", "b")
        try folder.remove("other")
        settle()
        #expect(calls.count == 0)
        watcher.stop()
    }

    @Test func waitsForAFile() throws {
        let watcher = try watcher()
        try folder.write("weir.yaml", "a")
        settle()
        #expect(calls.count == 1)
        try folder.remove("weir.yaml")
        settle()
        #expect(calls.count == 1)
        try folder.write("weir.yaml", "b")
        settle()
        #expect(calls.count == 2)
        watcher.stop()
    }

    /// As Kubernetes mounts a ConfigMap: the file is a link through `..data`, which is swapped.
    @Test func noticesASwappedVolume() throws {
        try folder.makeFolder("..1")
        try folder.write("..1/weir.yaml", "a")
        try folder.link("..1", as: "..data")
        try folder.link("..data/weir.yaml", as: "weir.yaml")
        let watcher = try watcher()
        for version in 2..<5 {
            try folder.makeFolder("..\(version)")
            try folder.write("..\(version)/weir.yaml", "b")
            try folder.link("..\(version)", as: "..data_tmp")
            settle()
            #expect(calls.count == version - 2)
            try folder.rename("..data_tmp", to: "..data")
            settle()
            #expect(calls.count == version - 1)
        }
        watcher.stop()
    }

    @Test func noticesAChangeBehindALink() throws {
        try folder.makeFolder("available")
        try folder.write("available/weir.yaml", "a")
        try folder.link("available/weir.yaml", as: "weir.yaml")
        let watcher = try watcher()
        try folder.write("available/weir.yaml", "b")
        settle()
        #expect(calls.count == 1)
        watcher.stop()
    }

    @Test func needsADirectory() throws {
        #expect(throws: SystemError(errno: ENOENT, operation: "inotify_add_watch")) {
            try watcher("missing/weir.yaml")
        }
    }

    @Test func findsADirectoryAgain() throws {
        try folder.makeFolder("etc")
        try folder.write("etc/weir.yaml", "a")
        let watcher = try watcher("etc/weir.yaml")
        try folder.rename("etc", to: "old")
        settle()
        try folder.makeFolder("etc")
        try folder.write("etc/weir.yaml", "b")
        loop.run { calls.count == 1 }
        try folder.write("etc/weir.yaml", "c")
        settle()
        #expect(calls.count == 2)
        watcher.stop()
    }
}
