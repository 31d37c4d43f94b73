extension HeaderMap {
    /// Whether the name of the field at `index` is one of `names`.
    public func isAny(of names: KnownHeaders, at index: Int) -> Bool {
        names.contains(fields[index].known)
    }

    /// Writes the fields as HTTP/1 does, each with its CRLF, but for those named in `skipped`.
    ///
    /// Fields that are neighbours in the block go out in one copy.
    public func write(to out: ByteBuffer, except skipped: KnownHeaders) {
        let bytes = block.span
        out.reserve(block.count + 4 * fields.count)
        var run = 0..<0
        for index in 0..<fields.count {
            let field = fields[index]
            if skipped.contains(field.known) { continue }
            if field.isWhole {
                let line = field.line
                if line.lowerBound == run.upperBound {
                    run = run.lowerBound..<line.upperBound
                    continue
                }
                out.write(bytes.extracting(run))
                run = line
            } else {
                out.write(bytes.extracting(run))
                run = 0..<0
                out.write(bytes.extracting(field.name))
                out.write(": ")
                out.write(bytes.extracting(field.value))
                out.write("\r\n")
            }
        }
        out.write(bytes.extracting(run))
    }
}
