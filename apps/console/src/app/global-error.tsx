'use client'

import './globals.css'
import { text } from './text.ts'

/** Stands in where even the layout failed, most often because the console was updated under an open page. */
export default function GlobalError({ error }: { readonly error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <title>{text.product}</title>
        <main className="grid min-h-dvh place-items-center px-4 text-center">
          <div role="alert" className="flex flex-col items-center gap-3">
            <h1 className="font-medium text-14">{text.stopped.title}</h1>
            {error.digest !== undefined && <code>{error.digest}</code>}
            <button
              type="button"
              onClick={() => window.location.reload()}
              className="h-8 rounded-control border border-line-strong bg-surface px-3 font-medium"
            >
              {text.stopped.reload}
            </button>
          </div>
        </main>
      </body>
    </html>
  )
}
