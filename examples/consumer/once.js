/**
 * Remembers which events were seen. The log holds an event at least once: a retry whose first answer got lost leaves a
 * second record with the same event_id. This one forgets what is oldest and everything when the program ends; where an
 * effect must not happen twice, keep event_id (for 35 days) in the same transaction as the effect: a table with a
 * primary key on it and `insert … on conflict do nothing`.
 */
export function once(sizeMax = 1_000_000) {
  const seen = new Set()
  return (eventId) => {
    if (seen.has(eventId)) return false
    seen.add(eventId)
    if (seen.size > sizeMax) seen.delete(seen.values().next().value)
    return true
  }
}
