import Foundation

// Usage: ContractStampTool OUTPUT SWIFTC PACKAGE SOURCE …

/// Ends the build with a reason.
func fail(_ reason: String) -> Never {
    FileHandle.standardError.write(Data("ContractStampTool: \(reason)\n".utf8))
    exit(1)
}

/// FNV-1a with 64 bits over the names and texts of files. It tells builds apart that differ by
/// accident; it is no protection against somebody who wants two to look alike.
struct Digest {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What the compiler says of itself: its version, without the name of the build, and its platform.
func describe(_ compiler: String) throws -> (version: String, platform: String) {
    struct Info: Decodable {
        struct Target: Decodable { let triple: String }
        let compilerVersion: String
        let target: Target
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: compiler)
    process.arguments = ["-print-target-info"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let info = try JSONDecoder().decode(Info.self, from: text)
    let words = info.compilerVersion.split(separator: " ")
    guard let version = words.firstIndex(of: "version").map({ words.index(after: $0) }),
        words.indices.contains(version)
    else { fail("\(compiler) calls itself \(info.compilerVersion), without a version") }
    return (String(words[version]), info.target.triple)
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count > 3 else { fail("expected OUTPUT SWIFTC PACKAGE SOURCE …") }
let (output, compiler, package) = (arguments[1], arguments[2], arguments[3] + "/")
var digest = Digest()
for path in arguments.dropFirst(3) {
    let name = path.hasPrefix(package) ? String(path.dropFirst(package.count)) : path
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    digest.add("\(name) \(bytes.count)\n".utf8)
    digest.add(bytes)
}
let (version, platform) = try describe(compiler)
let source = """
    // Generated from the sources of the contract.

    /// What a plug-in must have been built against to be loaded here.
    public enum ContractStamp {
        /// Weir's version.
        public static let weir = WeirVersion.number
        /// A digest of the sources of the contract: names, and layouts too.
        public static let contract = "\(digest.text)"
        /// The compiler's version: modules and layouts are between one compiler and itself.
        public static let swift = "\(version)"
        /// The system that the code runs on.
        public static let platform = "\(platform)"

        /// A name that no other contract has, so that code built for this one compiles with no
        /// other.
        public static let isContract_\(digest.text) = true
    }

    """
let isUnchanged = (try? Data(contentsOf: URL(fileURLWithPath: output))) == Data(source.utf8)
if !isUnchanged { try Data(source.utf8).write(to: URL(fileURLWithPath: output)) }
