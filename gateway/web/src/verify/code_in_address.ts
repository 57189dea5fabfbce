import { useEffect, useState } from "preact/hooks";

const PREFIX = "/verify/";

/** The code of the address (`/verify/CODE`), and what moves to another code. It is empty at /verify. */
export function useCodeInAddress(): [string, (code: string) => void] {
  const [code, setCode] = useState(codeOf(window.location.pathname));
  useEffect(() => {
    const moved = () => setCode(codeOf(window.location.pathname));
    window.addEventListener("popstate", moved);
    return () => window.removeEventListener("popstate", moved);
  }, []);
  const move = (next: string) => {
    window.history.pushState(null, "", PREFIX + encodeURIComponent(next));
    setCode(next);
  };
  return [code, move];
}

/** The code as the address has it, if it is not well encoded: such a code is unknown, like any other. */
function codeOf(path: string): string {
  const code = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : "";
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}
