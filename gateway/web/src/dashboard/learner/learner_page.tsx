import "../summary/summary.css";
import "./learner.css";

import { useEffect } from "preact/hooks";

import learnerDocument from "../../../documents/dashboard_learner.graphql";
import { faultAt } from "../../graphql/fault";
import { strings } from "../../strings";
import { FaultNotice } from "../../ui/fault_notice";
import type { Page } from "../../ui/start_page";
import type { Go, Place } from "../place";
import { PlaceLink } from "../place_link";
import { usePacedAnswer } from "../summary/use_paced_answer";
import { Activity } from "./activity";
import { Attempts } from "./attempts";
import { CertificateFacts } from "./certificate_card";
import { Items } from "./items";
import { LearnerHead, LearnerNumbers } from "./learner_head";
import { Timeline } from "./timeline";
import { useLearnerFeed } from "./use_learner_feed";
import { CurrentSession, ResumePoint } from "./whereabouts";

const text = strings.dashboard.learner;
const SPACING = 2_000;

interface LearnerPageProps {
  readonly page: Page;
  readonly place: Place;
  readonly registration: string;
  readonly go: Go;
}

/** A learner in a course, as the instructor sees it: live, each part with its own fault. */
export function LearnerPage({ page, place, registration, go }: LearnerPageProps) {
  const { course, kept } = place;
  const feed = useLearnerFeed(page.live, registration);
  const variables = () => ({ registration, course });
  const { answer, waiting, changed, readAgain } = usePacedAnswer(page.client, learnerDocument, registration, variables, SPACING);
  useEffect(() => {
    if (feed.pulse > 0) changed();
  }, [feed.pulse, changed]);

  const enrollment = answer?.data?.enrollment ?? null;
  const notice = (...path: string[]) => {
    const fault = answer && faultAt(answer.faults, "enrollment", ...path);
    return fault && <FaultNotice fault={fault} onRetry={readAgain} />;
  };
  const person = notice("learner", "displayName");
  const { registration: _, ...back } = Object.fromEntries(place.search);
  const newest = feed.progress ?? enrollment?.progress;
  return (
    <section class="overview" aria-label={text.label} aria-busy={waiting} data-learner={registration}>
      <PlaceLink page={page} go={go} search={back} kept={kept}>
        {course ? text.back : strings.dashboard.choice.back}
      </PlaceLink>
      {answer && !enrollment ? (
        <>
          <h1>{text.notFound}</h1>
          {notice() ?? <p class="notice">{text.notFoundText}</p>}
        </>
      ) : (
        <>
          <LearnerHead page={page} enrollment={enrollment} />
          {person}
          {notice("course", "title")}
          <LearnerNumbers progress={answer ? newest ?? null : undefined} streak={answer ? enrollment?.learner?.streak : undefined} />
          {notice("progress")}
          {!person && notice("learner", "streak")}
          <div class="learner-cards">
            <section class="card" data-part="resume">
              <h2>{text.whereabouts.resume}</h2>
              {notice("resume") ?? (answer && <ResumePoint resume={feed.resume ?? enrollment?.resume ?? null} />)}
            </section>
            <section class="card" data-part="session">
              <h2>{text.whereabouts.session}</h2>
              {notice("learner", "session") ??
                (answer && <CurrentSession session={enrollment?.learner?.session ?? null} registration={registration} />)}
            </section>
            <section class="card" data-part="certificate">
              <h2>{text.certificate.title}</h2>
              {notice("certificate") ?? (answer && <CertificateFacts page={page} certificate={enrollment?.certificate ?? null} />)}
            </section>
          </div>
          <Items page={page} registration={registration} feed={feed} />
          <div class="charts">
            <Activity page={page} registration={registration} course={course} pulse={feed.pulse} />
            <Attempts page={page} registration={registration} feed={feed} />
          </div>
          <Timeline page={page} registration={registration} course={course} feed={feed} />
        </>
      )}
    </section>
  );
}
