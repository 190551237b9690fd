export const sections = ['account', 'general', 'ingestion', 'security', 'export'] as const
export type Section = (typeof sections)[number]

export function isSection(text: string): text is Section {
  return sections.some((section) => section === text)
}
