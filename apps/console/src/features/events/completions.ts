import type { EventFacets, FacetField } from '@eventmesh/db'
import { searchFields } from '@eventmesh/db/search-grammar'
import { outcomeText, sourceText } from '../../words/outcomes.ts'
import { quoted } from './filter.ts'
import { text } from './text.ts'

export type Completion = {
  /** As it then stands in the search. */
  readonly text: string
  /** What it is called, where that is something else. */
  readonly hint: string | undefined
}

export type Completions = {
  /** What a completion takes the place of. */
  readonly from: number
  readonly to: number
  readonly items: readonly Completion[]
}

const shownMax = 8
const fixed: Readonly<Record<string, readonly string[]>> = {
  outcome: Object.keys(outcomeText),
  mode: ['live', 'test'],
  is: ['late'],
}

/** Field names and known values for the word in which the caret stands. */
export function completionsAt(query: string, caret: number, facets: EventFacets | undefined): Completions {
  const term = termAt(query, caret)
  const start = term.from + Number(query[term.from] === '-')
  const typed = query.slice(start, caret)
  // Before a word that is there already nothing is begun.
  if (typed === '' && term.to > caret) return { from: start, to: caret, items: [] }
  const colon = typed.indexOf(':')
  if (colon === -1) {
    const items = [...fieldsLike(typed), ...(start === term.from ? typesLike(typed, facets) : [])]
    return { from: start, to: term.to, items: items.slice(0, typed === '' ? items.length : shownMax) }
  }
  const field = typed.slice(0, colon)
  const values = splitValues(query.slice(start + colon + 1, caret))
  const last = values.at(-1) ?? ''
  const others = values.slice(0, -1)
  return {
    from: caret - last.length,
    to: term.to,
    items: valuesLike(field, last, facets)
      .filter(({ text: each }) => each !== last && !others.includes(each))
      .slice(0, shownMax),
  }
}

function fieldsLike(typed: string): readonly Completion[] {
  return Object.entries(text.fields)
    .filter(([name]) => name.startsWith(typed.toLowerCase()) && name !== typed)
    .map(([name, hint]) => ({ text: searchFields.some((field) => field === name) ? `${name}:` : name, hint }))
}

/** A bare word may be a part of a type. */
function typesLike(typed: string, facets: EventFacets | undefined): readonly Completion[] {
  if (typed.length < 2) return []
  return valuesLike('type', typed, facets).map(({ text: value }) => ({ text: `type:${value}`, hint: undefined }))
}

function valuesLike(field: string, typed: string, facets: EventFacets | undefined): readonly Completion[] {
  const wanted = typed.replaceAll('"', '').toLowerCase()
  const isNamed = field === 'source' || field === 'key'
  const counted = facets?.fields[field as FacetField] ?? []
  const known = [
    // Whose id is the value is searched by its name as well, which can be read.
    ...counted.map(({ value, name }) => ({ value: isNamed ? name : value, name: isNamed ? sourceText(name) : name })),
    ...(fixed[field] ?? []).map((value) => ({ value, name: value })),
  ]
  const values = known.filter(({ value }, n) => known.findIndex((each) => each.value === value) === n)
  const like = (test: (word: string) => boolean) =>
    values.filter(({ value, name }) => test(value.toLowerCase()) || test(name.toLowerCase()))
  const starting = like((word) => word.startsWith(wanted))
  const holding = like((word) => word.includes(wanted)).filter((each) => !starting.includes(each))
  return [...starting, ...holding].map(({ value, name }) => ({
    text: quoted(value),
    hint: name === value ? undefined : name,
  }))
}

/** A run of text between blanks that stand outside quotes. */
function termAt(query: string, caret: number): { readonly from: number; readonly to: number } {
  let from = 0
  let isQuoted = false
  for (let at = 0; at < query.length; at += 1) {
    if (isQuoted && query[at] === '\\') at += 1
    else if (query[at] === '"') isQuoted = !isQuoted
    else if (!isQuoted && /\s/u.test(query[at] ?? '')) {
      if (at >= caret) return { from, to: at }
      from = at + 1
    }
  }
  return { from, to: query.length }
}

function splitValues(list: string): readonly string[] {
  return list.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+|(?<=,|^)(?=,|$)/g) ?? ['']
}
