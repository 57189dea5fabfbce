import { strings } from "../../strings";

const text = strings.dashboard.overview.jump;
const PARTS = ["charts", "funnel"] as const;

/** Links to what stands below the learners. They leave the address and the browser's history as they are. */
export function JumpLinks() {
  const jump = (event: MouseEvent, part: string) => {
    event.preventDefault();
    const target = document.getElementById(part);
    target?.scrollIntoView();
    target?.focus({ preventScroll: true });
  };
  return (
    <nav class="overview-jump" aria-label={text.label}>
      {PARTS.map((part) => (
        <a key={part} href={`#${part}`} onClick={(event) => jump(event, part)}>
          {text.parts[part]}
        </a>
      ))}
    </nav>
  );
}
