/** Every part of an event in the order shown; a rejection's answer is the last. */
const order = ['payload', 'envelope', 'headers', 'raw', 'timeline', 'curl', 'answer'] as const

export type DetailTab = (typeof order)[number]

export function inTabOrder<Tab extends { readonly value: DetailTab }>(tabs: readonly Tab[]): readonly Tab[] {
  return tabs.toSorted((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
}

/** A digit belongs to a part, so that it opens the same one where another is missing. */
export function tabOfKey(key: string, shown: readonly DetailTab[]): DetailTab | undefined {
  const tab = /^[1-9]$/.test(key) ? order[Number(key) - 1] : undefined
  return tab !== undefined && shown.includes(tab) ? tab : undefined
}
