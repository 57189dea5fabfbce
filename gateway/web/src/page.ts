/** What the gateway wrote into the page's root element. */
export interface PageSettings {
  /** Whether pictures of other servers may be shown. Otherwise people are shown by their initials. */
  readonly remoteImages: boolean;
  /** Whether the gateway is a demo, which has roles to choose from. */
  readonly demo: boolean;
}

export function pageSettings(): PageSettings {
  const { remoteImages, demo } = document.documentElement.dataset;
  return { remoteImages: remoteImages === "true", demo: demo === "true" };
}
