internal import ArgumentParser
internal import WeirBase
internal import WeirConfig
internal import WeirFilter

/// `weir explain --live`: asks a running gateway what became of requests.
extension ExplainCommand {
    func validateLive() throws {
        if serverName != nil {
            throw ValidationError("`--server-name` cannot be asked for with `--live`")
        }
        _ = try question()
        if let admin = liveOptions.admin, SocketAddress(admin) == nil {
            throw ValidationError(
                "`\(admin)` is no address such as 127.0.0.1:9901 or unix:/run/weir.sock")
        }
    }

    func runLive() throws {
        let question = try question()
        let address = try adminAddress()
        // The answer itself takes its time too.
        let patience = Interval(
            nanoseconds: question.timeout.nanoseconds + Interval.seconds(10).nanoseconds)
        let outcome = AdminCall.post("/tap", question.text, to: address, patience: patience)
        switch outcome {
        case .failure(let reason):
            Terminal.complain("Error: the gateway's admin listener at \(address) \(reason)")
            throw ExitCode(1)
        case .answer(let status, let body):
            let text = String(decoding: body, as: UTF8.self)
            guard status == 200, let value = try? Self.reader.read(body.span) else {
                let value = try? Self.reader.read(body.span)
                let reason = value?["error"]?.string ?? "it answered with \(status)"
                Terminal.complain("Error: \(address): \(reason)")
                throw ExitCode(1)
            }
            try show(value, as: text, question)
        }
    }

    private static let reader = JSONReader(depthLimit: 32, sizeLimit: 64 << 20)

    private func show(_ value: JSONValue, as text: String, _ question: LiveQuestion) throws {
        let records = value["records"]?.array ?? []
        if json {
            Terminal.say(text.trimmingSuffix)
        } else if !records.isEmpty {
            Terminal.say(records.map { LiveStory($0).text }.joined(separator: "\n\n"))
        }
        let time = ConfigDuration(question.timeout)
        if records.isEmpty {
            Terminal.complain("No such request came in \(time).")
            throw ExitCode(1)
        }
        if records.count < question.count && !json {
            Terminal.complain(
                "\(Layout.count(records.count, "request")) of \(question.count) came in \(time).")
        }
    }

    private func question() throws -> LiveQuestion {
        do throws(RequestSketch.Mistake) {
            return try LiveQuestion(self)
        } catch {
            throw ValidationError(error.message)
        }
    }

    /// Where the gateway answers: as the command line says, else as the file does.
    private func adminAddress() throws -> SocketAddress {
        if let admin = liveOptions.admin, let address = SocketAddress(admin) {
            return address.reachable
        }
        guard let config else { return AdminConfiguration().address }
        let loaded = Configurations.load(config)
        guard let configuration = loaded.configuration else {
            Configurations.report(loaded.diagnostics)
            throw ExitCode(1)
        }
        guard let admin = configuration.admin else {
            Terminal.complain("Error: \(config) switches the admin listener off")
            throw ExitCode(1)
        }
        return admin.address.reachable
    }
}
