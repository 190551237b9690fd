import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Kit } from '../../../features/kit/kit.tsx'
import { config } from '../../../server/config.ts'

export const metadata: Metadata = { title: 'Kit' }
export const dynamic = 'force-dynamic'

export default function KitPage() {
  if (!config().hasDevKit) notFound()
  return <Kit />
}
