export const text = {
  product: 'EventMesh',
  failed: {
    title: 'This page could not be loaded',
    lead: 'It may work again in a moment.',
    tryAgain: 'Try again',
  },
  stopped: {
    title: 'The console could not go on, or was updated meanwhile',
    reload: 'Reload',
  },
  notFound: {
    title: 'Not found',
    heading: 'There is nothing here',
    outside: 'The address is wrong, or it belongs to an organization that you are not a member of.',
    inside: 'The address is wrong, or what it named was removed or is kept no longer.',
    start: 'Go to the start',
  },
} as const
