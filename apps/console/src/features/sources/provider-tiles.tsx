'use client'

import Link from 'next/link'
import { useState } from 'react'
import { SearchField } from '../../ui/search-field.tsx'
import type { ProviderTile } from './provider-sheet.ts'
import type { ProviderTiles as Tiles } from './queries.ts'
import { Initial } from './source-facts.tsx'
import { text } from './text.ts'

const { adding, proofs } = text

export function ProviderTiles({ slug, tiles }: { readonly slug: string; readonly tiles: Tiles }) {
  const [search, setSearch] = useState('')
  const wanted = search.toLowerCase()
  const groups = (
    [
      [adding.first, tiles.first],
      [adding.rest, tiles.rest],
      [adding.other, tiles.other],
    ] as const
  ).map(([title, all]) => ({
    title,
    found: all.filter(({ id, name }) => `${name} ${id}`.toLowerCase().includes(wanted)),
  }))
  const isEmpty = groups.every(({ found }) => found.length === 0)
  return (
    <div className="flex flex-col gap-5">
      <search>
        <SearchField label={adding.searchProviders} initial="" onSearch={setSearch} className="block w-72" />
      </search>
      <p role="status" className="text-fg-2 empty:hidden">
        {isEmpty ? adding.noneFound : ''}
      </p>
      {groups.map(
        ({ title, found }) =>
          found.length > 0 && (
            <section key={title} className="flex flex-col gap-2">
              <h2 className="text-12 text-fg-3">{title}</h2>
              <ul className="m-0 grid list-none grid-cols-[repeat(auto-fill,minmax(176px,1fr))] gap-2 p-0 max-sm:grid-cols-2">
                {found.map((tile) => (
                  <li key={tile.id} className="min-w-0">
                    <Tile slug={slug} tile={tile} />
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
    </div>
  )
}

function Tile({ slug, tile }: { readonly slug: string; readonly tile: ProviderTile }) {
  return (
    <Link
      href={`/${slug}/sources/new?provider=${tile.id}`}
      prefetch={false}
      className="flex h-full flex-col gap-1.5 rounded-card border border-line bg-surface p-3 text-fg no-underline hover:border-line-strong hover:bg-hover"
    >
      <span className="flex items-center gap-2">
        <Initial name={tile.name} />
        <span className="min-w-0 flex-1 break-words font-medium">{tile.name}</span>
      </span>
      <span className="truncate text-12 text-fg-2">
        <code>{tile.scheme}</code>
      </span>
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-11 text-fg-3">
        {tile.isOpen ? <span className="text-warn-text">{adding.openWarning}</span> : adding.checked(tile.checked)}
        {!tile.isOpen && proofs[tile.proof] !== '' && (
          <span className={tile.proof === 'none' ? 'text-warn-text' : undefined}>{proofs[tile.proof]}</span>
        )}
      </span>
    </Link>
  )
}
