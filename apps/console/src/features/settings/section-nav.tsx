'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { cn } from '../../ui/class-names.ts'
import { Select } from '../../ui/select.tsx'
import type { Section } from './sections.ts'
import { text } from './text.ts'

/** Beside the form; on a phone a select above it. */
export function SectionNav({
  slug,
  current,
  sections,
}: {
  readonly slug: string
  readonly current: Section
  readonly sections: readonly Section[]
}) {
  const router = useRouter()
  const path = (section: Section) => `/${slug}/settings/${section}`
  return (
    <>
      <nav aria-label={text.title} className="flex w-44 shrink-0 flex-col gap-0.5 max-md:hidden">
        {sections.map((section) => (
          <Link
            key={section}
            href={path(section)}
            prefetch={false}
            aria-current={section === current ? 'page' : undefined}
            className={cn(
              'flex h-8 items-center rounded-control px-2.5 text-fg-2 no-underline hover:bg-hover hover:text-fg',
              section === current &&
                'bg-selected font-medium text-accent-text hover:bg-selected hover:text-accent-text',
            )}
          >
            {text.sections[section]}
          </Link>
        ))}
      </nav>
      <div className="md:hidden">
        <Select
          name="section"
          label={text.section}
          value={current}
          onChange={(section) => router.push(path(section))}
          choices={sections.map((value) => ({ value, label: text.sections[value] }))}
        />
      </div>
    </>
  )
}
