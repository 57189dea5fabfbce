import type { Role } from "../documents";

/** A role of the demo, with a token of its own. */
export interface DemoRole {
  readonly subject: string;
  readonly role: Role;
  readonly name: string;
  readonly description: string;
  readonly token: string;
}

/** The roles that the demo offers; null if they cannot be loaded. The tokens are new each time. */
export async function readDemoRoles(): Promise<readonly DemoRole[] | null> {
  try {
    const response = await fetch("/demo/roles.json", { cache: "no-store" });
    return response.ok ? ((await response.json()).roles as readonly DemoRole[]) : null;
  } catch {
    return null;
  }
}
