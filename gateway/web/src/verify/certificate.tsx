import verifyCertificateDocument from "../../documents/verify_certificate.graphql";
import type { VerifyCertificateQuery } from "../documents";
import { formatDate } from "../format";
import type { Client } from "../graphql/client";
import { type Fault, faultAt } from "../graphql/fault";
import { strings } from "../strings";
import { FaultNotice } from "../ui/fault_notice";
import { useAnswer } from "../ui/use_answer";

const text = strings.verify;
const FIELD = "verifyCertificate";
type Facts = NonNullable<VerifyCertificateQuery["verifyCertificate"]>;

/** What a code's certificate certifies. All codes without a certificate look alike, whatever they are made of. */
export function Certificate({ client, code }: { client: Client; code: string }) {
  const { answer, readAgain } = useAnswer(client, verifyCertificateDocument, { code });
  if (!answer) return <p class="card verify-card">{text.checking}</p>;
  const facts = answer.data?.verifyCertificate;
  const fault = faultAt(answer.faults, FIELD);
  if (facts) return <FactsCard facts={facts} faults={answer.faults} onRetry={readAgain} />;
  if (fault) return <FaultNotice fault={fault} onRetry={readAgain} />;
  return (
    <section class="card verify-card" data-found="false">
      <h2>{text.unknown}</h2>
      <p>{text.unknownText}</p>
    </section>
  );
}

interface FactsCardProps {
  readonly facts: Facts;
  readonly faults: readonly Fault[];
  readonly onRetry: () => void;
}

function FactsCard({ facts, faults, onRetry }: FactsCardProps) {
  const noName = faultAt(faults, FIELD, "learnerName");
  const noTitle = faultAt(faults, FIELD, "courseTitle");
  return (
    <section class="card verify-card" data-found="true" data-revoked={facts.revokedAt !== null}>
      <h2>
        <span aria-hidden="true">{facts.revokedAt ? "✕ " : "✓ "}</span>
        {facts.revokedAt ? text.revoked : text.valid}
      </h2>
      {facts.revokedAt && <p>{text.revokedText}</p>}
      <dl>
        <dt>{text.learner}</dt>
        <dd class="verify-name">
          {noName ? <FaultNotice fault={noName} onRetry={onRetry} /> : <bdi>{facts.learnerName ?? text.nameless}</bdi>}
        </dd>
        <dt>{text.course}</dt>
        <dd>{noTitle ? <FaultNotice fault={noTitle} onRetry={onRetry} /> : <bdi>{facts.courseTitle ?? text.untitled}</bdi>}</dd>
        <dt>{text.issuedAt}</dt>
        <dd>{formatDate(facts.issuedAt)}</dd>
        {facts.revokedAt && (
          <>
            <dt>{text.revokedAt}</dt>
            <dd>{formatDate(facts.revokedAt)}</dd>
          </>
        )}
        <dt>{text.basis}</dt>
        <dd>{text.bases[facts.basis]}</dd>
      </dl>
      <button type="button" class="verify-print" onClick={() => window.print()}>
        {text.print}
      </button>
    </section>
  );
}
