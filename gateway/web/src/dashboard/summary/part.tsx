import type { ComponentChildren } from "preact";

import { strings } from "../../strings";

/** A part of a view: its content, or else why it is not there. It keeps its place while it is loading. */
export function Part({ title, notice, children }: { title: string; notice: ComponentChildren; children: ComponentChildren }) {
  if (children) return <>{children}</>;
  return (
    <section class="card part">
      <h2>{title}</h2>
      {notice ?? <p class="quiet">{strings.common.loading}</p>}
    </section>
  );
}
