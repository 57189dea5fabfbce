import { formatShare } from "../format";

/** A share of 0…1 as a bar with its number. */
export function ShareBar({ share, label }: { share: number; label: string }) {
  return (
    <span class="share">
      <progress max={1} value={share} aria-label={label} />
      <span class="share-number">{formatShare(share)}</span>
    </span>
  );
}
