import { Anchor, AppShell, Burger, Group, ScrollArea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useEffect, useRef } from "react";

import { openEvents, useChanges } from "../api/events";
import { type Permission, useIsOver, useLoginPolling, useMay, useRefreshSession, useSession } from "../api/session";
import { Account } from "./Account";
import { useColours } from "./colours";
import { OfferedCall } from "./DeskLight";
import { LiveStatus } from "./LiveStatus";
import { Mark } from "./Mark";
import { Navigation } from "./Navigation";
import type { PageEntry } from "./pages";
import { Warnings } from "./Warnings";

// Below this width the navigation is behind a button.
const NARROW = "md";

// Whoever has none of these is told of no changes.
const LISTEN: Permission[] = ["SEE_CALLBACKS", "SEE_AGENTS", "SEE_AVAILABILITY", "USE_DESK"];

interface Props {
  pages: PageEntry[];
  children: ReactNode;
}

export function Shell({ pages, children }: Props) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const refreshSession = useRefreshSession();
  const refresh = useRef(refreshSession);
  useEffect(() => {
    refresh.current = refreshSession;
  });
  const may = useMay();
  const { user } = useSession();
  const mayListen = LISTEN.some(may);
  // Who takes calls is told of them wherever they look.
  const isKept = may("USE_DESK");
  const isOver = useIsOver();
  const isListening = mayListen && !isOver;
  useEffect(() => (isListening ? openEvents(() => void refresh.current(), isKept) : undefined), [isListening, isKept]);
  useLoginPolling(!isListening);
  useColours();
  useChanges((changes) => {
    // A new service is usable at once, without a new login.
    if (changes === "everything" || changes.services) {
      void refreshSession();
    }
  });
  return (
    <AppShell
      header={{ height: { base: 48, [NARROW]: 0 } }}
      navbar={{ width: 192, breakpoint: NARROW, collapsed: { mobile: !isOpen } }}
      padding="md"
      layout="alt"
    >
      <Anchor className="skip-link" href="#content">
        Skip to the content
      </Anchor>
      <AppShell.Header px="md" hiddenFrom={NARROW}>
        <Group h="100%" gap="sm">
          <Burger opened={isOpen} onClick={toggle} size="sm" aria-label="Navigation" aria-expanded={isOpen} />
          <Mark />
          {isKept && user.agent !== null && <OfferedCall />}
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <AppShell.Section px="xs" py="sm" visibleFrom={NARROW}>
          <Mark />
        </AppShell.Section>
        <AppShell.Section component={ScrollArea} grow>
          <Navigation pages={pages} onChosen={close} />
        </AppShell.Section>
        <AppShell.Section>
          {mayListen && <LiveStatus />}
          <Account />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Warnings />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
