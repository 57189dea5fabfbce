import "./summary.css";

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import overviewDocument from "../../../documents/dashboard_overview.graphql";
import { faultAt, isForbidden } from "../../graphql/fault";
import { strings } from "../../strings";
import { FaultNotice } from "../../ui/fault_notice";
import type { Page } from "../../ui/start_page";
import type { CourseFeed } from "../course_feed";
import { Counts } from "./counts";
import { CourseCharts } from "./course_charts";
import { JumpLinks } from "./jump_links";
import { PERIODS, type Period, rangeOf } from "./period";
import { PeriodChoice, ownZone } from "./period_choice";
import { usePacedAnswer } from "./use_paced_answer";

const text = strings.dashboard.overview;
const SPACING = 10_000;

interface Overview {
  readonly page: Page;
  readonly course: string;
  readonly feed: CourseFeed;
  /** Called with the average completion of the course's learners whenever it is read; null if there is none. */
  readonly onAverage: (completion: number | null) => void;
  /** The learners: they stand between the numbers and the charts. */
  readonly children: ComponentChildren;
}

/** A course's title, numbers and charts. They are read again while updates arrive, at most every ten seconds. */
export function CourseOverview({ page, course, feed, onAverage, children }: Overview) {
  const [period, choosePeriod] = useState<Period>({ name: "twoWeeks", back: 0 });
  const [zone, chooseZone] = useState(ownZone);
  const variables = () => ({ course, zone, window: PERIODS[period.name].window, range: rangeOf(period, new Date()) });
  const question = JSON.stringify([course, zone, period]);
  const { answer, asked, waiting, changed, readAgain } = usePacedAnswer(page.client, overviewDocument, question, variables, SPACING);
  useEffect(() => feed.receive({ updated: changed, reset: changed, ended: () => undefined }), [feed, changed]);
  const found = answer?.data?.course;
  const summary = found?.summary;
  const drawn = asked ?? variables();
  const average = summary?.averageCompletion;
  useEffect(() => {
    if (average !== undefined) onAverage(average);
  }, [average, onAverage]);

  const notice = (...path: string[]) => {
    const fault = answer && faultAt(answer.faults, "course", ...path);
    return fault && <FaultNotice fault={fault} onRetry={readAgain} />;
  };
  const unknown = answer?.data && !found && !notice();
  const hidden = answer?.faults.some(isForbidden);
  return (
    <section class="overview" aria-busy={waiting} aria-label={text.label}>
      <header class="overview-head">
        <h1>
          <bdi>{answer ? (found?.title ?? course) : "\u00a0"}</bdi>
        </h1>
        <p class="quiet overview-key">
          <bdi>{course}</bdi>
          {found?.version != null && ` · ${text.version(found.version)}`}
        </p>
        {!unknown && !hidden && <JumpLinks />}
      </header>
      {unknown && <p class="notice">{text.unknownCourse}</p>}
      {notice("title") ?? (hidden && notice("summary"))}
      {!unknown && !hidden && (
        <>
          <Counts summary={answer ? (summary ?? null) : undefined} onlineNow={answer ? (found?.onlineNow ?? null) : undefined} />
          {found && (notice("summary") ?? notice("onlineNow"))}
          {children}
          <PeriodChoice period={period} zone={zone} choosePeriod={choosePeriod} chooseZone={chooseZone} />
          <CourseCharts course={found} window={drawn.window} zone={drawn.zone} notice={notice} />
        </>
      )}
    </section>
  );
}
