import { useEffect, useMemo } from "preact/hooks";

import activityDocument from "../../../documents/dashboard_learner_activity.graphql";
import { anyFault, faultAt } from "../../graphql/fault";
import { formatDuration, formatNumber } from "../../format";
import { strings } from "../../strings";
import { FaultNotice } from "../../ui/fault_notice";
import type { Page } from "../../ui/start_page";
import { BarChart } from "../charts/bar_chart";
import { spanName, timeTicks } from "../charts/time_ticks";
import { Part } from "../summary/part";
import { rangeOf } from "../summary/period";
import { ownZone } from "../summary/period_choice";
import { usePacedAnswer } from "../summary/use_paced_answer";

const text = strings.dashboard.learner.activity;
const SPACING = 10_000;

interface ActivityProps {
  readonly page: Page;
  readonly registration: string;
  readonly course: string | null;
  readonly pulse: number;
}

/** The learner's events of the last eight weeks, by day of the browser's zone. */
export function Activity({ page, registration, course, pulse }: ActivityProps) {
  const zone = ownZone();
  const variables = () => ({ registration, course, zone, range: rangeOf({ name: "eightWeeks", back: 0 }, new Date()) });
  const { answer, changed, readAgain } = usePacedAnswer(page.client, activityDocument, registration, variables, SPACING);
  useEffect(() => {
    if (pulse > 0) changed();
  }, [pulse, changed]);
  const days = answer?.data?.enrollment?.learner?.activity;
  const fault = answer && (faultAt(answer.faults, "enrollment", "learner", "activity") ?? anyFault(answer.faults));
  const bars = useMemo(
    () => ({ values: (days ?? []).map(({ events }) => events), ticks: (most: number) => timeTicks(days ?? [], "DAY", zone, most) }),
    [days, zone],
  );
  const active = (days ?? []).filter(({ events }) => events > 0);
  const total = active.reduce((sum, { events }) => sum + events, 0);
  const rows = (days ?? []).map((day) => [spanName(day, "DAY", zone), formatNumber(day.events), formatDuration(day.activeSeconds)]);
  const sentence = total === 0 ? text.none : text.sentence(total, active.length);
  return (
    <Part title={text.title} notice={fault && <FaultNotice fault={fault} onRetry={readAgain} />}>
      {days && <BarChart title={text.title} sentence={sentence} bars={bars} table={{ head: text.columns, rows }} />}
    </Part>
  );
}
