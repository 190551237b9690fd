import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'

/** A PEM public key or certificate; undefined when it is neither. A pasted one is trusted as it is: its dates play no part. */
export function publicKey(pem: string): KeyObject | undefined {
  try {
    if (pem.includes('BEGIN CERTIFICATE')) return new X509Certificate(pem).publicKey
    if (!pem.includes('BEGIN PUBLIC KEY')) return undefined
    return createPublicKey(pem)
  } catch {
    // OpenSSL throws on whatever is no key; for the caller that is simply not one.
    return undefined
  }
}

/**
 * The key of a fetched certificate: first of the bundle, in its dates, named as expected, and signed by the next one
 * where the bundle has more. The bundle itself came over TLS from the provider's own host.
 */
export function certificateKey(
  bundle: string,
  nowMs: number,
  isName: (name: string) => boolean,
): KeyObject | undefined {
  try {
    const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
    const chain = blocks.slice(0, 8).map((block) => new X509Certificate(block))
    const leaf = chain[0]
    if (leaf === undefined || !names(leaf).some(isName)) return undefined
    const isValid = chain.every((certificate, i) => {
      const issuer = chain[i + 1]
      const isIssued = issuer === undefined || (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))
      return isIssued && nowMs >= certificate.validFromDate.getTime() && nowMs <= certificate.validToDate.getTime()
    })
    return isValid ? leaf.publicKey : undefined
  } catch {
    // As above: not a certificate.
    return undefined
  }
}

function names(certificate: X509Certificate): readonly string[] {
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1]
  const alternative = (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((name) => /^DNS:(.+)$/.exec(name)?.[1] ?? [])
  return common === undefined ? alternative : [common, ...alternative]
}
