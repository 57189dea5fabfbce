import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

/** Follow the system when it changes between light and dark, unless a theme was chosen. GraphiQL itself looks once. */
export function SystemTheme(): null {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL(({ theme }) => theme);
  useEffect(() => {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const changed = () => theme === null && setTheme(null);
    dark.addEventListener("change", changed);
    return () => dark.removeEventListener("change", changed);
  }, [theme, setTheme]);
  return null;
}
