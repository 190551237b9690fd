/**
 * Nothing can be added to what every object inherits from: a merge of hostile input pollutes nobody (ASVS 15.3.6).
 * Closed and not frozen, because older libraries assign `constructor` or `toString` on objects of their own, which a frozen
 * prototype refuses.
 */
export function closePrototypes(): void {
  for (const { prototype } of [Object, Array, Function, String, Number, Boolean, Map, Set, Promise]) {
    Object.preventExtensions(prototype)
  }
}
