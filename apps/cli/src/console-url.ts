/** The console's public address, as browsers see it; unset: where `npm start` serves it. */
export function consoleUrl(environment: Readonly<Record<string, string | undefined>>): string {
  const url = environment.EVENTMESH_CONSOLE_URL || `http://localhost:${environment.CONSOLE_PORT || '4001'}`
  return url.replace(/\/+$/, '')
}
