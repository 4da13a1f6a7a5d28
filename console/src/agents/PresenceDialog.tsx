import { Alert, Button, Group, Radio, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { isInCall, type Presence, presenceLabel } from "../components/PresenceBadge";
import { type Agent, useAskPresence } from "./data";

const CHOICES: { presence: Presence; about: string }[] = [
  { presence: "READY", about: "Is called for whoever waits" },
  { presence: "NOT_READY", about: "Is there, and not called" },
  { presence: "BUSY_ELSEWHERE", about: "Talks outside of Ringback; counts in estimates" },
  { presence: "OFFLINE", about: "Is not there" },
];

interface Props {
  before: Agent;
  agents: Agent[];
  onClose: () => void;
}

/** Changes the presence of an agent, or what it will be after their call. */
export default function PresenceDialog({ before, agents, onClose }: Props) {
  // As they are now: a call may begin while the dialog is open.
  const agent = agents.find(({ name }) => name === before.name) ?? before;
  const [state, setState] = useState<Presence | null>(null);
  const [reason, setReason] = useState("");
  const ask = useAskPresence(agent.name, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (state && !ask.isPending) {
      ask.mutate({ state, reason });
    }
  };
  return (
    <Dialog title={`Presence of ${agent.display_name || agent.name}`} onClose={onClose}>
      <Stack component="form" gap="md" onSubmit={submit}>
        <Radio.Group
          label="Presence"
          description={`Now ${presenceLabel(agent.presence)}`}
          value={state}
          onChange={(value) => setState(value as Presence)}
        >
          <Stack gap={6} mt={6}>
            {CHOICES.map(({ presence, about }) => (
              <Radio key={presence} value={presence} label={presenceLabel(presence)} description={about} />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label="Reason"
          description="Optional; the agent sees it"
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div role="status">
          {isInCall(agent.presence) && (
            <Alert color="yellow" variant="light">
              A call is in hand. What you choose takes effect when it is over.
            </Alert>
          )}
        </div>
        <Failure of={ask.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!state} loading={ask.isPending}>
            Change
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
