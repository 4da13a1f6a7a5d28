import { Menu, useComputedColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";

import { usePreferences } from "../api/preferences";

/** Changes between light and dark, here and wherever the user logs in. */
export function ThemeItem() {
  const { change } = usePreferences();
  const shown = useComputedColorScheme("light");
  const other = shown === "dark" ? "light" : "dark";
  return (
    <Menu.Item
      leftSection={shown === "dark" ? <IconSun size={16} /> : <IconMoon size={16} />}
      onClick={() => change({ theme: other === "dark" ? "DARK" : "LIGHT" })}
    >
      Use {other} colours
    </Menu.Item>
  );
}
