import { ActionIcon, AppShell, Burger, Group, Menu, NavLink, ScrollArea, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLogout, IconPlugConnected, IconPlugConnectedX, IconUser } from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { Link, useLocation } from "react-router";

import { openEvents, useChanges, useIsLive } from "../api/events";
import { useLogOut, useRefreshSession, useSession } from "../api/session";
import { Mark } from "./Mark";
import type { PageEntry } from "./pages";
import { ThemeSwitch } from "./ThemeSwitch";

export function Shell({ pages, children }: { pages: PageEntry[]; children: ReactNode }) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const refreshSession = useRefreshSession();
  useEffect(openEvents, []);
  useChanges((changes) => {
    // A new service is usable at once.
    if (changes === "everything" || changes.services) {
      void refreshSession();
    }
  });
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 188, breakpoint: "md", collapsed: { mobile: !isOpen } }}
      padding="md"
      layout="alt"
    >
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="md" size="sm" aria-label="Navigation" />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Live />
            <ThemeSwitch />
            <Account />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <AppShell.Section p="xs">
          <Mark />
        </AppShell.Section>
        <AppShell.Section component={ScrollArea} grow>
          <Navigation pages={pages} onChosen={close} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main>{children}</AppShell.Main>
    </AppShell>
  );
}

function Navigation({ pages, onChosen }: { pages: PageEntry[]; onChosen: () => void }) {
  const { pathname } = useLocation();
  return (
    <nav aria-label="Pages">
      {pages.map(({ path, label, Icon }) => {
        const isHere = pathname === path || pathname.startsWith(`${path}/`);
        return (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={label}
            leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
            active={isHere}
            aria-current={isHere ? "page" : undefined}
            onClick={onChosen}
          />
        );
      })}
    </nav>
  );
}

/** Whether the page changes by itself. */
function Live() {
  const isLive = useIsLive();
  const text = isLive ? "Changes appear by themselves" : "No live connection: the page looks every 30 seconds";
  return (
    <Tooltip label={text}>
      <Group gap={4} wrap="nowrap" role="status" tabIndex={0} aria-label={text}>
        {isLive ? <IconPlugConnected size={16} aria-hidden /> : <IconPlugConnectedX size={16} aria-hidden />}
        <Text size="xs" c="dimmed">
          {isLive ? "Live" : "Not live"}
        </Text>
      </Group>
    </Tooltip>
  );
}

function Account() {
  const { user } = useSession();
  const logOut = useLogOut();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account of ${user.display_name || user.name}`}>
          <IconUser size={18} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.display_name || user.name}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void logOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
