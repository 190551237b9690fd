/** How the keys begin that this page makes. */
export const firstKeyPrefix = 'get-started'
