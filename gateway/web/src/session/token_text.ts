/** The token (JWT) in a text that somebody pasted: line breaks, "Bearer" and other words around it do not matter. Null if
 * there is none. */
export function tokenIn(text: string): string | null {
  return text.replace(/\s+/g, "").match(/eyJ[\w-]*\.[\w-]+\.[\w-]+/)?.[0] ?? null;
}

/** When a token expires, as it says itself. Null if it does not say so, or cannot be read. */
export function expiryOf(token: string): Date | null {
  try {
    const base64 = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const { exp } = JSON.parse(atob(base64));
    return typeof exp === "number" ? new Date(exp * 1_000) : null;
  } catch {
    return null;
  }
}
