/** For what scrolls by itself: reachable and named for the keyboard and for screen readers (WCAG 2.1.1). */
export function scrollRegion(label: string) {
  return { tabIndex: 0, role: 'region', 'aria-label': label } as const
}
