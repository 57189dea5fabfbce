import { strings } from "../strings";

/** The place of what is not there yet. */
export function Loading() {
  return (
    <p class="quiet loading" aria-busy="true">
      {strings.common.loading}
    </p>
  );
}
