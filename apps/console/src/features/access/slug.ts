/** A slug from a name, as a proposal: `Acme Größe GmbH` → `acme-grosse-gmbh`. */
export function proposeSlug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
}

export const slugForm = /^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/
