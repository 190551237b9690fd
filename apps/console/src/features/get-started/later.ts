/** Kept under the organization's own path: it says nothing of others. */
export const laterCookie = 'em_get_started'
