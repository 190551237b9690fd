import type { JsonDocument } from '@eventmesh/envelope'
import { decode } from './encoding.ts'
import type { Headers } from './headers.ts'
import { type JsonNode, type JsonView, viewJson } from './json-view.ts'
import type { Joined, Place, Provider } from './provider.ts'
import { formField, readForm } from './schemes/form.ts'
import { multipartField } from './schemes/multipart.ts'
import type { SignedTime } from './schemes/scheme.ts'

/** A delivery's values by place. */
export type Places = {
  readonly body: JsonView | undefined
  /** Undefined: the place is empty, or holds neither text nor number. */
  read(place: Place): string | undefined
  /** The same, as seen from one item of a split and the item around it. */
  at(item: JsonNode | undefined, outer: JsonNode | undefined): Places
}

const noFields: ReturnType<typeof readForm> = []

/** `scanned`: the body, where that is one JSON document. */
export function placesOf(
  provider: Provider,
  headers: Headers,
  body: Buffer,
  signedAt: SignedTime | null,
  scanned?: JsonDocument,
): Places {
  const contentType = headers.get('content-type') ?? ''
  const isPlainJson = contentType === 'application/json'
  const part = isPlainJson ? undefined : multipartField(body, contentType, 'json')
  const document = part === undefined ? viewJson(body, scanned) : viewJson(part)
  const isForm = !isPlainJson && /^application\/x-www-form-urlencoded\b/i.test(contentType)
  const form = isForm ? readForm(body) : noFields
  const claims = claimsOf(provider, headers, body)

  function readOne(
    kind: string,
    path: string,
    item: JsonNode | undefined,
    outer: JsonNode | undefined,
  ): string | undefined {
    switch (kind) {
      case 'header':
        return headers.get(path) || undefined
      case 'body':
        return readPath(document, document?.root, path)
      case 'item':
        return readPath(document, item ?? document?.root, path)
      case 'outer':
        return readPath(document, outer, path)
      case 'form':
        return readField(form, path)
      case 'claim':
        return readPath(claims, claims?.root, path)
      case 'xml':
        return readXml(formField(form, 'bt_payload') ?? '', path)
      case 'signed':
        return signedAt?.text
      case 'first-member-but':
        return firstMember(document, path.split(','))
      default:
        return undefined
    }
  }

  function from(item: JsonNode | undefined, outer: JsonNode | undefined): Places {
    return {
      body: document,
      at: from,
      read(place) {
        for (const { kind, path } of partsOf(place)) {
          const text = readOne(kind, path, item, outer)
          if (text !== undefined) return text
        }
        return undefined
      },
    }
  }
  return from(undefined, undefined)
}

type PlacePart = { readonly kind: string; readonly path: string }

/** The records' places, taken apart once; those that a source's own settings name come and go. */
const takenApart = new Map<Place, readonly PlacePart[]>()
const takenApartMax = 10_000

function partsOf(place: Place): readonly PlacePart[] {
  const known = takenApart.get(place)
  if (known !== undefined) return known
  const parts = place.split('|').map((one) => {
    const colon = one.indexOf(':')
    return { kind: one.slice(0, colon), path: one.slice(colon + 1) }
  })
  if (takenApart.size >= takenApartMax) takenApart.clear()
  takenApart.set(place, parts)
  return parts
}

/** The first alternative whose first part is present; its other parts count where they are present. */
export function readLoose(places: Places, alternatives: readonly Joined[]): readonly string[] | undefined {
  for (const parts of alternatives) {
    const first = parts.length === 0 ? undefined : places.read(parts[0]!)
    if (first === undefined) continue
    const texts = [first]
    for (let i = 1; i < parts.length; i += 1) {
      const text = places.read(parts[i]!)
      if (text !== undefined) texts.push(text)
    }
    return texts
  }
  return undefined
}

/** The first alternative of which every part is present: half an id would join different events. */
export function readStrict(places: Places, alternatives: readonly Joined[]): readonly string[] | undefined {
  for (const parts of alternatives) {
    const texts: string[] = []
    for (const place of parts) {
      const text = places.read(place)
      if (text === undefined) break
      texts.push(text)
    }
    if (texts.length === parts.length) return texts
  }
  return undefined
}

function readPath(view: JsonView | undefined, from: JsonNode | undefined, path: string): string | undefined {
  if (view === undefined || from === undefined) return undefined
  if (!path.includes('>')) return view.text(view.at(path, from))
  const [here, ...rest] = path.split('>')
  let text = view.text(view.at(here!, from))
  for (const inner of rest) {
    const within = text === undefined ? undefined : viewJson(Buffer.from(text))
    text = within?.text(within.at(inner))
  }
  return text
}

function readField(form: readonly (readonly [string, string])[], path: string): string | undefined {
  if (form.length === 0) return undefined
  const [name, ...rest] = path.split('>')
  const value = formField(form, name!)
  if (value === undefined || value === '') return undefined
  if (rest.length === 0) return value
  const view = viewJson(Buffer.from(value))
  return readPath(view, view?.root, rest.join('>'))
}

/** Braintree's notification: XML in base64, of which only the text of single elements is read. */
function readXml(base64: string, element: string): string | undefined {
  const xml = Buffer.from(base64, 'base64').toString('utf8')
  return new RegExp(`<${element}(?: [^>]*)?>([^<]+)</${element}>`).exec(xml)?.[1]?.trim() || undefined
}

function firstMember(view: JsonView | undefined, but: readonly string[]): string | undefined {
  return view?.members(view.root).find((member) => !but.includes(member.name))?.name
}

/** Claims of a token that `verify` has believed. */
function claimsOf(provider: Provider, headers: Headers, body: Buffer): JsonView | undefined {
  if (provider.claims === undefined) return undefined
  const token = provider.claims === 'body' ? body.toString('latin1').trim() : headers.get(provider.claims.header)
  const claims = decode(token?.split('.')[1] ?? '', 'base64url')
  return claims === undefined ? undefined : viewJson(claims)
}
