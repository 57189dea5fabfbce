import { type Fault, UNREACHABLE, isForbidden } from "../graphql/fault";
import { strings } from "../strings";

const text = strings.common;

/** Says, where the data would be, why they are not there. */
export function FaultNotice({ fault, onRetry }: { fault: Fault; onRetry?: () => void }) {
  return (
    <p class="notice" role="status" data-code={fault.code} data-store={fault.store}>
      {sentence(fault)}
      {fault.code === "UNAUTHENTICATED" && <a href="/">{text.toSignIn}</a>}
      {onRetry && !isForbidden(fault) && (
        <button type="button" onClick={onRetry}>
          {text.retry}
        </button>
      )}
    </p>
  );
}

function sentence(fault: Fault): string {
  if (fault.code === "UNAUTHENTICATED") return text.signInNeeded;
  if (fault.code === "FORBIDDEN") return text.forbidden;
  if (fault.code === UNREACHABLE) return text.unreachable;
  if (fault.code === "PERSISTED_QUERY_NOT_FOUND") return text.outdated;
  if (fault.store) return text.storeDown(text.stores[fault.store] ?? fault.store);
  return `${text.failed} (${fault.code})`;
}
