import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { UpdatedNotice } from '../features/account/updated-notice.tsx'
import { requestPreferences } from '../server/preferences.ts'
import { nonce } from '../server/request.ts'
import { requestZone } from '../server/zone.ts'
import { PreferencesProvider } from '../ui/preferences-provider.tsx'
import { NonceProvider } from '../ui/providers.tsx'
import { ZoneProvider } from '../ui/time.tsx'
import { TooltipProvider } from '../ui/tooltip-provider.tsx'
import './globals.css'
import { text } from './text.ts'

export const metadata: Metadata = {
  title: { default: text.product, template: `%s · ${text.product}` },
  robots: 'noindex',
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafbfc' },
    { media: '(prefers-color-scheme: dark)', color: '#0b0c0f' },
  ],
}

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const value = await nonce()
  const [zone, preferences] = await Promise.all([requestZone(), requestPreferences()])
  return (
    <html
      lang="en"
      suppressHydrationWarning
      data-density={preferences.density}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
    >
      <body>
        <NonceProvider nonce={value}>
          <ZoneProvider initial={zone}>
            <PreferencesProvider initial={preferences}>
              <TooltipProvider>{children}</TooltipProvider>
              <UpdatedNotice />
            </PreferencesProvider>
          </ZoneProvider>
        </NonceProvider>
      </body>
    </html>
  )
}
