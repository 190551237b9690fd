import { readdirSync, readFileSync } from 'node:fs'
import { unwrap } from '@eventmesh/envelope'
import { describe, expect, test } from 'vitest'
import { extract, payloadBytes } from './extract.ts'
import { providers } from './registry.ts'

const folder = new URL('../fixtures/payloads/', import.meta.url)

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .sort()

/** Types that stand in a header, which the samples do not hold. */
const typedByHeader = ['bitbucket', 'github', 'gitlab', 'shopify', 'woocommerce']

describe('sample bodies of the providers (fixtures/payloads/SOURCES.md)', () => {
  test.each(files)('%s is read, typed and kept byte for byte', (name) => {
    const id = name.split('/')[0]!
    const body = readFileSync(new URL(name, folder))
    const extraction = extract({
      provider: id,
      request: { rawHeaders: ['Content-Type', 'application/json'], body },
      signedAt: null,
    })
    expect(extraction.ok, JSON.stringify(extraction)).toBe(true)
    if (!extraction.ok) return

    for (const item of extraction.items) {
      const isTyped = providers.get(id)!.type.length > 0 && !typedByHeader.includes(id)
      if (isTyped) expect(item.eventType).not.toBe(`${id}.event`)
      if (item.occurredAt !== null) expect(item.occurredAt).toMatch(/^(19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      const payload = payloadBytes(item)
      if (!extraction.isSplit) expect(unwrap(payload, item.wrap, item.exactBody ?? undefined)?.equals(body)).toBe(true)
      else expect(body.includes(item.payload.item)).toBe(true)
    }
  })

  test.each([
    ['stripe/customer.created.json', 'stripe.customer.created'],
    ['slack/event.reaction_added.json', 'slack.reaction_added'],
    ['paddle/transaction.completed.json', 'paddle.transaction.completed'],
    ['paypal/PAYMENT.SALE.COMPLETED.json', 'paypal.PAYMENT.SALE.COMPLETED'],
    ['adyen/REFUND.json', 'adyen.REFUND'],
    ['adyen/balancePlatform.transaction.created.json', 'adyen.balancePlatform.transaction.created'],
    ['aws-sns/Notification.json', 'aws-sns.Notification'],
    ['box/FILE.UPLOADED.json', 'box.FILE.UPLOADED'],
    ['circleci/job-completed.2.json', 'circleci.job-completed'],
    ['hubspot/contact.creation.json', 'hubspot.contact.creation'],
    ['monday/create_pulse.json', 'monday.create_pulse'],
    ['pagerduty/incident.priority_updated.json', 'pagerduty.incident.priority_updated'],
    ['postmark/bounce.json', 'postmark.Bounce'],
    ['recurly/account.created.json', 'recurly.account.created'],
    ['resend/clicked.json', 'resend.email.clicked'],
    ['workos/dsync.user.created.json', 'workos.dsync.user.created'],
  ])('%s is a %s', (name, eventType) => {
    const body = readFileSync(new URL(name, folder))
    const extraction = extract({ provider: name.split('/')[0]!, request: { rawHeaders: [], body }, signedAt: null })
    expect(extraction.ok && extraction.items.map((item) => item.eventType)).toEqual([eventType])
  })
})
