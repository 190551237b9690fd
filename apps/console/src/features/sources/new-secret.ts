/** A secret of ours for providers that let their customer choose one; 128 bits, in the form that the provider takes. */
export function newSecret(form: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(form === 'whsec' ? 24 : 16))
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (form === 'whsec') return `whsec_${btoa(String.fromCharCode(...bytes))}`
  return form === 'user-password' ? `eventmesh:${hex}` : hex
}
