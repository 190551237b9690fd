/** Asks the palette to open, from wherever. */
export const findEvent = 'eventmesh:find'
