import { readFile } from 'node:fs/promises'
import { checkSecret, type Provider, type SourceOptions, splitSecrets } from '@eventmesh/providers'
import type { Context } from './command.ts'
import { flag, optional, text } from './option.ts'
import { UsageError } from './usage.ts'

export const secretOptions = {
  'secret-file': optional('<file>', "file with the provider's secret, one a line; a PEM block is one", text),
  'secret-stdin': flag('read the same from standard input'),
}

export type SecretSource = { readonly 'secret-file': string | undefined; readonly 'secret-stdin': boolean }

const inputBytesMax = 1024 * 1024

/** What the operator pipes or names, divided into secrets; undefined when neither option is given. */
export async function readSecrets(from: SecretSource, context: Context): Promise<readonly string[] | undefined> {
  const { 'secret-file': file, 'secret-stdin': isPiped } = from
  if (file !== undefined && isPiped) throw new UsageError('--secret-file and --secret-stdin exclude each other')
  if (file === undefined && !isPiped) return undefined

  const name = file === undefined ? '--secret-stdin' : '--secret-file'
  const bytes = file === undefined ? await context.readInput() : await read(file)
  if (bytes.length > inputBytesMax) throw new UsageError(`${name}: more than ${inputBytesMax} bytes`)
  const secrets = splitSecrets(decode(bytes, name))
  if (secrets.length === 0) throw new UsageError(`${name}: the secret is empty`)
  return [...new Set(secrets)]
}

/** Refuses what is not of the provider's form; notes what is taken all the same. Secrets are never repeated. */
export function checkSecrets(
  provider: Provider,
  options: SourceOptions,
  secrets: readonly string[],
  note: Context['note'],
): void {
  for (const [index, secret] of secrets.entries()) {
    const which = secrets.length === 1 ? '' : `secret ${index + 1}: `
    const check = checkSecret(provider, options, secret)
    if (!check.ok) throw new UsageError(`${which}${check.detail}`)
    if (check.warning !== undefined) note(`eventmesh: warning: ${which}${check.warning}`)
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UsageError(`--secret-file: ${file} cannot be read (${code})`)
  }
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // The one thing a fatal decoder throws for.
    throw new UsageError(`${name}: this is not UTF-8 text`)
  }
}
