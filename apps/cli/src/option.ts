import { isIP } from 'node:net'
import { parseDuration } from './duration.ts'
import { UsageError } from './usage.ts'

/** One `--name` of a command: how it is shown in the help and how its texts become a value. */
export type Option<T> = {
  /** What stands behind the name in the help; absent for a switch that takes no value. */
  readonly placeholder?: string
  readonly doc: string
  readonly isRequired?: true
  readonly isRepeatable?: true
  /** Gets what was written, in order (a switch: one empty text); throws UsageError. */
  readonly read: (texts: readonly string[]) => T
}

type Reader<T> = (text: string) => T

export function optional<T>(placeholder: string, doc: string, read: Reader<T>): Option<T | undefined> {
  return { placeholder, doc, read: ([text]) => (text === undefined ? undefined : read(text)) }
}

export function withDefault<T>(placeholder: string, doc: string, read: Reader<T>, standard: T): Option<T> {
  return { placeholder, doc, read: ([text]) => (text === undefined ? standard : read(text)) }
}

export function required<T>(placeholder: string, doc: string, read: Reader<T>): Option<T> {
  return { placeholder, doc, isRequired: true, read: ([text]) => read(text ?? '') }
}

export function repeated<T>(placeholder: string, doc: string, read: Reader<T>): Option<readonly T[]> {
  return { placeholder, doc, isRepeatable: true, read: (texts) => texts.map(read) }
}

export function flag(doc: string): Option<boolean> {
  return { doc, read: (texts) => texts.length > 0 }
}

export function text(value: string): string {
  if (value.trim() === '') throw new UsageError('an empty value is not taken')
  return value
}

export const duration: Reader<number> = parseDuration

export function integer(min: number, max: number): Reader<number> {
  return (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= min && number <= max)) {
      throw new UsageError(`'${value}' is not a whole number from ${min} to ${max}`)
    }
    return number
  }
}

export function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
  return (value) => {
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw new UsageError(`'${value}' is not one of ${choices.join(', ')}`)
    return found
  }
}

/** An IPv4 or IPv6 network (`10.0.0.0/8`); an address alone is itself. */
export function cidr(value: string): string {
  const [address, bits, ...rest] = value.split('/')
  const family = isIP(address ?? '')
  const bitsMax = family === 4 ? 32 : 128
  const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax)
  if (family === 0 || rest.length > 0 || !isNetwork || address?.includes('%')) {
    throw new UsageError(`'${value}' is not an address or a network such as 10.0.0.0/8`)
  }
  return bits === undefined ? `${address}/${bitsMax}` : value
}

export const limitOption = withDefault('<n>', 'how many at most, 1 to 10,000 (default 50)', integer(1, 10_000), 50)

export const tenantOption = required('<tenant>', "the tenant's slug or id", text)
