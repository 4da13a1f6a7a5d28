import { Alert, CloseButton, Group, Stack } from "@mantine/core";
import { useMutationState } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useSession } from "../api/session";
import { Copy } from "../components/Copy";
import { FINISH } from "./actions";
import type { Desk } from "./data";
import classes from "./Desk.module.css";
import { forget, forgetOthers, unsentBeside } from "./drafts";

/** What was noted of talks that can no longer be finished: it is there until its agent is done with it. */
export function UnsentNotes({ desk }: { desk: Desk }) {
  const { notes, close } = useUnsent(desk);
  return (
    <div role="status" className={classes.told}>
      {notes.length > 0 && (
        <Stack gap="xs">
          {notes.map(({ attempt, who, note }) => (
            <Alert key={attempt} color="yellow" variant="light" py={6}>
              <Group justify="space-between" align="flex-start" wrap="nowrap">
                <div>
                  {who}: it can no longer be finished. Not sent:
                  <div className={classes.note}>{note}</div>
                </div>
                <Group gap={4} wrap="nowrap">
                  <Copy text={note} what="note" />
                  <CloseButton aria-label="Close the notice" onClick={() => close(attempt)} />
                </Group>
              </Group>
            </Alert>
          ))}
        </Stack>
      )}
    </div>
  );
}

function useUnsent({ offer, unfinished }: Desk) {
  const { name: author } = useSession().user;
  const [closed, setClosed] = useState<string[]>([]);
  // What is being sent may have gone from the desk before the answer is here.
  const sending = useMutationState({
    filters: { mutationKey: FINISH, status: "pending" },
    select: ({ options }) => String(options.mutationKey?.at(-1)),
  });
  const onDesk = new Set([...unfinished, ...(offer ? [offer] : [])].map(({ attempt_id: id }) => id).concat(sending));
  useEffect(() => forgetOthers(onDesk, author));
  const close = (attempt: string) => {
    forget(attempt);
    setClosed([...closed, attempt]);
  };
  return { notes: unsentBeside(onDesk, author).filter(({ attempt }) => !closed.includes(attempt)), close };
}
