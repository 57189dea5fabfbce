import { useState } from "preact/hooks";

import { formatDate } from "../format";
import { type Fault, faultAt } from "../graphql/fault";
import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import type { Course } from "./courses";

const text = strings.learn;
type Certificate = NonNullable<Course["certificate"]>;

/** The learner's certificates. Without one there is no section. */
export function Certificates({ courses, faults }: { courses: readonly Course[]; faults: readonly Fault[] }) {
  const fault = faultAt(faults, "me", "enrollments", "edges", "node", "certificate");
  const certified = courses.filter(({ certificate }) => certificate);
  if (!fault && certified.length === 0) return null;
  return (
    <section class="card" aria-labelledby="certificates">
      <h2 id="certificates">{text.certificates}</h2>
      {fault && <FaultNotice fault={fault} />}
      <ul class="certificates">
        {certified.map((course) => (
          <li key={course.registration}>
            <bdi class="course-title">{course.course?.title ?? course.courseKey}</bdi>
            <CertificateFacts certificate={course.certificate as Certificate} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function CertificateFacts({ certificate }: { certificate: Certificate }) {
  const [copied, setCopied] = useState(false);
  const path = `/verify/${encodeURIComponent(certificate.verifyCode)}`;
  const copy = () => navigator.clipboard.writeText(new URL(path, window.location.href).href).then(() => setCopied(true));
  return (
    <>
      <span class="quiet">
        {certificate.basis && `${text.basis[certificate.basis]} · `}
        {text.issued(formatDate(certificate.issuedAt))}
      </span>
      {certificate.revokedAt && <strong class="revoked">{text.revoked(formatDate(certificate.revokedAt))}</strong>}
      <span class="item-actions">
        <a href={path}>{text.verify}</a>
        {/* Browsers have a clipboard on secure origins only. */}
        {window.isSecureContext && (
          <button type="button" onClick={copy}>
            {copied ? text.copied : text.copy}
          </button>
        )}
      </span>
    </>
  );
}
