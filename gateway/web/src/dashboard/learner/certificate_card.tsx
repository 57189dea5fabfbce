import type { DashboardLearnerQuery } from "../../documents";
import { formatDate } from "../../format";
import { strings } from "../../strings";
import { PageLink } from "../../ui/page_link";
import type { Page } from "../../ui/start_page";

const text = strings.dashboard.learner.certificate;
type Certificate = NonNullable<NonNullable<DashboardLearnerQuery["enrollment"]>["certificate"]>;

/** The enrolment's certificate, with the link by which a third party verifies it. */
export function CertificateFacts({ page, certificate }: { page: Page; certificate: Certificate | null }) {
  if (!certificate) return <p class="quiet">{text.none}</p>;
  const { issuedAt, revokedAt, revocationReason, verifyCode, basis } = certificate;
  return (
    <>
      <p class={revokedAt ? "learner-bad" : undefined}>
        {revokedAt ? text.revoked(formatDate(revokedAt)) : text.issued(formatDate(issuedAt))}
        {revocationReason && (
          <>
            {" "}
            <bdi>{revocationReason}</bdi>
          </>
        )}
      </p>
      {basis && <p class="quiet">{text.bases[basis]}</p>}
      <p>
        <PageLink page={page} to={`/verify/${encodeURIComponent(verifyCode)}`}>
          {text.verify(verifyCode)}
        </PageLink>
      </p>
    </>
  );
}
