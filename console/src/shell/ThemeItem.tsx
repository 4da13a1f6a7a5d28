import { Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";

/** Changes between light and dark. */
export function ThemeItem() {
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme("light");
  const other = shown === "dark" ? "light" : "dark";
  return (
    <Menu.Item
      leftSection={shown === "dark" ? <IconSun size={16} /> : <IconMoon size={16} />}
      onClick={() => setColorScheme(other)}
    >
      Use {other} colours
    </Menu.Item>
  );
}
