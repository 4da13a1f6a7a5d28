import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { duration } from "../components/times";
import { useMayNotify } from "./attention";
import type { Desk } from "./data";
import classes from "./Desk.module.css";

const MOST_COUNTED = 100;

/** What stands beside the call: who waits, and what was done today. */
export function Side({ desk: { queue, today } }: { desk: Desk }) {
  return (
    <div className={classes.side}>
      <Figures title="Who waits" empty="You serve no service yet. An administrator says which.">
        {queue.map(({ service, display_name, waiting }) => (
          <Figure key={service} name={display_name || service}>
            {waiting >= MOST_COUNTED ? `${MOST_COUNTED} or more` : waiting}
          </Figure>
        ))}
      </Figures>
      <Figures title="Today">
        <Figure name="Talks">{today.handled}</Figure>
        <Figure name="Time talked">{duration(today.talk_seconds)}</Figure>
        <Figure name="Rejected">{today.declined}</Figure>
        <Figure name="Missed">{today.missed}</Figure>
      </Figures>
      <Notifying />
    </div>
  );
}

function Figures({ title, empty, children }: { title: string; empty?: string; children: ReactNode[] }) {
  return (
    <Paper withBorder px="md" py="sm" component="section" aria-label={title}>
      <Stack gap="xs">
        <Title order={2}>{title}</Title>
        {children.length ? <dl className={classes.figures}>{children}</dl> : <Text c="dimmed">{empty}</Text>}
      </Stack>
    </Paper>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Notifying() {
  const { mayAsk, ask } = useMayNotify();
  return mayAsk ? (
    <Button variant="subtle" size="xs" leftSection={<IconBell size={16} aria-hidden />} onClick={ask}>
      Notify me of offered calls
    </Button>
  ) : null;
}
