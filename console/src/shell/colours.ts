import { localStorageColorSchemeManager, useMantineColorScheme } from "@mantine/core";
import { useEffect } from "react";

import { type Preferences, usePreferences } from "../api/preferences";

type Theme = NonNullable<Preferences["theme"]>;

const SCHEMES = { SYSTEM: "auto", LIGHT: "light", DARK: "dark" } as const;

/** The last choice in this browser, which public/color-scheme.js takes for the first paint. */
export const coloursHere = localStorageColorSchemeManager({ key: "ringback-color-scheme" });

/** Shows the colours that the user prefers, wherever they log in, and follows when they choose others. */
export function useColours(): void {
  const { preferences, isReady } = usePreferences();
  const { setColorScheme } = useMantineColorScheme();
  const theme: Theme = preferences.theme ?? "SYSTEM";
  useEffect(() => {
    if (isReady) {
      setColorScheme(SCHEMES[theme]);
    }
  }, [isReady, theme, setColorScheme]);
}
