import { Alert, Button, Code, Group, List, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";

import { api, data } from "../api/client";
import { ApiError } from "../api/problems";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { counted } from "../components/numbers";
import { AGENTS, type AgentChoices } from "./data";
import { agentsOf } from "./readCsv";

const SHOWN = 20;

interface Problem {
  place: string;
  name: string;
  problem: string;
}

const send = (items: AgentChoices[], dryRun: boolean) =>
  data(api.POST("/api/v1/agents/import", { params: { query: { dry_run: dryRun } }, body: { items } }));

/** Many agents from a CSV file: what would become of them is shown before it is done. */
export default function ImportDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const id = useId();
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const trial = useMutation({ mutationFn: (items: AgentChoices[]) => send(items, true) });
  const doing = useMutation({
    mutationFn: (items: AgentChoices[]) => send(items, false),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: AGENTS }),
  });
  const choose = async (file: File | undefined) => {
    trial.reset();
    doing.reset();
    setUnreadable(null);
    try {
      if (file) {
        trial.mutate(agentsOf(await file.text()));
      }
    } catch (error) {
      setUnreadable(error instanceof Error ? error.message : "The file cannot be read.");
    }
  };
  const { created = [], changed = [], unchanged = 0 } = trial.data ?? {};
  const count = created.length + changed.length;
  return (
    <Dialog title="Import Agents" size="lg" onClose={onClose} closeOnClickOutside={false}>
      <Stack gap="md">
        <Format />
        <div>
          <Text component="label" htmlFor={id} fw={600} me="sm">
            CSV file
          </Text>
          <input
            id={id}
            type="file"
            accept=".csv,text/csv"
            // The same file may have been mended meanwhile.
            onClick={(event) => (event.currentTarget.value = "")}
            onChange={(event) => void choose(event.currentTarget.files?.[0])}
          />
        </div>
        {unreadable && (
          <Alert color="red" variant="light" role="alert">
            {unreadable}
          </Alert>
        )}
        <Mistakes of={doing.error ?? trial.error} />
        <div role="status">
          {trial.isPending && "Looking at the file"}
          {trial.data &&
            `${created.length} would be created, ${changed.length} changed; ${unchanged} are like that already.`}
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={count === 0}
            loading={doing.isPending}
            onClick={() => trial.variables && doing.mutate(trial.variables)}
          >
            {count ? `Import ${counted(count, "agent")}` : "Import"}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Format() {
  return (
    <Stack gap={4}>
      <Text>
        Agents of the file are created or changed, the others stay as they are. All of it is taken, or nothing.
      </Text>
      <Code block>
        {"name,display_name,endpoint,services\nanna,Anna Berg,sip:anna@10.0.0.7,support;sales\nben,,202,support"}
      </Code>
    </Stack>
  );
}

/** Each mistake with its line; the first line of a file names the columns. */
function Mistakes({ of: error }: { of: unknown }) {
  const found = error instanceof ApiError && error.code === "invalid-import" ? error.problem.details.problems : null;
  if (!Array.isArray(found)) {
    return <Failure of={error} />;
  }
  const problems = found as Problem[];
  return (
    <Alert color="red" variant="light" role="alert" title="The list has mistakes, and nothing of it would be taken">
      <List size="sm">
        {problems.slice(0, SHOWN).map(({ place, name, problem }) => (
          <List.Item key={place + problem}>
            {placeName(place)} ({name}): {problem}
          </List.Item>
        ))}
      </List>
      {problems.length > SHOWN && `and ${problems.length - SHOWN} more`}
    </Alert>
  );
}

function placeName(place: string): string {
  const index = /^items\[(\d+)\]$/.exec(place)?.[1];
  return index === undefined ? place : `Agent ${Number(index) + 1}`;
}
