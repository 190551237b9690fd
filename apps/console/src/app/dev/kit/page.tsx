import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Kit } from '../../../features/kit/kit.tsx'
import { config } from '../../../server/config.ts'

export const dynamic = 'force-dynamic'

/** The title would tell that there is something. */
export function generateMetadata(): Metadata {
  if (!config().hasDevKit) notFound()
  return { title: 'Kit' }
}

export default function KitPage() {
  if (!config().hasDevKit) notFound()
  return <Kit />
}
