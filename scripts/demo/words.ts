import { randomInt, randomUUID } from 'node:crypto'

/** What a shop's services say; the members stand as those services would write them. */
export type DemoEvent = { readonly event_type: string; readonly payload: Readonly<Record<string, unknown>> }

const goods = [
  ['MUG-01', 'Stoneware mug', 1_400],
  ['TEE-M-BLK', 'T-shirt, black, M', 2_900],
  ['LAMP-7', 'Desk lamp', 8_900],
  ['NOTE-A5', 'Notebook A5', 1_250],
  ['BAG-22', 'Backpack, 22 l', 11_900],
] as const
const cities = ['Lisbon', 'Utrecht', 'Gdańsk', 'Lyon', 'Graz', 'Turku', 'Malmö', 'Girona'] as const
const carriers = ['dhl', 'ups', 'postnl', 'inpost'] as const
const plans = ['starter', 'team', 'business'] as const
const devices = ['ios 19.1', 'android 16', 'web'] as const

export const orders = (): DemoEvent =>
  pick([
    () => event('order.created', { items: basket(), shipping_city: pick(cities) }),
    () => event('order.created', { items: basket(), shipping_city: pick(cities), coupon: 'AUTUMN' }),
    () => event('order.paid', { amount: price(), currency: 'EUR', method: pick(['card', 'ideal', 'paypal']) }),
    () => event('order.shipped', { carrier: pick(carriers), parcels: randomInt(1, 4) }),
    () => event('order.cancelled', { reason: pick(['customer', 'stock', 'payment']) }),
  ])()

export const billing = (): DemoEvent =>
  pick([
    () => event('invoice.issued', { total: price(), currency: 'EUR', due_days: 14 }),
    () => event('subscription.renewed', { plan: pick(plans), seats: randomInt(1, 60) }),
    () => event('payment.failed', { attempt: randomInt(1, 4), decline_code: 'insufficient_funds' }),
  ])()

export const mobile = (): DemoEvent =>
  pick([
    () => event('user.signed_in', { device: pick(devices) }),
    () => event('cart.updated', { items: basket() }),
    () => event('search.performed', { query: pick(goods)[1].toLowerCase(), results: randomInt(0, 40) }),
  ])()

export const stock = (): DemoEvent =>
  event('stock.changed', { sku: pick(goods)[0], on_hand: randomInt(0, 400), warehouse: pick(['ams-1', 'waw-2']) })

/** A provider's delivery: `id` is where that provider puts its own. */
export type DemoDelivery = {
  readonly body: Readonly<Record<string, unknown>>
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

export const deliveries = {
  'stripe-payments': (id) => ({
    body: {
      id: `evt_${id}`,
      object: 'event',
      created: Math.floor(Date.now() / 1000),
      type: pick(['payment_intent.succeeded', 'charge.refunded', 'invoice.paid', 'customer.subscription.updated']),
      livemode: true,
      pending_webhooks: 1,
      data: { object: { id: `pi_${randomInt(1e9)}`, amount: price(), currency: 'eur' } },
    },
  }),
  'github-platform': (id) => {
    const [name, action] = pick([
      ['push', undefined],
      ['pull_request', 'opened'],
      ['pull_request', 'closed'],
      ['issues', 'labeled'],
      ['workflow_run', 'completed'],
    ] as const)
    return {
      body: { action, repository: { full_name: 'acme/storefront' }, sender: { login: pick(['ana', 'bo', 'chen']) } },
      headers: [
        ['x-github-event', name],
        ['x-github-delivery', id],
      ],
    }
  },
  'shopify-store': (id) => ({
    body: { id: randomInt(1e9), total_price: (price() / 100).toFixed(2), currency: 'EUR', line_items: basket() },
    headers: [
      ['x-shopify-topic', pick(['orders/create', 'orders/paid', 'products/update'])],
      ['x-shopify-webhook-id', id],
      ['x-shopify-triggered-at', new Date().toISOString()],
    ],
  }),
  'slack-workspace': (id) => ({
    body: {
      team_id: 'T02ACME',
      type: 'event_callback',
      event_id: `Ev${id}`,
      event_time: Math.floor(Date.now() / 1000),
      event: { type: pick(['app_mention', 'message', 'reaction_added']), channel: 'C07SHIP', user: 'U1ANA' },
    },
  }),
} as const satisfies Record<string, (id: string) => DemoDelivery>

export function pick<const T>(from: readonly T[]): T {
  return from[randomInt(from.length)] as T
}

function event(event_type: string, rest: Readonly<Record<string, unknown>>): DemoEvent {
  return { event_type, payload: { id: randomUUID(), order_id: randomInt(8_000, 9_999), ...rest } }
}

function basket() {
  return Array.from({ length: randomInt(1, 4) }, () => {
    const [sku, title, unit_price] = pick(goods)
    return { sku, title, quantity: randomInt(1, 3), unit_price }
  })
}

function price(): number {
  return randomInt(900, 24_000)
}
