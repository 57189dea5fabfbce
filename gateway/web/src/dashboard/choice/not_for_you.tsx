import { strings } from "../../strings";

const text = strings.dashboard.choice;

/** The dashboard of a viewer who has none: a learner is shown the way to their own page. */
export function NotForYou({ role }: { role: "LEARNER" | "SERVICE" }) {
  return (
    <section class="card aside" data-not-for-you={role}>
      <h1>{text.notForYou}</h1>
      <p>{role === "LEARNER" ? text.notForLearners : text.notForServices}</p>
      {role === "LEARNER" && (
        <a class="button primary" href="/learn">
          {text.toLearn}
        </a>
      )}
    </section>
  );
}
