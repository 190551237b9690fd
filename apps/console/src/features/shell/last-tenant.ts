/** Which organization `/` opens; a convenience, never a right. */
export const lastTenantCookie = 'em_tenant'
