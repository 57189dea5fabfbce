import { type Fault, faultAt } from "../graphql/fault";
import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import { ActivityCalendar } from "./activity_calendar";
import type { Me } from "./courses";

const text = strings.learn;

/** The learner's streak, and a calendar of the last months. Both count days in the learner's own zone. */
export function ActivityCard({ me, faults, onRetry }: { me: Me | null | undefined; faults: readonly Fault[]; onRetry: () => void }) {
  const noStreak = faultAt(faults, "me", "streak");
  const noActivity = faultAt(faults, "me", "activity") ?? faultAt(faults, "me", "timeZone");
  const streak = me?.streak;
  return (
    <section class="card" aria-labelledby="activity">
      <h2 id="activity">{text.activity}</h2>
      {noStreak && noStreak.store !== noActivity?.store && <FaultNotice fault={noStreak} onRetry={onRetry} />}
      {streak && (
        <p>
          <strong class="streak">{streak.current ? text.streak(text.days(streak.current)) : text.noStreak}</strong>{" "}
          <span class="quiet">{text.longest(text.days(streak.longest))}</span>
        </p>
      )}
      {noActivity && <FaultNotice fault={noActivity} onRetry={onRetry} />}
      {me?.activity && me.timeZone && (
        <>{isKnown(me.timeZone) ? <ActivityCalendar days={me.activity} timeZone={me.timeZone} /> : <p>{text.unknownZone(me.timeZone)}</p>}</>
      )}
    </section>
  );
}

/** Whether this browser has the zone. Those of older browsers do not have all zones of the gateway. */
function isKnown(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat(undefined, { timeZone }));
  } catch {
    return false;
  }
}
