internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Says in the log when a certificate in use is about to expire, now and twice a day.
final class ExpiryWatch: Sendable {
    private static let notice = 14 * 86_400

    private let services: any GatewayServices
    private let certificates = Mutex<[LoadedCertificate]>([])

    init(_ services: any GatewayServices) {
        self.services = services
        services.every(.seconds(12 * 3600)) { [self] in look() }
    }

    /// Looks at these from now on.
    func look(at certificates: [LoadedCertificate]) {
        self.certificates.withLock { $0 = certificates }
        look()
    }

    private func look() {
        for certificate in certificates.withLock({ $0 }) {
            let leaf = certificate.chain[0]
            let left = leaf.secondsLeft
            if left <= 0 {
                services.log(
                    .error, "\(certificate.file): the certificate expired on \(leaf.notAfter)")
            } else if left < Self.notice {
                services.log(
                    .warning,
                    "\(certificate.file): the certificate expires in \(Self.days(left)), "
                        + "on \(leaf.notAfter)")
            }
        }
    }

    private static func days(_ seconds: Int) -> String {
        let days = seconds / 86_400
        return days == 0 ? "less than a day" : days == 1 ? "1 day" : "\(days) days"
    }
}
