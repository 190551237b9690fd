import type { ErrorCode, Issue, JsonFault } from '@eventmesh/envelope'
import type { Refusal } from './outcome.ts'

const issuesMax = 100
const nameLengthMax = 128

/** Collects what is wrong with one event: every issue with its pointer, up to a bound. */
export class Issues {
  readonly #base: string
  readonly list: Issue[] = []
  #code: ErrorCode = 'schema_invalid'
  /** Of all issues, also those beyond the bound. */
  readonly #names = new Set<string>()

  /** `base`: where the event stands in the body, as a JSON pointer. */
  constructor(base: string) {
    this.#base = base
  }

  add(name: string | undefined, code: string, detail: string): void {
    if (name !== undefined) this.#names.add(name)
    if (this.list.length === issuesMax) return
    this.list.push({ pointer: name === undefined ? this.#base : `${this.#base}/${pointerPart(name)}`, code, detail })
  }

  /** Whether one of these members has an issue. */
  concern(names: readonly string[]): boolean {
    return names.some((name) => this.#names.has(name))
  }

  /** An issue that decides the refusal's code: with it the event is not even well formed. */
  addAs(refusalCode: ErrorCode, name: string, detail: string): void {
    this.#code = refusalCode
    this.add(name, refusalCode, detail)
  }

  /** `idempotencyKey`: where the event has a good one, whatever else is wrong with it. */
  refusal(idempotencyKey?: string): Refusal {
    const [first, ...others] = this.list
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    return {
      code: this.#code,
      detail: `${first!.detail}${more}`,
      errors: this.list,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    }
  }
}

/** JSON that breaks the grammar, the encoding or a limit. */
export function malformed(fault: JsonFault, base = ''): Refusal {
  const detail = `${fault.detail}, at byte ${fault.offset}`
  return {
    code: 'body_malformed',
    detail,
    errors: [{ pointer: `${base}${fault.pointer}`, code: fault.reason, detail }],
  }
}

/** RFC 6901 section 3. */
function pointerPart(name: string): string {
  const cut = name.length > nameLengthMax ? `${name.slice(0, nameLengthMax)}…` : name
  return cut.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')
}
