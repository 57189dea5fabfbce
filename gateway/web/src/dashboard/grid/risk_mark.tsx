import "./risk_mark.css";

import { useId } from "preact/hooks";

import { formatShare } from "../../format";
import { strings } from "../../strings";
import { INACTIVE_DAYS, type Risk, SHARE_BEHIND } from "./risk";

const text = strings.dashboard.grid.risk;

/** Marks a learner at risk. Pointer, focus and touch show why, and the rule. Escape hides it. */
export function RiskMark({ risks, average }: { risks: readonly Risk[]; average: number | null }) {
  const id = useId();
  const leave = (event: KeyboardEvent) => event.key === "Escape" && (event.currentTarget as HTMLElement).blur();
  const rule = text.rule(INACTIVE_DAYS, SHARE_BEHIND * 100);
  return (
    <span class="risk">
      <button type="button" class="risk-mark" aria-describedby={id} data-risk={risks.join(" ")} onKeyDown={leave}>
        {text.mark}
      </button>
      <span role="tooltip" id={id}>
        {risks.includes("inactive") && <b>{text.inactive(INACTIVE_DAYS)}</b>}
        {risks.includes("behind") && <b>{text.behind(formatShare(average ?? 0))}</b>}
        <span>{rule}</span>
      </span>
    </span>
  );
}
