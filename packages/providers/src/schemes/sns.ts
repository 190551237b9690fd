import { type KeyObject, verify as verifySignature } from 'node:crypto'
import { decode, equalText } from '../encoding.ts'
import { viewJson } from '../json-view.ts'
import { certificateKey, publicKey } from './public-key.ts'
import { mismatch, missing, proven, type Scheme } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

const notification = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
const confirmation = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']

/**
 * Amazon SNS (aws-js-sns-message-validator): RSA over `Key\nvalue\n` of the message's own fields, SHA-1 for version 1 and
 * SHA-256 for version 2, with the certificate that the body names; its address must be SNS's own.
 */
export function sns(): Scheme {
  return {
    id: 'sns',
    summary: 'RSA over the fields of the message (`Signature` in the body), certificate of Amazon SNS',
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: true,
    coverage: 'The fields that Amazon names are covered; other members could be added.',
    verify(input) {
      const view = viewJson(input.request.body)
      const member = (name: string) => {
        const node = view?.at(name)
        // An empty string is signed as such; only null and absent are left out.
        return node?.kind === 'string' ? (view?.text(node) ?? '') : undefined
      }
      const type = member('Type')
      const signature = member('Signature')
      if (type === undefined || signature === undefined) return missing('the body carries no Signature')
      const hash = { '1': 'sha1', '2': 'sha256' }[member('SignatureVersion') ?? '']
      const bytes = decode(signature, 'base64')
      if (hash === undefined || bytes === undefined) return mismatch('Signature or SignatureVersion is malformed')
      const topic = input.options.topic_arn
      if (topic !== undefined && !equalText(topic, member('TopicArn') ?? ''))
        return mismatch('the message is of another topic')

      const fields = type === 'Notification' ? notification : confirmation
      const signed = Buffer.from(
        fields.flatMap((name) => (member(name) === undefined ? [] : `${name}\n${member(name)}\n`)).join(''),
      )
      const verifies = (key: KeyObject | undefined) =>
        key?.asymmetricKeyType === 'rsa' && verifySignature(hash, signed, key, bytes)
      const sent = readSignedTime(member('Timestamp') ?? '', 'iso')
      if (sent === undefined) return mismatch('Timestamp is malformed')

      if (input.secrets.length > 0) {
        const secret = input.secrets.find(({ value }) => verifies(publicKey(value)))
        if (secret === undefined) return mismatch('no key of this source verifies the signature')
        return outsideBounds(input, sent, undefined) ?? proven(secret.id)
      }
      const url = member('SigningCertURL') ?? member('SigningCertUrl') ?? ''
      if (!isSnsCertificate(url)) return mismatch('SigningCertURL is not an address of Amazon SNS')
      const fetched = input.fetched.get(url)
      if (fetched === undefined) return { ok: false, why: 'needs', needs: { kind: 'certificate', url } }
      const key = certificateKey(fetched, input.nowMs, (name) =>
        /^sns\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/.test(name),
      )
      if (!verifies(key)) return mismatch("Amazon's certificate does not verify the signature")
      return outsideBounds(input, sent, undefined) ?? proven(null)
    },
  }
}

function isSnsCertificate(url: string): boolean {
  return /^https:\/\/sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[A-Za-z0-9_-]{1,128}\.pem$/.test(url)
}

/** Where a subscription is confirmed; anything else would let a message choose which address we call. */
export function isSnsConfirmation(url: string): boolean {
  return /^https:\/\/sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/\?Action=ConfirmSubscription&[\x21-\x7e]{1,2000}$/.test(
    url,
  )
}
