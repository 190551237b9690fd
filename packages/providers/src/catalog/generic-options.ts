import type { OptionForm } from '../provider.ts'
import { readTemplate } from '../schemes/generic-hmac.ts'
import { headerOption } from './header-option.ts'

const { check } = headerOption

/** How a source of provider `generic-hmac` describes its sender's signature. */
export const genericOptions: readonly OptionForm[] = [
  { name: 'header', isRequired: true, doc: "the signature's header", ...(check === undefined ? {} : { check }) },
  { name: 'prefix', doc: 'what stands before the signature in its header, such as sha256=' },
  { name: 'hash', values: ['sha256', 'sha1', 'sha512'], default: 'sha256', doc: 'sha256 (default), sha1 or sha512' },
  {
    name: 'encoding',
    values: ['hex', 'base64', 'base64url'],
    default: 'hex',
    doc: 'hex (default), base64 or base64url',
  },
  {
    name: 'key',
    values: ['utf8', 'hex', 'base64'],
    default: 'utf8',
    doc: 'how the secret becomes key bytes: utf8 (default), hex or base64',
  },
  {
    name: 'signed',
    default: '{body}',
    doc: 'what is signed: text with {body} once, and {ts}, {url}, {method}; default {body}',
    check(value, options) {
      const template = readTemplate(value)
      if (template === undefined) return 'text with {body} once, and {ts}, {url} or {method}'
      return template.includes('{ts}') && options.timestamp_header === undefined
        ? 'without {ts}, unless timestamp_header is set'
        : undefined
    },
  },
  {
    name: 'timestamp_header',
    doc: 'the header of the signed timestamp (seconds, milliseconds or ISO)',
    ...(check === undefined ? {} : { check }),
  },
]
