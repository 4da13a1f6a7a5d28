import { NavLink, Text } from "@mantine/core";
import { Link, useLocation } from "react-router";

import { useSession } from "../api/session";
import { DeskLight } from "./DeskLight";
import type { PageEntry } from "./pages";

const DESK = "/desk";

export function Navigation({ pages, onChosen }: { pages: PageEntry[]; onChosen: () => void }) {
  const { pathname } = useLocation();
  const { user } = useSession();
  return (
    <nav aria-label="Pages">
      {pages.map(({ path, label, group, Icon }, index) => {
        const isHere = pathname === path || pathname.startsWith(`${path}/`);
        const beginsGroup = group !== undefined && group !== pages[index - 1]?.group;
        return (
          <div key={path}>
            {beginsGroup && (
              <Text size="xs" c="dimmed" fw={600} px="sm" pt="sm" pb={4}>
                {group}
              </Text>
            )}
            <NavLink
              component={Link}
              to={path}
              label={label}
              leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
              rightSection={path === DESK && user.agent !== null ? <DeskLight /> : undefined}
              active={isHere}
              aria-current={isHere ? "page" : undefined}
              onClick={onChosen}
            />
          </div>
        );
      })}
    </nav>
  );
}
